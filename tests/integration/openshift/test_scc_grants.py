"""mesh_scc on OpenShift's own admission: who is granted an SCC gets pods, who is not does not."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._scc.lists import (
    add_entries,
    remove_entries,
)
from tests.integration.kube_support import Handler, connect, gate_to
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.integration.openshift.scc_tools import KIND, done, lists, own_scc, scc
from tests.labs import Cluster

pytestmark = pytest.mark.lab

ROLE = "system:openshift:scc:anyuid"
OWN_USER: dict[str, Any] = {"container": {"securityContext": {"runAsUser": 1337}}}
# Controllers of the lab write as its admin.
ACCOUNT = "meshops-cluster-admin"


@pytest.mark.parametrize("by", ["role_binding", "cluster_role_binding", "scc_lists"])
def test_a_grant_admits_the_pods_of_one_service_account(
    openshift_cluster: Cluster, home: str, by: str
) -> None:
    for name in ("legacy", "other"):
        openshift_cluster.kubectl("create", "serviceaccount", name, "--namespace", home)
    options: dict[str, Any] = {
        "scc": ["anyuid"],
        "by": by,
        "namespace": home,
        "service_accounts": ["legacy"],
    }
    assert done(scc(openshift_cluster, **options))[0][1] in ("created", "configured")
    try:
        deploy(openshift_cluster, home, "legacy", serviceAccountName="legacy", **OWN_USER)
        deploy(openshift_cluster, home, "other", serviceAccountName="other", **OWN_USER)
        pod = admitted(openshift_cluster, home, "legacy")
        assert pod["metadata"]["annotations"][SCC] == "anyuid"
        assert "must be in the ranges" in refusal(openshift_cluster, home, "other")
    finally:
        taken = scc(openshift_cluster, state="revoked", **options)
    assert done(taken)[0][1] in ("deleted", "configured")
    assert "warnings" not in taken
    deploy(openshift_cluster, home, "later", serviceAccountName="legacy", **OWN_USER)
    assert "must be in the ranges" in refusal(openshift_cluster, home, "later")


def test_an_scc_of_ones_own_gets_its_role(openshift_cluster: Cluster, home: str) -> None:
    with own_scc(openshift_cluster, runAsUser={"type": "MustRunAs", "uid": 4711}) as own:
        options: dict[str, Any] = {"scc": [own], "namespace": home}
        would = scc(openshift_cluster, check_mode=True, **options)
        assert done(would) == [("ClusterRole", "would_create"), ("RoleBinding", "would_create")]
        made = scc(openshift_cluster, **options)
        assert done(made) == [("ClusterRole", "created"), ("RoleBinding", "created")]
        deploy(openshift_cluster, home, "own", container={"securityContext": {"runAsUser": 4711}})
        pod = admitted(openshift_cluster, home, "own")
        assert pod["metadata"]["annotations"][SCC] == own


def test_the_second_run_writes_nothing(openshift_cluster: Cluster, home: str) -> None:
    options: dict[str, Any] = {
        "kubeconfig": openshift_cluster.cluster_admin_kubeconfig,
        "scc": ["anyuid"],
        "namespace": home,
        "users": ["bob"],
        "groups": [f"system:serviceaccounts:{home}"],
    }
    first = scc(openshift_cluster, diff=True, **options)
    assert (first["changed"], done(first)) == (True, [("RoleBinding", "created")])
    assert first["grants"][0]["added"] == [f"group system:serviceaccounts:{home}", "user bob"]
    assert first["diff"][0]["before"] == ""
    assert "name: bob" in first["diff"][0]["after"]
    with openshift_cluster.audit(ACCOUNT) as seen:
        second = scc(openshift_cluster, diff=True, **options)
        more = scc(openshift_cluster, check_mode=True, **{**options, "users": ["eve"]})
        less = scc(openshift_cluster, check_mode=True, state="revoked", **options)
    assert (second["changed"], second["diff"]) == (False, [])
    assert (more["changed"], done(more)) == (True, [("RoleBinding", "would_configure")])
    assert (less["changed"], done(less)) == (True, [("RoleBinding", "would_delete")])
    assert seen.writes == []
    gone = {**options, "state": "revoked"}
    assert scc(openshift_cluster, **gone)["changed"]
    with openshift_cluster.audit(ACCOUNT) as seen:
        assert not scc(openshift_cluster, **gone)["changed"]
    assert seen.writes == []


def test_a_grant_joins_what_oc_has_granted_and_leaves_it(
    openshift_cluster: Cluster, home: str
) -> None:
    binding = ("rolebinding", "--namespace", home)
    openshift_cluster.kubectl("create", *binding, ROLE, f"--clusterrole={ROLE}", "--user=theirs")
    openshift_cluster.kubectl("create", *binding, "b", f"--clusterrole={ROLE}", "--user=both")
    options: dict[str, Any] = {"scc": ["anyuid"], "namespace": home}
    result = scc(openshift_cluster, **options, users=["theirs", "both", "ours"])
    assert result["grants"][0]["added"] == ["user ours"]
    # Taken back is what was asked for, wherever it stands.
    result = scc(openshift_cluster, state="revoked", **options, users=["both", "ours"])
    assert sorted((g["name"], g["action"]) for g in result["grants"]) == [
        ("b", "deleted"),
        (ROLE, "configured"),
    ]
    left = openshift_cluster.get("rolebindings", "--namespace", home)["items"]
    assert [[s["name"] for s in obj["subjects"]] for obj in left] == [["theirs"]]


def test_twenty_grants_at_once_are_all_given(openshift_cluster: Cluster, home: str) -> None:
    users = [f"u{number}" for number in range(20)]

    def grant(user: str) -> bool:
        result = scc(openshift_cluster, scc=["anyuid"], namespace=home, users=[user])
        assert not result.get("failed"), result["msg"]
        return bool(result["changed"])

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(grant, users))
    bound = openshift_cluster.get("rolebinding", ROLE, "--namespace", home)["subjects"]
    assert sorted(subject["name"] for subject in bound) == sorted(users)

    def revoke(user: str) -> bool:
        result = scc(
            openshift_cluster, state="revoked", scc=["anyuid"], namespace=home, users=[user]
        )
        assert not result.get("failed"), result["msg"]
        return bool(result["changed"])

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(revoke, users))
    assert openshift_cluster.get("rolebindings", "--namespace", home)["items"] == []


def test_answers_that_are_lost_are_still_changes(openshift_cluster: Cluster, home: str) -> None:
    """The second patch and the deletion take effect, but their answers do not arrive."""

    def lose(handler: Handler, _number: int) -> bool:
        if handler.command not in lost:
            return False
        lost.remove(handler.command)
        handler.pass_on(cut=10)
        return True

    options: dict[str, Any] = {"scc": ["anyuid"], "namespace": home}
    scc(openshift_cluster, **options, users=["a"])
    lost: list[str] = []
    with connect(kubeconfig=openshift_cluster.kubeconfig) as direct, gate_to(direct) as gate:
        gate.fault = lose
        options.update(kubeconfig=None, host=gate.url, api_key="unused")
        lost.append("PATCH")
        more = scc(openshift_cluster, **options, users=["b"])
        assert (done(more), more["grants"][0]["added"]) == (
            [("RoleBinding", "configured")],
            ["user b"],
        )
        lost.append("DELETE")
        gone = scc(openshift_cluster, state="revoked", **options, users=["a", "b"])
        assert done(gone) == [("RoleBinding", "deleted")]
    assert lost == []
    assert openshift_cluster.get("rolebindings", "--namespace", home)["items"] == []


def test_a_binding_of_an_installation_is_left_to_it(openshift_cluster: Cluster, home: str) -> None:
    binding = ("rolebinding", "istio-scc-anyuid", "--namespace", home)
    openshift_cluster.kubectl("create", *binding, f"--clusterrole={ROLE}", "--user=bob")
    openshift_cluster.kubectl("label", *binding, "applyset.kubernetes.io/part-of=applyset-x-v1")
    options: dict[str, Any] = {"scc": ["anyuid"], "namespace": home, "users": ["bob"]}
    refused = scc(openshift_cluster, state="revoked", **options)
    assert refused["failed"]
    assert f"RoleBinding {home}/istio-scc-anyuid belongs to an installation" in refused["msg"]
    assert "mesh_openshift" in refused["msg"]
    # A grant of one's own outlives the installation's.
    assert done(scc(openshift_cluster, **options)) == [("RoleBinding", "created")]
    ours = ("rolebinding", ROLE, "--namespace", home)
    openshift_cluster.kubectl("label", *ours, "applyset.kubernetes.io/part-of=applyset-x-v1")
    refused = scc(openshift_cluster, **{**options, "users": ["eve"]})
    assert f"RoleBinding {home}/{ROLE} belongs to an installation" in refused["msg"]


def test_entries_of_an_installation_are_left_to_it(openshift_cluster: Cluster, home: str) -> None:
    group = f"system:serviceaccounts:{home}"
    options: dict[str, Any] = {"by": "scc_lists", "groups": [group]}
    with (
        connect(kubeconfig=openshift_cluster.kubeconfig) as client,
        own_scc(openshift_cluster) as own,
    ):
        options["scc"] = [own]
        add_entries(client, own, [], [group], owner=f"mesh/{home}")
        refused = scc(openshift_cluster, state="revoked", **options)
        assert f"SCC {own}: {group} is in its lists for mesh/{home}" in refused["msg"]
        # A grant of one's own outlives the installation's.
        assert scc(openshift_cluster, **options)["changed"]
        assert not scc(openshift_cluster, **options)["changed"]
        remove_entries(client, own, [], [group], owner=f"mesh/{home}")
        assert lists(openshift_cluster, own) == ([], [group])
        assert done(scc(openshift_cluster, state="revoked", **options)) == [
            ("SecurityContextConstraints", "configured")
        ]
        assert lists(openshift_cluster, own) == ([], [])


def test_a_name_that_binds_another_role_is_told(openshift_cluster: Cluster, home: str) -> None:
    openshift_cluster.kubectl(
        *("create", "rolebinding", ROLE, "--namespace", home, "--clusterrole=view", "--user=bob")
    )
    result = scc(openshift_cluster, scc=["anyuid"], namespace=home)
    assert result["failed"]
    assert f"RoleBinding {home}/{ROLE} binds ClusterRole view, not" in result["msg"]


def test_what_is_left_after_a_revocation_is_told(openshift_cluster: Cluster, home: str) -> None:
    group = f"system:serviceaccounts:{home}"
    with own_scc(openshift_cluster) as own:
        scc(openshift_cluster, scc=[own], by="scc_lists", groups=[group])
        scc(openshift_cluster, scc=[own], namespace=home, service_accounts=["a"])
        result = scc(
            openshift_cluster, state="revoked", scc=[own], namespace=home, service_accounts=["a"]
        )
        assert done(result) == [("RoleBinding", "deleted")]
        assert result["warnings"] == [
            f"service account {home}/a may still use SCC {own}: by list of groups, which names"
            f" group {group}"
        ]


def test_wide_grants_are_warned_of(openshift_cluster: Cluster, home: str) -> None:
    asked: dict[str, Any] = {"scc": ["privileged"], "namespace": home, "check_mode": True}
    result = scc(openshift_cluster, **asked)
    assert f"every service account of {home} may use SCC privileged" in result["warnings"][0]
    assert "warnings" not in scc(openshift_cluster, **asked, service_accounts=["istio-cni"])
    everybody = scc(
        openshift_cluster,
        check_mode=True,
        scc=["anyuid"],
        by="scc_lists",
        groups=["system:authenticated"],
    )
    assert "every user and every service account" in everybody["warnings"][0]


def test_gathering_says_who_may_use_what_and_by_what(openshift_cluster: Cluster, home: str) -> None:
    with own_scc(openshift_cluster) as own:
        scc(openshift_cluster, scc=[own], namespace=home, service_accounts=["a"])
        scc(openshift_cluster, scc=[own], by="scc_lists", users=["bob"])
        rule = {
            "apiGroups": ["security.openshift.io"],
            "resources": [KIND],
            "resourceNames": [own],
            "verbs": ["use"],
        }
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "r", "namespace": home},
            "rules": [rule],
        }
        openshift_cluster.kubectl("create", "--filename", "-", stdin=json.dumps(role))
        openshift_cluster.kubectl(
            *("create", "rolebinding", "r", "--namespace", home, "--role=r", "--group=devs")
        )
        result = scc(openshift_cluster, state="gathered", scc=[own], namespace=home)
        some = scc(openshift_cluster, state="gathered", scc=[own], groups=["devs"])
        elsewhere = scc(openshift_cluster, state="gathered", scc=[own], namespace="default")
    found = {(g["kind"], g["name"], g["namespace"], g["by"]) for g in result["gathered"]}
    mine = {
        ("ServiceAccount", "a", home, f"RoleBinding {home}/system:openshift:scc:{own}"),
        ("User", "bob", "", "list of users"),
        ("Group", "devs", home, f"RoleBinding {home}/r"),
    }
    assert mine <= found
    # The rest may use every SCC.
    assert {g["scc"] for g in result["gathered"]} == {own, "*"}
    assert len([g for g in result["gathered"] if g["scc"] == own]) == len(mine)
    assert [g["name"] for g in some["gathered"]] == ["devs"]
    assert [g["name"] for g in elsewhere["gathered"] if g["scc"] == own] == ["bob"]


def test_the_privileged_of_a_fresh_cluster_are_gathered(openshift_cluster: Cluster) -> None:
    users, groups = lists(openshift_cluster, "privileged")
    result = scc(openshift_cluster, state="gathered", scc=["privileged"])
    listed = [g for g in result["gathered"] if g["by"].startswith("list of")]
    names = {
        f"system:serviceaccount:{g['account_namespace']}:{g['name']}"
        if g["kind"] == "ServiceAccount"
        else g["name"]
        for g in listed
    }
    assert {*users, *groups} <= names


def test_bad_input_is_told_with_the_remedy(openshift_cluster: Cluster, home: str) -> None:
    unknown = scc(openshift_cluster, scc=["anyuid", "anyuuid"], namespace=home)
    assert "did you mean 'anyuid'?" in unknown["msg"]
    assert (unknown["changed"], unknown["grants"]) == (False, [])
    assert openshift_cluster.get("rolebindings", "--namespace", home)["items"] == []
    for state in ("revoked", "gathered"):
        missing = scc(openshift_cluster, state=state, scc=["x"], namespace=home)
        assert "has no SCC 'x'" in missing["msg"]
    nowhere = scc(openshift_cluster, scc=["anyuid"], namespace="nowhere")
    assert nowhere["msg"] == "namespace 'nowhere' is not there: make it before you grant in it"
    would = scc(openshift_cluster, check_mode=True, scc=["anyuid"], namespace="nowhere")
    assert done(would) == [("RoleBinding", "would_create")]


def test_without_the_right_the_verb_and_the_resource_are_named(
    openshift_cluster: Cluster, home: str
) -> None:
    rbac = "rbac.authorization.k8s.io"
    lists_of = "securitycontextconstraints.security.openshift.io"
    role = "system:openshift:scc:nonroot"
    account = {"kubeconfig": openshift_cluster.deployer_kubeconfig}
    options: dict[str, Any] = {**account, "scc": ["nonroot"], "users": ["bob"], "namespace": home}
    for check_mode in (True, False):
        refused = scc(openshift_cluster, check_mode=check_mode, **options)
        assert refused["msg"].startswith('account "meshops-deployer" may not change who uses')
        assert (
            f"  - bind clusterroles.{rbac}/{role} in {home}, or use {lists_of}/nonroot"
            in (refused["msg"])
        )
        assert "deployer-openshift.yaml" in refused["msg"]
        refused = scc(openshift_cluster, check_mode=check_mode, by="scc_lists", **options)
        assert f"  - patch {lists_of}/nonroot\n" in refused["msg"]
        assert not refused["changed"]
    # What the documentation's account is given, it can do.
    allowed = {**options, "scc": ["anyuid"]}
    assert done(scc(openshift_cluster, **allowed)) == [("RoleBinding", "created")]
    assert done(scc(openshift_cluster, state="revoked", **allowed)) == [("RoleBinding", "deleted")]
    with own_scc(openshift_cluster) as own:
        refused = scc(openshift_cluster, **{**options, "scc": [own]})
        assert f"or use {lists_of}/{own} itself" in refused["msg"]


def test_who_may_not_revoke_is_told_what_that_takes(openshift_cluster: Cluster, home: str) -> None:
    options: dict[str, Any] = {"scc": ["anyuid"], "namespace": home, "users": ["bob"]}
    assert done(scc(openshift_cluster, **options)) == [("RoleBinding", "created")]
    cluster = ("--resource=securitycontextconstraints.security.openshift.io", "--verb=get")
    binding = ("--resource=rolebindings.rbac.authorization.k8s.io", "--verb=get,list,patch")
    name, eve = f"few-{home}", f"eve-{home}"
    openshift_cluster.kubectl("create", "clusterrole", name, *cluster)
    openshift_cluster.kubectl(
        "create", "clusterrolebinding", name, f"--clusterrole={name}", f"--user={eve}"
    )
    try:
        openshift_cluster.kubectl("create", "role", name, *binding, "--namespace", home)
        openshift_cluster.kubectl(
            *("create", "rolebinding", name, f"--role={name}", f"--user={eve}"),
            *("--namespace", home),
        )
        refused = scc(openshift_cluster, state="revoked", impersonate_user=eve, **options)
        assert f"  - delete rolebindings.rbac.authorization.k8s.io in {home}\n" in refused["msg"]
        assert "create rolebindings" not in refused["msg"]
    finally:
        openshift_cluster.kubectl("delete", "clusterrole,clusterrolebinding", name)
    refused = scc(openshift_cluster, impersonate_user=eve, **options)
    assert "lacks get securitycontextconstraints.security.openshift.io/anyuid" in refused["msg"]


def test_a_cluster_that_is_no_openshift_is_told_so(cluster: Cluster) -> None:
    for state in ("granted", "gathered"):
        result = scc(cluster, state=state, scc=["anyuid"], namespace="default")
        assert "it is not an OpenShift, and nothing need be granted there" in result["msg"]
    assert "it is not an OpenShift" in scc(cluster, state="gathered")["msg"]
