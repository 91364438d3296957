"""Injection templates that overlay a pod in every way patches can, right and wrong; seeded."""

from __future__ import annotations

import json
import random
from typing import Any, Final

Object = dict[str, Any]

POD: Final[Object] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "labels": {"app": "web", "gone": "x"},
        "annotations": {"a": "1"},
        "finalizers": ["one", "two"],
    },
    "spec": {
        "nodeSelector": {"zone": "a", "disk": "ssd"},
        "containers": [
            {
                "name": "web",
                "image": "web:1",
                "command": ["run"],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                "resources": {"limits": {"cpu": "1000m"}, "requests": {"cpu": "0.5"}},
                "securityContext": {"runAsUser": 7, "capabilities": {"add": ["X"]}},
            },
            {"name": "log", "image": "log:1"},
        ],
        "initContainers": [{"name": "first", "image": "first:1"}],
        "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "secret": {"secretName": "s"}}],
        "tolerations": [{"key": "k", "operator": "Exists"}],
        "hostAliases": [{"ip": "1.1.1.1", "hostnames": ["a"]}],
        "imagePullSecrets": [{"name": "p"}],
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
        ],
        "securityContext": {"fsGroup": 5, "sysctls": [{"name": "s", "value": "1"}]},
    },
}
OWN_PROXY: Final[Object] = {
    "name": "istio-proxy",
    "image": "auto",
    "env": [{"name": "OWN", "value": "<&>"}],
    "resources": {"limits": {"memory": "1024Mi"}},
    "securityContext": {"runAsUser": 42},
}

# YAML in flow style, so that any pieces make one overlay.
_METADATA: Final = (
    "labels: {gone: null, new: 'yes'}",
    "labels: null",
    "labels: {port: 80}",
    "annotations: {b: '2', a: null}",
    "annotations: {on: true}",
    "annotations: {$patch: replace, only: 'this'}",
    "annotations: {$patch: delete}",
    "finalizers: [three, one]",
    "$deleteFromPrimitiveList/finalizers: [one]",
    "unknown: {x: 1}",
    "name: other",
    "creationTimestamp: null",
    "ownerReferences: [{uid: u, name: n, kind: K, apiVersion: v1}]",
)
_CONTAINERS: Final = (
    "{name: web, env: [{name: A, value: '9'}, {name: C, value: '3'}]}",
    "{name: web, env: [{name: A, $patch: delete}]}",
    "{name: web, env: [{name: N, value: 5}]}",
    "{name: web, env: null}",
    "{name: web, command: [other], args: []}",
    "{name: web, ports: [{containerPort: 80, protocol: UDP}, {containerPort: 90}]}",
    "{name: web, ports: [{containerPort: '80'}]}",
    "{name: web, volumeMounts: [{mountPath: /v, name: z}, {mountPath: /n, name: v}]}",
    "{name: web, resources: {limits: {cpu: 2, memory: 1.5Gi}, requests: null}}",
    "{name: web, resources: {limits: {cpu: x}}}",
    "{name: web, securityContext: {runAsUser: null, capabilities: {add: [Y]}}}",
    "{name: web, lifecycle: {preStop: {httpGet: {port: http, path: /}}}}",
    "{name: web, $patch: replace, image: replaced}",
    "{name: log, $patch: delete}",
    "{name: istio-proxy, image: proxy:1, args: [proxy], env: [{name: X, value: '1'}]}",
    "{name: istio-proxy, image: proxy:1, securityContext: {runAsUser: 1337}}",
    "{name: new, image: new:1}",
    "{image: nameless}",
    "{name: [list]}",
    "text",
)
_INITS: Final = (
    "{name: istio-init, image: init:1, args: ['-u', '1337']}",
    "{name: istio-validation, image: init:1, args: ['-u', '1337', '-i']}",
    "{name: istio-proxy, image: proxy:1, restartPolicy: Always}",
    "{name: first, image: other}",
    "{name: enable-core-dump, image: dump}",
)
_SPEC: Final = (
    "nodeSelector: {disk: null, arch: arm64}",
    "nodeSelector: {$patch: replace, arch: arm64}",
    "nodeSelector: {$retainKeys: [zone], zone: b}",
    "volumes: [{name: v, $retainKeys: [name, configMap], configMap: {name: c}}]",
    "volumes: [{name: v, configMap: {name: c}}, {name: n, emptyDir: {sizeLimit: 1024Ki}}]",
    "volumes: [{name: w, $patch: delete}]",
    "volumes: {name: v}",
    "tolerations: [{key: z}]",
    "tolerations: []",
    "hostAliases: [{ip: 1.1.1.1, hostnames: [b]}, {ip: 2.2.2.2}]",
    "imagePullSecrets: [{name: q}, {name: p}]",
    "topologySpreadConstraints: [{topologyKey: zone, maxSkew: 2, whenUnsatisfiable: X}]",
    "topologySpreadConstraints: [{topologyKey: host, maxSkew: 2}]",
    "securityContext: {fsGroup: 1337, sysctls: [{name: t, value: '2'}]}",
    "securityContext: {fsGroup: '1337'}",
    "terminationGracePeriodSeconds: 5",
    "terminationGracePeriodSeconds: 5.5",
    "terminationGracePeriodSeconds: 1e1",
    "hostNetwork: true",
    "hostNetwork: 'true'",
    "dnsPolicy: None",
    "$setElementOrder/containers: [{name: log}, {name: web}]",
    "containers: null",
    "initContainers: []",
    "securityContext: null",
    "automountServiceAccountToken: false",
)
# What Kubernetes or Istio refuses, alone or with most of the others.
_UNFIT: Final = frozenset(
    (
        "labels: {port: 80}",
        "annotations: {on: true}",
        "{name: web, env: [{name: N, value: 5}]}",
        "{name: web, ports: [{containerPort: '80'}]}",
        "{name: web, resources: {limits: {cpu: x}}}",
        "{image: nameless}",
        "{name: [list]}",
        "text",
        "volumes: {name: v}",
        "topologySpreadConstraints: [{topologyKey: host, maxSkew: 2}]",
        "securityContext: {fsGroup: '1337'}",
        "terminationGracePeriodSeconds: 5.5",
        "hostNetwork: 'true'",
        "$setElementOrder/containers: [{name: log}, {name: web}]",
        "containers: null",
    )
)


def template(source: random.Random) -> str:
    """The text of a template: some pieces of metadata, containers and the rest of a pod."""
    metadata = _some(source, _METADATA, 3)
    spec = _some(source, _SPEC, 3)
    for field, choices, most in (("containers", _CONTAINERS, 4), ("initContainers", _INITS, 2)):
        items = _some(source, choices, most)
        if items:
            spec = [piece for piece in spec if not piece.startswith(f"{field}:")]
            spec.append(f"{field}: [{', '.join(items)}]")
    return f"metadata: {{{', '.join(metadata)}}}\nspec: {{{', '.join(spec)}}}\n"


def _some(source: random.Random, choices: tuple[str, ...], most: int) -> list[str]:
    """Some of the choices, those of one field (or container) once, and few that do not fit."""
    picked = source.sample(choices, source.randrange(most))
    picked = [piece for piece in picked if piece not in _UNFIT or source.random() < 0.15]
    # Go takes a list and the directive for it in random order.
    fields = [piece.removeprefix("$deleteFromPrimitiveList/") for piece in picked]
    keys = [field.split(",")[0] if field[0] == "{" else field.split(":")[0] for field in fields]
    return list(dict(zip(keys, picked, strict=True)).values())


def pod(source: random.Random, templates: list[str]) -> Object:
    """A pod that asks for the templates; now and then with a proxy of its own."""
    result: Object = json.loads(json.dumps(POD))
    result["metadata"]["annotations"]["inject.istio.io/templates"] = ",".join(templates)
    if source.random() < 0.4:
        result["spec"]["containers"].insert(source.randrange(3), OWN_PROXY)
    if source.random() < 0.2:
        result["spec"]["initContainers"].append({"name": "istio-init", "args": ["mine"]})
    if source.random() < 0.2:
        result["metadata"]["annotations"]["sidecar.istio.io/nativeSidecar"] = "true"
    if source.random() < 0.2:
        result["metadata"]["annotations"]["sidecar.istio.io/interceptionMode"] = "TPROXY"
    return result
