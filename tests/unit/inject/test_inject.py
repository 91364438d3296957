"""Injection of one pod from end to end, with templates of our own."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.inject import (
    inject,
    inject_pod,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params, TypeMeta
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

OVERRIDES = "proxy.istio.io/overrides"
SIDECAR = """
metadata:
  labels: {owner: "{{ .TypeMeta.Kind }}-{{ .DeploymentMeta.Name }}"}
  annotations: {seen: "{{ len .Spec.Containers }}", uid: "{{ .ProxyUID }}"}
spec:
  initContainers:
  - name: {{ if .Values.validate }}istio-validation{{ else }}istio-init{{ end }}
    args: ["-u", "{{ .ProxyUID }}"]
  {{- if not .NativeSidecars }}
  containers:
  {{- end }}
  - name: istio-proxy
    image: "{{ .ProxyImage }}"
    securityContext: {runAsUser: {{ .ProxyUID }}, runAsNonRoot: true}
"""
TEMPLATES = {"sidecar": SIDECAR, "extra": "metadata: {labels: {extra: 'yes'}}"}


def _params(values: dict[str, Any] | None = None, **given: Any) -> Params:
    settings = {"global": {"hub": "h", "tag": "1"}, **(values or {})}
    config = injector_config({"templates": TEMPLATES}, None, settings)
    return Params(
        config=config,
        mesh_config=config.mesh_config,
        proxy_config=config.mesh_config["defaultConfig"],
        values=config.values,
        deploy_name="web",
        deploy_namespace="shop",
        type_meta=TypeMeta("apps/v1", "Deployment"),
        **given,
    )


def _pod(*containers: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "web", "image": "web"}, *containers]}
    return decode("core/v1.Pod", {"metadata": metadata, "spec": spec})


def _container(pod: dict[str, Any], name: str) -> dict[str, Any]:
    everywhere = pod["spec"]["containers"] + pod["spec"].get("initContainers", [])
    [found] = [item for item in everywhere if item["name"] == name]
    return dict(found)


def test_the_result_has_the_pod_the_template_and_its_name() -> None:
    pod = _pod()
    before = copy.deepcopy(pod)
    result = inject(pod, _params(template_names=("sidecar", "extra")))
    assert pod == before
    assert result.templates == ("sidecar", "extra")
    assert result.pod["metadata"]["labels"] == {"owner": "Deployment-web", "extra": "yes"}
    assert [item["name"] for item in result.pod["spec"]["containers"]] == ["web", "istio-proxy"]
    assert [item["name"] for item in result.template_pod["spec"]["containers"]] == ["istio-proxy"]
    assert OVERRIDES not in result.pod["metadata"]["annotations"]
    assert result.warnings == ()


def test_users_settings_of_the_proxy_win_and_are_remembered() -> None:
    own = {"name": "istio-proxy", "image": "auto", "args": ["<mine>"], "env": [{"name": "A"}]}
    pod = inject_pod(_pod(own), _params())
    proxy = _container(pod, "istio-proxy")
    assert (proxy["image"], proxy["args"]) == ("h/proxyv2:1", ["<mine>"])
    # As Go writes it: fields in the struct's order, < escaped, the image auto left out.
    assert pod["metadata"]["annotations"][OVERRIDES] == (
        '{"containers":[{"name":"istio-proxy","args":["\\u003cmine\\u003e"],'
        '"env":[{"name":"A"}],"resources":{}}]}'
    )


def test_injecting_again_gives_the_same() -> None:
    first = inject_pod(_pod(), _params())
    assert inject_pod(first, _params()) == first


def test_injecting_again_takes_the_templates_container_anew() -> None:
    own = {"name": "istio-proxy", "image": "mine"}
    first = inject_pod(_pod(own), _params())
    again = inject_pod(first, _params())
    assert _container(first, "istio-proxy")["image"] == "mine"
    # As Istio does: what the status annotation lists is not looked at for overrides.
    assert _container(again, "istio-proxy")["image"] == "h/proxyv2:1"
    # The template saw the user's container both times.
    seen = [pod["metadata"]["annotations"]["seen"] for pod in (first, again)]
    assert seen == ["2", "2"]


def test_a_native_sidecar_takes_users_settings_from_the_containers() -> None:
    own = {"name": "istio-proxy", "image": "auto", "args": ["x"]}
    pod = inject_pod(_pod(own), _params(native_sidecar=True))
    assert [item["name"] for item in pod["spec"]["containers"]] == ["web"]
    assert _container(pod, "istio-proxy")["args"] == ["x"]
    opted_out = _pod(own, annotations={"sidecar.istio.io/nativeSidecar": "false"})
    injected = inject_pod(opted_out, _params(native_sidecar=True))
    assert [item["name"] for item in injected["spec"]["containers"]] == ["web", "istio-proxy"]


@pytest.mark.parametrize(
    ("cni", "mode", "user", "validation_user"),
    [(True, "REDIRECT", 42, 42), (False, "REDIRECT", 42, None), (True, "TPROXY", 0, None)],
)
def test_redirection_follows_the_proxys_user(
    cni: bool, mode: str, user: int, validation_user: int | None
) -> None:
    own = {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 42}}
    pod = _pod(own, annotations={"sidecar.istio.io/interceptionMode": mode})
    injected = inject_pod(pod, _params({"validate": cni}))
    assert _container(injected, "istio-proxy")["securityContext"]["runAsUser"] == user
    init = _container(injected, "istio-validation" if cni else "istio-init")
    assert init["args"] == ["-u", "42"]
    assert init.get("securityContext", {}).get("runAsUser") == validation_user


def test_the_cluster_and_the_network_are_told_to_the_proxy() -> None:
    values = {"global": {"multiCluster": {"clusterName": "c"}, "network": "n"}}
    envs = {"ISTIO_META_CLUSTER_ID": "url", "OTHER": "x"}
    pod = _pod(labels={"topology.istio.io/network": "label"})
    injected = inject_pod(pod, _params(values, proxy_envs=envs))
    assert _container(injected, "istio-proxy")["env"] == [
        {"name": "ISTIO_META_CLUSTER_ID", "value": "url"},
        {"name": "ISTIO_META_NETWORK", "value": "label"},
        {"name": "OTHER", "value": "x"},
    ]
    assert injected["metadata"]["labels"]["topology.istio.io/network"] == "label"
    assert envs == {"ISTIO_META_CLUSTER_ID": "url", "OTHER": "x"}


def test_openshift_chooses_the_user() -> None:
    namespace = {"metadata": {"annotations": {"openshift.io/sa.scc.uid-range": "1000/10"}}}
    injected = inject_pod(_pod(), _params(namespace=namespace))
    assert injected["metadata"]["annotations"]["uid"] == "1009"


def test_a_policy_for_names_that_hides_the_control_plane_is_warned_of() -> None:
    pod = _pod(name="web-1")
    pod["spec"]["dnsPolicy"] = "Default"
    [warning] = inject(pod, _params()).warnings
    assert "web-1 has dnsPolicy Default" in warning


def test_a_template_that_makes_no_pod_is_named() -> None:
    config = injector_config({"templates": {"bad": "spec: {containers: [{name: 5}]}"}}, None, {})
    params = replace(_params(template_names=("bad",)), config=config)
    with pytest.raises(MeshError, match=r"injection template bad: .*containers"):
        inject_pod(_pod(), params)


def test_annotations_that_istio_refuses_are_refused() -> None:
    pod = _pod(annotations={"sidecar.istio.io/interceptionMode": "x"})
    with pytest.raises(MeshError, match="interceptionMode"):
        inject_pod(pod, _params())


def test_the_status_lists_what_the_templates_added() -> None:
    status = json.loads(
        inject_pod(_pod(), _params(revision="r"))["metadata"]["annotations"][
            "sidecar.istio.io/status"
        ]
    )
    assert status["containers"] == ["istio-proxy"]
    assert status["initContainers"] == ["istio-init"]
    assert status["revision"] == "r"
