"""What becomes of a pod after its templates: our code and istiod's own webhook."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.postprocess import post_process
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import environment_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests import figures
from tests.differential.inject_rule_cases import injected_before, probed_pod
from tests.differential.upstream import Upstream

pytestmark = pytest.mark.reference
Object = dict[str, Any]
IMAGE = "istio/proxyv2:test"
SIDECAR: Object = {
    "spec": {
        "containers": [{"name": "istio-proxy", "image": IMAGE}],
        "volumes": [{"name": "data<&>", "emptyDir": {}}],
    }
}
SECURE = copy.deepcopy(SIDECAR)
SECURE["spec"]["containers"][0]["env"] = [
    {"name": "ENVOY_SECURE_MERGED_METRICS_PORT", "value": "15443"},
    {"name": "ISTIO_META_CLUSTER_ID", "value": "replaced"},
]
NATIVE: Object = {
    "spec": {
        "initContainers": [{"name": "istio-proxy", "image": IMAGE, "restartPolicy": "Always"}],
        "imagePullSecrets": [{"name": "pull"}],
    }
}
BARE: Object = {"metadata": {"annotations": {"only": "this"}}}
MESHES = (
    "",
    "defaultConfig: {holdApplicationUntilProxyStarts: true, statusPort: 15020}",
    "{enablePrometheusMerge: false}",
    "{enablePrometheusMerge: true, defaultConfig: {statusPort: 15021}}",
)
VALUES: tuple[Object, ...] = (
    {"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": True}},
    {"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": False}},
    {
        "global": {"proxy": {"holdApplicationUntilProxyStarts": True}},
        "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": True},
    },
)
PATHS = ("", "", "/cluster/east/net/blue", "/net/a--slash--b/foo/", "/:ENV:A=b:ENV:=x:ENV:C=")


def _settings(seed: int) -> Iterator[Object]:
    source = random.Random(seed)
    for template in (SIDECAR, SECURE, NATIVE, BARE):
        for mesh in MESHES:
            for values in VALUES:
                yield {
                    "template": template,
                    "mesh": mesh,
                    "values": values,
                    "path": source.choice(PATHS),
                    "revision": source.choice(["", "1-31-1"]),
                    "annotations": source.choice([{}, {"psp": "<none>"}]),
                    "pods": [_pod(source, template) for _number in range(25)],
                }


def _pod(source: random.Random, template: Object) -> Object:
    pod = probed_pod(source)
    if "containers" in template.get("spec", {}) and source.random() < 0.2:
        return injected_before(source, pod, IMAGE)
    return pod


def _merged(pod: Object, template: Object) -> Object:
    """The pod with the template in it, in the few ways that the templates here need."""
    result = copy.deepcopy(pod)
    template = copy.deepcopy(template)
    annotations = template.get("metadata", {}).get("annotations", {})
    result["metadata"]["annotations"] |= annotations
    for field, items in template.get("spec", {}).items():
        present = result["spec"].setdefault(field, [])
        for item in items:
            same = [found for found in present if found["name"] == item["name"]]
            for found in same:
                names = [variable["name"] for variable in item.get("env", [])]
                env = [one for one in found.get("env", []) if one["name"] not in names]
                found.update(item | {"env": item.get("env", []) + env})
            present += [] if same else [item]
    return result


def _config(setting: Object) -> str:
    return json.dumps(
        {
            "policy": "enabled",
            "templates": {"sidecar": yaml.safe_dump(setting["template"])},
            "injectedAnnotations": setting["annotations"],
        }
    )


def _ours(pod: Object, setting: Object) -> Object:
    config = injector_config(_config(setting), setting["mesh"], setting["values"])
    params = Params(
        config=config,
        mesh_config=config.mesh_config,
        proxy_config=config.mesh_config["defaultConfig"],
        values=config.values,
        revision=setting["revision"],
        proxy_envs=environment_of("/inject" + setting["path"]),
        injected_annotations=config.injected_annotations,
    )
    merged = _merged(pod, setting["template"])
    post_process(merged, setting["template"], params, original=pod)
    return merged


def _theirs(upstream: Upstream, setting: Object) -> list[Object]:
    answers: list[Object] = upstream.ask(
        "admissions",
        config=_config(setting),
        mesh=setting["mesh"],
        values=json.dumps(setting["values"]),
        revision=setting["revision"],
        path=setting["path"],
        namespace="shop",
        pods=setting["pods"],
    )
    return answers


def _plain(value: Any) -> Any:
    """Without what is empty: Go writes some of it, depending on the field."""
    if isinstance(value, dict):
        items = {key: _plain(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item not in (None, {}, [], "", 0)}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def test_pods_after_their_templates() -> None:
    equal = total = refused = rewritten = 0
    wrong: list[Any] = []
    with Upstream() as upstream:
        for setting in _settings(44):
            for pod, answer in zip(setting["pods"], _theirs(upstream, setting), strict=True):
                total += 1
                try:
                    ours = _plain(_ours(pod, setting))
                except MeshError:
                    ours = None
                theirs = _plain(answer.get("pod"))
                equal += ours == theirs
                refused += theirs is None
                rewritten += "/app-health/" in json.dumps(theirs)
                if ours != theirs:
                    wrong.append((setting, pod, ours, answer))
    figures.record("pods after their templates (probes, metrics, order, status)", equal, total)
    assert not wrong, wrong[0]
    assert refused > 50
    assert rewritten > 300
