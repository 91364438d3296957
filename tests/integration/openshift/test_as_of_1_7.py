"""The way of Istio 1.7 on OpenShift: anyuid and privileged, and a network in each namespace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.mesh import Variables
from tests.integration.openshift.meshes import (
    APPLICATION,
    INVENTORY,
    as_of_1_7,
    injected,
    install,
    leaving_nothing,
    purge,
    run,
    scc_lists,
    stop_applications,
)
from tests.integration.openshift.pods import SCC, admitted, constraints
from tests.integration.plays import play
from tests.labs import Cluster

pytestmark = pytest.mark.lab

NETWORKS = "k8s.v1.cni.cncf.io/networks"
OTHERS = ["system:serviceaccount:elsewhere:robot", "carol"]


@pytest.fixture
def mesh(openshift_cluster: Cluster, tmp_path: Path) -> Iterator[Variables]:
    """Variables of a mesh as of Istio 1.7, which leaves nothing behind."""
    variables = as_of_1_7(openshift_cluster, tmp_path / "release")
    with leaving_nothing(openshift_cluster, variables):
        yield variables


def admitted_as(cluster: Cluster, variables: Variables, name: str) -> dict[str, str]:
    """The annotations of an injected application's pod."""
    run(cluster, injected(cluster, variables, name))
    notes: dict[str, str] = admitted(cluster, APPLICATION, name)["metadata"]["annotations"]
    return notes


def test_without_the_grants_the_play_says_why_and_what_to_do(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    nothing = {**mesh, "mesh_openshift": {"control_plane_sccs": []}}
    message = install(nothing, expect=2).message()
    assert "Deployment istio-system/istiod" in message
    for words in ("1337", "restricted-v2", "istiod-service-account", "mesh_openshift"):
        assert words in message
    # The text of the API server names every SCC that could not be used.
    assert "hostmount-anyuid" not in message
    assert "unable to validate against any security context constraint" not in message

    # What it says is enough: the same installation goes on, and the gateway comes up as well.
    said = re.search(r"control_plane_sccs: \[([a-z0-9-]+)\]", message)
    assert said
    install({**mesh, "mesh_openshift": {"control_plane_sccs": [said[1]]}})
    assert constraints(openshift_cluster, "istio-system") == {said[1]}


def test_from_nothing_to_an_application(openshift_cluster: Cluster, mesh: Variables) -> None:
    install(mesh)
    assert install(mesh).changed == []
    play("verify-mesh", mesh, inventory=INVENTORY)
    assert constraints(openshift_cluster, "istio-system") == {"anyuid"}
    assert openshift_cluster.get("net-attach-def", "istio-cni", "--namespace", APPLICATION)

    # With CNI the pod needs a user of its own, without it also the rights of istio-init.
    with_cni = admitted_as(openshift_cluster, mesh, "with-cni")
    assert (with_cni[SCC], with_cni[NETWORKS]) == ("anyuid", "istio-cni")
    components = {**mesh["mesh_components"], "cni": {"enabled": False}}
    without = {**mesh, "mesh_components": components}
    assert admitted_as(openshift_cluster, without, "without-cni")[SCC] == "privileged"


def test_in_the_sccs_lists_only_our_entries_come_and_go(
    openshift_cluster: Cluster, mesh: Variables
) -> None:
    by_lists = {**mesh, "mesh_openshift": {"grant_by": "scc_lists"}}
    install(by_lists)
    # Another one's grants, made while the mesh is there.
    grant_others(openshift_cluster, OTHERS)
    groups, users = scc_lists(openshift_cluster)["anyuid"]
    assert {"system:cluster-admins", "system:serviceaccounts:istio-system"} <= set(groups)
    assert users == OTHERS
    assert "system:serviceaccounts:shop" in scc_lists(openshift_cluster)["privileged"][0]
    bindings = openshift_cluster.get("rolebindings", "--all-namespaces")["items"]
    assert not [one for one in bindings if "scc" in one["roleRef"]["name"]]
    assert install(by_lists).changed == []
    assert admitted_as(openshift_cluster, by_lists, "listed")[SCC] == "anyuid"

    stop_applications(openshift_cluster)
    purge(by_lists)
    assert scc_lists(openshift_cluster)["anyuid"] == (["system:cluster-admins"], OTHERS)
    grant_others(openshift_cluster, [])


def grant_others(cluster: Cluster, users: list[str]) -> None:
    """Put users into the list of anyuid, as `oc adm policy add-scc-to-user` did."""
    patch = json.dumps([{"op": "add", "path": "/users", "value": users}])
    cluster.kubectl(
        *("patch", "securitycontextconstraints", "anyuid"), "--type=json", f"--patch={patch}"
    )
