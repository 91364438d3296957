"""Users of proxies against those of applications, as pods and SCCs are in a cluster."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import Finding
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.run import (
    check_openshift,
)
from tests.unit.precheck.api import NOW, Api, Object, component, obj, plan

OPENSHIFT = {"config.openshift.io", "security.openshift.io"}
UIDS, MCS = "openshift.io/sa.scc.uid-range", "openshift.io/sa.scc.mcs"
RANGE = {UIDS: "1000980000/10000", MCS: "s0:c31,c0"}
LAST = 1000989999
# As in istio/istio#61791.
OWN_RANGE = {"type": "MustRunAsRange", "uidRangeMin": 8939015, "uidRangeMax": 8939016}
ONE_ID = {"type": "MustRunAsRange", "uidRangeMin": 8939015, "uidRangeMax": 8939015}


def namespace(name: str = "shop", notes: Object | None = None, **metadata: Any) -> Object:
    annotations = RANGE if notes is None else notes
    return obj("Namespace", name, metadata={"annotations": annotations, **metadata})


def pod(user: int | None = 1000980000, **more: Any) -> Object:
    """A pod of Deployment web in shop."""
    metadata = {
        "labels": {"pod-template-hash": "7c9d5", **more.pop("labels", {})},
        "annotations": {"openshift.io/scc": more.pop("scc", "restricted-v2")},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "web-7c9d5", "controller": True}],
        **more.pop("metadata", {}),
    }
    context = {} if user is None else {"runAsUser": user}
    spec = {"containers": [{"name": "app", "securityContext": context}], **more.pop("spec", {})}
    return obj("Pod", "web-7c9d5-x", "shop", metadata=metadata, spec=spec, **more)


def scc(name: str, users: Object) -> Object:
    return obj("SecurityContextConstraints", name, runAsUser=users)


def mesh(*more: Object, version: str = "1.31.1") -> Plan:
    member = obj("Namespace", "shop", metadata={"labels": {"istio-injection": "enabled"}})
    return plan(
        component("istiod", obj("Deployment", "istiod", "istio-system"), *more),
        component("members", member),
        version=version,
    )


def check(wanted: Plan, *live: Object) -> Finding:
    sccs = [scc("restricted-v2", {"type": "MustRunAsRange"}), scc("custom", OWN_RANGE)]
    sccs += [scc("one", ONE_ID), scc("fixed", {"type": "MustRunAs", "uid": 5})]
    sccs += [scc("anyuid", {"type": "RunAsAny"}), scc("wide", {**OWN_RANGE, "uidRangeMax": LAST})]
    api = Api([*live, *sccs])
    found = check_openshift(api, Kinds(api), wanted, OPENSHIFT)
    assert len([request for request in api.requests if "/pods" in request]) <= 1
    return next(finding for finding in found if finding.check == "user ids")


def proxy(user: int) -> Object:
    return {"name": "istio-proxy", "securityContext": {"runAsUser": user}}


def test_a_plain_installation_is_well() -> None:
    assert check(mesh()).level == "ok"
    assert check(mesh(), namespace(), namespace("istio-system"), pod()).level == "ok"


@pytest.mark.parametrize(
    ("user", "version", "clashes"),
    [
        (LAST, "1.31.1", True),
        (1337, "1.31.1", False),
        (1337, "1.19.10", True),
        (LAST, "1.19.10", False),
        (None, "1.31.1", False),
    ],
)
def test_a_container_that_runs_as_the_proxy(user: int, version: str, clashes: bool) -> None:
    found = check(mesh(version=version), namespace(), pod(user))
    assert found.level == ("warning" if clashes else "ok")
    if clashes:
        assert f"Deployment shop/web: app runs as {user}" in found.message
        assert "Take runAsUser out" in found.remedy


def test_the_pods_own_user_counts_too_and_pods_of_one_owner_once() -> None:
    whole = pod(
        None, spec={"containers": [{"name": "app"}], "securityContext": {"runAsUser": LAST}}
    )
    other = {**whole, "metadata": {**whole["metadata"], "name": "web-7c9d5-y"}}
    found = check(mesh(), namespace(), whole, other)
    assert found.message.count("Deployment shop/web") == 1


def test_templates_without_pods_count_as_well() -> None:
    spec = {"containers": [{"name": "app", "securityContext": {"runAsUser": LAST}}]}
    template = {"template": {"metadata": {"labels": {"app": "db"}}, "spec": spec}}
    kept = obj("StatefulSet", "db", "shop", spec={"replicas": 0, **template})
    same = obj("Deployment", "web", "shop", spec=template)
    found = check(mesh(), namespace(), kept, same, pod(LAST))
    assert f"StatefulSet shop/db: app runs as {LAST}" in found.message
    assert found.message.count("Deployment shop/web") == 1
    out = {"metadata": {"annotations": {"sidecar.istio.io/inject": "false"}}, "spec": spec}
    assert (
        check(mesh(), namespace(), obj("Deployment", "x", "shop", spec={"template": out})).level
        == "ok"
    )


@pytest.mark.parametrize(
    "left_alone",
    [
        {"labels": {"sidecar.istio.io/inject": "false"}},
        {"spec": {"hostNetwork": True}},
        {"status": {"phase": "Succeeded"}},
        {"metadata": {"deletionTimestamp": "2026-11-21T12:00:00Z"}},
        {"metadata": {"annotations": {"inject.istio.io/templates": "gateway"}}},
        # An init container may go by the proxy on purpose.
        {
            "spec": {
                "containers": [{"name": "app"}],
                "initContainers": [{"name": "fetch", "securityContext": {"runAsUser": LAST}}],
            }
        },
        # This pod's proxy has another user, which its owner chose.
        {
            "spec": {
                "containers": [{"name": "app", "securityContext": {"runAsUser": LAST}}, proxy(7)]
            }
        },
    ],
    ids=["not injected", "host", "done", "going", "gateway", "init", "own proxy"],
)
def test_pods_without_a_clash(left_alone: Object) -> None:
    assert check(mesh(), namespace(), pod(LAST, **left_alone)).level == "ok"


def test_a_proxy_beside_an_application_of_its_user() -> None:
    both = {"containers": [{"name": "app", "securityContext": {"runAsUser": 7}}, proxy(7)]}
    found = check(mesh(), namespace(), pod(spec=both))
    assert "app runs as 7" in found.message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("custom", "SCC custom takes 8939015-8939016, the proxy is 1000989999"),
        ("one", "SCC one takes 8939015, the proxy is 1000989999"),
        ("fixed", "SCC fixed takes 5, the proxy is 1000989999"),
        ("wide", ""),
        ("restricted-v2", ""),
        ("anyuid", ""),
        ("gone", ""),
    ],
)
def test_an_scc_with_a_range_of_its_own(name: str, said: str) -> None:
    found = check(mesh(), namespace(), pod(8939015, scc=name))
    assert found.level == ("warning" if said else "ok")
    if said:
        assert f"Deployment shop/web: {said}" in found.message
        assert "istio#61791" in found.message
        assert f"annotate the namespace with {UIDS}" in found.remedy


def test_a_pod_that_has_its_proxy_was_admitted_with_it() -> None:
    both = {"containers": [{"name": "app"}, proxy(8939016)]}
    assert check(mesh(), namespace(), pod(scc="custom", spec=both)).level == "ok"


def test_an_scc_that_the_mesh_grants_takes_them() -> None:
    group = {"kind": "Group", "name": "system:serviceaccounts:shop"}
    reference = {"kind": "ClusterRole", "name": "system:openshift:scc:anyuid"}
    grant = obj("RoleBinding", "b", "shop", roleRef=reference, subjects=[group])
    live = [namespace(), pod(8939015, scc="custom")]
    role = obj("ClusterRole", "system:openshift:scc:anyuid")
    assert check(mesh(grant), *live, role).level == "ok"
    elsewhere = {**grant, "metadata": {**grant["metadata"], "namespace": "bank"}}
    assert check(mesh(elsewhere), *live, role).level == "warning"


@pytest.mark.parametrize(("name", "level"), [("custom", "ok"), ("one", "warning")])
def test_an_istiod_that_reads_sccs_gives_an_id_that_fits(name: str, level: str) -> None:
    # The role of the chart in which istio#61791 is corrected; one id is too few for two users.
    rule = {
        "apiGroups": ["security.openshift.io"],
        "resources": ["securitycontextconstraints"],
        "verbs": ["get", "list", "watch"],
    }
    reads = obj("ClusterRole", "istiod-clusterrole-istio-system", rules=[rule])
    assert check(mesh(reads), namespace(), pod(8939015, scc=name)).level == level


@pytest.mark.parametrize(
    ("name", "notes", "level"),
    [
        ("shop", {}, "warning"),
        ("shop", {UIDS: "1000980000/10000"}, "warning"),
        ("shop", {UIDS: "many", MCS: "s0"}, "warning"),
        ("istio-system", {}, "failed"),
    ],
)
def test_namespaces_without_their_annotations(name: str, notes: Object, level: str) -> None:
    found = check(mesh(), namespace(name, notes))
    assert found.level == level
    assert f"{name} has no openshift.io/sa.scc." in found.message
    assert "cluster-policy-controller" in found.remedy


def test_an_annotation_that_nobody_can_read_is_not_mended_by_waiting() -> None:
    found = check(mesh(), namespace("shop", {UIDS: "many", MCS: "s0"}))
    assert "that reads start/size (it is 'many')" in found.message
    assert "remove it to have it written anew" in found.remedy


def test_namespaces_that_need_none() -> None:
    young = (NOW - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert check(mesh(), namespace(notes={}, creationTimestamp=young)).level == "ok"
    level = {"openshift.io/run-level": "1"}
    assert check(mesh(), namespace(notes={}, labels=level)).level == "ok"
    # One that is to be made has none yet, and others are none of ours.
    assert check(mesh(), namespace("bank", {})).level == "ok"


def test_all_that_is_wrong_is_told_at_once() -> None:
    own = {"kind": "ReplicaSet", "name": "db-1", "controller": True}
    other = pod(8939015, scc="custom", metadata={"ownerReferences": [own]})
    other["metadata"]["name"] = "db"
    found = check(mesh(), namespace(), namespace("istio-system", {}), pod(LAST), other)
    assert found.level == "failed"
    for part in ("istio-system has no", "Deployment shop/web", "ReplicaSet shop/db-1"):
        assert part in found.message
