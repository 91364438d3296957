# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Workloads of a mesh as they are now, and its gateways' addresses, for the summary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.addresses import (
    gateway_addresses,
    node_addresses,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import MeshReport

_WORKLOADS = ("Deployment", "DaemonSet")
_WAYS_IN = ("Service", "Route")


def add_status(client: Client, kinds: Kinds, plan: Plan, report: MeshReport) -> None:
    """Fill in the report's workloads (ready and wanted pods) and the gateways' addresses."""
    entries = {entry.name: entry for entry in report.components}
    wanted = [
        (component, obj)
        for component in plan.components
        for obj in component.objects
        if component.name in entries
        and (obj["kind"] in _WORKLOADS or (component.kind == "gateway" and obj["kind"] in _WAYS_IN))
    ]

    def read(obj: Mapping[str, Any]) -> Any:
        metadata = obj["metadata"]
        try:
            return client.get(kinds.of(obj), metadata.get("namespace") or "", metadata["name"])
        except ApiError as error:
            if error.status in (403, 404):
                return None
            raise

    lives = client.map(read, [obj for _component, obj in wanted])
    ways_in: dict[str, list[dict[str, Any]]] = {}
    for (component, obj), live in zip(wanted, lives):
        if live is None:
            continue
        if obj["kind"] in _WAYS_IN:
            ways_in.setdefault(component.name, []).append(live)
        else:
            entries[component.name].workloads.append(_pods_of(live))
    nodes = lru_cache(maxsize=None)(partial(node_addresses, client))
    for name, found in ways_in.items():
        services = [live for live in found if live["kind"] == "Service"]
        routes = [live for live in found if live["kind"] == "Route"]
        entries[name].addresses += gateway_addresses(services, routes, nodes)


def _pods_of(live: Mapping[str, Any]) -> dict[str, Any]:
    status, metadata = live.get("status") or {}, live["metadata"]
    if live["kind"] == "DaemonSet":
        ready, wanted = status.get("numberReady", 0), status.get("desiredNumberScheduled", 0)
    else:
        ready, wanted = status.get("readyReplicas", 0), (live.get("spec") or {}).get("replicas", 1)
    return {
        "kind": live["kind"],
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "ready": ready,
        "pods": wanted,
    }
