"""What Istio refuses in a mesh configuration, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import MessageError
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.addresses import (
    host_problem,
    proxy_address_problem,
    split_host_port,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import mesh_config


@pytest.mark.parametrize(
    ("mesh", "where"),
    [
        ({"proxyListenPort": 0}, "proxyListenPort"),
        ({"connectTimeout": "0.5ms"}, "connectTimeout"),
        ({"protocolDetectionTimeout": "1.5ms"}, "protocolDetectionTimeout"),
        ({"trustDomain": ""}, "trustDomain"),
        ({"trustDomainAliases": ["a_b"]}, "trustDomainAliases[0]"),
        ({"serviceSettings": [{"hosts": ["a.*"]}]}, "serviceSettings[0].hosts"),
        ({"meshMTLS": {"ecdhCurves": ["P-256"]}}, "meshMTLS.ecdhCurves"),
        ({"defaultConfig": {"configPath": ""}}, "defaultConfig.configPath"),
        ({"defaultConfig": {"drainDuration": "1.5s"}}, "defaultConfig.drainDuration"),
        ({"defaultConfig": {"serviceCluster": ""}}, "defaultConfig.serviceCluster"),
        ({"defaultConfig": {"statusPort": 70000}}, "defaultConfig.statusPort"),
        ({"defaultConfig": {"discoveryAddress": "istiod"}}, "defaultConfig.discoveryAddress"),
        (
            {"defaultConfig": {"tracing": {"zipkin": {"address": "$(HOST_IP)"}}}},
            "defaultConfig.tracing.zipkin.address",
        ),
        (
            {"defaultConfig": {"tracing": {"tlsSettings": {"mode": "MUTUAL", "privateKey": "x"}}}},
            "defaultConfig.tracing.tlsSettings",
        ),
        (
            {"defaultConfig": {"privateKeyProvider": {"qat": {}}}},
            "defaultConfig.privateKeyProvider.qat.pollDelay",
        ),
        (
            {"defaultConfig": {"connectionSettings": {"http2InitialStreamWindowSize": 9}}},
            "defaultConfig.connectionSettings.http2InitialStreamWindowSize",
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 50}}]}},
            "localityLbSetting",
        ),
        ({"zoneAwareLbSetting": {"failover": [{"from": "a", "to": "a"}]}}, "zoneAwareLbSetting"),
        (
            {"defaultTrafficPolicy": {"connectionPool": {}}},
            "defaultTrafficPolicy.connectionPool",
        ),
        (
            {"defaultTrafficPolicy": {"outlierDetection": {"maxEjectionPercent": 101}}},
            "defaultTrafficPolicy.outlierDetection.maxEjectionPercent",
        ),
    ],
)
def test_refused(mesh: dict[str, Any], where: str) -> None:
    with pytest.raises(MessageError) as caught:
        mesh_config(mesh, where="mesh")
    assert [problem.where for problem in caught.value.problems] == [f"mesh.{where}"]


@pytest.mark.parametrize(
    "mesh",
    [
        {"connectTimeout": "1h", "protocolDetectionTimeout": "0s", "trustDomain": "a.b."},
        {"defaultConfig": {"tracingServiceName": "CANONICAL_NAME_ONLY"}},
        {"defaultConfig": {"discoveryAddress": "[::1]:15012"}},
        {"defaultConfig": {"tracing": {"datadog": {"address": "$(HOST_IP):8126"}}}},
        {"serviceSettings": [{"hosts": ["*", "*.a", "*-x.b", "a.b."]}]},
        {"localityLbSetting": {"distribute": [{"from": "a/b/*", "to": {"a/b": 70, "a/c": 30}}]}},
        {"defaultTrafficPolicy": {"connectionPool": {"tcp": {"idleTimeout": "0s"}}}},
    ],
)
def test_accepted(mesh: dict[str, Any]) -> None:
    assert mesh_config(mesh).keys() >= mesh.keys()


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("a:1", ("a", "1")),
        (":1", ("", "1")),
        ("[::1]:80", ("::1", "80")),
        ("[a:1", (None, None)),
        ("[::1]", (None, None)),
        ("[::1]x:80", (None, None)),
        ("::1:80", (None, None)),
        ("a]:80", (None, None)),
        ("a", (None, None)),
    ],
)
def test_host_and_port(address: str, parts: tuple[str | None, str | None]) -> None:
    assert split_host_port(address) == parts


def test_hosts() -> None:
    assert not host_problem("a.b.")
    assert host_problem("127.0.0.1")
    assert not proxy_address_problem("127.0.0.1:1")
    assert proxy_address_problem("a_b:1")
    assert proxy_address_problem("a:x")
    assert host_problem("a" * 256)
    assert host_problem("")
