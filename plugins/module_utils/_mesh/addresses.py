# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a gateway is reached from outside the cluster, as the summary prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import (
    admissions,
    url_of,
)

Object = Mapping[str, Any]

_NODE = Kind("", "v1", "Node", "nodes", False)
# Of many nodes the first ones are enough to try it.
_SHOWN_NODES = 3
# The best first. A node that has no address known outside is at least known in its own network.
_NODE_ADDRESSES = ("ExternalIP", "ExternalDNS", "InternalIP", "Hostname")
# Of the gateway charts: for the kubelet's probes, not for clients.
_STATUS_PORT = "status-port"


def gateway_addresses(
    services: Iterable[Object], routes: Sequence[Object], nodes: Callable[[], list[str]]
) -> list[str]:
    """Where a gateway with these live objects is reached: its Routes first, then its Services.

    `nodes` returns the addresses of nodes, and is asked when there are ports of nodes. Where a
    Route leads to the gateway, a Service that cannot be reached from outside is no news.
    """
    found = [text for route in routes for text in route_addresses(route)]
    reached = any(word.admitted for route in routes for word in admissions(route))
    for service in services:
        if not (reached and _is_inner(service)):
            found += service_addresses(service, nodes)
    return found


def route_addresses(route: Object) -> list[str]:
    """The URL of a Route at each host that a router has admitted, else why there is none."""
    words = admissions(route)
    admitted = list(dict.fromkeys(url_of(route, word.host) for word in words if word.admitted))
    if admitted:
        return admitted
    host = str((route.get("spec") or {}).get("host") or "")
    name = url_of(route, host) if host else f"Route {route['metadata']['name']}"
    reason = words[0].reason if words else ""
    return [f"{name} (no router admits it{f': {reason}' if reason else ' yet'})"]


def service_addresses(service: Object, nodes: Callable[[], list[str]]) -> list[str]:
    """The addresses of load balancers, else ports of nodes, else what there is."""
    spec = service.get("spec") or {}
    found = _balancers(service) + [str(address) for address in spec.get("externalIPs") or ()]
    if found:
        return found
    kind = spec.get("type", "ClusterIP")
    if kind == "ClusterIP":
        return [f"{spec.get('clusterIP', 'None')} (ClusterIP)"]
    if kind == "ExternalName":
        return [str(spec.get("externalName"))]
    ports = _node_ports(spec)
    where = f"{', '.join(nodes()) or 'any node'} at {', '.join(ports)}" if ports else ""
    if kind == "LoadBalancer":
        return [f"no address from the load balancer yet{f', until then {where}' if where else ''}"]
    return [f"{where or spec.get('clusterIP')} ({kind})"]


def node_addresses(client: Client) -> list[str]:
    """An address of each of the first ready nodes; none when the account may not read nodes."""
    try:
        items = client.list(_NODE).items
    except ApiError as error:
        if error.status == 403:
            return []
        raise
    found = [text for text in map(_address_of, filter(_is_ready, items)) if text]
    more = len(found) - _SHOWN_NODES
    return found[:_SHOWN_NODES] + ([f"{more} more nodes"] if more > 0 else [])


def _balancers(service: Object) -> list[str]:
    balancer = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return [str(entry.get("hostname") or entry.get("ip")) for entry in balancer]


def _is_inner(service: Object) -> bool:
    """Whether it has no address of its own outside the cluster; ports of nodes do not count."""
    spec = service.get("spec") or {}
    if _balancers(service) or spec.get("externalIPs"):
        return False
    return spec.get("type", "ClusterIP") in ("ClusterIP", "LoadBalancer")


def _node_ports(spec: Object) -> list[str]:
    return [
        f"{port.get('name') or port.get('port')} {port['nodePort']}"
        for port in spec.get("ports") or ()
        if port.get("nodePort") and port.get("name") != _STATUS_PORT
    ]


def _address_of(node: Object) -> str:
    addresses = (node.get("status") or {}).get("addresses") or ()
    by_type = {entry.get("type"): str(entry.get("address")) for entry in reversed(addresses)}
    return next((by_type[kind] for kind in _NODE_ADDRESSES if kind in by_type), "")


def _is_ready(node: Object) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
