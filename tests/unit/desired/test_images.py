"""Images of containers, and those that istiod will give to pods."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.images import images_of

TEMPLATES = """
templates:
  sidecar: |
    spec:
      containers:
      - name: istio-proxy
        image: "{{ .ProxyImage }}"
  grpc: |
      initContainers:
      - image: "busybox:1.28" # small
"""


def injector(**settings: Any) -> dict[str, Any]:
    values = {"global": {"hub": "r/istio", "tag": "1.31.1", **settings}}
    return {
        "kind": "ConfigMap",
        "metadata": {"name": "istio-sidecar-injector"},
        "data": {"config": TEMPLATES, "values": json.dumps(values)},
    }


def mesh_config(kind: str) -> dict[str, Any]:
    text = f"defaultConfig:\n  image:\n    imageType: {kind}\n"
    return {"kind": "ConfigMap", "metadata": {"name": "istio"}, "data": {"mesh": text}}


def test_containers_of_all_kinds() -> None:
    pod = {
        "containers": [{"image": "a"}, {"image": "auto"}, {"name": "none"}],
        "initContainers": [{"image": "b"}],
    }
    deployment = {"kind": "Deployment", "spec": {"template": {"spec": pod}}}
    crd = {"kind": "CustomResourceDefinition", "spec": {"containers": [{"image": "c"}]}}
    assert images_of(
        [deployment, crd, {"kind": "Pod", "spec": {"containers": [{"image": "a"}]}}]
    ) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("settings", "proxies"),
    [
        ({}, ["r/istio/proxyv2:1.31.1"]),
        ({"variant": "distroless"}, ["r/istio/proxyv2:1.31.1-distroless"]),
        ({"variant": "default", "tag": "1.31.1-debug"}, ["r/istio/proxyv2:1.31.1"]),
        ({"proxy": {"image": "mine"}}, ["r/istio/mine:1.31.1", "r/istio/proxyv2:1.31.1"]),
        (
            {"proxy": {"image": "s/mine:1"}, "proxy_init": {"image": "s/init:2"}},
            ["s/init:2", "s/mine:1"],
        ),
    ],
)
def test_what_the_injector_gives(settings: dict[str, Any], proxies: list[str]) -> None:
    assert images_of([injector(**settings)]) == ["busybox:1.28", *proxies]


def test_the_mesh_s_own_image_type_counts_for_proxies() -> None:
    found = images_of([injector(), mesh_config("distroless")])
    assert found == ["busybox:1.28", "r/istio/proxyv2:1.31.1", "r/istio/proxyv2:1.31.1-distroless"]


def test_an_agentgateway_only_where_it_is_on() -> None:
    env = [{"name": "PILOT_ENABLE_AGENTGATEWAY", "value": "true"}]
    container = {"image": "r/istio/pilot:1.31.1", "env": env}
    istiod = {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}
    assert "r/istio/agentgateway:1.31.1" in images_of([injector(), istiod])
