"""The lab as an OpenShift: pods are refused and admitted by its own admission code."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from lab import constraints
from lab.errors import LabError
from lab.openshift import INGRESS_DOMAIN, NETWORK_TYPE, version_of
from tests.labs import Cluster

pytestmark = pytest.mark.lab

SCC = "openshift.io/scc"
INIT = {
    "name": "istio-init",
    "image": "proxyv2",
    "securityContext": {
        "runAsUser": 0,
        "runAsNonRoot": False,
        "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]},
    },
}


@pytest.fixture
def home(openshift_cluster: Cluster) -> Iterator[str]:
    name = f"t-{uuid.uuid4().hex[:8]}"
    openshift_cluster.kubectl("create", "namespace", name)
    yield name
    openshift_cluster.kubectl("delete", "namespace", name, "--wait=false")


def deploy(cluster: Cluster, namespace: str, name: str, **pod: Any) -> None:
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
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        pods = cluster.get("pods", "--namespace", namespace, "--selector", f"app={name}")["items"]
        if pods:
            return dict(pods[0])
        time.sleep(0.1)
    raise AssertionError(f"no pod of {name}: {refusal(cluster, namespace, name)}")


def refusal(cluster: Cluster, namespace: str, name: str) -> str:
    """Why a Deployment gets no pod; waits until its ReplicaSet says so."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        sets = cluster.get("replicasets", "--namespace", namespace, "--selector", f"app={name}")
        for condition in sets["items"][0]["status"].get("conditions", []) if sets["items"] else []:
            if condition["type"] == "ReplicaFailure":
                return str(condition["message"])
        time.sleep(0.1)
    raise AssertionError(f"{name} was not refused")


def test_a_plain_pod_gets_the_namespaces_ids_under_restricted_v2(
    openshift_cluster: Cluster, home: str
) -> None:
    deploy(openshift_cluster, home, "plain")
    pod = admitted(openshift_cluster, home, "plain")
    assert pod["metadata"]["annotations"][SCC] == "restricted-v2"
    notes = openshift_cluster.get("namespace", home)["metadata"]["annotations"]
    first = int(notes["openshift.io/sa.scc.uid-range"].partition("/")[0])
    assert pod["spec"]["containers"][0]["securityContext"]["runAsUser"] == first
    assert notes["openshift.io/sa.scc.supplemental-groups"] == f"{first}/10000"
    assert notes["openshift.io/sa.scc.mcs"].startswith("s0:c")


def test_a_user_of_the_pods_own_is_refused_until_anyuid_is_granted(
    openshift_cluster: Cluster, home: str
) -> None:
    deploy(openshift_cluster, home, "own", container={"securityContext": {"runAsUser": 1337}})
    message = refusal(openshift_cluster, home, "own")
    assert "unable to validate against any security context constraint" in message
    assert "Invalid value: 1337: must be in the ranges" in message
    openshift_cluster.kubectl(
        *("create", "rolebinding", "anyuid", "--namespace", home),
        "--clusterrole=system:openshift:scc:anyuid",
        f"--group=system:serviceaccounts:{home}",
    )
    openshift_cluster.kubectl("delete", "rs", "--namespace", home, "--selector", "app=own")
    pod = admitted(openshift_cluster, home, "own")
    assert pod["metadata"]["annotations"][SCC] == "anyuid"


def test_an_injected_pod_without_cni_needs_more_than_anyuid(
    openshift_cluster: Cluster, home: str
) -> None:
    for scc in ("anyuid", "privileged"):
        openshift_cluster.kubectl(
            *("create", "rolebinding", scc, "--namespace", home),
            f"--clusterrole=system:openshift:scc:{scc}",
            f"--serviceaccount={home}:{scc}",
        )
        openshift_cluster.kubectl("create", "serviceaccount", scc, "--namespace", home)
        deploy(openshift_cluster, home, scc, serviceAccountName=scc, initContainers=[INIT])
    assert "NET_ADMIN" in refusal(openshift_cluster, home, "anyuid")
    pod = admitted(openshift_cluster, home, "privileged")
    assert pod["metadata"]["annotations"][SCC] == "privileged"


def test_exempt_namespaces_and_run_levels(openshift_cluster: Cluster, home: str) -> None:
    openshift_cluster.kubectl("label", "namespace", home, "openshift.io/run-level=1")
    deploy(openshift_cluster, home, "free", hostNetwork=True)
    assert SCC not in admitted(openshift_cluster, home, "free")["metadata"].get("annotations", {})
    agent = f"agent-{home}"
    deploy(openshift_cluster, "kube-system", agent, hostNetwork=True)
    assert SCC not in admitted(openshift_cluster, "kube-system", agent)["metadata"].get(
        "annotations", {}
    )
    openshift_cluster.kubectl("delete", "deployment", agent, "--namespace", "kube-system")


def test_the_cluster_says_what_it_is(openshift_cluster: Cluster) -> None:
    version = openshift_cluster.get("clusterversion", "version")["status"]["desired"]["version"]
    kubernetes = json.loads(openshift_cluster.kubectl("get", "--raw=/version"))["gitVersion"]
    assert version == version_of(kubernetes)
    network = openshift_cluster.get("networks.config.openshift.io", "cluster")["status"]
    assert network["networkType"] == NETWORK_TYPE
    domain = openshift_cluster.get("ingresses.config.openshift.io", "cluster")["spec"]["domain"]
    assert domain == INGRESS_DOMAIN
    names = {
        item["metadata"]["name"]
        for item in openshift_cluster.get("securitycontextconstraints")["items"]
    }
    assert names >= {item["metadata"]["name"] for item in constraints.standard()}


def test_nobody_changes_the_gateway_api(openshift_cluster: Cluster) -> None:
    name = "gateways.gateway.networking.k8s.io"
    with pytest.raises(LabError, match="managed by the Ingress Operator"):
        openshift_cluster.kubectl("annotate", "crd", name, "mine=1")


def test_another_platform_of_the_same_name_is_refused(openshift_cluster: Cluster) -> None:
    assert openshift_cluster.lab.up() is openshift_cluster.lab
    with pytest.raises(LabError, match="platform openshift, not kubernetes"):
        openshift_cluster.lab.up(platform="kubernetes")
