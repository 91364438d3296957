# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a mesh or one revision of it, and prove that nothing is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import set_of
from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import gather
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    KEPT,
    RELEASED,
    ApplyReport,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh import options as modes
from ansible_collections.meshops.istio.plugins.module_utils._mesh.absence import still_there
from ansible_collections.meshops.istio.plugins.module_utils._mesh.choice import (
    chosen_entries,
    chosen_sets,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Entries, Listed
from ansible_collections.meshops.istio.plugins.module_utils._mesh.guard import (
    PLATFORM,
    warnings_for,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.leftovers import (
    as_reference,
    helm_records,
    leftovers,
    other_control_planes,
    written_by_istiod,
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
    LiveSet,
    live_sets,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.steps import run_step
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
        self.entries = Entries(client, plan.namespace, options)
        self.doomed_entries: list[Listed] = []

    def all(self) -> None:
        """Sets, entries of SCCs, objects without a set, what istiod wrote, CRDs; then the proof."""
        doomed, kept, self.report.absent = chosen_sets(self.options.scope, self.plan, self.sets)
        self.report.kept += kept
        self.doomed_entries, kept = chosen_entries(
            self.options.scope, self.plan, self.sets, self.entries
        )
        self.report.kept += kept
        if self.options.scope == modes.REVISION and not self.options.force:
            self._refuse_if_used(doomed)
        self._warn_of_dependants(doomed)
        for live in doomed:
            self._remove_set(live)
        self._remove_entries()
        if not self._control_plane_stays(doomed):
            self._remove_orphans()
            self._remove_written_by_istiod()
            if self.options.delete_crds:
                self._remove_crds()
        if not self.options.check_mode:
            self.report.remaining += still_there(
                self.client, self.kinds, self.plan, doomed, self.report.components
            )
            self.report.remaining += self.entries.left(self.doomed_entries)
            records = helm_records(self.client, self.kinds, self.plan.namespace)
            self.report.kept += [
                f"Secret {self.plan.namespace}/{name}: what Helm remembers of a release"
                for name in records
            ]

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
            expendable=written_by_istiod,
        )
        # A namespace of applications may hold more than we can see: it is never deleted.
        step = release_set if live.kind == "members" else delete_set
        self._step(entry, lambda: step(self.client, self.kinds, request, self.progress))

    def _warn_of_dependants(self, doomed: Sequence[LiveSet]) -> None:
        self.report.warnings += warnings_for(
            self.client, self.kinds, doomed, self._members, self.doomed_entries
        )

    def _remove_entries(self) -> None:
        """Take out of the lists of SCCs what this mesh has put there, and nothing else."""
        if not self.doomed_entries:
            return
        done = ApplyReport(check_mode=self.options.check_mode)

        def step() -> ApplyReport:
            self.entries.remove(self.doomed_entries, done)
            return done

        self._step(ComponentReport("scc-entries", PLATFORM, "scc-entries", "", "", ""), step)

    def _control_plane_stays(self, doomed: Sequence[LiveSet]) -> bool:
        return any(live.kind == "istiod" and live not in doomed for live in self.sets)

    def _remove_orphans(self) -> None:
        """Objects of the plan that carry our label although their set's parent is gone."""
        known = {live.set_name for live in self.sets}
        for component in reversed(self.plan.components):
            if component.set_name in known or not component.objects:
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
        self.report.components.append(entry)
        run_step(self.report, entry, step)
        entry.state = "removed"
        self.report.kept += [
            f"{result.key}: {result.reason}"
            for result in entry.report.results
            if result.action in (RELEASED, KEPT)
        ]
