# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which other Route keeps a router from admitting one.

A host belongs to the oldest Route that has it, and to its namespace, unless the IngressController
says that namespaces may share hosts. Routes of one host are told apart by their paths; next to an
older one that passes TLS through, none that uses TLS can be (openshift/router,
pkg/router/controller: unique_host.go, host_admitter.go, hostindex/activation.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import (
    GROUP,
    Route,
    admissions,
    domain_of,
    is_encrypted,
    is_passthrough,
    is_wildcard,
)

ROUTE = Kind(GROUP, "v1", "Route", "routes", True)
CONTROLLERS = "/apis/operator.openshift.io/v1/namespaces/openshift-ingress-operator"
# What an IngressController without routeAdmission does (openshift/api, operator/v1).
STRICT, DISALLOWED = "Strict", "WildcardsDisallowed"


class Policy(NamedTuple):
    """What the routers of a cluster admit; `known` is false when the account may not ask."""

    wildcards: bool = False
    sharing: bool = False
    known: bool = False


def policy_of(client: Client) -> Policy:
    """What the IngressControllers say; what one of several admits counts as admitted.

    Raises KubeError, but not where there are none or the account may not read them.
    """
    try:
        items = client.request("GET", f"{CONTROLLERS}/ingresscontrollers").get("items") or ()
    except ApiError as error:
        if error.status in (403, 404):
            return Policy()
        raise
    said = [(item.get("spec") or {}).get("routeAdmission") or {} for item in items]
    return Policy(
        wildcards=any(entry.get("wildcardPolicy", DISALLOWED) != DISALLOWED for entry in said),
        sharing=any(entry.get("namespaceOwnership", STRICT) != STRICT for entry in said),
        known=bool(said),
    )


def routes_of(client: Client) -> list[dict[str, Any]] | None:
    """All Routes of the cluster; None when the account may not list them."""
    try:
        return client.list(ROUTE).items
    except ApiError as error:
        if error.status in (403, 404):
            return None
        raise


def holder_of(route: Route, others: Iterable[Route], policy: Policy) -> Route | None:
    """The oldest Route that has what this one wants; None when nothing is in its way.

    A Route that is not in the cluster yet is younger than all that are.
    """
    mine = key_of(route)
    rivals = [
        other
        for other in others
        if key_of(other) != mine
        and _is_older(other, route)
        and not _is_rejected(other)
        and _excludes(other, route, policy)
    ]
    return min(rivals, key=_age, default=None)


def exclude_each_other(one: Route, other: Route, policy: Policy) -> bool:
    """Whether no router admits both, whichever of them is older."""
    return _excludes(one, other, policy) or _excludes(other, one, policy)


def described(route: Route) -> str:
    """`Route shop/web (of 2026-11-21T10:15:32Z)`."""
    created = route["metadata"].get("creationTimestamp")
    return f"{key_of(route)} (of {created})" if created else str(key_of(route))


def _age(route: Route) -> tuple[str, str]:
    metadata: Mapping[str, Any] = route["metadata"]
    return str(metadata.get("creationTimestamp") or "~"), str(metadata.get("uid") or "~")


def _is_older(other: Route, route: Route) -> bool:
    return _age(other) < _age(route)


def _is_rejected(route: Route) -> bool:
    """Whether routers have spoken, and none has admitted it: then it holds nothing."""
    words = admissions(route)
    return bool(words) and not any(word.admitted for word in words)


def _excludes(older: Route, newer: Route, policy: Policy) -> bool:
    hosts = [str(route["spec"].get("host") or "") for route in (older, newer)]
    same_namespace = older["metadata"]["namespace"] == newer["metadata"]["namespace"]
    shared = same_namespace or policy.sharing
    if hosts[0] == hosts[1] != "":
        return not shared or _same_path(older, newer) or _passes_all(older, newer)
    wild = is_wildcard(older), is_wildcard(newer)
    if not any(wild) or domain_of(hosts[0]) != domain_of(hosts[1]):
        return False
    return not shared or (all(wild) and _same_path(older, newer))


def _same_path(older: Route, newer: Route) -> bool:
    return (older["spec"].get("path") or "") == (newer["spec"].get("path") or "")


def _passes_all(older: Route, newer: Route) -> bool:
    return is_passthrough(older) and is_encrypted(newer)
