"""What becomes of a pod after its templates; more is in tests/differential/test_inject_post.py."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.order import (
    holds_application,
    reorder,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.probes import apply_rewrite
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import (
    PrometheusError,
    announce_secure_port,
    merge_metrics,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.status import injection_status

Object = dict[str, Any]
MESH: Object = {"defaultConfig": {"statusPort": 15020}}


def _pod(*containers: Object, **annotations: str) -> Object:
    proxy = {"name": "istio-proxy", "image": "proxy"}
    return {
        "metadata": {"annotations": annotations},
        "spec": {"containers": [*containers, proxy]},
    }


def _proxy_env(pod: Object) -> dict[str, str]:
    proxy = pod["spec"]["containers"][-1]
    return {item["name"]: item["value"] for item in proxy.get("env", [])}


def test_probes_go_through_the_agent() -> None:
    web: Object = {
        "name": "web",
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {
            "httpGet": {"scheme": "HTTPS", "port": "http", "path": "/a?b&c"},
            "timeoutSeconds": 3,
        },
        "livenessProbe": {"tcpSocket": {"port": 5432}},
        "startupProbe": {"grpc": {"port": 9000}},
        "lifecycle": {"preStop": {"httpGet": {"port": 8080}}, "postStart": {"exec": {}}},
    }
    pod = _pod(web)
    apply_rewrite(pod, setting=True, status_port=15020)
    assert _proxy_env(pod)["ISTIO_KUBE_APP_PROBERS"] == (
        '{"/app-health/web/livez":{"tcpSocket":{"port":5432}},'
        '"/app-health/web/readyz":{"httpGet":{"path":"/a?b\\u0026c","port":8080,"scheme":"HTTPS"},'
        '"timeoutSeconds":3},'
        '"/app-health/web/startupz":{"grpc":{"port":9000,"service":null}},'
        '"/app-lifecycle/web/prestopz":{"httpGet":{"port":8080}}}'
    )
    assert web["readinessProbe"] == {
        "httpGet": {"scheme": "HTTP", "port": 15020, "path": "/app-health/web/readyz"},
        "timeoutSeconds": 3,
    }
    assert web["livenessProbe"] == {"httpGet": {"path": "/app-health/web/livez", "port": 15020}}
    assert web["lifecycle"]["postStart"] == {"exec": {}}


def test_an_annotation_turns_rewriting_off() -> None:
    web = {"name": "web", "livenessProbe": {"httpGet": {"port": 80}}}
    pod = _pod(web, **{"sidecar.istio.io/rewriteAppHTTPProbers": "false"})
    apply_rewrite(pod, setting=True, status_port=15020)
    assert web["livenessProbe"] == {"httpGet": {"port": 80}}
    assert _proxy_env(pod) == {}


def test_probers_of_an_injection_before_are_kept() -> None:
    pod = _pod(
        {"name": "web", "livenessProbe": {"httpGet": {"port": 80}}},
        **{"sidecar.istio.io/status": "{}"},
    )
    known = '{"/app-health/web/livez":{"httpGet":{"port":8080,"path":"/old"}}}'
    pod["spec"]["containers"][-1]["env"] = [{"name": "ISTIO_KUBE_APP_PROBERS", "value": known}]
    apply_rewrite(pod, setting=True, status_port=15020)
    merged = '{"/app-health/web/livez":{"httpGet":{"path":"/old","port":8080}}}'
    assert _proxy_env(pod) == {"ISTIO_KUBE_APP_PROBERS": merged}


def test_metrics_move_behind_the_agent() -> None:
    pod = _pod(**{"prometheus-io/port": "9090", "prometheus.io.path": "/<m>", "other": "x"})
    merge_metrics(pod, MESH)
    assert _proxy_env(pod) == {
        "ISTIO_PROMETHEUS_ANNOTATIONS": '{"scrape":"","path":"/\\u003cm\\u003e","port":"9090"}'
    }
    assert pod["metadata"]["annotations"] == {
        "other": "x",
        "prometheus.io/port": "15020",
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }


@pytest.mark.parametrize(
    "annotations",
    [
        {"prometheus.io/scrape": "false", "prometheus.io/port": "1"},
        {"prometheus.istio.io/merge-metrics": "false", "prometheus.io/port": "15090"},
        {"prometheus.io/port": "15020"},
    ],
)
def test_metrics_stay_where_they_are(annotations: dict[str, str]) -> None:
    pod = _pod(**annotations)
    merge_metrics(pod, MESH)
    assert pod["metadata"]["annotations"] == annotations
    assert _proxy_env(pod) == {}


@pytest.mark.parametrize(
    ("annotations", "text"),
    [
        ({"prometheus.io/port": "web"}, 'prometheus.io/port: "web" is no port'),
        ({"prometheus.io/port": "015090"}, "\"015090\" is Istio's own port for Envoy's own"),
        ({"prometheus.istio.io/scrape-targets": "80,15020"}, "is the port of the proxy's agent"),
    ],
)
def test_ports_that_cannot_be_scraped(annotations: dict[str, str], text: str) -> None:
    with pytest.raises(PrometheusError, match="merge-metrics") as caught:
        merge_metrics(_pod(**annotations), MESH)
    assert text in str(caught.value)


def test_the_secure_port_is_announced_unless_the_user_did() -> None:
    env = [{"name": "ENVOY_SECURE_MERGED_METRICS_PORT", "value": "15443"}]
    pod = _pod()
    pod["spec"]["containers"][0]["env"] = env
    announce_secure_port(pod)
    assert pod["metadata"]["annotations"] == {"prometheus.istio.io/secure-port": "15443"}
    pod["metadata"]["annotations"] = {"prometheus.istio.io/secure-port": "1"}
    announce_secure_port(pod)
    assert pod["metadata"]["annotations"] == {"prometheus.istio.io/secure-port": "1"}


def _names(pod: Object, field: str) -> list[str]:
    return [item["name"] for item in pod["spec"].get(field, [])]


def test_order_of_containers() -> None:
    inits = [{"name": name} for name in ("istio-init", "a", "enable-core-dump", "b")]
    containers = [{"name": name} for name in ("istio-proxy", "web")]
    pod: Object = {"spec": {"containers": containers, "initContainers": inits}}
    reorder(pod, hold=False)
    assert _names(pod, "containers") == ["web", "istio-proxy"]
    assert _names(pod, "initContainers") == ["a", "b", "istio-init", "enable-core-dump"]
    reorder(pod, hold=True)
    assert _names(pod, "containers") == ["istio-proxy", "web"]
    native: Object = {"spec": {"containers": [{"name": "web"}], "initContainers": [*inits]}}
    native["spec"]["initContainers"].insert(2, {"name": "istio-proxy"})
    reorder(native, hold=True)
    expected = ["istio-init", "istio-proxy", "enable-core-dump", "a", "b"]
    assert _names(native, "initContainers") == expected
    assert _names(native, "containers") == ["web"]


def test_who_asks_to_hold_the_application() -> None:
    yes = {"holdApplicationUntilProxyStarts": True}
    said = {"proxy.istio.io/config": "holdApplicationUntilProxyStarts: true"}
    assert not holds_application({}, MESH, {})
    assert holds_application(said, MESH, {})
    assert holds_application({}, {"defaultConfig": yes}, {})
    assert holds_application({}, MESH, {"global": {"proxy": yes}})


def test_status_is_what_go_writes() -> None:
    spec = {"containers": [{"name": "a<b"}], "volumes": [{"name": "v"}, {"name": "w"}]}
    assert injection_status(spec, "") == (
        '{"initContainers":null,"containers":["a\\u003cb"],"volumes":["v","w"],'
        '"imagePullSecrets":null,"revision":"default"}'
    )


def test_releases_before_1_31_know_one_target_and_check_nothing() -> None:
    targets = {"prometheus.istio.io/scrape-targets": "80,81"}
    pod = _pod(**{"prometheus.io/port": "15090", **targets})
    pod["spec"]["containers"][0]["env"] = [
        {"name": "ENVOY_SECURE_MERGED_METRICS_PORT", "value": "15443"}
    ]
    merge_metrics(pod, MESH, release=(1, 30))
    announce_secure_port(pod, release=(1, 30))
    scraped = '{"scrape":"","path":"","port":"15090"}'
    assert _proxy_env(pod)["ISTIO_PROMETHEUS_ANNOTATIONS"] == scraped
    assert pod["metadata"]["annotations"] == {
        **targets,
        "prometheus.io/port": "15020",
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }
