"""Pods that were injected before."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.strip import (
    OVERRIDES,
    injected_before,
    read_overrides,
    reinsert_overrides,
    strip_pod,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

STATUS = "sidecar.istio.io/status"
MESH = {"defaultConfig": {"statusPort": 15020}}
ADDED = json.dumps(
    {"containers": ["istio-proxy"], "initContainers": ["istio-init"], "volumes": None}
)


def _pod(status: Any = ADDED, **annotations: str) -> dict[str, Any]:
    text = status if isinstance(status, str) else json.dumps(status)
    return {
        "metadata": {"annotations": {STATUS: text, **annotations}},
        "spec": {
            "containers": [{"name": "web"}, {"name": "istio-proxy"}],
            "initContainers": [{"name": "istio-init"}, {"name": "first"}],
        },
    }


def test_what_was_injected_is_taken_out() -> None:
    pod = _pod()
    before = copy.deepcopy(pod)
    stripped = strip_pod(pod, MESH)
    assert pod == before
    assert stripped["spec"]["containers"] == [{"name": "web"}]
    assert stripped["spec"]["initContainers"] == [{"name": "first"}]
    assert stripped["metadata"]["annotations"] == {}


@pytest.mark.parametrize("port", ["15020", "9090"])
def test_annotations_for_prometheus_go_if_they_point_to_the_agent(port: str) -> None:
    annotations = {"prometheus.io/port": port, "prometheus.io/path": "/m"}
    kept = strip_pod(_pod(**annotations), MESH)["metadata"]["annotations"]
    assert kept == ({} if port == "15020" else annotations)


@pytest.mark.parametrize("status", ["{", "[]", '{"containers": "x"}', '{"containers": [1]}'])
def test_a_status_that_cannot_be_read_is_none(status: str) -> None:
    pod = _pod(status)
    assert injected_before(pod) is None
    assert strip_pod(pod, MESH) is pod


def test_an_empty_status_is_one() -> None:
    assert injected_before(_pod("null")) == ([], [])
    assert strip_pod(_pod("null"), MESH)["metadata"]["annotations"] == {}


def test_overrides_are_put_back_unless_they_are_there() -> None:
    remembered = {
        "containers": [{"name": "istio-proxy", "image": "mine"}, {"name": "web", "image": "x"}],
        "initContainers": [{"name": "istio-init", "args": ["a"]}],
    }
    pod = strip_pod(_pod(**{OVERRIDES: json.dumps(remembered)}), MESH)
    before = copy.deepcopy(pod)
    result = reinsert_overrides(pod)
    assert pod == before
    assert [(item["name"], item.get("image")) for item in result["spec"]["containers"]] == [
        ("web", None),
        ("istio-proxy", "mine"),
    ]
    assert result["spec"]["initContainers"][1]["args"] == ["a"]


@pytest.mark.parametrize("text", ["{", "[]", '{"containers": 5}', '{"containers": [{"name": 5}]}'])
def test_overrides_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(MeshError, match=r"annotation proxy\.istio\.io/overrides"):
        read_overrides(_pod(**{OVERRIDES: text}))
