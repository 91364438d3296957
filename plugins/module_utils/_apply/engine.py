# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apply a set of objects: phases in order with gates between them, then prune."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.admission import (
    gated_at_the_end,
    settled,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    EMPTY,
    ApplySet,
    GroupKind,
    Scope,
    parent_object,
    scope_of_members,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.compare import doubt
from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import entry, owned_parts
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from ansible_collections.meshops.istio.plugins.module_utils._apply.gates import ALWAYS, gated
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    CONFIGURED,
    CREATED,
    FAILED,
    UNCHANGED,
    ApplyReport,
    ApplyRequest,
    ObjectResult,
    PhaseResult,
    Progress,
    Target,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import (
    CONFIG,
    NAMESPACES,
    WEBHOOKS,
    by_phase,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.plan import (
    Plan,
    consider,
    crd_would_change,
    make_plan,
    role_is_new,
    router_may_read_soon,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.reader import Reader
from ansible_collections.meshops.istio.plugins.module_utils._apply.removal import Remover
from ansible_collections.meshops.istio.plugins.module_utils._apply.waiting import Waiting
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import Writer, refusal
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError, KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

# A CRD is served a moment after it is Established.
_SERVED_WITHIN = 15.0
# Whether an account may bind a role is decided by a cache of the API server's.
_NOTICED_WITHIN = 5.0


def silent(_line: str) -> None:
    """A progress function that tells nobody."""


def apply_set(
    client: Client, kinds: Kinds, request: ApplyRequest, progress: Progress = silent
) -> ApplyReport:
    """Bring the objects of the request to their desired state.

    `progress` gets a line of text now and then. In check mode nothing is written. Raises InputError
    (bad input, nothing written), ApplyError (with the report of what was done), or KubeError (the
    cluster cannot be reached or read).
    """
    report = ApplyReport(check_mode=request.check_mode)
    with _phase(report, "read") as phase:
        plan = make_plan(client, kinds, request)
        phase.objects = len(plan.targets)
    run = _Run(client, kinds, request, progress, plan, report)
    try:
        run.run()
    finally:
        report.warnings += run.writer.notices.texts()
    return report


@contextmanager
def _phase(report: ApplyReport, name: str) -> Iterator[PhaseResult]:
    result = PhaseResult(name)
    report.phases.append(result)
    began = time.monotonic()
    try:
        yield result
    finally:
        result.seconds = time.monotonic() - began


class _Run:
    """One apply of one plan."""

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        request: ApplyRequest,
        progress: Progress,
        plan: Plan,
        report: ApplyReport,
    ) -> None:
        self.client = client
        self.kinds = kinds
        self.request = request
        self.progress = progress
        self.plan = plan
        self.report = report
        self.writer = Writer(client, request.field_manager, request.check_mode)
        self.waiting = Waiting(client, kinds, request, progress)
        self.awaited: list[dict[str, Any]] = []

    def run(self) -> None:
        """Parent, phases, prune, parent again.

        The parent names everything that may exist before it exists, and forgets it only once it is
        gone: a run that is killed in between leaves nothing that the next one does not find.
        """
        plan = self.plan
        phases = by_phase((target.phase, target) for target in plan.targets)
        home = plan.applyset.namespace if plan.applyset else ""
        if plan.applyset is not None:
            first = [t for t in plan.targets if t.phase == NAMESPACES and t.key.name == home]
            if plan.parent is None and first and first[0].live is None:
                phases = [(NAMESPACES, first), *phases]
                phases[1] = (NAMESPACES, [t for t in phases[1][1] if t is not first[0]])
                self._phase(*phases.pop(0))
            self._write_parent(plan.old_scope.union(plan.new_scope), "")
        for name, targets in phases:
            if targets:
                self._phase(name, targets)
        remaining = self._prune()
        if plan.applyset is not None and not self.request.check_mode:
            self._write_parent(plan.new_scope.union(remaining), "narrowed")
        self._gate_at_the_end()

    def _phase(self, name: str, targets: Sequence[Target]) -> None:
        with _phase(self.report, name) as phase:
            phase.objects = len(targets)
            self._refresh_late(targets)
            pending = [target for target in targets if target.doubt or target.not_askable]
            equal = [target for target in targets if not (target.doubt or target.not_askable)]
            outcomes = {id(target): target.live for target in targets}
            noted = len(self.report.results)
            failures: list[str] = []
            if pending:
                self.progress(f"{name}: {len(pending)} of {len(targets)} objects to apply")
            for target, outcome in zip(pending, self.client.map(self._apply, pending)):
                if isinstance(outcome, str):
                    failures.append(outcome)
                    self._note(target, FAILED, outcome)
                else:
                    outcomes[id(target)] = self._settle(target, *outcome)
            for target in equal:
                self._note(target, UNCHANGED, "")
            phase.changed = sum(1 for result in self.report.results[noted:] if result.changed)
            if failures:
                raise ApplyError(
                    f"{len(failures)} of {len(targets)} objects could not be applied "
                    f"(phase {name}; later phases were not begun):",
                    failures,
                    self.report,
                )
            lives = [live for live in outcomes.values() if live is not None]
            self._gate(name, lives, phase)
            self.awaited += gated_at_the_end(lives)

    def _gate(self, name: str, lives: Iterable[dict[str, Any]], phase: PhaseResult) -> None:
        if self.request.check_mode or not (self.request.wait or name in ALWAYS):
            return
        began = time.monotonic()
        if name == WEBHOOKS:
            problem, warnings = self.waiting.bundles(list(lives))
            self.report.warnings += warnings
        else:
            problem = self.waiting.ready(gated(name, lives))
        phase.waited = time.monotonic() - began
        if problem:
            raise ApplyError(f"phase {name}: {problem}", report=self.report)

    def _gate_at_the_end(self) -> None:
        if not self.awaited or self.request.check_mode or not self.request.wait:
            return
        with _phase(self.report, "admission") as phase:
            phase.objects = len(self.awaited)
            began = time.monotonic()
            changed = {result.key for result in self.report.results if result.action == CONFIGURED}
            lives = settled(self.client, self.kinds, self.awaited, changed)
            problem = self.waiting.ready(lives)
            phase.waited = time.monotonic() - began
            if problem:
                raise ApplyError(f"phase admission: {problem}", report=self.report)

    def _refresh_late(self, targets: Sequence[Target]) -> None:
        """Read objects of kinds that were not served when the plan was made."""
        late = [target for target in targets if target.key in self.plan.late]
        if not late or self.request.check_mode:
            return
        self._await_served(late)
        found = Reader(self.client, self.kinds).read(late)
        for target in late:
            target.not_askable = None
            consider(target, found.objects.get(target.key), self.request)

    def _await_served(self, late: Iterable[Target]) -> None:
        until = time.monotonic() + _SERVED_WITHIN
        for kind in {target.kind for target in late}:
            while not self.kinds.is_served(kind):
                if time.monotonic() > until:
                    raise ApplyError(
                        f"{kind.group_kind} {kind.version} is still not served "
                        f"{_SERVED_WITHIN:.0f} s after its CRD was applied",
                        report=self.report,
                    )
                time.sleep(0.05)

    def _apply(self, target: Target) -> tuple[str, str, dict[str, Any] | None] | str:
        """(action, reason, the object afterwards), or the text of a refusal."""
        request = self.request
        try:
            if target.live is not None and target.live["metadata"].get("deletionTimestamp"):
                if request.check_mode:
                    return CREATED, "once the present one, which is being deleted, is gone", None
                problem = self.waiting.gone({target.key: target.live})
                if problem:
                    return problem
                target.live = None
            if request.check_mode and target.not_askable:
                return CREATED, f"not asked: {target.not_askable}", None
            after = self._write(target)
        except KubeError as error:
            if request.check_mode and isinstance(error, ApiError):
                answer = self._unanswerable(target, error)
                if answer is not None:
                    return answer
            return refusal(target.key, error, target.obj, target.origin)
        if target.live is None:
            return CREATED, "", after
        if self.writer.changed(target.live, after):
            return CONFIGURED, "" if target.doubt == "absent" else target.doubt or "", after
        return UNCHANGED, "", after

    def _write(self, target: Target) -> dict[str, Any]:
        """Apply; what needs a role of this run waits until the API server has noticed it."""
        until = time.monotonic() + _NOTICED_WITHIN
        while True:
            try:
                return self.writer.apply(target)
            except ApiError as error:
                awaited = error.status == 404 and role_is_new(self.plan, target)
                awaited = awaited or router_may_read_soon(self.plan, target, error.message)
                if not awaited or self.request.check_mode or time.monotonic() > until:
                    raise
            time.sleep(0.02)

    def _unanswerable(
        self, target: Target, error: ApiError
    ) -> tuple[str, str, dict[str, Any] | None] | None:
        """What to report when a dry run fails for a reason that the real run would not meet."""
        action = CREATED if target.live is None else CONFIGURED
        if error.status in (400, 404, 422) and crd_would_change(self.plan, target):
            return action, "not asked: this run changes its CRD first", None
        if error.status == 404 and role_is_new(self.plan, target):
            return action, "not asked: this run creates the role it binds", None
        if router_may_read_soon(self.plan, target, error.message):
            return action, "not asked: this run lets the router read its certificate first", None
        if "does not support dry run" in error.message:
            return action, "not asked: an admission webhook does not support dry runs", None
        return None

    def _settle(
        self, target: Target, action: str, reason: str, after: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        self._note(target, action, reason)
        if action == UNCHANGED:
            target.doubt = None
        elif self.request.diff:
            manager = self.request.field_manager
            if after is None:
                before, shown = target.live, target.obj
            else:
                before, shown = owned_parts(target.live, after, manager)  # type: ignore[assignment]
            self.report.diff.append(entry(str(target.key), before, shown))
        return after

    def _note(self, target: Target, action: str, reason: str) -> None:
        self.report.results.append(
            ObjectResult(target.key, action, reason, target.kind.api_version)
        )

    def _write_parent(self, scope: Scope, reason: str) -> None:
        """Apply the set's parent when it would change; counted once, as part of the set."""
        plan, request = self.plan, self.request
        if plan.applyset is None:
            return
        obj = parent_object(plan.applyset, scope, request.labels, request.annotations)
        kind = self.kinds.find("v1", "ConfigMap")
        key = ObjectKey("", "ConfigMap", plan.applyset.namespace, plan.applyset.name)
        target = Target(key, obj, "parent of the set", CONFIG, kind)
        consider(target, plan.parent, request)
        target.force = True
        if target.doubt is None:
            return
        created = {t.key.name for t in plan.targets if t.phase == NAMESPACES and t.live is None}
        if request.check_mode and key.namespace in created:
            self._note(target, CREATED, "parent of the set")
            return
        try:
            after = self._write_unless_outdated(target)
        except KubeError as error:
            raise ApplyError(
                f"{plan.applyset}: its parent cannot be written:",
                [refusal(key, error, obj)],
                self.report,
            ) from error
        if self.writer.changed(plan.parent, after) and not reason:
            self._note(target, CREATED if plan.parent is None else CONFIGURED, "parent of the set")
        plan.parent = after

    def _write_unless_outdated(self, target: Target) -> dict[str, Any]:
        """Apply the parent if it is still the one that was read, so that no other run's is lost."""
        wanted, before = target.obj, self.plan.parent
        if before is not None:
            version = before["metadata"]["resourceVersion"]
            metadata = {**wanted["metadata"], "resourceVersion": version}
            target.obj = {**wanted, "metadata": metadata}
        try:
            return self.writer.apply(target)
        except ApiError as error:
            if error.status != 409 or before is None:
                raise
            # It may have been us: an answer that was lost is asked for again.
            live = self.client.get(target.kind, target.key.namespace, target.key.name)
            if live is not None and doubt(wanted, live, self.request.field_manager) is None:
                return live
            raise self._overtaken() from error

    def _refuse_when_overtaken(self) -> None:
        """Nothing is deleted on the ground of a parent that another run has written since."""
        plan = self.plan
        if plan.applyset is None or plan.parent is None or self.request.check_mode:
            return
        kind = self.kinds.find("v1", "ConfigMap")
        live = self.client.get(kind, plan.applyset.namespace, plan.applyset.name)
        version = plan.parent["metadata"]["resourceVersion"]
        if live is None or live["metadata"]["resourceVersion"] != version:
            raise self._overtaken()

    def _overtaken(self) -> ApplyError:
        return ApplyError(
            f"{self.plan.applyset}: another run has changed this set meanwhile; nothing was "
            "deleted. Let only one run at a time change a set, and run again",
            report=self.report,
        )

    def _prune(self) -> Scope:
        """Delete what is left over; returns the scope of members that stay."""
        plan = self.plan
        if not plan.leftovers or plan.applyset is None:
            return EMPTY
        if self.request.prune_later:
            self.report.postponed = len(plan.leftovers)
            return _scope([left.key for left in plan.leftovers], plan.applyset)
        with _phase(self.report, "prune") as phase:
            self._refuse_when_overtaken()
            remover = Remover(
                self.client, self.kinds, self.request, self.writer, self.waiting, self.report
            )
            kept = remover.prune(plan.leftovers, plan.applyset.id)
            phase.objects = len(plan.leftovers)
            phase.changed = len(plan.leftovers) - len(kept)
        return _scope(kept, plan.applyset)


def _scope(keys: Iterable[ObjectKey], applyset: ApplySet) -> Scope:
    return scope_of_members(
        ((GroupKind(key.group, key.kind), key.namespace) for key in keys), applyset
    )
