"""Injection of Istio 1.7 and 1.8: parts that are added to a pod."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import (
    InjectorConfig,
    injector_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.inject import inject
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params, TypeMeta

Object = dict[str, Any]
MODULES = Path(os.environ.get("GOMODCACHE") or Path.home() / "go/pkg/mod")
INSTALLATIONS = "istio.io/istio@*190ae921b848/tests/integration/pilot/testdata/upgrade"
TEMPLATE = """
rewriteAppHTTPProbe: true
initContainers:
- name: istio-init
  args: [-p, 15001]
  restartPolicy: Always
containers:
- name: istio-proxy
  image: proxy
  args: [proxy]
  resources:
    limits: {cpu: 1500m}
  securityContext: {fsGroup: 1337}
volumes:
- name: istio-data
  emptyDir: {}
imagePullSecrets:
- name: pull
dnsConfig:
  searches: [mesh]
podRedirectAnnot:
  sidecar.istio.io/interceptionMode: REDIRECT
"""
WEB: Object = {
    "name": "web",
    "image": "web",
    "ports": [{"name": "http", "containerPort": 8080}],
    "livenessProbe": {"httpGet": {"path": "/live", "port": "http", "scheme": "HTTPS"}},
    "readinessProbe": {"tcpSocket": {"port": 8080}},
    "startupProbe": {"httpGet": {"port": 15020}},
}


def _config(template: str = TEMPLATE, mesh: str = "", **settings: Any) -> InjectorConfig:
    config = {"policy": "enabled", "template": template, **settings}
    return injector_config(json.dumps(config), mesh, "{}", release=(1, 8))


def _inject(pod: Object, config: InjectorConfig, **params: Any) -> Object:
    injected = inject(
        decode("core/v1.Pod", pod),
        Params(
            config=config,
            mesh_config=config.mesh_config,
            proxy_config=config.mesh_config["defaultConfig"],
            values=config.values,
            deploy_name="web",
            deploy_namespace="shop",
            type_meta=TypeMeta("apps/v1", "Deployment"),
            injected_annotations=config.injected_annotations,
            **params,
        ),
    )
    return injected.pod


def _pod(*containers: Object, **annotations: str) -> Object:
    return {
        "metadata": {"labels": {"app": "shop"}, "annotations": annotations},
        "spec": {"containers": list(containers or (WEB,))},
    }


def _named(items: list[Object]) -> dict[str, Object]:
    return {item["name"]: item for item in items}


def test_parts_are_added() -> None:
    result = _inject(_pod(), _config(injectedAnnotations={"a": "b"}), revision="1-8-6")
    spec, metadata = result["spec"], result["metadata"]
    assert [item["name"] for item in spec["containers"]] == ["web", "istio-proxy"]
    [init] = spec["initContainers"]
    assert init["args"] == ["-p", "15001"]
    assert "restartPolicy" not in init
    proxy = spec["containers"][1]
    assert proxy["args"] == ["proxy", "--concurrency", "2"]
    assert "securityContext" not in proxy or "fsGroup" not in proxy["securityContext"]
    assert spec["securityContext"] == {"fsGroup": 1337}
    assert spec["dnsConfig"] == {"searches": ["mesh"]}
    assert spec["imagePullSecrets"] == [{"name": "pull"}]
    assert metadata["labels"] == {
        "app": "shop",
        "istio.io/rev": "1-8-6",
        "security.istio.io/tlsMode": "istio",
        "service.istio.io/canonical-name": "shop",
        "service.istio.io/canonical-revision": "latest",
    }
    status = json.loads(metadata["annotations"].pop("sidecar.istio.io/status"))
    assert status == {
        "version": hashlib.sha256(TEMPLATE.encode()).hexdigest(),
        "initContainers": ["istio-init"],
        "containers": ["istio-proxy"],
        "volumes": ["istio-data"],
        "imagePullSecrets": ["pull"],
    }
    assert metadata["annotations"] == {
        "a": "b",
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/port": "15020",
        "prometheus.io/scrape": "true",
    }


def test_only_http_probes_of_containers_are_rewritten() -> None:
    result = _inject(_pod(), _config())
    containers = _named(result["spec"]["containers"])
    web, env = containers["web"], _named(containers["istio-proxy"]["env"])
    assert web["livenessProbe"] == {
        "httpGet": {"path": "/app-health/web/livez", "port": 15020, "scheme": "HTTP"}
    }
    assert web["readinessProbe"] == {"tcpSocket": {"port": 8080}}
    assert json.loads(env["ISTIO_KUBE_APP_PROBERS"]["value"]) == {
        "/app-health/web/livez": {
            "httpGet": {"path": "/live", "port": 8080, "scheme": "HTTPS"},
        },
        "/app-health/web/startupz": {"httpGet": {"port": 15020}},
    }
    off = _inject(_pod(**{"sidecar.istio.io/rewriteAppHTTPProbers": "false"}), _config())
    assert _named(off["spec"]["containers"])["web"]["livenessProbe"] == WEB["livenessProbe"]


def test_what_was_injected_before_is_replaced() -> None:
    config = _config()
    once = _inject(_pod(), config)
    twice = _inject(once, config)
    assert [item["name"] for item in twice["spec"]["containers"]] == ["web", "istio-proxy"]
    for field in ("initContainers", "volumes", "imagePullSecrets"):
        assert twice["spec"][field] == once["spec"][field]


def test_the_oldest_injection_is_replaced_by_its_names() -> None:
    pod = _pod({"name": "istio-proxy", "image": "old"}, WEB)
    pod["spec"]["volumes"] = [{"name": "istio-envoy"}, {"name": "own"}]
    result = _inject(pod, _config())["spec"]
    assert [item.get("image") for item in result["containers"]] == ["web", "proxy"]
    assert [item["name"] for item in result["volumes"]] == ["own", "istio-data"]


def test_the_proxy_goes_first_and_shares_the_token_when_asked() -> None:
    mount = {"name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    hold = "defaultConfig: {holdApplicationUntilProxyStarts: true}"
    result = _inject(_pod({**WEB, "volumeMounts": [mount]}), _config(mesh=hold))
    proxy = result["spec"]["containers"][0]
    assert proxy["name"] == "istio-proxy"
    assert proxy["volumeMounts"] == [mount]


def test_cluster_and_network_come_from_the_url() -> None:
    envs = {"ISTIO_META_NETWORK": "blue", "ISTIO_META_CLUSTER_ID": "east"}
    result = _inject(_pod(), _config(), proxy_envs=envs)
    env = _named(result["spec"]["containers"][1]["env"])
    assert env["ISTIO_META_CLUSTER_ID"]["value"] == "east"
    assert result["metadata"]["labels"]["topology.istio.io/network"] == "blue"


def test_a_template_of_releases_since_1_9_is_not_read() -> None:
    config = {"template": "{{ Mismatched }}", "templates": {"sidecar": "{}"}}
    read = injector_config(json.dumps(config), "", "{}")
    assert read.legacy_template == ""
    assert read.templates.names == ("sidecar",)


def _installation(release: str) -> dict[str, str]:
    """The texts of an injector that Istio's own repository keeps for tests of upgrades."""
    found = sorted(MODULES.glob(f"{INSTALLATIONS}/{release}-install.yaml.tar"))
    if not found:
        pytest.skip("Istio's Go module is not in the module cache: python -m lab build istioctl")
    with tarfile.open(found[0]) as archive:
        content = archive.extractfile(f"{release}-install.yaml")
        assert isinstance(content, io.BufferedReader)
        objects = [item for item in yaml.safe_load_all(content.read()) if item]
    data: dict[str, str] = {}
    for item in objects:
        if item["kind"] == "ConfigMap":
            data |= item.get("data") or {}
    return data


@pytest.mark.parametrize("release", ["1.7.6", "1.8.6"])
def test_templates_of_real_releases(release: str) -> None:
    texts = _installation(release)
    minor = tuple(map(int, release.split(".")[:2]))
    config = injector_config(
        texts["config"], texts["mesh"], texts["values"], release=(minor[0], minor[1])
    )
    result = _inject(_pod(), config, revision=release.replace(".", "-"))
    spec = result["spec"]
    init, proxy = spec["initContainers"][0], spec["containers"][1]
    assert init["image"] == proxy["image"]
    assert init["image"].endswith(f"/proxyv2:{release}")
    assert init["args"][:5] == ["istio-iptables", "-p", "15001", "-z", "15006"]
    assert proxy["args"][-2:] == ["--concurrency", "2"]
    env = _named(proxy["env"])
    assert env["ISTIO_META_OWNER"]["value"] == (
        "kubernetes://apis/apps/v1/namespaces/shop/deployments/web"
    )
    assert json.loads(env["PROXY_CONFIG"]["value"])["discoveryAddress"] == (
        f"istiod-{release.replace('.', '-')}.istio-system.svc:15012"
    )
    assert json.loads(env["ISTIO_META_POD_PORTS"]["value"]) == WEB["ports"]
    names = [volume["name"] for volume in spec["volumes"]]
    assert names == ["istio-envoy", "istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert"]
