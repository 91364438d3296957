"""What istiod writes, and what only looks like it."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.leftovers import (
    written_by_istiod,
)


@pytest.mark.parametrize(
    ("kind", "name", "type_", "written"),
    [
        ("ConfigMap", "istio-ca-root-cert", "", True),
        ("ConfigMap", "istio-leader", "", True),
        ("ConfigMap", "istio-gateway-deployment-1-31-1", "", True),
        ("ConfigMap", "istio-settings", "", False),
        ("Secret", "istio-ca-secret", "istio.io/ca-root", True),
        ("Secret", "istio.default", "istio.io/key-and-cert", True),
        ("Secret", "cacerts", "Opaque", False),
        ("Secret", "istio-tokens", "Opaque", False),
    ],
)
def test_written_by_istiod(kind: str, name: str, type_: str, written: bool) -> None:
    obj = {"kind": kind, "metadata": {"name": name}, "type": type_}
    assert written_by_istiod(obj) is written
