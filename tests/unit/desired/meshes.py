"""Meshes for tests: options, decided against small charts that have Istio's names and profiles."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh, decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

PROFILES = ("ambient", "demo", "preview", "remote", "stable")
PLATFORMS = ("gke", "k3d", "k3s", "microk8s", "minikube", "openshift")
DEMO = b"""
gateways:
  istio-ingressgateway:
    autoscaleEnabled: false
    ports: [{name: tcp, port: 31400, targetPort: 31400}]
    resources: {requests: {cpu: 10m}}
  istio-egressgateway:
    resources: {requests: {cpu: 20m}}
"""
GATEWAY_KEYS = ("global", "labels", "platform", "profile", "revision", "service", "replicaCount")
MORE_GATEWAY_KEYS = ("autoscaling", "resources", "imagePullSecrets", "compatibilityVersion")


def release() -> Release:
    """Charts with nothing but names, profiles and the gateway's closed schema."""
    files = {f"files/profile-{name}.yaml": b"a: 1\n" for name in PROFILES}
    files |= {f"files/profile-platform-{name}.yaml": b"a: 1\n" for name in PLATFORMS}
    files["files/profile-demo.yaml"] = DEMO
    charts = {}
    for name in ("base", "istiod", "cni", "ztunnel", "gateway"):
        mine = {**files, "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.31.1\n".encode()}
        if name == "gateway":
            keys: dict[str, Any] = {key: {} for key in (*GATEWAY_KEYS, *MORE_GATEWAY_KEYS)}
            body = {"additionalProperties": False, "properties": keys}
            schema = {"$defs": {"values": body}, "$ref": "#/$defs/values"}
            mine["values.schema.json"] = json.dumps(schema).encode()
        charts[name] = load_files(mine, name)
    return Release("1.31.1", "charts", "sha256:0", charts)


def mesh(facts: ClusterFacts | None = None, **options: Any) -> Mesh:
    """The mesh these options make."""
    return decide(MeshSpec.from_options(options), release(), facts or ClusterFacts())
