# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking controllers to try again at once what was refused earlier.

A controller whose pods are refused waits ever longer between its attempts, up to a quarter of an
hour (DefaultControllerRateLimiter of client-go). When the reason has gone meanwhile, by a grant or
a larger quota, nobody tells it. A change of the workload does: annotations of a Deployment are
copied to its ReplicaSets (SetNewReplicaSetAnnotations), and controllers look at changed objects
without waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import last_change
from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import condition

Object = Mapping[str, Any]

RETRIED = "meshops.istio/retried"
# A manager of its own: the annotation is nothing that anybody desires.
MANAGER = "meshops.istio-retry"
# A workload that was changed just now is tried just now.
_RECENTLY = timedelta(seconds=3)


def is_stuck(workload: Object, now: datetime) -> bool:
    """Whether the workload lacks pods since long: its controller may be waiting."""
    if now - last_change(workload) < _RECENTLY:
        return False
    status = workload.get("status") or {}
    if status.get("observedGeneration") != (workload.get("metadata") or {}).get("generation"):
        return False
    kind = workload.get("kind")
    if kind == "Deployment":
        return condition(workload, "ReplicaFailure").get("status") == "True"
    if kind == "DaemonSet":
        return int(status.get("currentNumberScheduled") or 0) < int(
            status.get("desiredNumberScheduled") or 0
        )
    if kind == "StatefulSet":
        return int(status.get("replicas") or 0) < int(
            (workload.get("spec") or {}).get("replicas", 1)
        )
    return False


def ask_again(client: Client, kind: Kind, workload: Object, now: datetime) -> bool:
    """Note the time on a stuck workload; return whether that was done.

    Without the right to it, or when it fails, waiting goes on as it would have.
    """
    if not is_stuck(workload, now):
        return False
    metadata = workload["metadata"]
    try:
        client.request(
            "PATCH",
            kind.path(metadata.get("namespace") or "", metadata["name"]),
            query={"fieldManager": MANAGER},
            body={"metadata": {"annotations": {RETRIED: now.strftime("%Y-%m-%dT%H:%M:%SZ")}}},
            content_type="application/merge-patch+json",
        )
    except (ApiError, ConnectError):
        return False
    return True
