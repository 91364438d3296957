# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes that no router would admit, or that the API server would not let us change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ApplySet,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.access import Right, account
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey, key_of
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.rights import missing_rights
from ansible_collections.meshops.istio.plugins.module_utils._routes.holders import (
    Policy,
    described,
    exclude_each_other,
    holder_of,
    policy_of,
    routes_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import (
    CUSTOM_HOST,
    GROUP,
    is_wildcard,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.routes import ALLOW_WILDCARDS

Object = Mapping[str, Any]


class _Wanted(NamedTuple):
    """A Route of the plan, its set, and the ids of sets that have been pruned before it is made."""

    route: Object
    applyset: ApplySet
    pruned: frozenset[str]


def check_routes(
    client: Client, sets: Iterable[tuple[ApplySet, Iterable[Object]]], own: Collection[str]
) -> list[Finding]:
    """One finding about the Routes of these sets, in the order of applying; none without Routes.

    `own` are the ids of the sets that the mesh has in the cluster.
    """
    wanted, passed = [], []
    for applyset, objects in sets:
        passed.append(applyset.id)
        wanted += [
            _Wanted(obj, applyset, frozenset(passed)) for obj in objects if obj["kind"] == "Route"
        ]
    if not wanted:
        return []
    policy, lives = policy_of(client), routes_of(client)
    there = {key_of(live): live for live in lives or ()}
    lines = [
        line
        for one in wanted
        for line in (*_wildcard(one.route, policy), *_unchangeable(one.route, there))
    ]
    lines += _rights(client, [one.route for one in wanted], there)
    taken = [*_rivals(wanted, policy), *_holders(wanted, there, policy, own)]
    if lines or taken:
        # Who may not read whether namespaces share hosts is not kept from what may be allowed.
        shared = policy._replace(sharing=True)
        certain = policy.known or lines or _rivals(wanted, shared)
        certain = certain or _holders(wanted, there, shared, own)
        return [
            Finding(
                "routes",
                FAILED if certain else WARNING,
                f"{len(wanted)} Routes are wanted, and this is in their way:\n"
                + "\n".join(f"      - {line}" for line in (*lines, *taken)),
                "Change routes of the gateways in mesh_components, or what is in the way.",
            )
        ]
    if lives is None:
        text = "who has their hosts is not known: the account may not list Routes in all namespaces"
    else:
        text = f"no other of {len(lives)} Routes has a host of theirs"
    return [Finding("routes", OK, f"{len(wanted)} Routes are wanted; {text}")]


def _wildcard(route: Object, policy: Policy) -> list[str]:
    if not (is_wildcard(route) and policy.known and not policy.wildcards):
        return []
    return [f"{key_of(route)}: no router admits wildcards; {ALLOW_WILDCARDS}"]


def _unchangeable(route: Object, there: Mapping[ObjectKey, Object]) -> list[str]:
    live = there.get(key_of(route))
    if live is None or is_wildcard(live) == is_wildcard(route):
        return []
    return [
        f"{key_of(route)}: nobody can turn a Route into a wildcard or back; give it another name, "
        "then the old one is pruned"
    ]


def _rivals(wanted: Sequence[_Wanted], policy: Policy) -> list[str]:
    """Routes of the plan of which a router admits one only, whichever it sees first."""
    return [
        f"{key_of(newer.route)}: {_claim(newer.route)} cannot be admitted beside that of "
        f"{key_of(older.route)}, which is wanted too; a host belongs to one namespace, and one "
        "with termination: passthrough has no others with TLS beside it"
        for older, newer in combinations(wanted, 2)
        if exclude_each_other(older.route, newer.route, policy)
    ]


def _holders(
    wanted: Sequence[_Wanted],
    there: Mapping[ObjectKey, Object],
    policy: Policy,
    own: Collection[str],
) -> list[str]:
    """What is in the way of Routes now; those of the plan itself are judged as they are to be."""
    planned = {key_of(one.route) for one in wanted}
    others = [live for key, live in there.items() if key not in planned]
    return [line for one in wanted for line in _taken(one, there, others, policy, own)]


def _taken(
    one: _Wanted,
    there: Mapping[ObjectKey, Object],
    others: Iterable[Object],
    policy: Policy,
    own: Collection[str],
) -> list[str]:
    route = one.route
    if not route["spec"].get("host"):
        return []
    live = there.get(key_of(route))
    born = {
        field: live["metadata"][field]
        for field in ("creationTimestamp", "uid")
        if live is not None and field in live["metadata"]
    }
    aged = {**route, "metadata": {**route["metadata"], **born}}
    # What these sets do not want any more is pruned before a router is waited for.
    rest = [other for other in others if set_of(other) not in one.pruned]
    holder = holder_of(aged, rest, policy)
    if holder is None:
        return []
    said = f"{key_of(route)}: {_claim(route)} is taken by {described(holder)}, which is older"
    if set_of(holder) in own:
        return [
            f"{said}; it is one of this mesh's own that would be removed only after this one has "
            "been waited for: take it out of routes in a run of its own first, or delete it"
        ]
    return [f"{said}; choose another host, or remove that Route"]


def _claim(route: Object) -> str:
    return f"{route['spec'].get('host')}{route['spec'].get('path') or ''}"


def _rights(
    client: Client, routes: Sequence[Object], there: Mapping[ObjectKey, Object]
) -> list[str]:
    """Who changes a Route's host needs a right of its own."""
    changing = [
        route
        for route in routes
        if key_of(route) in there
        and route["spec"].get("host")
        and route["spec"]["host"] != there[key_of(route)]["spec"].get("host")
    ]
    needed = {
        Right(GROUP, CUSTOM_HOST, "update", str(route["metadata"]["namespace"]))
        for route in changing
    }
    missing = missing_rights(client, sorted(needed)) if needed else []
    if not missing:
        return []
    whose = account(client)
    return [f"{whose} may not {right.verb} {right.target}: hosts change" for right in missing]
