"""Which workloads have their controllers asked to try again, and how."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._wait.retry import is_stuck

Object = dict[str, Any]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FAILURE = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}


def workload(kind: str, changed: str = "11:58:00", observed: int = 2, **status: Any) -> Object:
    managed = [{"manager": "us", "time": f"2026-11-21T{changed}Z"}]
    return {
        "kind": kind,
        "metadata": {"generation": 2, "managedFields": managed},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": observed, **status},
    }


@pytest.mark.parametrize(
    ("entry", "stuck"),
    [
        (workload("Deployment", conditions=[FAILURE]), True),
        (workload("Deployment", conditions=[{**FAILURE, "status": "False"}]), False),
        # Changed a moment ago, or not seen yet: it is tried now anyway.
        (workload("Deployment", changed="11:59:58", conditions=[FAILURE]), False),
        (workload("Deployment", observed=1, conditions=[FAILURE]), False),
        (workload("DaemonSet", currentNumberScheduled=1, desiredNumberScheduled=3), True),
        (workload("DaemonSet", currentNumberScheduled=3, desiredNumberScheduled=3), False),
        (workload("StatefulSet", replicas=1), True),
        (workload("StatefulSet", replicas=2), False),
        (workload("Job", conditions=[FAILURE]), False),
    ],
)
def test_stuck_are_those_that_lack_pods_since_long(entry: Object, stuck: bool) -> None:
    assert is_stuck(entry, NOW) is stuck
