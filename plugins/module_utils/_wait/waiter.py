# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until objects are ready or gone; ends early when that cannot happen any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey, key_of
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import GROUP
from ansible_collections.meshops.istio.plugins.module_utils._wait import (
    readiness,
    report,
    retry,
    routes,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.deletion import explain_deletion
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import (
    SCALING,
    Problem,
    Surroundings,
    is_unscheduled,
    problems_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.leftovers import Leftovers
from ansible_collections.meshops.istio.plugins.module_utils._wait.report import WaitResult

WORKLOADS = frozenset(
    {
        ("apps", "Deployment"),
        ("apps", "DaemonSet"),
        ("apps", "StatefulSet"),
        ("apps", "ReplicaSet"),
        ("batch", "Job"),
        ("", "Pod"),
    }
)
# CRDs are large: reading a few of them beats reading the whole list.
FEW = 3
FEW_LARGE = 50
_LARGE = frozenset({("apiextensions.k8s.io", "CustomResourceDefinition")})


class Clock(Protocol):
    """Time as the waiter sees it."""

    def now(self) -> float:
        """Seconds from some fixed point."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Pace:
    """Seconds between looks at the cluster, at pods and events, and between progress reports.

    The first pause is `first`; pauses grow by half up to `slowest`. `patience` scales how long a
    problem may last before waiting ends (0: never ends early but by the objects' own word).
    """

    first: float = 0.1
    slowest: float = 1.0
    diagnose: float = 2.0
    report: float = 10.0
    patience: float = 1.0


@dataclass(eq=False)
class _Target:
    """One object that is waited for."""

    key: ObjectKey
    kind: Kind
    reason: str = "not looked at yet"
    live: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    since: dict[str, float] = field(default_factory=dict)

    def explain(self) -> str:
        """The reason, with each problem on a line of its own."""
        return "\n".join([self.reason, *(problem.text for problem in self.problems)])


class Waiter:
    """Waits for objects of one cluster."""

    def __init__(
        self, client: Client, kinds: Kinds, clock: Clock | None = None, pace: Pace | None = None
    ) -> None:
        self._client = client
        self._kinds = kinds
        self._clock = clock or SystemClock()
        self._pace = pace or Pace()

    def until_ready(
        self,
        objects: Iterable[Mapping[str, Any]],
        timeout: float,
        progress: Callable[[str], None] | None = None,
    ) -> list[WaitResult]:
        """Wait until all objects are ready, at most `timeout` seconds; results in their order.

        Ends as soon as one has failed for good; the results then say `failed` and why, and
        `stopped` for those that were not ready yet. `progress` is called with a line of text
        every ten seconds. Raises ApiError when reading is refused, UnknownKindError.
        """
        targets = [_Target(key_of(obj), self._kinds.of(obj)) for obj in objects]
        work = self._round(targets, timeout)
        work.asks_again = True
        return work.run(_check_ready, progress, "not ready")

    def _round(self, targets: Sequence[_Target], timeout: float) -> _Round:
        return _Round(self._client, self._kinds, self._clock, self._pace, targets, timeout)

    def until_gone(
        self,
        keys: Iterable[ObjectKey],
        timeout: float,
        progress: Callable[[str], None] | None = None,
        uids: Mapping[ObjectKey, str] | None = None,
    ) -> list[WaitResult]:
        """Wait until no object has any of the keys, at most `timeout` seconds.

        With `uids` an object of the same name but another uid counts as a successor, not as the
        one that was deleted.
        """
        known = uids or {}
        targets = [_Target(key, self._kinds.for_key(key.group, key.kind)) for key in keys]

        def check(target: _Target) -> str | None:
            live = target.live
            if live is None:
                return report.GONE
            uid = known.get(target.key)
            if uid and live["metadata"].get("uid") != uid:
                return report.GONE
            target.reason = explain_deletion(live)
            return None

        return self._round(targets, timeout).run(check, progress, "not gone")


def _check_ready(target: _Target) -> str | None:
    """State when the target's waiting is over, else None; notes the reason."""
    if target.live is None:
        target.reason = "does not exist"
        return None
    status = readiness.status_of(target.live)
    target.reason = status.reason
    if target.key.kind == "Namespace" and status.state == readiness.FAILED:
        target.reason = explain_deletion(target.live)
    return None if status.state == readiness.PROGRESSING else status.state


class _Round:
    """One call of the waiter."""

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        clock: Clock,
        pace: Pace,
        targets: Sequence[_Target],
        timeout: float,
    ) -> None:
        self._client = client
        self._clock = clock
        self._pace = pace
        self._targets = targets
        self._timeout = timeout
        self._began = clock.now()
        self._done: dict[int, WaitResult] = {}
        self._diagnosed = self._began - pace.diagnose + 1.0
        self._reported = self._began
        self._began_there = client.server_time()
        self._leftovers = Leftovers(client, kinds)
        self.asks_again = False

    def _ask_again(self) -> None:
        """Have the controllers of workloads that lack pods since long try again now, once."""
        for target in self._targets if self.asks_again else ():
            if target.live is not None:
                retry.ask_again(self._client, target.kind, target.live, self._began_there)
        self.asks_again = False

    def run(
        self,
        check: Callable[[_Target], str | None],
        progress: Callable[[str], None] | None,
        what: str,
    ) -> list[WaitResult]:
        pause = self._pace.first
        while True:
            pending = self._pending()
            reached = self._read([target for _index, target in pending])
            if reached:
                self._ask_again()
            failed = False
            for index, target in pending if reached else ():
                state = check(target)
                if state == report.FAILED:
                    failed = True
                    self._look_at([target])
                if state is not None:
                    self._finish(index, target, state)
            pending = self._pending()
            now = self._clock.now()
            late = now - self._began >= self._timeout
            if (
                pending
                and reached
                and (late or failed or now - self._diagnosed > self._pace.diagnose)
            ):
                self._diagnosed = now
                failed = self._diagnose(pending, now) or failed
                pending = self._pending()
            if failed or late or not pending:
                return self._close(pending, report.STOPPED if failed else report.TIMEOUT)
            if progress and now - self._reported >= self._pace.report:
                self._reported = now
                rest = [(target.key, target.explain()) for _index, target in pending]
                seconds = now - self._began
                text = report.summarize(rest, len(self._targets), what)
                progress(f"{text} [{seconds:.0f} of {self._timeout:g} s]")
            self._clock.sleep(max(0.0, min(pause, self._began + self._timeout - now)))
            pause = min(pause * 1.5, self._pace.slowest)

    def _pending(self) -> list[tuple[int, _Target]]:
        return [entry for entry in enumerate(self._targets) if entry[0] not in self._done]

    def _finish(self, index: int, target: _Target, state: str) -> None:
        seconds = self._clock.now() - self._began
        self._done[index] = WaitResult(target.key, state, target.explain(), seconds)

    def _close(self, pending: Sequence[tuple[int, _Target]], state: str) -> list[WaitResult]:
        for index, target in pending:
            self._finish(index, target, state)
        return [self._done[index] for index in range(len(self._targets))]

    def _read(self, targets: Sequence[_Target]) -> bool:
        """Read the targets anew; False when the cluster does not answer for the moment."""
        groups: dict[tuple[Kind, str], list[_Target]] = {}
        for target in targets:
            groups.setdefault((target.kind, target.key.namespace), []).append(target)
        try:
            self._client.map(self._read_group, list(groups.items()))
        except (ConnectError, ApiError) as exc:
            passing = (
                exc.status == 429 or exc.status >= 500
                if isinstance(exc, ApiError)
                else not exc.permanent
            )
            if not passing:
                raise
            for target in targets:
                target.reason = f"the cluster does not answer: {exc}"
            return False
        return True

    def _read_group(self, group: tuple[tuple[Kind, str], list[_Target]]) -> None:
        (kind, namespace), targets = group
        few = FEW_LARGE if (kind.group, kind.kind) in _LARGE else FEW
        if len(targets) <= few:
            for target in targets:
                target.live = self._client.get(kind, namespace, target.key.name)
            return
        try:
            items = self._client.list(kind, namespace).items
        except ApiError as exc:
            if not exc.kind_not_served:
                raise
            items = []
        by_name = {item["metadata"]["name"]: item for item in items}
        for target in targets:
            target.live = by_name.get(target.key.name)

    def _look_at(self, targets: Sequence[_Target]) -> bool:
        """Note what stands in the way of targets; False when we may not look or cannot."""
        workloads = [
            target
            for target in targets
            if target.live and (target.key.group, target.key.kind) in WORKLOADS
        ]
        spaces = sorted({target.key.namespace for target in workloads})
        try:
            around = dict(zip(spaces, self._client.map(self._surroundings, spaces)))
            for target in targets:
                if target in workloads:
                    surroundings = around[target.key.namespace]
                    target.problems = problems_of(target.live or {}, surroundings)
                elif target.key.kind == "Namespace" and target.live:
                    target.problems = self._leftovers.problems_of(target.live)
                elif target.key.group == GROUP and target.live:
                    target.problems = routes.problems_of(self._client, target.live)
        except (ConnectError, ApiError):
            # Without the right to read pods and events we wait as long as we are told to.
            return False
        return True

    def _diagnose(self, pending: Sequence[tuple[int, _Target]], now: float) -> bool:
        """Look for what stands in the way of pending objects; True when one cannot succeed."""
        if not self._look_at([target for _index, target in pending]):
            return False
        failed = False
        for index, target in pending:
            keys = {problem.key for problem in target.problems}
            target.since = {key: at for key, at in target.since.items() if key in keys}
            for problem in target.problems:
                since = target.since.setdefault(problem.key, now)
                if problem.patience is None or not self._pace.patience:
                    continue
                if now - since >= problem.patience * self._pace.patience:
                    self._finish(index, target, report.FAILED)
                    failed = True
                    break
        return failed

    def _surroundings(self, namespace: str) -> Surroundings:
        client = self._client
        pods = client.list(_POD, namespace).items
        events = client.list(_EVENT, namespace, fields="type=Warning").items
        if any(map(is_unscheduled, pods)):
            for reason in SCALING:
                events += client.list(_EVENT, namespace, fields=f"reason={reason}").items
        return Surroundings(
            replica_sets=client.list(_REPLICA_SET, namespace).items,
            pods=pods,
            events=events,
            now=client.server_time(),
            began=self._began_there,
        )


_REPLICA_SET = Kind("apps", "v1", "ReplicaSet", "replicasets", True)
_POD = Kind("", "v1", "Pod", "pods", True)
_EVENT = Kind("", "v1", "Event", "events", True)
