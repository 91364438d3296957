# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Workloads and addresses of a mesh as they are now, for the summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import MeshReport

_READ = ("Deployment", "DaemonSet", "Service")


def add_status(client: Client, kinds: Kinds, plan: Plan, report: MeshReport) -> None:
    """Fill in the report's workloads (ready and wanted pods) and the gateways' addresses."""
    entries = {entry.name: entry for entry in report.components}
    wanted = [
        (entries[component.name], obj)
        for component in plan.components
        for obj in component.objects
        if component.name in entries
        and obj["kind"] in _READ
        and (obj["kind"] != "Service" or component.kind == "gateway")
    ]

    def read(obj: Mapping[str, Any]) -> Any:
        metadata = obj["metadata"]
        try:
            return client.get(kinds.of(obj), metadata.get("namespace") or "", metadata["name"])
        except ApiError as error:
            if error.status in (403, 404):
                return None
            raise

    lives = client.map(read, [obj for _entry, obj in wanted])
    for (entry, obj), live in zip(wanted, lives):
        if live is None:
            continue
        if obj["kind"] == "Service":
            entry.addresses += addresses_of(live)
        else:
            entry.workloads.append(_pods_of(live))


def addresses_of(service: Mapping[str, Any]) -> list[str]:
    """Where a gateway's Service is reached: load balancer addresses, else what there is."""
    spec = service.get("spec") or {}
    balancer = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    found = [str(entry.get("hostname") or entry.get("ip")) for entry in balancer]
    if found:
        return found
    kind = spec.get("type", "ClusterIP")
    if kind == "LoadBalancer":
        return ["no address from the load balancer yet"]
    return [f"{spec.get('clusterIP', 'None')} ({kind})"]


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
