"""Threads of proxies of Istio 1.11 to 1.17."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.concurrency import (
    cpus,
    estimated_concurrency,
)

VALUES = {"global": {"proxy": {"resources": {"requests": {"cpu": "100m"}}}}}


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("2", 2), ("2000m", 2), ("2001m", 3), ("0.5", 1), (".5", 1), ("3e0", 3), ("1Ki", 1024),
        ("1k", 1000), ("100n", 1), ("0", 0), ("", 0), ("two", 0), ("1e99999", 0),
    ],
)  # fmt: skip
def test_cpus_are_rounded_up(quantity: str, expected: int) -> None:
    assert cpus(quantity) == expected


def test_what_is_configured_wins() -> None:
    annotations = {"sidecar.istio.io/proxyCPULimit": "4"}
    assert estimated_concurrency({"concurrency": 3}, annotations, VALUES) == 3
    assert estimated_concurrency({"concurrency": 0}, annotations, VALUES) == 4


def test_limits_come_before_requests_and_annotations_before_values() -> None:
    limit, request = "sidecar.istio.io/proxyCPULimit", "sidecar.istio.io/proxyCPU"
    assert estimated_concurrency({}, {limit: "4", request: "2"}, VALUES) == 4
    assert estimated_concurrency({}, {request: "2"}, VALUES) == 2
    assert estimated_concurrency({}, {}, VALUES) == 1
    both = {"global": {"proxy": {"resources": {"limits": {"cpu": 2}, "requests": {"cpu": 1}}}}}
    assert estimated_concurrency({}, {}, both) == 2
    assert estimated_concurrency({}, {}, {}) == 0
