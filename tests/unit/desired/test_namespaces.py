"""Namespaces and the labels that decide about injection."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.namespaces import (
    component_namespaces,
    member_namespaces,
)
from tests.unit.desired.meshes import mesh

PRIVILEGED = {"pod-security.kubernetes.io/enforce": "privileged"}


def labels(objects: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Name of each namespace -> its labels."""
    assert {(item["apiVersion"], item["kind"]) for item in objects} <= {("v1", "Namespace")}
    return {item["metadata"]["name"]: item["metadata"].get("labels", {}) for item in objects}


@pytest.mark.parametrize(
    ("options", "member", "expected"),
    [
        ({}, "shop", {"istio-injection": "enabled"}),
        ({"revision": "a"}, "shop", {"istio.io/rev": "a"}),
        ({"revision": "a"}, {"name": "shop", "revision": "b"}, {"istio.io/rev": "b"}),
        ({}, {"name": "shop", "revision": "b"}, {"istio.io/rev": "b"}),
        (
            {"revision": "a"},
            {"name": "shop", "injection": "disabled"},
            {"istio-injection": "disabled"},
        ),
        ({}, {"name": "shop", "injection": "none", "labels": {"x": "y"}}, {"x": "y"}),
        ({}, {"name": "shop", "injection": "ambient"}, {"istio.io/dataplane-mode": "ambient"}),
        ({"profile": "ambient"}, "shop", {"istio.io/dataplane-mode": "ambient"}),
        (
            {"profile": "ambient"},
            {"name": "shop", "injection": "enabled"},
            {"istio-injection": "enabled"},
        ),
    ],
)
def test_injection_labels(options: dict[str, Any], member: Any, expected: dict[str, str]) -> None:
    assert labels(member_namespaces(mesh(members=[member], **options))) == {"shop": expected}


def test_components_live_in_namespaces_of_their_own() -> None:
    made = mesh(
        namespace="mesh",
        values={"global": {"network": "east"}},
        components={
            "cni": {"enabled": True, "namespace": "net"},
            "ingress_gateways": [{"name": "a", "namespace": "edge"}, {"name": "b"}],
        },
    )
    assert labels(component_namespaces(made)) == {
        "edge": {},
        "mesh": {"topology.istio.io/network": "east"},
        "net": PRIVILEGED,
    }


def test_namespaces_of_the_platform_are_left_alone() -> None:
    made = mesh(profile="openshift-ambient")
    assert labels(component_namespaces(made)) == {"istio-system": {}}


def test_host_paths_need_a_privileged_namespace() -> None:
    assert labels(component_namespaces(mesh(profile="ambient"))) == {"istio-system": PRIVILEGED}


def test_a_namespace_has_one_owner_and_all_its_labels() -> None:
    made = mesh(
        members=["shop", "edge", {"name": "istio-system", "injection": "disabled"}],
        components={"ingress_gateways": [{"name": "a", "namespace": "edge"}]},
    )
    assert labels(component_namespaces(made)) == {
        "edge": {"istio-injection": "enabled"},
        "istio-system": {"istio-injection": "disabled"},
    }
    assert list(labels(member_namespaces(made))) == ["shop"]


def test_nothing_empty_is_written() -> None:
    (item,) = member_namespaces(mesh(members=[{"name": "shop", "injection": "none"}]))
    assert item["metadata"] == {"name": "shop"}
