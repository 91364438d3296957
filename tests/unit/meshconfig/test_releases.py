"""Defaults and merging of older releases (facts from pkg/config/mesh at the releases' tags)."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import to_json
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.clean import (
    clean_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_mesh_config,
    default_proxy_config,
    mesh_config,
    with_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
)

ZIPKIN = {"zipkin": {"address": "zipkin.istio-system:9411"}}
CHART_1_17 = {
    "defaultConfig": {"discoveryAddress": "istiod.istio-system.svc:15012", "tracing": ZIPKIN}
}


@pytest.mark.parametrize(
    ("release", "more"),
    [
        (NEWEST, set()),
        ((1, 0), set()),
        ((1, 31), set()),
        ((1, 22), set()),
        ((1, 21), {"tracing"}),
        ((1, 18), {"tracing"}),
        ((1, 17), {"tracing", "concurrency"}),
        ((1, 16), {"tracing", "concurrency", "parentShutdownDuration"}),
        ((1, 9), {"tracing", "concurrency", "parentShutdownDuration"}),
        (
            (1, 8),
            {
                "tracing",
                "concurrency",
                "parentShutdownDuration",
                "envoyMetricsService",
                "envoyAccessLogService",
            },
        ),
    ],
)
def test_a_default_proxy_adds_nothing_to_a_pod(release: Minor, more: set[str]) -> None:
    proxy = default_proxy_config(release)
    assert proxy.keys() - default_proxy_config().keys() == more
    assert clean_proxy_config(proxy, release=release) == {}
    assert clean_proxy_config(proxy).keys() == more


def test_the_same_mesh_configuration_means_something_else_to_another_release() -> None:
    differs = '{"tracing":{"zipkin":{"address":"zipkin.istio-system:9411"}}}'
    for release, text in (((1, 17), "{}"), ((1, 24), differs)):
        proxy = mesh_config(CHART_1_17, release=release)["defaultConfig"]
        assert to_json(PROXY_CONFIG, clean_proxy_config(proxy, release=release)) == text


def test_dropped_fields_are_read_and_written_where_they_stood() -> None:
    given = {"defaultConfig": {"parentShutdownDuration": "2m", "drainDuration": "30s"}}
    old = mesh_config(given, release=(1, 9))["defaultConfig"]
    assert to_json(PROXY_CONFIG, clean_proxy_config(old, release=(1, 9))) == (
        '{"drainDuration":"30s","parentShutdownDuration":"120s"}'
    )
    new = mesh_config(given, release=(1, 17))["defaultConfig"]
    assert "parentShutdownDuration" not in new
    assert new.unknown == {"parentShutdownDuration": "2m"}
    assert message_view(PROXY_CONFIG, new).go_field("ParentShutdownDuration") == "2m"
    assert message_view(PROXY_CONFIG, old)["ParentShutdownDuration"].nanos == 120 * 10**9


def test_templates_of_1_7_find_what_was_dropped() -> None:
    view = message_view(MESH_CONFIG, mesh_config({"mixerCheckServer": "a:1"}, release=(1, 7)))
    assert view["SdsUdsPath"] == "unix:./etc/istio/proxy/SDS"
    assert view["MixerCheckServer"] == view["GetMixerCheckServer"] == "a:1"
    assert message_view(MESH_CONFIG, default_mesh_config((1, 8)))["SdsUdsPath"] == ""


def test_merging_came_step_by_step() -> None:
    mesh = {
        "defaultConfig": {"proxyMetadata": {"A": "1"}},
        "trustDomainAliases": ["b", "a", "b"],
        "extensionProviders": [{"name": "x", "prometheus": {}}],
    }
    overlay = {"proxyMetadata": {"B": "2"}}

    def names(release: Minor) -> list[str]:
        found = mesh_config(mesh, release=release)["extensionProviders"]
        return [provider["name"] for provider in found]

    def metadata(release: Minor) -> dict[str, str]:
        merged = with_proxy_config(overlay, mesh_config(mesh, release=release), release=release)
        found: dict[str, str] = merged["defaultConfig"]["proxyMetadata"]
        return found

    assert names((1, 10)) == ["x"]
    assert names((1, 11)) == ["envoy", "x"]
    assert names((1, 12)) == ["prometheus", "stackdriver", "envoy", "x"]
    assert metadata((1, 9)) == {"B": "2"}
    assert metadata((1, 10)) == {"A": "1", "B": "2"}
    assert mesh_config(mesh, release=(1, 11))["trustDomainAliases"] == ["b", "a", "b"]
    assert mesh_config(mesh, release=(1, 12))["trustDomainAliases"] == ["a", "b"]


def test_mesh_defaults_of_older_releases() -> None:
    assert default_mesh_config((1, 13))["dnsRefreshRate"] == "5s"
    assert default_mesh_config((1, 14))["dnsRefreshRate"] == "60s"
    assert "inboundTrafficPolicy" not in default_mesh_config((1, 21))
    assert "enablePrometheusMerge" not in default_mesh_config((1, 17))
    assert "extensionProviders" not in default_mesh_config((1, 10))
    assert default_mesh_config((1, 7))["protocolDetectionTimeout"] == "5s"
