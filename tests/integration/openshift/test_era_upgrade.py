"""From Istio 1.7 to today: what the old era needs stays until its last pod has gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.mesh import Variables
from tests.integration.openshift.meshes import (
    APPLICATION,
    as_of_1_7,
    injected,
    install,
    leaving_nothing,
    run,
    today,
    uninstall,
)
from tests.integration.openshift.pods import SCC, admitted, constraints
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

NO_GATEWAYS: Variables = {"ingress_gateways": []}
REVISION = "1-31-1"


@pytest.fixture
def old(openshift_cluster: Cluster, tmp_path: Path) -> Iterator[Variables]:
    """Variables of a mesh as of Istio 1.7, installed, with an application."""
    variables = as_of_1_7(
        openshift_cluster, tmp_path / "release", mesh_components=dict(NO_GATEWAYS)
    )
    with leaving_nothing(openshift_cluster, today(openshift_cluster)):
        install(variables)
        run(openshift_cluster, injected(openshift_cluster, variables, "web"))
        assert admitted_under(openshift_cluster) == "anyuid"
        yield variables


def admitted_under(cluster: Cluster) -> str:
    """The SCC of the application's pod."""
    notes: dict[str, str] = admitted(cluster, APPLICATION, "web")["metadata"]["annotations"]
    return notes[SCC]


def restarted_under(cluster: Cluster) -> str:
    """The SCC of the application's pod after the present one is gone."""
    cluster.kubectl("delete", "pod", "--all", "--namespace", APPLICATION, "--now")
    return admitted_under(cluster)


def rights(cluster: Cluster, namespace: str) -> set[str]:
    """What is left for the old era in a namespace: roles of SCCs that are bound, networks."""
    bindings = cluster.get("rolebindings", "--namespace", namespace)["items"]
    networks = cluster.get("net-attach-def", "--namespace", namespace)["items"]
    roles = {one["roleRef"]["name"] for one in bindings if ":scc:" in one["roleRef"]["name"]}
    return {*roles, *(one["metadata"]["name"] for one in networks)}


# What 1.7 grants, and what of it a pod with CNI cannot do without.
GRANTED = {"system:openshift:scc:anyuid", "system:openshift:scc:privileged", "istio-cni"}
NEEDED = GRANTED - {"system:openshift:scc:privileged"}


def test_in_place(openshift_cluster: Cluster, old: Variables) -> None:
    new = today(openshift_cluster, mesh_components=dict(NO_GATEWAYS), mesh_members=[APPLICATION])
    assert rights(openshift_cluster, APPLICATION) == GRANTED
    for _run in ("the upgrade", "and again"):
        moved = install(new)
        assert rights(openshift_cluster, APPLICATION) == NEEDED
        assert f"{APPLICATION}/web-" in moved.output
    # A pod of the old era can still be made anew.
    assert restarted_under(openshift_cluster) == "anyuid"
    assert old["mesh_version"] == "1.7.8"

    # The application moves, and with its last old pod the rights go.
    run(openshift_cluster, injected(openshift_cluster, new, "web"))
    openshift_cluster.kubectl("rollout", "status", "deployment/web", "--namespace", APPLICATION)
    gone = install(new)
    assert rights(openshift_cluster, APPLICATION) == set()
    assert rights(openshift_cluster, "istio-system") == set()
    assert f"{APPLICATION}/web-" not in gone.output
    assert restarted_under(openshift_cluster) == "restricted-v2"
    openshift_cluster.kubectl("delete", "pod", "--all", "--namespace", "istio-system", "--now")
    assert install(new).changed == []
    assert constraints(openshift_cluster, "istio-system") == {"restricted-v2"}


def test_by_revision(openshift_cluster: Cluster, old: Variables) -> None:
    new = today(
        openshift_cluster,
        mesh_components=dict(NO_GATEWAYS),
        mesh_members=[APPLICATION],
        mesh_revision=REVISION,
    )
    # While a control plane of the old era lives, its injector may make pods that need all of it.
    install(new)
    assert rights(openshift_cluster, APPLICATION) == GRANTED
    run(openshift_cluster, injected(openshift_cluster, new, "web"))
    openshift_cluster.kubectl("rollout", "status", "deployment/web", "--namespace", APPLICATION)

    # The old control plane still runs, and needs its own.
    install(new)
    assert rights(openshift_cluster, "istio-system") == {"system:openshift:scc:anyuid"}
    uninstall({**old, "mesh_uninstall": "revision"})
    install(new)
    assert rights(openshift_cluster, APPLICATION) == set()
    assert rights(openshift_cluster, "istio-system") == set()
