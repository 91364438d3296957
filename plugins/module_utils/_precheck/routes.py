# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes that no router would admit, or that the API server would not let us change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ApplySet,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey, key_of
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.rights import (
    Right,
    account,
    missing_rights,
)
from ansible_collections.meshops.istio.plugins.module_utils._routes.holders import (
    Policy,
    described,
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


def check_routes(
    client: Client, sets: Iterable[tuple[ApplySet, Iterable[Object]]]
) -> list[Finding]:
    """One finding about the Routes of these sets; none without Routes."""
    wanted = [
        (applyset, obj) for applyset, objects in sets for obj in objects if obj["kind"] == "Route"
    ]
    if not wanted:
        return []
    policy, lives = policy_of(client), routes_of(client)
    there = {key_of(live): live for live in lives or ()}
    lines = [
        line
        for applyset, route in wanted
        for line in (
            *_wildcard(route, policy),
            *_unchangeable(route, there),
            *_taken(route, applyset, there, policy),
        )
    ]
    lines += _rights(client, [route for _applyset, route in wanted], there)
    if lines:
        return [
            Finding(
                "routes",
                FAILED,
                f"{len(wanted)} Routes are wanted, and this is in their way:\n"
                + "\n".join(f"      - {line}" for line in lines),
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


def _taken(
    route: Object, applyset: ApplySet, there: Mapping[ObjectKey, Object], policy: Policy
) -> list[str]:
    host = route["spec"].get("host")
    if not host:
        return []
    live = there.get(key_of(route))
    born = {
        field: live["metadata"][field]
        for field in ("creationTimestamp", "uid")
        if live is not None and field in live["metadata"]
    }
    aged = {**route, "metadata": {**route["metadata"], **born}}
    # Those of this set that are not wanted any more are pruned before a router is waited for.
    others = [other for other in there.values() if set_of(other) != applyset.id]
    holder = holder_of(aged, others, policy)
    if holder is None:
        return []
    path = route["spec"].get("path") or ""
    return [
        f"{key_of(route)}: {host}{path} is taken by {described(holder)}, which is older; choose "
        "another host, or remove that Route"
    ]


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
