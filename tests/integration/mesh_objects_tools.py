"""What the tests of the apply engine share: a client for the lab, objects to apply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyReport,
    ApplyRequest,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import RetryPolicy

Object = dict[str, Any]


@contextmanager
def connected(kubeconfig: str, attempts: int = 8) -> Iterator[tuple[Client, Kinds]]:
    """A client and its kinds for one kubeconfig; each request is tried so many times."""
    connection = load_connection(ConnectionOptions(kubeconfig=kubeconfig), environ={})
    with Client(connection, retry=RetryPolicy(attempts=attempts)) as client:
        yield client, Kinds(client)


def request(objects: Any, namespace: str, name: str | None = "one", **more: Any) -> ApplyRequest:
    """A request for a set (or, with name None, for objects of no set)."""
    return ApplyRequest(
        objects=objects, set_name=name, set_namespace=namespace, wait_timeout=60, **more
    )


def actions(report: ApplyReport) -> dict[str, str]:
    """`Kind name` -> action."""
    return {f"{r.key.kind} {r.key.name}": r.action for r in report.results}


def configmap(name: str, namespace: str, **data: str) -> Object:
    """A ConfigMap."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def deployment(name: str, namespace: str, **spec: Any) -> Object:
    """A Deployment of one container that comes up on the lab's nodes."""
    labels = {"app": name}
    node_name = {"apiVersion": "v1", "fieldPath": "spec.nodeName"}
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "image": "example.com/app:1",
                    "args": ["--port", "8080"],
                    "env": [
                        {"name": "MODE", "value": "a"},
                        {"name": "NODE", "valueFrom": {"fieldRef": node_name}},
                    ],
                    "ports": [
                        {"containerPort": 8080},
                        {"containerPort": 8443, "name": "https", "protocol": "TCP"},
                    ],
                    "resources": {
                        "limits": {"cpu": "1", "memory": "1Gi"},
                        "requests": {"cpu": "10m", "memory": "64Mi"},
                    },
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                }
            ],
            "tolerations": [{"key": "dedicated", "operator": "Exists"}],
            "volumes": [{"name": "tmp", "emptyDir": {}}],
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def service(name: str, namespace: str) -> Object:
    """A Service with two ports, one of which leaves the protocol to its default."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"app": name},
            "ports": [
                {"name": "http", "port": 80, "targetPort": 8080},
                {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"},
            ],
        },
    }


def widget_crd(group: str, version: str = "v1") -> Object:
    """A CRD with a map, a keyed list, a set, an atomic list, a default and a free field."""
    keyed = {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name", "port"],
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "port": {"type": "integer", "default": 80},
                "prefix": {"type": "string"},
            },
        },
    }
    spec = {
        "type": "object",
        "properties": {
            "host": {"type": "string"},
            "weight": {"type": "integer", "maximum": 100},
            "ratio": {"type": "number"},
            "mode": {"type": "string", "default": "a"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "routes": keyed,
            "tags": {
                "type": "array",
                "x-kubernetes-list-type": "set",
                "items": {"type": "string"},
            },
            "steps": {
                "type": "array",
                "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
            "target": {"x-kubernetes-int-or-string": True},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            "maybe": {"type": "string", "nullable": True},
        },
    }
    schema = {"type": "object", "properties": {"spec": spec}}
    entry = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [entry],
        },
    }


def widget(name: str, namespace: str, group: str) -> Object:
    """A custom resource that uses every shape of its CRD."""
    return {
        "apiVersion": f"{group}/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "host": f"{name}.example",
            "weight": 7,
            "ratio": 0.5,
            "labels": {"tier": "gold", "zone": "a"},
            "routes": [
                {"name": "one", "prefix": "/"},
                {"name": "two", "port": 443, "prefix": "/two"},
            ],
            "tags": ["x", "y", "z"],
            "steps": [{"setWeight": 20}, {"pause": {"seconds": 10}}],
            "target": 80,
            "free": {"a": {"b": [1, 2, {"c": None}]}, "d": "e"},
        },
    }
