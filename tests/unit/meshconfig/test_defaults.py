"""Mesh configuration: defaults, what is merged and what is replaced, what goes into a pod."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import PROXY_CONFIG
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageError,
    to_json,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.clean import (
    clean_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_mesh_config,
    default_proxy_config,
    mesh_config,
    with_proxy_config,
)


def test_nothing_given_is_the_default_and_callers_own() -> None:
    assert mesh_config("") == mesh_config(None) == mesh_config({}) == default_mesh_config()
    mesh_config("")["defaultConfig"]["statusPort"] = 1
    default_mesh_config()["extensionProviders"].clear()
    assert default_mesh_config()["defaultConfig"] == default_proxy_config()
    assert len(default_mesh_config()["extensionProviders"]) == 3


def test_the_proxy_configuration_is_merged_and_its_messages_are_replaced() -> None:
    mesh = mesh_config(
        {
            "defaultConfig": {
                "proxyMetadata": {"A": "1", "B": "2"},
                "tracing": {"zipkin": {"address": "z:1"}, "sampling": 5},
                "drainDuration": "1m",
            },
            "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        }
    )
    result = with_proxy_config("proxyMetadata: {B: x, C: w}\ntracing: {sampling: 7}", mesh)
    assert result["defaultConfig"]["proxyMetadata"] == {"A": "1", "B": "x", "C": "w"}
    assert result["defaultConfig"]["tracing"] == {"sampling": 7}
    assert result["defaultConfig"]["statusPort"] == 15020
    assert mesh["defaultConfig"]["proxyMetadata"] == {"A": "1", "B": "2"}
    assert result["outboundTrafficPolicy"] == {}  # REGISTRY_ONLY is the zero value


def test_headers_that_an_overlay_leaves_out_are_kept_but_not_all() -> None:
    mesh = mesh_config(
        {
            "defaultConfig": {
                "proxyHeaders": {
                    "server": {"value": "mine"},
                    "requestId": {"disabled": True},
                    "metadataExchangeHeaders": {"mode": "IN_MESH"},
                }
            }
        }
    )
    overlay = {"proxyHeaders": {"requestId": {}, "forwardedClientCert": "SANITIZE"}}
    assert with_proxy_config(overlay, mesh)["defaultConfig"]["proxyHeaders"] == {
        "server": {"value": "mine"},
        "requestId": {},
        "forwardedClientCert": "SANITIZE",
    }


def test_providers_are_merged_by_name_and_aliases_sorted() -> None:
    mesh = mesh_config(
        """
        trustDomainAliases: [b, a, b]
        defaultProviders: {tracing: [otel]}
        extensionProviders:
        - name: envoy
          envoyFileAccessLog: {path: /dev/null}
        - name: otel
          opentelemetry: {service: otel.svc, port: 4317}
        """
    )
    assert mesh["trustDomainAliases"] == ["a", "b"]
    assert mesh["defaultProviders"] == {"tracing": ["otel"]}
    assert [provider["name"] for provider in mesh["extensionProviders"]] == [
        "prometheus",
        "stackdriver",
        "envoy",
        "otel",
    ]
    assert mesh["extensionProviders"][2]["envoyFileAccessLog"] == {"path": "/dev/null"}


def test_fields_named_as_in_proto_files_are_not_merged() -> None:
    mesh = mesh_config(
        {"default_config": {"statusPort": 7}, "default_providers": {"metrics": ["x"]}}
    )
    assert mesh == default_mesh_config()


def test_what_goes_into_a_pod_is_what_differs_from_the_defaults() -> None:
    mesh = mesh_config({"defaultConfig": {"drainDuration": "45s", "statusPort": 15021}})
    cleaned = clean_proxy_config(mesh["defaultConfig"])
    assert to_json(PROXY_CONFIG, cleaned) == '{"statusPort":15021}'
    assert mesh["defaultConfig"]["drainDuration"] == "45s"


def test_problems_name_the_place() -> None:
    with pytest.raises(MessageError, match=r"meshConfig\.connectTimeout: must be at most 1h"):
        mesh_config({"connectTimeout": "2h"})
    with pytest.raises(
        MessageError, match=r"proxy\.istio\.io/config\.concurrency: must be a whole"
    ):
        with_proxy_config("concurrency: many", mesh_config(""))
    with pytest.raises(MeshError, match="annotation: is not YAML"):
        with_proxy_config("{", mesh_config(""), where="annotation")
