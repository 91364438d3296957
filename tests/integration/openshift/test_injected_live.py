"""Pods that Istio's own webhook code injects while OpenShift's own admission judges them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.id_ranges import parse_block
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    Source,
    from_release,
)
from tests import reference
from tests.integration.injector import injecting
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

RANGE = "openshift.io/sa.scc.uid-range"


def source(cni: bool) -> Source:
    """The configuration of a control plane on OpenShift."""
    charts = str(reference.charts_dir() / "charts")
    return from_release(
        {
            "charts": charts,
            "version": "1.31.1",
            "platform": "openshift",
            "components": {"cni": {"enabled": cni}},
        }
    )


@pytest.fixture
def with_cni(openshift_cluster: Cluster, home: str) -> Iterator[None]:
    with injecting(openshift_cluster, home, source(cni=True), openshift=True):
        yield


@pytest.fixture
def without_cni(openshift_cluster: Cluster, home: str) -> Iterator[None]:
    with injecting(openshift_cluster, home, source(cni=False), openshift=True):
        yield


@pytest.mark.usefixtures("with_cni")
def test_with_cni_an_injected_pod_needs_no_grant(openshift_cluster: Cluster, home: str) -> None:
    deploy(openshift_cluster, home, "web")
    pod = admitted(openshift_cluster, home, "web")
    assert pod["metadata"]["annotations"][SCC] == "restricted-v2"
    block = parse_block(openshift_cluster.get("namespace", home)["metadata"]["annotations"][RANGE])
    assert block is not None
    users = {
        container["name"]: container["securityContext"]["runAsUser"]
        for container in pod["spec"]["containers"]
    }
    # The application gets the first id of the range from admission, the proxy the last from Istio.
    assert users == {"app": block[0], "istio-proxy": block[1]}


@pytest.mark.usefixtures("without_cni")
def test_without_cni_it_is_refused(openshift_cluster: Cluster, home: str) -> None:
    deploy(openshift_cluster, home, "web")
    message = refusal(openshift_cluster, home, "web")
    assert (
        'provider restricted-v2: .initContainers[0].capabilities.add: Invalid value: "NET_ADMIN"'
        in message
    )
