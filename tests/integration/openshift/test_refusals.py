"""Pods that OpenShift refuses: what is said of it, and that the SCC it names is enough."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._wait.scc_refusal import shorten
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.labs import Cluster

pytestmark = pytest.mark.lab

NAMED = re.compile(r"mesh_scc with scc: ([\w-]+), namespace: ([\w-]+), service_accounts: \[(\w+)\]")
# What a pod asks for -> the least of OpenShift's SCCs that takes it.
PODS: dict[str, tuple[dict[str, Any], str]] = {
    "user": ({"securityContext": {"runAsUser": 1337, "fsGroup": 1337}}, "nonroot-v2"),
    "group": ({"securityContext": {"fsGroup": 5}}, "nonroot-v2"),
    "root": ({"securityContext": {"runAsUser": 0}}, "anyuid"),
    "escalation": (
        {"container": {"securityContext": {"allowPrivilegeEscalation": True}}},
        "anyuid",
    ),
    "host network": ({"hostNetwork": True}, "hostnetwork-v2"),
    "host port": ({"container": {"ports": [{"containerPort": 8080, "hostPort": 8080}]}}, ""),
    "capabilities": (
        {"container": {"securityContext": {"runAsUser": 0, "capabilities": {"add": ["NET_RAW"]}}}},
        "privileged",
    ),
    "host path": ({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "privileged"),
    "seccomp": (
        {"container": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}},
        "privileged",
    ),
}


@pytest.mark.parametrize("case", PODS)
def test_the_scc_that_is_named_takes_the_pod(
    openshift_cluster: Cluster, home: str, case: str
) -> None:
    pod, expected = PODS[case]
    deploy(openshift_cluster, home, "web", **pod)
    text = refusal(openshift_cluster, home, "web")
    short = shorten(text, openshift_cluster.get("deployment", "web", "--namespace", home))
    named = NAMED.search(short)
    assert named is not None, short
    assert len(short) < len(text)
    assert expected in ("", named[1])
    assert (named[2], named[3]) == (home, "default")
    grant = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "grant", "namespace": home},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": f"system:openshift:scc:{named[1]}",
        },
        "subjects": [{"kind": "ServiceAccount", "name": named[3], "namespace": home}],
    }
    openshift_cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(grant))
    openshift_cluster.kubectl("rollout", "restart", "deployment/web", "--namespace", home)
    found = admitted(openshift_cluster, home, "web")
    assert found["metadata"]["annotations"][SCC] == named[1]
