"""What a mesh puts on OpenShift and takes away again: grants, entries of SCCs' lists, networks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.mesh import USER_NAME, Variables, bare_mesh, everything
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.integration.plays import Play, play, states
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

HOME = "platform-mesh"
BINDING = f"istio-scc-anyuid-{HOME}"
PURGE = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}
ANYUID = "securitycontextconstraints/anyuid"
# As a proxy of Istio up to 1.19 asks for it.
OLD_ERA = {"container": {"name": "istio-proxy", "securityContext": {"runAsUser": 1337}}}


@pytest.fixture
def mesh(openshift_cluster: Cluster) -> Iterator[Variables]:
    variables = bare_mesh(openshift_cluster, HOME)
    yield variables
    play("uninstall-mesh", {**variables, **PURGE})


def granting(mesh: Variables, namespace: str, **wishes: Any) -> Variables:
    """The mesh with anyuid for all service accounts of a namespace."""
    grants = [{"scc": "anyuid", "namespace": namespace}]
    return {**mesh, "mesh_openshift": {"grants": grants, **wishes}}


def lists(cluster: Cluster) -> tuple[list[str], list[str]]:
    """Users and groups in the lists of SCC anyuid."""
    scc = cluster.get(ANYUID)
    return scc.get("users") or [], scc.get("groups") or []


def set_groups(cluster: Cluster, groups: list[str]) -> None:
    patch = json.dumps({"groups": groups})
    cluster.kubectl("patch", ANYUID, "--type=merge", "--patch", patch)


def bound(cluster: Cluster, namespace: str) -> bool:
    items = cluster.get("rolebindings", "--namespace", namespace)["items"]
    return BINDING in [item["metadata"]["name"] for item in items]


def settled(cluster: Cluster, namespace: str, name: str, user: int | None) -> dict[str, Any]:
    """The only pod of a Deployment, once the pods of former templates have gone."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        pods = cluster.get("pods", "--namespace", namespace, "--selector", f"app={name}")["items"]
        context = [pod["spec"]["containers"][0].get("securityContext") or {} for pod in pods]
        if [entry.get("runAsUser") for entry in context] == [user]:
            return dict(pods[0])
        time.sleep(0.2)
    raise AssertionError(f"{name}: its pods run as {context}")


def said(run: Play) -> str:
    return "\n".join(run.result()["summary"])


def test_a_run_says_which_openshift_it_is_for(openshift_cluster: Cluster, mesh: Variables) -> None:
    version = openshift_cluster.get("clusterversion", "version")["status"]["desired"]["version"]
    line = (
        f"  OpenShift {version} (detected), OVNKubernetes, Multus, "
        "Routes under apps.lab.example.com, Gateway API owned by the platform"
    )
    assert line in play("install-mesh", mesh).result()["summary"]
    wishes = {"facts": {"version": "4.12.7", "multus": False}}
    told = said(play("install-mesh", {**mesh, "mesh_openshift": wishes}, "--check"))
    assert "OpenShift 4.12.7 (given), OVNKubernetes, no Multus (given)" in told


@pytest.fixture
def theirs(openshift_cluster: Cluster) -> Iterator[list[str]]:
    """Groups that others have put into the list of SCC anyuid."""
    groups = ["system:serviceaccounts:of-another", "system:serviceaccounts:of-both"]
    before = lists(openshift_cluster)[1]
    set_groups(openshift_cluster, [*before, *groups])
    yield groups
    set_groups(openshift_cluster, before)


def test_entries_of_lists_come_and_go_and_others_stay(
    openshift_cluster: Cluster, mesh: Variables, home: str, theirs: list[str]
) -> None:
    cluster = openshift_cluster
    ours = f"system:serviceaccounts:{home}"
    before = lists(cluster)
    wanted = granting(mesh, home, grant_by="scc_lists")
    wanted["mesh_openshift"]["grants"].append({"scc": "anyuid", "groups": [theirs[1]]})

    with cluster.audit(USER_NAME) as seen:
        dry = play("install-mesh", wanted, "--check", "--diff")
    assert seen.writes == []
    assert lists(cluster) == before
    entry = next(e for e in dry.result()["diff"] if "anyuid" in e["before_header"])
    assert ours in entry["after"]
    assert ours not in entry["before"]

    play("install-mesh", wanted)
    assert lists(cluster) == (before[0], [*before[1], ours])
    deploy(cluster, home, "web", **OLD_ERA)
    assert admitted(cluster, home, "web")["metadata"]["annotations"][SCC] == "anyuid"
    assert play("install-mesh", wanted).changed == []
    play("verify-mesh", wanted)

    # Somebody takes it out of the list.
    set_groups(cluster, before[1])
    wrong = play("verify-mesh", wanted, expect=(2,))
    assert f"SecurityContextConstraints anyuid: group {ours} is not in its list" in wrong.message()
    play("install-mesh", wanted)
    assert lists(cluster)[1] == [*before[1], ours]

    gone = play("uninstall-mesh", {**wanted, **PURGE})
    warnings = "\n".join(gone.result()["warnings"])
    needed = f"is removed although pods need it for user 1337: {home}/web-"
    assert f"group {ours} in the lists of SCC anyuid {needed}" in warnings
    assert lists(cluster) == before
    assert "remaining" not in gone.result()
    assert play("uninstall-mesh", {**wanted, **PURGE}).changed == []


def test_a_grant_goes_only_after_the_last_pod_that_needs_it(
    openshift_cluster: Cluster, mesh: Variables, home: str
) -> None:
    cluster = openshift_cluster
    play("install-mesh", mesh)
    deploy(cluster, home, "web", **OLD_ERA)
    assert "restricted-v2" in refusal(cluster, home, "web")
    play("install-mesh", granting(mesh, home))
    cluster.kubectl("delete", "deployment", "web", "--namespace", home)
    deploy(cluster, home, "web", **OLD_ERA)
    assert admitted(cluster, home, "web")["metadata"]["annotations"][SCC] == "anyuid"

    for options in ("--check",), ():
        kept = said(play("install-mesh", mesh, *options))
        needed = f"RoleBinding {home}/{BINDING}: pods need it for user 1337: {home}/web-"
        assert f"kept: {needed}" in kept
        assert "; restart them, then run again" in kept
    assert bound(cluster, home)
    proof = play("verify-mesh", mesh).result()
    assert any(BINDING in line for line in proof["kept"])
    assert play("install-mesh", mesh).changed == []

    # The pod of today is still admitted by anyuid, which comes first, and does not need it.
    deploy(cluster, home, "web", container={"name": "istio-proxy", "securityContext": None})
    pod = settled(cluster, home, "web", None)
    assert pod["metadata"]["annotations"][SCC] == "anyuid"
    pruned = play("install-mesh", mesh)
    assert states(pruned.result())["platform"] == "removed"
    assert not bound(cluster, home)
    assert play("install-mesh", mesh).changed == []
    assert play("verify-mesh", mesh).result()["kept"] == []


def test_a_grant_given_another_way_is_not_needed_twice(
    openshift_cluster: Cluster, mesh: Variables, home: str
) -> None:
    cluster = openshift_cluster
    play("install-mesh", granting(mesh, home))
    deploy(cluster, home, "web", **OLD_ERA)
    admitted(cluster, home, "web")
    listed = granting(mesh, home, grant_by="scc_lists")
    assert states(play("install-mesh", listed).result())["platform"] == "changed"
    assert not bound(cluster, home)
    assert f"system:serviceaccounts:{home}" in lists(cluster)[1]
    kept = said(play("install-mesh", mesh))
    assert f"group system:serviceaccounts:{home} in its list: pods need it" in kept
    assert f"system:serviceaccounts:{home}" in lists(cluster)[1]
    play("install-mesh", granting(mesh, home))
    assert bound(cluster, home)
    assert f"system:serviceaccounts:{home}" not in lists(cluster)[1]


def test_a_network_stays_for_pods_that_ask_for_it_and_changes_hands(
    openshift_cluster: Cluster, mesh: Variables, home: str
) -> None:
    cluster = openshift_cluster
    shared = {
        **mesh,
        "mesh_components": {"ingress_gateways": [], "cni": {"enabled": False}},
        "mesh_openshift": {"network_attachments": "default", "application_sccs": []},
    }
    network = ("network-attachment-definitions", "istio-cni", "--namespace", "default")
    assert states(play("install-mesh", shared).result())["platform"] == "created"
    created = cluster.get(*network)["metadata"]["uid"]
    deploy(cluster, home, "web")
    note = {"k8s.v1.cni.cncf.io/networks": "default/istio-cni"}
    template = {"spec": {"template": {"metadata": {"annotations": note}}}}
    cluster.kubectl(
        "patch", "deployment", "web", "--namespace", home, "--patch", json.dumps(template)
    )
    deadline = time.monotonic() + 20
    while (
        note.items() - (admitted(cluster, home, "web")["metadata"].get("annotations") or {}).items()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)

    without = {**shared, "mesh_openshift": {"network_attachments": "none", "application_sccs": []}}
    kept = said(play("install-mesh", without))
    assert (
        f"kept: NetworkAttachmentDefinition default/istio-cni: pods ask for it: {home}/web" in kept
    )
    play("verify-mesh", without)

    # The chart of the CNI plugin brings the same one: it is handed over, not made anew.
    by_chart = {**mesh, "mesh_members": []}
    play("install-mesh", by_chart, "--check")
    play("install-mesh", by_chart)
    assert cluster.get(*network)["metadata"]["uid"] == created
    assert play("install-mesh", by_chart).changed == []
    play("verify-mesh", by_chart)


def test_purge_leaves_the_cluster_as_it_was(
    openshift_cluster: Cluster, mesh: Variables, home: str
) -> None:
    cluster = openshift_cluster
    # The gateway's pod asks for injection, and the lab runs no injector.
    cluster.kubectl("label", "namespace", home, "istio-injection=disabled")
    before = everything(cluster)
    route = {"name": "shop", "host": "shop.apps.lab.example.com"}
    edge = {
        "name": "edge",
        "namespace": home,
        "values": {"service": {"type": "ClusterIP"}},
        "routes": [route],
    }
    own = {
        **granting(mesh, home, network_attachments="default"),
        "mesh_components": {"ingress_gateways": [edge], "cni": {"enabled": False}},
    }
    play("install-mesh", own)
    made = {key.split(" ")[0] for key in everything(cluster).keys() - before.keys()}
    assert {
        "NetworkAttachmentDefinition.k8s.cni.cncf.io",
        "RoleBinding.rbac.authorization.k8s.io",
        "Route.route.openshift.io",
    } <= made
    gone = play("uninstall-mesh", {**own, **PURGE})
    assert "remaining" not in gone.result()
    assert everything(cluster).keys() - before.keys() == set()
