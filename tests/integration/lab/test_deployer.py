"""The account that the documentation recommends can install Istio, and not make itself more."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from lab.errors import LabError
from tests.labs import Cluster, running
from tests.reference import charts_dir, helm_path

pytestmark = [pytest.mark.lab, pytest.mark.reference]

CHARTS = {
    "base": "base",
    "istiod": "istio-control/istio-discovery",
    "cni": "istio-cni",
    "ztunnel": "ztunnel",
    "gateway": "gateway",
    "ingress": "gateways/istio-ingress",
    "egress": "gateways/istio-egress",
}
NAMESPACE = "istio-system"
NETWORKS_NAME = "network-attachment-definitions.k8s.cni.cncf.io"
NETWORKS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": NETWORKS_NAME},
    "spec": {
        "group": "k8s.cni.cncf.io",
        "scope": "Namespaced",
        "names": {
            "kind": "NetworkAttachmentDefinition",
            "plural": "network-attachment-definitions",
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object"}},
            }
        ],
    },
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A lab of its own: what is installed here by kubectl would be in the way of others."""
    with running("deployer") as started:
        yield started


@pytest.mark.parametrize(
    "values",
    [
        "global.platform=",
        "revision=1-31",
        "profile=ambient,global.platform=openshift",
        "profile=demo,global.platform=gke",
    ],
)
def test_deployer_may_apply_all_that_the_charts_render(cluster: Cluster, values: str) -> None:
    for definition in (NETWORKS, {"apiVersion": "v1", "kind": "Namespace"}):
        named = {"metadata": {"name": NAMESPACE}, **definition}
        _apply(cluster, json.dumps(named), "admin")
    if "openshift" in values:
        established = ("wait", "--for=condition=Established", "--timeout=30s")
        cluster.kubectl(*established, f"crd/{NETWORKS_NAME}")
    for release, chart in CHARTS.items():
        command = [str(helm_path()), "template", release, str(charts_dir() / "charts" / chart)]
        rendered = subprocess.run(
            [*command, "--namespace", NAMESPACE, "--set", values],
            capture_output=True,
            text=True,
            check=True,
        )
        documents = rendered.stdout.split("\n---\n")
        elsewhere = [each for each in documents if "\n  namespace: default\n" in each]
        here = [each for each in documents if each not in elsewhere]
        _apply(cluster, "\n---\n".join(here), "deployer", "--namespace", NAMESPACE)
        if elsewhere:
            _apply(cluster, "\n---\n".join(elsewhere), "deployer")


def test_deployer_cannot_grant_what_it_does_not_hold(cluster: Cluster) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "too-much"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
    }
    with pytest.raises(LabError, match="attempting to grant RBAC permissions not currently held"):
        _apply(cluster, json.dumps(role), "deployer")
    binding = ("create", "clusterrolebinding", "more", "--clusterrole=cluster-admin")
    with pytest.raises(LabError, match="attempting to grant RBAC permissions not currently held"):
        cluster.kubectl(*binding, "--user=meshops-deployer", user="deployer")


def _apply(cluster: Cluster, manifest: str, user: str, *options: str) -> None:
    command = ("apply", "--server-side", "--force-conflicts", *options, "-f", "-")
    cluster.kubectl(*command, user=user, stdin=manifest)
