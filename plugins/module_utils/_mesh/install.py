# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a mesh to its desired state, component by component."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    KEPT,
    ApplyReport,
    ApplyRequest,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.adopt import take_fields_over
from ansible_collections.meshops.istio.plugins.module_utils._mesh.assumed import (
    forget,
    needed,
    would_be_made,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Entries
from ansible_collections.meshops.istio.plugins.module_utils._mesh.guard import (
    PLATFORM,
    Guard,
    kept_lines,
    without_moved,
)
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
    movable,
    obsolete,
    parent_annotations,
    parent_labels,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.steps import (
    begin,
    run_step,
    state_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import (
    keep_newer,
    steps_back,
    why_no_step_back,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.workloads import add_status


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
    run = _Installation(client, kinds, plan, lives, options, progress, report)
    for component in plan.components:
        run.component(component)
    run.tidy_up()
    add_status(client, kinds, plan, report)
    report.seconds = time.monotonic() - began
    return report


class _Installation:
    """One run of one plan."""

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        plan: Plan,
        lives: Sequence[LiveSet],
        options: RunOptions,
        progress: Progress,
        report: MeshReport,
    ) -> None:
        self.client = client
        self.kinds = kinds
        self.plan = plan
        self.lives = lives
        self.options = options
        self.progress = progress
        self.report = report
        self.installed = {live.set_name for live in lives}
        self.guard = Guard(client, kinds, plan, lives, options.check_mode)
        self.entries = Entries(client, plan.namespace, options)
        self.made: list[dict[str, Any]] = []
        # Components with something to prune, once all others have been changed.
        self.postponed: list[tuple[PlanComponent, ComponentReport]] = []

    def component(self, component: PlanComponent) -> None:
        """Apply one; what it has to prune on the platform waits for the end."""
        entry = begin(self.report, component)
        if component.kept:
            self.report.kept.append(f"component {component.name}: {component.kept}")
            entry.state = "kept"
            if not component.objects:
                return
        assumed = needed(self.made, component)
        later = component.kind == PLATFORM
        request = self._request(component, assumed, prune_later=later)

        def step() -> ApplyReport:
            if self.options.adopt and not self.options.check_mode:
                take_fields_over(self.client, self.kinds, component)
            done = ApplyReport(check_mode=self.options.check_mode)
            if component.objects:
                done = apply_set(self.client, self.kinds, request, self.progress)
            self.entries.add(component.scc_entries, done)
            return done

        run_step(self.report, entry, step)
        if entry.report.postponed:
            self.postponed.append((component, entry))
        forget(entry.report, assumed)
        if component.kept:
            _forget_kept(entry.report)
        self._settle(component, entry)
        if self.options.check_mode:
            self.made += would_be_made(entry.report, component)

    def tidy_up(self) -> None:
        """Remove what nobody wants any more: last of all, when what needed it has been changed."""
        remove, leave = obsolete(self.plan, self.lives)
        if not self.options.prune:
            remove, leave = [], [*leave, *remove]
        for live in remove:
            if live.kind != PLATFORM:
                self._remove(live)
        for component, entry in reversed(self.postponed):
            self._prune(component, entry)
        for live in remove:
            if live.kind == PLATFORM:
                self._remove(live)
        if self.options.prune:
            self._remove_entries()
        self.report.kept += [
            f"component {live.name}: not in the variables, {_why(live)}" for live in leave
        ]

    def _request(self, component: PlanComponent, assumed: Any, **more: Any) -> ApplyRequest:
        return self.options.request(
            [*assumed, *component.objects],
            set_name=component.set_name,
            set_namespace=component.set_namespace,
            labels=parent_labels(self.plan, component),
            annotations=parent_annotations(component),
            prune=self.options.prune and not component.kept,
            keep=self.guard.keep(component.kind),
            movable=movable(component.kind, self.lives, self.plan.revision),
            **more,
        )

    def _settle(self, component: PlanComponent, entry: ComponentReport) -> None:
        """Set the state of a component that was applied, and note what of it was kept."""
        entry.report.results = without_moved(entry.report.results)
        if self.options.prune and not component.kept:
            self.report.kept += kept_lines(entry.report.results)
        if entry.report.changed or not component.kept:
            entry.state = state_of(entry.report, component.set_name in self.installed)

    def _prune(self, component: PlanComponent, entry: ComponentReport) -> None:
        """Apply a component once more, which now prunes; what else it says was said before."""
        before = entry.report
        assumed = needed(self.made, component)
        request = self._request(component, assumed)
        run_step(
            self.report,
            entry,
            lambda: apply_set(self.client, self.kinds, request, self.progress),
        )
        known = {result.key for result in before.results} | {key_of(obj) for obj in assumed}
        names = {str(key) for key in known}
        before.results += [r for r in entry.report.results if r.key not in known]
        before.phases += [phase for phase in entry.report.phases if phase.name == "prune"]
        before.diff += [shown for shown in entry.report.diff if object_of(shown) not in names]
        before.warnings += [w for w in entry.report.warnings if w not in before.warnings]
        entry.report = before
        self._settle(component, entry)

    def _remove(self, live: LiveSet) -> None:
        """Remove a component that is not wanted any more; its namespaces stay."""
        entry = next((e for e in self.report.components if e.name == live.name), None)
        if entry is None:
            entry = ComponentReport(
                live.name, live.kind, live.name, live.set_namespace, live.revision, live.version
            )
            self.report.components.append(entry)
        request = self.options.request(
            set_name=live.set_name,
            set_namespace=live.set_namespace,
            keep=self.guard.keep(live.kind),
        )
        before = entry.report
        run_step(
            self.report,
            entry,
            lambda: release_set(self.client, self.kinds, request, self.progress),
        )
        results = without_moved(entry.report.results)
        self.report.kept += kept_lines(results)
        entry.report.results = [*before.results, *results]
        entry.report.diff = [*before.diff, *entry.report.diff]
        stays = any(result.action == KEPT for result in results)
        entry.state = "changed" if before.results else "kept" if stays else "removed"

    def _remove_entries(self) -> None:
        """Take out of the lists of SCCs what this mesh has put there and does not want any more."""
        stale = self.entries.stale(self.plan.scc_entries)
        if not stale:
            return
        entry = next((e for e in self.report.components if e.kind == PLATFORM), None)
        if entry is None:
            entry = ComponentReport(PLATFORM, PLATFORM, PLATFORM, "", "", "")
            self.report.components.append(entry)
        done = entry.report

        def step() -> ApplyReport:
            self.report.kept += self.entries.remove(stale, done, self.guard.keep_entry)
            return done

        run_step(self.report, entry, step)
        if done.changed or not entry.state:
            entry.state = "changed" if done.changed else "kept"


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


def _why(live: LiveSet) -> str:
    if live.kind == "istiod":
        return f"it is another revision ({live.revision or 'default'}); uninstall it by name"
    return "another revision may need it, or mesh_prune is off"
