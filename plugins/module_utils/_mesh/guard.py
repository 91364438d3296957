# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the mesh does not want any more and still leaves in the cluster, because it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    KEPT,
    Keep,
    ObjectResult,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.dependants import (
    NETWORK,
    REMEDY,
    Dependants,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Listed
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import GATEWAY, LiveSet
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject

PLATFORM = "platform"
CNI = "cni"
# Of a member that moves to another set of the mesh: nothing is said of it.
MOVES = "another component of the mesh takes it over"
_SHOWN = 3


class Guard:
    """Decides for one run; `check_mode` counts pods as gone whose workload the run would replace.

    What one revision does not want stays as long as another one lives; what pods of an older era
    need stays until they are gone.
    """

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        plan: Plan,
        lives: Iterable[LiveSet],
        check_mode: bool,
    ) -> None:
        leaving = plan.objects if check_mode else ()
        self._dependants = Dependants(client, kinds, plan.components, leaving)
        self._wanted = {key_of(obj) for obj in plan.objects}
        self._others = sorted(
            live.revision or "default"
            for live in lives
            if live.kind == "istiod" and live.revision != plan.revision
        )

    def keep(self, kind: str) -> Keep | None:
        """What the engine has to ask for a component of this kind; None for most.

        Pods are looked at anew: the components before may have taken theirs away.
        """
        self._dependants.look_again()
        if kind == PLATFORM:
            return self._why
        return {CNI: self._why_network, GATEWAY: self._why_moves}.get(kind)

    def keep_entry(self, scc: str, subject: Subject) -> str:
        """The same for an entry in the lists of an SCC."""
        return self._of_others() or _remedied(self._dependants.of_entry(scc, subject))

    def _why(self, live: Mapping[str, Any]) -> str:
        if key_of(live) in self._wanted:
            return MOVES
        return self._of_others() or _remedied(self._dependants.of(live))

    def _why_network(self, live: Mapping[str, Any]) -> str:
        if key_of(live) in self._wanted:
            return MOVES
        return _remedied(self._dependants.of_network(live))

    def _why_moves(self, live: Mapping[str, Any]) -> str:
        return MOVES if key_of(live) in self._wanted else ""

    def _of_others(self) -> str:
        return f"revision {', '.join(self._others)} may need it" if self._others else ""


def without_moved(results: Iterable[ObjectResult]) -> list[ObjectResult]:
    """The results without those of objects that another component has reported."""
    return [r for r in results if not (r.action == KEPT and r.reason == MOVES)]


def kept_lines(results: Iterable[ObjectResult]) -> list[str]:
    """A line for each reason for which objects were kept, with the first of them."""
    by_reason: dict[str, list[str]] = {}
    for result in results:
        if result.action == KEPT:
            by_reason.setdefault(result.reason, []).append(str(result.key))
    return [f"{_some(names)}: {reason}" for reason, names in by_reason.items()]


def warnings_for(
    client: Client,
    kinds: Kinds,
    doomed: Iterable[LiveSet],
    members: Callable[[LiveSet], list[dict[str, Any]]],
    entries: Sequence[Listed],
) -> list[str]:
    """Which pods could not be made again once these sets and entries are gone.

    `members` reads the objects of a set. Pods of the sets' own workloads do not count; most meshes
    have nothing that pods need, and then the other sets are not read.
    """
    doomed = list(doomed)
    read = {live: members(live) for live in doomed if live.kind in (PLATFORM, CNI)}
    given = [
        obj
        for live, objects in read.items()
        for obj in objects
        if obj["kind"] == NETWORK or (live.kind == PLATFORM and obj["kind"] != "ClusterRole")
    ]
    if not (given or entries):
        return []
    leaving = [obj for live in doomed for obj in (read[live] if live in read else members(live))]
    dependants = Dependants(client, kinds, leaving=leaving)
    needed = [(str(key_of(obj)), dependants.of(obj)) for obj in given]
    needed += [
        (f"{one.subject} in the lists of SCC {one.scc}", dependants.of_entry(*one))
        for one in entries
    ]
    return [
        f"{name} is removed although {why}. They run on, and are refused when they are made again "
        "as they are: restart them without sidecars, or grant them what they need"
        for name, why in needed
        if why
    ]


def _remedied(needed: str) -> str:
    return f"{needed}; {REMEDY}" if needed else ""


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
