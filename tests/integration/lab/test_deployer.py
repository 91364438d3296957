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


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A lab of its own: what is installed here by kubectl would be in the way of others."""
    with running("deployer") as started:
        yield started


@pytest.fixture(scope="module")
def openshift() -> Iterator[Cluster]:
    """The same on OpenShift, where the deployer has some rights more."""
    with running("deployer-openshift", "openshift") as started:
        yield started


@pytest.mark.parametrize(
    "values", ["global.platform=", "revision=1-31", "profile=demo,global.platform=gke"]
)
def test_deployer_may_apply_all_that_the_charts_render(cluster: Cluster, values: str) -> None:
    _apply_charts(cluster, values)


def test_so_on_openshift(openshift: Cluster) -> None:
    _apply_charts(openshift, "profile=ambient,global.platform=openshift")


def _apply_charts(cluster: Cluster, values: str) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    _apply(cluster, json.dumps(namespace), "admin")
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
