# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user ids of proxies against those of the applications beside them.

From Istio 1.20 on a proxy on OpenShift runs as the last user of its namespace's range (GetProxyIDs
in pkg/kube/inject), before as 1337. What runs as the proxy's user is not redirected to it. And an
SCC with a range of its own does not take a proxy of the namespace's range (istio#61791).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.id_ranges import (
    MCS,
    UIDS,
    parse_block,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import version_key
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.constraints import (
    Scc,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.grants import Grant
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.members import (
    injected_members,
    workload_namespaces,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.pods import (
    Member,
    as_the_proxy,
    pods_of,
    refused_by_range,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.exempt import is_exempt
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import parse_time

_NAME = "user ids"
_FIXED, _RANGES_SINCE = 1337, (1, 20)
# The controller that annotates a namespace may be a moment late.
_YOUNG = timedelta(seconds=30)
_SHOWN = 10

Object = Mapping[str, Any]


class _Looked(NamedTuple):
    namespace: str
    missing: tuple[str, ...]
    same: list[str]
    refused: list[str]


def check_user_ids(
    client: Client, kinds: Kinds, plan: Plan, grants: Sequence[Grant], sccs: list[Scc] | None
) -> Finding:
    """Look at namespaces that are there already: at members' pods and templates too.

    One request for each namespace of the mesh, and three more for each member.
    """
    members, own = injected_members(plan), workload_namespaces(plan)
    rule = _Rule(plan, grants, sccs or [])

    def look(name: str) -> _Looked:
        live = read_if_there(client, kinds.find("v1", "Namespace").path("", name))
        metadata = (live or {}).get("metadata") or {}
        if live is None or is_exempt(name, metadata.get("labels") or {}):
            return _Looked(name, (), [], [])
        notes = metadata.get("annotations") or {}
        missing = tuple(n for n in (UIDS, MCS) if not notes.get(n))
        block = parse_block(str(notes.get(UIDS) or ""))
        if UIDS not in missing and block is None:
            missing = (f"{UIDS} that reads start/size (it is {notes[UIDS]!r})",)
        age = client.server_time() - parse_time(str(metadata.get("creationTimestamp")))
        if missing:
            return _Looked(name, missing if age > _YOUNG else (), [], [])
        if name not in members or block is None:
            return _Looked(name, (), [], [])
        return rule.judge(name, block, pods_of(client, kinds, name))

    seen = client.map(look, sorted(members | own))
    return _finding(seen, own, len(members))


class _Rule:
    """What holds for the proxies of one plan."""

    def __init__(self, plan: Plan, grants: Sequence[Grant], sccs: Sequence[Scc]) -> None:
        made = [obj for obj in plan.objects if obj["kind"] == "SecurityContextConstraints"]
        self._sccs: dict[str, Object] = {s["metadata"]["name"]: s for s in (*sccs, *made)}
        self._grants = grants
        self._fixed = version_key(plan.version)[:2] < _RANGES_SINCE
        self._reads_sccs = _reads_sccs(plan)

    def judge(self, namespace: str, block: tuple[int, int], pods: Sequence[Object]) -> _Looked:
        """What is wrong with the pods of a member, its range of user ids being `block`."""
        granted = [
            self._sccs[grant.scc]
            for grant in self._grants
            if grant.reaches(namespace) and grant.scc in self._sccs
        ]
        uid = _FIXED if self._fixed else block[1]
        member = Member(namespace, block, uid, self._reads_sccs and not self._fixed)
        return _Looked(
            namespace,
            (),
            as_the_proxy(member, pods),
            refused_by_range(member, pods, self._sccs, granted),
        )


def _reads_sccs(plan: Plan) -> bool:
    """Whether istiod may read SCCs, and so gives proxies an id that the pod's SCC takes.

    The chart's role for it came with the correction of istio#61791.
    """
    return any(
        SCC.plural in (rule.get("resources") or ()) and "list" in (rule.get("verbs") or ())
        for obj in plan.objects
        if obj["kind"] == "ClusterRole"
        for rule in obj.get("rules") or ()
    )


def _finding(seen: Sequence[_Looked], own: set[str], members: int) -> Finding:
    parts: list[tuple[str, str]] = []
    bare = [f"{one.namespace} has no {' nor '.join(one.missing)}" for one in seen if one.missing]
    if bare:
        parts.append(
            (
                "namespaces lack what OpenShift admits pods by:\n" + _lines(bare),
                "OpenShift's cluster-policy-controller writes these annotations within seconds: "
                "see that it runs, and that nothing takes them away. One that is there and cannot "
                "be read it leaves alone: correct it, or remove it to have it written anew.",
            )
        )
    same = [line for one in seen for line in one.same]
    if same:
        parts.append(
            (
                "containers run as the user of the proxy beside them, so that their traffic would "
                "pass it by:\n" + _lines(same),
                "Take runAsUser out of their pods, or set another one.",
            )
        )
    refused = [line for one in seen for line in one.refused]
    if refused:
        parts.append(
            (
                "pods run under an SCC with user ids of its own, which does not take the proxy "
                "(istio#61791):\n" + _lines(refused),
                "Let the SCC take its range from the namespace (no uidRangeMin and uidRangeMax), "
                f"or annotate the namespace with {UIDS} inside the SCC's range, at least two ids "
                "wide; or grant an SCC that takes both (mesh_openshift.application_sccs).",
            )
        )
    if not parts:
        where = f"the {members} member namespaces" if members > 1 else "the mesh's namespaces"
        return Finding(_NAME, OK, f"nothing keeps proxies from users of their own in {where}")
    fails = any(one.missing and one.namespace in own for one in seen)
    return Finding(
        _NAME,
        FAILED if fails else WARNING,
        "\n    ".join(message for message, _remedy in parts),
        " ".join(remedy for _message, remedy in parts),
    )


def _lines(items: list[str]) -> str:
    more = [f"and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return "\n".join(f"      - {item}" for item in items[:_SHOWN] + more)
