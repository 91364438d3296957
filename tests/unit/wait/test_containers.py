"""Pods that run, and pods that only say so."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._wait.containers import run_nothing

REAL = {"state": {"running": {}}, "containerID": "containerd://a"}
SIMULATED: dict[str, Any] = {"state": {"running": {}}}
WAITING = {"state": {"waiting": {"reason": "ContainerCreating"}}, "containerID": ""}


def pod(*entries: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": metadata, "status": {"containerStatuses": list(entries)}}


@pytest.mark.parametrize(
    ("pods", "nothing"),
    [
        ([], False),
        ([{"metadata": {}}], False),
        ([pod(WAITING)], False),
        ([pod(REAL)], False),
        ([pod(SIMULATED)], True),
        ([pod(SIMULATED), pod(WAITING)], True),
        ([pod(SIMULATED), pod(REAL)], False),
        ([pod(SIMULATED, deletionTimestamp="2026-01-01T00:00:00Z")], False),
    ],
)
def test_run_nothing(pods: list[dict[str, Any]], nothing: bool) -> None:
    assert run_nothing(pods) is nothing
