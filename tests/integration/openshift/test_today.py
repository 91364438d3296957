"""Today's way on OpenShift: nothing is granted, nothing is asked for, and all of it comes up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.openshift import INGRESS_DOMAIN
from tests.integration.mesh import Variables, gateway
from tests.integration.openshift.meshes import (
    APPLICATION,
    INVENTORY,
    injected,
    install,
    leaving_nothing,
    run,
    today,
)
from tests.integration.openshift.pods import SCC, admitted, constraints, refusal
from tests.integration.plays import play
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

RANGE = "openshift.io/sa.scc.uid-range"
WITHOUT_CNI: Variables = {
    "cni": {"enabled": False},
    "ingress_gateways": [gateway("istio-ingress")],
}


@pytest.fixture(scope="module")
def mesh(openshift_cluster: Cluster) -> Iterator[Variables]:
    """Variables of a mesh that is installed, and leaves nothing behind."""
    variables = today(openshift_cluster)
    with leaving_nothing(openshift_cluster, variables):
        install(variables)
        yield variables


def last_user(cluster: Cluster) -> int:
    """The last id of the application's namespace."""
    notes = cluster.get("namespace", APPLICATION)["metadata"]["annotations"]
    first, size = map(int, notes[RANGE].split("/"))
    return first + size - 1


def test_the_control_plane_runs_restricted(openshift_cluster: Cluster, mesh: Variables) -> None:
    assert mesh["mesh_wait_timeout"]
    for namespace in ("istio-system", "istio-ingress"):
        assert constraints(openshift_cluster, namespace) == {"restricted-v2"}
    assert openshift_cluster.get("network-attachment-definitions", "istio-cni", "-n", "default")


def test_a_second_run_changes_nothing_and_the_proof_holds(mesh: Variables) -> None:
    assert install(mesh).changed == []
    play("verify-mesh", mesh, inventory=INVENTORY)


def test_the_summary_has_the_platform_and_the_addresses(mesh: Variables) -> None:
    text = "\n".join(install(mesh).result()["summary"])
    for words in ("OpenShift 4.", "OVNKubernetes", "Multus", "Gateway API", "(detected)"):
        assert words in text
    assert f"https://istio-ingress-istio-ingress.{INGRESS_DOMAIN}" in text
    assert "https://shop.example.com" in text


def test_with_cni_an_application_needs_no_grant(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    run(openshift_cluster, injected(openshift_cluster, mesh, "with-cni"))
    pod = admitted(openshift_cluster, APPLICATION, "with-cni")
    assert pod["metadata"]["annotations"][SCC] == "restricted-v2"
    users = {
        one["name"]: one["securityContext"]["runAsUser"]
        for one in [*pod["spec"]["initContainers"], *pod["spec"]["containers"]]
    }
    last = last_user(openshift_cluster)
    assert users == {"istio-validation": last, "istio-proxy": last, "app": last - 9999}


def test_without_cni_it_needs_what_the_option_grants(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    bare = {**mesh, "mesh_components": WITHOUT_CNI}
    install({**bare, "mesh_openshift": {"application_sccs": []}})
    run(openshift_cluster, injected(openshift_cluster, bare, "without-cni"))
    assert "NET_ADMIN" in refusal(openshift_cluster, APPLICATION, "without-cni")

    for name, wishes, scc in (
        ("listed", {"application_sccs": ["privileged"]}, "privileged"),
        ("granted", {}, "istio-sidecar"),
        ("least", {"least_privilege": True}, "istio-sidecar"),
        ("named", {"application_sccs": ["istio-sidecar"]}, "istio-sidecar"),
    ):
        install({**bare, "mesh_openshift": wishes})
        run(openshift_cluster, injected(openshift_cluster, bare, name))
        pod = admitted(openshift_cluster, APPLICATION, name)
        assert pod["metadata"]["annotations"][SCC] == scc
    install(mesh)
