"""The way of Istio 1.7 on OpenShift: anyuid and privileged, and a network in each namespace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.mesh import Variables, everything
from tests.integration.openshift.meshes import (
    APPLICATION,
    INVENTORY,
    as_of_1_7,
    injected,
    install,
    run,
    uninstall,
)
from tests.integration.openshift.pods import SCC, admitted
from tests.integration.plays import play
from tests.labs import Cluster

pytestmark = pytest.mark.lab

NETWORKS = "k8s.v1.cni.cncf.io/networks"
OTHERS = ["system:serviceaccount:elsewhere:robot", "carol"]


@pytest.fixture
def mesh(openshift_cluster: Cluster, tmp_path: Path) -> Variables:
    """Variables of a mesh as of Istio 1.7."""
    return as_of_1_7(openshift_cluster, tmp_path / "release")


def admitted_as(cluster: Cluster, variables: Variables, name: str) -> dict[str, str]:
    """The annotations of an injected application's pod."""
    run(cluster, injected(cluster, variables, name))
    notes: dict[str, str] = admitted(cluster, APPLICATION, name)["metadata"]["annotations"]
    return notes


def test_without_the_grants_the_play_says_why_and_what_to_do(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    before = set(everything(openshift_cluster))
    nothing = {**mesh, "mesh_openshift": {"control_plane_sccs": []}}
    message = install(nothing, expect=2).message()
    assert "Deployment istio-system/istiod" in message
    for words in ("1337", "restricted-v2", "anyuid", "mesh_openshift", "control_plane_sccs"):
        assert words in message
    assert "system:serviceaccount:istio-system:istiod-service-account" in message
    # The text of the API server names every SCC that could not be used.
    assert "hostmount-anyuid" not in message
    assert "unable to validate against any security context constraint" not in message

    # With them the same installation goes on.
    install(mesh)
    uninstall(mesh)
    openshift_cluster.kubectl("delete", "namespace", APPLICATION)
    assert set(everything(openshift_cluster)) == before


def test_from_nothing_to_an_application_and_back(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    before = set(everything(openshift_cluster))
    install(mesh)
    assert install(mesh).changed == []
    play("verify-mesh", mesh, inventory=INVENTORY)
    for pod in openshift_cluster.get("pods", "--namespace", "istio-system")["items"]:
        assert pod["metadata"]["annotations"][SCC] == "anyuid"
    assert openshift_cluster.get("net-attach-def", "istio-cni", "--namespace", APPLICATION)

    # With CNI the pod needs a user of its own, without it also the rights of istio-init.
    with_cni = admitted_as(openshift_cluster, mesh, "with-cni")
    assert (with_cni[SCC], with_cni[NETWORKS]) == ("anyuid", "istio-cni")
    components = {**mesh["mesh_components"], "cni": {"enabled": False}}
    without = {**mesh, "mesh_components": components}
    assert admitted_as(openshift_cluster, without, "without-cni")[SCC] == "privileged"

    openshift_cluster.kubectl("delete", "deployment", "--all", "--namespace", APPLICATION)
    uninstall(mesh)
    openshift_cluster.kubectl("delete", "namespace", APPLICATION)
    assert set(everything(openshift_cluster)) == before


def test_in_the_sccs_lists_only_our_entries_come_and_go(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    by_lists = {**mesh, "mesh_openshift": {"grant_by": "scc_lists"}}
    patch = json.dumps([{"op": "add", "path": "/users", "value": OTHERS}])
    openshift_cluster.kubectl("patch", "scc", "anyuid", "--type=json", f"--patch={patch}")
    before = lists(openshift_cluster)
    install(by_lists)
    assert "system:serviceaccounts:istio-system" in lists(openshift_cluster)["anyuid"][0]
    assert "system:serviceaccounts:shop" in lists(openshift_cluster)["privileged"][0]
    assert lists(openshift_cluster)["anyuid"][1][: len(OTHERS)] == OTHERS
    bindings = openshift_cluster.get("rolebindings", "--all-namespaces")["items"]
    assert not [one for one in bindings if "scc" in one["roleRef"]["name"]]
    assert install(by_lists).changed == []
    assert admitted_as(openshift_cluster, by_lists, "listed")[SCC] == "anyuid"

    openshift_cluster.kubectl("delete", "deployment", "--all", "--namespace", APPLICATION)
    uninstall(by_lists)
    assert lists(openshift_cluster) == before
    openshift_cluster.kubectl("delete", "namespace", APPLICATION)


def lists(cluster: Cluster) -> dict[str, tuple[list[str], list[str]]]:
    """SCC -> its groups and users."""
    items = cluster.get("securitycontextconstraints")["items"]
    return {
        item["metadata"]["name"]: (item.get("groups") or [], item.get("users") or [])
        for item in items
    }
