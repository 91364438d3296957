"""What a fresh lab is given: nodes, and what its users may do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.api import Api
from lab.components import POD_RANGE
from lab.console import say
from lab.errors import LabError
from lab.identities import CLUSTER_ADMIN, DEPLOYER
from lab.paths import REPOSITORY

# What the documentation tells users to grant to the account that runs the plays, and what besides
# that on a platform.
DEPLOYER_RULES = REPOSITORY / "docs" / "rbac" / "deployer.yaml"
_RBAC = "rbac.authorization.k8s.io"
_RBAC_PATH = f"/apis/{_RBAC}/v1"
AUDIT_LEVELS = ("Metadata", "Request", "RequestResponse")


def audit_policy(level: str) -> str:
    """Policy of the audit log: every request of everybody, once, when it is answered."""
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": False,
        "rules": [
            # Never what is secret: the log stays on disk after the lab.
            {"level": "Metadata", "resources": [{"group": "", "resources": ["secrets"]}]},
            {"level": level},
        ],
    }
    return json.dumps(policy, indent=2)


def kwok_config(stages: str) -> str:
    """Configuration of kwok: it plays the nodes that carry the annotation, by these stages."""
    options = {
        "manageAllNodes": False,
        "manageNodesWithAnnotationSelector": "kwok.x-k8s.io/node=fake",
        "nodeLeaseDurationSeconds": 40,
        "cidr": POD_RANGE,
        "nodeIP": "127.0.0.1",
        # kwok 0.8.0 does not default these when it is given a configuration.
        "podPlayStageParallelism": 4,
        "nodePlayStageParallelism": 4,
        "nodeLeaseParallelism": 4,
        "podsOnNodeSyncParallelism": 1,
    }
    config = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": options,
    }
    return f"{json.dumps(config, indent=2)}\n{stages}"


def create_nodes(api: Api, count: int) -> None:
    """Create the nodes ``node-0`` and so on, in three zones, unless they are there."""
    capacity = {"cpu": "32", "memory": "256Gi", "pods": "250"}
    for number in range(count):
        name = f"node-{number}"
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "annotations": {"kwok.x-k8s.io/node": "fake"},
                "labels": {
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "kubernetes.io/arch": "amd64",
                    "topology.kubernetes.io/region": "region-0",
                    "topology.kubernetes.io/zone": f"zone-{number % 3}",
                },
            },
            "status": {"allocatable": capacity, "capacity": capacity},
        }
        status, answer = api.request("POST", "/api/v1/nodes", node)
        if status not in (201, 409):
            raise LabError(f"node {name}: {status}: {answer}")


def nodes_ready(api: Api, count: int) -> bool:
    """Whether as many nodes as that are Ready."""
    nodes = api.get("/api/v1/nodes") or {"items": []}
    conditions = (each for node in nodes["items"] for each in node["status"].get("conditions", []))
    ready = sum(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return bool(ready >= count)


def grant(api: Api, kubectl: Sequence[str] | None, kubeconfig: Path, platform: str = "") -> None:
    """Make cluster-admin what it says, and give the deployer what the documentation grants it."""
    _bind(api, f"{_RBAC_PATH}/clusterrolebindings", "ClusterRole", "cluster-admin", CLUSTER_ADMIN)
    for name in ("deployer", f"deployer-{platform}"):
        file = DEPLOYER_RULES.with_stem(name)
        if file.exists():
            _grant_file(api, kubectl, kubeconfig, file)


def _grant_file(api: Api, kubectl: Sequence[str] | None, kubeconfig: Path, file: Path) -> None:
    if kubectl is None:
        say(f"no kubectl: {file.relative_to(REPOSITORY)} is not applied")
        return
    for item in _apply_file(kubectl, kubeconfig, file):
        kind, metadata = item["kind"], item["metadata"]
        if kind == "ClusterRole":
            _bind(api, f"{_RBAC_PATH}/clusterrolebindings", kind, metadata["name"], DEPLOYER)
        elif kind == "Role":
            collection = f"{_RBAC_PATH}/namespaces/{metadata['namespace']}/rolebindings"
            _bind(api, collection, kind, metadata["name"], DEPLOYER)


def _apply_file(kubectl: Sequence[str], kubeconfig: Path, file: Path) -> list[dict[str, Any]]:
    command: list[str | Path] = [
        *kubectl,
        "--kubeconfig",
        kubeconfig,
        "apply",
        "--server-side",
        "--force-conflicts",
    ]
    command += ["--field-manager=meshops-lab", "-o", "json", "-f", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{file.relative_to(REPOSITORY)} cannot be applied: {done.stderr.strip()}")
    applied = json.loads(done.stdout)
    items: list[dict[str, Any]] = applied["items"] if applied["kind"] == "List" else [applied]
    return items


def _bind(api: Api, collection: str, kind: str, role: str, user: str) -> None:
    name = f"lab-{user}-{role}"
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding" if kind == "ClusterRole" else "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": user}],
    }
    api.apply(f"{collection}/{name}", binding)
