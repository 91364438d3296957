# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a mesh or one revision of it, and prove that nothing is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    PART_OF_LABEL,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import gather
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    KEPT,
    RELEASED,
    ApplyReport,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh import options as modes
from ansible_collections.meshops.istio.plugins.module_utils._mesh.leftovers import (
    as_reference,
    helm_records,
    leftovers,
    other_control_planes,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.release import release_set
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import (
    ComponentReport,
    MeshReport,
    MeshRunError,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import (
    OF_A_REVISION,
    LiveSet,
    live_sets,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.usage import (
    UsageUnknownError,
    users_of,
)

_SHOWN = 10
_PROTECTED = ("Namespace", "CustomResourceDefinition")
_ISTIO_GROUPS = (
    "extensions.istio.io",
    "networking.istio.io",
    "security.istio.io",
    "telemetry.istio.io",
)
Object = dict[str, Any]


def remove(client: Client, plan: Plan, options: RunOptions, progress: Progress) -> MeshReport:
    """Remove what `options.scope` names, last installed first, and list what is left.

    Raises MeshRunError when a revision is still in use, or an object cannot be removed; KubeError
    when the cluster cannot be asked.
    """
    began = time.monotonic()
    run = _Removal(client, plan, options, progress)
    run.all()
    run.report.seconds = time.monotonic() - began
    return run.report


class _Removal:
    def __init__(self, client: Client, plan: Plan, options: RunOptions, progress: Progress) -> None:
        self.client = client
        self.kinds = Kinds(client)
        self.plan = plan
        self.options = options
        self.progress = progress
        self.report = MeshReport(plan.namespace, plan.revision, plan.version, options.check_mode)
        self.sets = live_sets(client, self.kinds, plan.namespace)

    def all(self) -> None:
        """Sets, objects that lost their set, what istiod wrote, CRDs; then the proof."""
        doomed, kept = self._choose()
        self.report.kept += kept
        if self.options.scope == modes.REVISION and not self.options.force:
            self._refuse_if_used(doomed)
        for live in doomed:
            self._remove_set(live)
        if not self._control_plane_stays(doomed):
            self._remove_orphans()
            self._remove_written_by_istiod()
            if self.options.delete_crds:
                self._remove_crds()
        if not self.options.check_mode:
            self._prove(doomed)
            records = helm_records(self.client, self.kinds, self.plan.namespace)
            self.report.kept += [
                f"Secret {self.plan.namespace}/{name}: what Helm remembers of a release"
                for name in records
            ]

    def _choose(self) -> tuple[list[LiveSet], list[str]]:
        """The sets to remove, last first, and why others stay."""
        scope, revision = self.options.scope, self.plan.revision
        if scope == modes.PURGE:
            return list(reversed(self.sets)), []
        if scope == modes.REVISION:
            kinds = ("istiod", "default", "gateway")
            chosen = [s for s in self.sets if s.kind in kinds and s.revision == revision]
            if not chosen:
                self.report.absent = _absent(self.plan, self.sets)
            return list(reversed(chosen)), [
                f"component {s.name}: not of this revision" for s in self.sets if s not in chosen
            ]
        wanted = {component.set_name: component for component in self.plan.components}
        others = [s.name for s in self.sets if s.kind == "istiod" and s.set_name not in wanted]
        chosen, kept = [], []
        for live in self.sets:
            component = wanted.get(live.set_name)
            if component is None:
                kept.append(f"component {live.name}: not in the variables")
            elif others and (live.revision != revision or live.kind not in OF_A_REVISION):
                kept.append(f"component {live.name}: {', '.join(others)} may need it")
            else:
                chosen.append(live)
        return list(reversed(chosen)), kept

    def _refuse_if_used(self, doomed: Sequence[LiveSet]) -> None:
        """Raise when anything outside the sets still needs the revision."""
        if not any(live.kind == "istiod" for live in doomed):
            return
        name = self.plan.revision or "default"
        own = [obj for live in doomed for obj in self._members(live)]
        try:
            users = users_of(self.client, self.kinds, self.plan.revision, own)
        except UsageUnknownError as error:
            raise MeshRunError(
                f"whether revision {name} is in use cannot be told: {error}. Use an account that "
                "may list pods, namespaces and webhooks, or set mesh_uninstall_force: true",
                self.report,
            ) from error
        if users:
            shown = [f"  - {user}" for user in users[:_SHOWN]]
            if len(users) > _SHOWN:
                shown.append(f"  - and {len(users) - _SHOWN} more")
            raise MeshRunError(
                f"revision {name} is in use, nothing was removed:\n" + "\n".join(shown) + "\n"
                "Move them to another revision and restart the pods, or set "
                "mesh_uninstall_force: true",
                self.report,
            )

    def _members(self, live: LiveSet) -> list[Object]:
        request = self.options.request(set_name=live.set_name, set_namespace=live.set_namespace)
        return gather(self.client, self.kinds, request)

    def _remove_set(self, live: LiveSet) -> None:
        entry = ComponentReport(
            live.name, live.kind, live.name, live.set_namespace, live.revision, live.version
        )
        request = self.options.request(
            set_name=live.set_name,
            set_namespace=live.set_namespace,
            delete_crds=self.options.delete_crds,
        )
        # A namespace of applications may hold more than we can see: it is never deleted.
        step = release_set if live.kind == "members" else delete_set
        self._step(entry, lambda: step(self.client, self.kinds, request, self.progress))

    def _control_plane_stays(self, doomed: Sequence[LiveSet]) -> bool:
        return any(live.kind == "istiod" and live not in doomed for live in self.sets)

    def _remove_orphans(self) -> None:
        """Objects of the plan that carry our label although their set's parent is gone."""
        known = {live.set_name for live in self.sets}
        for component in reversed(self.plan.components):
            if component.set_name in known:
                continue
            lives = gather(self.client, self.kinds, self.options.request(component.objects))
            ours = [o for o in lives if set_of(o) and o["kind"] not in _PROTECTED]
            self._delete(component.name, component.kind, component.namespace, ours)

    def _remove_written_by_istiod(self) -> None:
        """What istiod wrote, once no control plane is left that would write it again."""
        doomed = {(self.plan.namespace, name) for name in self._istiod_names()}
        others = [
            name
            for name in other_control_planes(self.client, self.kinds)
            if tuple(name.split("/")) not in doomed
        ]
        found = leftovers(self.client, self.kinds, self.plan.namespace, not others)
        self._delete("written-by-istiod", "leftovers", self.plan.namespace, found)

    def _istiod_names(self) -> list[str]:
        """Names of the mesh's own istiod Deployments; in check mode they are still there."""
        revisions = [live.revision for live in self.sets if live.kind == "istiod"]
        return [f"istiod-{revision}" if revision else "istiod" for revision in revisions]

    def _remove_crds(self) -> None:
        """Istio's CRDs that no set holds: they stayed at an earlier uninstall."""
        kind = self.kinds.find("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        found = [
            crd
            for crd in self.client.list(kind).items
            if crd["spec"]["group"] in _ISTIO_GROUPS and set_of(crd) is None
        ]
        self._delete("crds", "base", "", found)

    def _delete(self, name: str, kind: str, namespace: str, objects: Sequence[Object]) -> None:
        """Delete objects that belong to no set, as a component of the report."""
        if not objects:
            return
        request = self.options.request(
            [as_reference(obj) for obj in objects],
            adopt=True,
            delete_crds=self.options.delete_crds,
        )
        entry = ComponentReport(name, kind, name, namespace, "", "")
        self._step(entry, lambda: delete_set(self.client, self.kinds, request, self.progress))

    def _step(self, entry: ComponentReport, step: Callable[[], ApplyReport]) -> None:
        began = time.monotonic()
        self.report.components.append(entry)
        try:
            entry.report = step()
            entry.state = "removed"
        except (ApplyError, InputError) as error:
            entry.state = "failed"
            if isinstance(error, ApplyError) and isinstance(error.report, ApplyReport):
                entry.report = error.report
            raise MeshRunError(f"component {entry.name}: {error}", self.report) from error
        finally:
            entry.seconds = time.monotonic() - began
        self.report.kept += [
            f"{result.key}: {result.reason}"
            for result in entry.report.results
            if result.action in (RELEASED, KEPT)
        ]

    def _prove(self, doomed: Sequence[LiveSet]) -> None:
        """List what still carries the label of a removed set, and what the plan names."""
        pairs = {(obj["apiVersion"], obj["kind"]) for obj in self.plan.objects}
        pairs |= {
            (result.api_version, result.key.kind)
            for entry in self.report.components
            for result in entry.report.results
            if result.api_version
        }
        ids = sorted(live.applyset.id for live in doomed)
        if not ids:
            return
        selector = f"{PART_OF_LABEL} in ({','.join(ids)})"

        def labelled(pair: tuple[str, str]) -> list[Object]:
            return self._labelled(self.kinds.find(*pair), selector)

        lists = self.client.map(labelled, sorted(pairs))
        self.report.remaining += sorted(
            str(key_of(obj))
            for items in lists
            for obj in items
            if not obj["metadata"].get("deletionTimestamp")
        )

    def _labelled(self, kind: Kind, selector: str) -> list[Object]:
        try:
            return self.client.list(kind, "", labels=selector).items
        except ApiError as error:
            if error.status == 404:
                return []
            if error.status != 403 or not kind.namespaced:
                raise
            places = sorted({c.namespace for c in self.plan.components if c.namespace})
        return [o for p in places for o in self.client.list(kind, p, labels=selector).items]


def _absent(plan: Plan, lives: Sequence[LiveSet]) -> str:
    """That a revision is not installed, and which ones are."""
    names = sorted({s.revision or "default" for s in lives if s.kind == "istiod"})
    there = f"installed: {', '.join(names)}" if names else "none is"
    name = plan.revision or "default"
    return f"revision {name} is not installed in namespace {plan.namespace} ({there})"
