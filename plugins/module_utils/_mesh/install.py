# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a mesh to its desired state, component by component."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    CONFIGURED,
    CREATED,
    KEPT,
    ApplyReport,
    ApplyRequest,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import (
    key_of,
    split_api_version,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.adopt import take_fields_over
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.release import release_set
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import (
    ComponentReport,
    MeshReport,
    MeshRunError,
    object_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import (
    LiveSet,
    live_sets,
    obsolete,
    parent_annotations,
    parent_labels,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import (
    keep_newer,
    steps_back,
    why_no_step_back,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.workloads import add_status

_MADE_FIRST = ("Namespace", "CustomResourceDefinition")


def install(client: Client, plan: Plan, options: RunOptions, progress: Progress) -> MeshReport:
    """Apply every component in order, then remove the ones no longer wanted.

    Raises MeshRunError with what was done when a component fails (later ones are not begun), and
    KubeError when the cluster cannot be reached.
    """
    began = time.monotonic()
    kinds = Kinds(client)
    report = MeshReport(plan.namespace, plan.revision, plan.version, options.check_mode)
    lives = live_sets(client, kinds, plan.namespace)
    plan = _not_backwards(plan, lives, options, report)
    installed = {live.set_name for live in lives}
    made: list[dict[str, Any]] = []
    for component in plan.components:
        entry = _begin(report, component)
        if component.kept:
            report.kept.append(f"component {component.name}: {component.kept}")
            entry.state = "kept"
            if not component.objects:
                continue
        assumed = _needed(made, component)
        request = options.request(
            [*assumed, *component.objects],
            set_name=component.set_name,
            set_namespace=component.set_namespace,
            labels=parent_labels(plan, component),
            annotations=parent_annotations(component),
            prune=options.prune and not component.kept,
        )

        def step(component: PlanComponent = component, request: ApplyRequest = request) -> Any:
            if options.adopt and not options.check_mode:
                take_fields_over(client, kinds, component)
            return apply_set(client, kinds, request, progress)

        _run(report, entry, step)
        _forget(entry.report, assumed)
        if component.kept:
            _forget_kept(entry.report)
        if entry.report.changed or not component.kept:
            entry.state = _state(entry.report, component.set_name in installed)
        if options.check_mode:
            made += _would_be_made(entry.report, component)
    remove, leave = obsolete(plan, lives)
    if options.prune:
        for live in remove:
            _remove(client, kinds, report, live, options, progress)
    else:
        leave += remove
    report.kept += [f"component {live.name}: not in the variables, {_why(live)}" for live in leave]
    add_status(client, kinds, plan, report)
    report.seconds = time.monotonic() - began
    return report


def _not_backwards(
    plan: Plan, lives: Sequence[LiveSet], options: RunOptions, report: MeshReport
) -> Plan:
    """The plan without what is installed newer; raises MeshRunError when it leads back."""
    back = [] if options.allow_downgrade else steps_back(plan, lives)
    if back:
        raise MeshRunError(". ".join(why_no_step_back(plan, back)), report)
    return keep_newer(plan, lives, options.allow_downgrade)


def _forget_kept(report: ApplyReport) -> None:
    """Take out of a report what stays of a component that is kept as a whole."""
    report.results = [result for result in report.results if result.action != KEPT]


def _would_be_made(report: ApplyReport, component: PlanComponent) -> list[dict[str, Any]]:
    """Namespaces and CRDs that this component would create: later ones may count on them."""
    created = {result.key for result in report.results if result.action == CREATED}
    return [
        obj for obj in component.objects if obj["kind"] in _MADE_FIRST and key_of(obj) in created
    ]


def _needed(made: Sequence[dict[str, Any]], component: PlanComponent) -> list[dict[str, Any]]:
    """Those a component builds on: its namespaces, and the CRDs of its kinds."""
    namespaces = {obj["metadata"].get("namespace") for obj in component.objects}
    namespaces.add(component.set_namespace)
    kinds = {(split_api_version(obj["apiVersion"])[0], obj["kind"]) for obj in component.objects}
    return [
        obj
        for obj in made
        if obj["metadata"]["name"] in namespaces
        or (obj["kind"] == "CustomResourceDefinition" and _defines(obj) in kinds)
    ]


def _defines(crd: Mapping[str, Any]) -> tuple[str, str]:
    return crd["spec"]["group"], crd["spec"]["names"]["kind"]


def _forget(report: ApplyReport, made: Sequence[Mapping[str, Any]]) -> None:
    """Take objects out of a report that were only assumed: their component has reported them."""
    keys = {key_of(obj) for obj in made}
    names = {str(key) for key in keys}
    report.results = [result for result in report.results if result.key not in keys]
    report.diff = [entry for entry in report.diff if object_of(entry) not in names]


def _begin(report: MeshReport, component: PlanComponent) -> ComponentReport:
    entry = ComponentReport(
        component.name,
        component.kind,
        component.title,
        component.namespace,
        component.revision,
        component.version,
    )
    report.components.append(entry)
    return entry


def _remove(
    client: Client,
    kinds: Kinds,
    report: MeshReport,
    live: LiveSet,
    options: RunOptions,
    progress: Progress,
) -> None:
    """Remove a component that is not wanted any more; its namespaces stay."""
    entry = ComponentReport(
        live.name, live.kind, live.name, live.set_namespace, live.revision, live.version
    )
    report.components.append(entry)
    request = options.request(set_name=live.set_name, set_namespace=live.set_namespace)
    _run(report, entry, lambda: release_set(client, kinds, request, progress))
    entry.state = "removed"


def _run(report: MeshReport, entry: ComponentReport, step: Any) -> None:
    """Run a step of a component; its failure ends the run and keeps what was done."""
    began = time.monotonic()
    try:
        entry.report = step()
    except ApplyError as error:
        entry.state = "failed"
        if isinstance(error.report, ApplyReport):
            entry.report = error.report
        raise MeshRunError(f"component {entry.name}: {error}", report) from error
    except InputError as error:
        entry.state = "failed"
        raise MeshRunError(f"component {entry.name}: {error}", report) from error
    finally:
        entry.seconds = time.monotonic() - began


def _state(report: ApplyReport, known: bool) -> str:
    if not report.changed:
        return "unchanged"
    if not known and not any(result.action == CONFIGURED for result in report.results):
        return "created"
    return "changed"


def _why(live: LiveSet) -> str:
    if live.kind == "istiod":
        return f"it is another revision ({live.revision or 'default'}); uninstall it by name"
    return "another revision may need it, or mesh_prune is off"
