"""The table of Kubernetes versions and its verdicts."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._data.kubernetes import (
    check_kubernetes,
    default_kubernetes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


@pytest.mark.parametrize(
    ("istio", "kube", "level"),
    [
        ("1.31.1", "v1.36.2", "ok"),
        ("1.31.1", "1.32", "ok"),
        ("1.31.1", "v1.37.0-gke.1", "ok"),
        ("1.31.1", "1.38.0", "warn"),
        ("1.31.1", "1.31.9", "refuse"),
        ("1.29.2", "1.30.0+k3s1", "warn"),  # below the table, at the minimum
        ("1.29.2", "1.29.0", "refuse"),
        ("1.7.8", "1.16.15", "ok"),
        ("1.9.9", "1.16.0", "refuse"),
        ("1.10.0", "1.17.0", "warn"),
        ("1.32.0", "1.36.0", "warn"),
    ],
)
def test_verdicts(istio: str, kube: str, level: str) -> None:
    assert check_kubernetes(istio, kube).level == level


def test_a_refusal_says_what_is_and_what_is_needed() -> None:
    message = check_kubernetes("1.31.1", "v1.30.4").message
    assert "Istio 1.31 needs Kubernetes 1.32 or later" in message
    assert "runs Kubernetes 1.30" in message


def test_users_may_override_rows() -> None:
    rows = {"1.32": {"minimum": "1.33", "supported": ["1.34", "1.38"]}}
    assert check_kubernetes("1.32.0", "1.36.0", rows).level == "ok"
    assert check_kubernetes("1.32.0", "1.33.0", rows).level == "warn"
    assert check_kubernetes("1.32.0", "1.32.0", rows).level == "refuse"
    assert check_kubernetes("1.31.0", "1.36.0", rows).level == "ok"


@pytest.mark.parametrize(
    "rows",
    [
        {"1.32": "1.33"},
        {"1.32": {"supported": ["1.33"]}},
        {"x": {"supported": ["1.33", "1.34"]}},
        {"1.32": {"supported": [1.33, 1.34]}},
    ],
)
def test_a_broken_override_is_named(rows: dict[str, object]) -> None:
    with pytest.raises(MeshError, match="mesh_kubernetes_versions"):
        check_kubernetes("1.32.0", "1.36.0", rows)


def test_the_offline_default_is_the_newest_supported() -> None:
    assert default_kubernetes("1.31.1") == "1.37.0"
    assert default_kubernetes("1.24.6") == "1.31.0"
    assert default_kubernetes("1.99.0") == "1.37.0"
