"""Messages in templates: fields, getters, nil pointers, enums, wrappers, durations."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    DurationView,
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import parse
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import is_empty

PROXY = {
    "interceptionMode": "TPROXY",
    "concurrency": 2,
    "statusPort": 15020,
    "drainDuration": "1m0.000000001s",
    "serviceCluster": "istio-proxy",
    "proxyMetadata": {"B": "2", "A": "1"},
    "tracing": {"zipkin": {"address": "zipkin:9411"}, "sampling": 50},
    "caCertificatesPem": ["x", "y"],
    "parentShutdownDuration": "60s",
}


def render(template: str, proxy: dict[str, Any]) -> str:
    engine = Engine({}, "default")
    engine.parse("t", template)
    return engine.execute(
        "t", {"ProxyConfig": message_view(PROXY_CONFIG, parse(PROXY_CONFIG, proxy))}
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .ProxyConfig.InterceptionMode }}", "TPROXY"),
        ("{{ eq .ProxyConfig.InterceptionMode.String `TPROXY` }}", "true"),
        ("{{ printf `%s` .ProxyConfig.InterceptionMode }}", "TPROXY"),
        ("{{ printf `%d` .ProxyConfig.InterceptionMode }}", "1"),
        ("{{ .ProxyConfig.Concurrency.GetValue }} {{ .ProxyConfig.Concurrency.Value }}", "2 2"),
        ("{{ if .ProxyConfig.StatsCompression }}yes{{ else }}no{{ end }}", "no"),
        ("{{ .ProxyConfig.HoldApplicationUntilProxyStarts.GetValue }}", "false"),
        ("{{ .ProxyConfig.StatusPort }} {{ .ProxyConfig.StatNameLength }}", "15020 0"),
        ("{{ .ProxyConfig.Tracing.GetZipkin.Address }}", "zipkin:9411"),
        ("{{ .ProxyConfig.GetTracing.GetTlsSettings.GetCaCertificates }}|", "|"),
        ("{{ .ProxyConfig.GetTracing.Sampling }}", "50"),
        ("{{ with .ProxyConfig.Tracing.GetLightstep }}{{ .Address }}{{ end }}|", "|"),
        ("{{ range $k, $v := .ProxyConfig.ProxyMetadata }}{{ $k }}={{ $v }};{{ end }}", "A=1;B=2;"),
        ("{{ range .ProxyConfig.CaCertificatesPem }}{{ . }};{{ end }}", "x;y;"),
        ("{{ index .ProxyConfig.ProxyMetadata `A` }}", "1"),
        ("{{ index .ProxyConfig.ProxyMetadata `Z` }}", ""),
        ("{{ .ProxyConfig.ClusterName.ServiceCluster }}", "istio-proxy"),
        ("{{ .ProxyConfig.GetServiceCluster }}", "istio-proxy"),
        ("{{ .ProxyConfig.DrainDuration.GetSeconds }}", "60"),
        ("{{ .ProxyConfig.DrainDuration.Nanos }}", "1"),
        ("{{ .ProxyConfig.ParentShutdownDuration }}", "60s"),
        ("{{ .ProxyConfig.GetParentShutdownDuration }}", "60s"),
    ],
)
def test_templates_select_what_go_has(template: str, text: str) -> None:
    assert render(template, PROXY) == text


def test_a_nil_pointer_is_false_empty_and_has_getters_but_no_fields() -> None:
    view = message_view(PROXY_CONFIG, parse(PROXY_CONFIG, {}))
    tracing = view.go_field("Tracing")
    assert not tracing
    assert is_empty(tracing)
    assert not is_empty(view)
    assert dumps(tracing) == "null"
    assert render("{{ eq .ProxyConfig.Tracing nil }} {{ eq .ProxyConfig.Image nil }}", PROXY) == (
        "false true"
    )
    with pytest.raises(TemplateError):
        render("{{ .ProxyConfig.Tracing.Zipkin }}", {})
    with pytest.raises(TemplateError):
        render("{{ .ProxyConfig.NoSuchField }}", {})


def test_durations_know_their_nanoseconds_and_views_their_json() -> None:
    view = message_view(
        MESH_CONFIG, parse(MESH_CONFIG, {"connectTimeout": "-1.5s", "defaultConfig": PROXY})
    )
    timeout = view.go_field("ConnectTimeout")
    assert isinstance(timeout, DurationView)
    assert timeout.nanos == -1_500_000_000
    assert dumps(timeout) == '{"seconds":-1,"nanos":-500000000}'
    proxy = view.go_method("GetDefaultConfig")
    assert proxy is not None
    assert dumps(proxy()).startswith(
        '{"serviceCluster":"istio-proxy","drainDuration":"60.000000001s"'
    )
    assert dumps(proxy().go_field("Concurrency")) == '{"value":2}'


def test_unknown_messages_of_older_releases_are_selected_by_go_names() -> None:
    value = parse(PROXY_CONFIG, {"oldThing": {"some_address": "a:1", "list": [1]}})
    old = message_view(PROXY_CONFIG, value).go_field("OldThing")
    assert old["SomeAddress"] == old["GetSomeAddress"] == "a:1"
    assert dumps(old) == '{"list":[1],"some_address":"a:1"}'
