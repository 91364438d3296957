"""Deployments on an OpenShift lab, and what its admission makes of their pods."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.labs import Cluster

SCC = "openshift.io/scc"
_PATIENCE = 20.0


def deploy(cluster: Cluster, namespace: str, name: str, **pod: Any) -> None:
    """Apply a Deployment; ``pod`` is more of its pods' spec, ``container`` more of the only one."""
    container = {"name": "app", "image": "app", **pod.pop("container", {})}
    spec = {"containers": [container], **pod}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
        },
    }
    cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(deployment))


def admitted(cluster: Cluster, namespace: str, name: str) -> dict[str, Any]:
    """The pod of a Deployment, once there is one."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        pods = cluster.get("pods", "--namespace", namespace, "--selector", f"app={name}")["items"]
        if pods:
            return dict(pods[0])
        time.sleep(0.1)
    raise AssertionError(f"no pod of {name}: {_failure(cluster, namespace, name)}")


def refusal(cluster: Cluster, namespace: str, name: str) -> str:
    """Why a Deployment gets no pod; waits until its ReplicaSet says so."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        message = _failure(cluster, namespace, name)
        if message:
            return message
        time.sleep(0.1)
    raise AssertionError(f"{name} was not refused")


def constraints(cluster: Cluster, namespace: str) -> set[str | None]:
    """The SCCs under which the pods of a namespace run."""
    pods = cluster.get("pods", "--namespace", namespace)["items"]
    return {pod["metadata"].get("annotations", {}).get(SCC) for pod in pods}


def _failure(cluster: Cluster, namespace: str, name: str) -> str:
    sets = cluster.get("replicasets", "--namespace", namespace, "--selector", f"app={name}")
    for condition in sets["items"][0]["status"].get("conditions", []) if sets["items"] else []:
        if condition["type"] == "ReplicaFailure":
            return str(condition["message"])
    return ""
