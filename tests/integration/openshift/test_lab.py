"""The lab as an OpenShift: pods are refused and admitted by its own admission code."""

from __future__ import annotations

import json

import pytest

from lab import constraints
from lab.errors import LabError
from lab.openshift import INGRESS_DOMAIN, NETWORK_TYPE, version_of
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.labs import Cluster

pytestmark = pytest.mark.lab

INIT = {
    "name": "istio-init",
    "image": "proxyv2",
    "securityContext": {
        "runAsUser": 0,
        "runAsNonRoot": False,
        "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]},
    },
}


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
