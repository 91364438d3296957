"""Checks for OpenShift: what is granted exists, may be granted, and Multus is there."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import Finding
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.run import (
    check_openshift,
)
from tests.unit.precheck.api import Api, Object, component, obj, plan

OPENSHIFT = frozenset({"config.openshift.io", "security.openshift.io", "k8s.cni.cncf.io"})
ROLE = "system:openshift:scc:"
NETWORKS = "k8s.v1.cni.cncf.io/networks"


def scc(name: str, **more: Any) -> Object:
    users = more.pop("runAsUser", {"type": "RunAsAny"})
    return obj("SecurityContextConstraints", name, runAsUser=users, **more)


def role(name: str, *sccs: str) -> Object:
    rule = {
        "apiGroups": ["security.openshift.io"],
        "resources": ["securitycontextconstraints"],
        "resourceNames": list(sccs),
        "verbs": ["use"],
    }
    return obj("ClusterRole", name, rules=[rule])


def binding(name: str, namespace: str, bound: str) -> Object:
    group = {"kind": "Group", "name": f"system:serviceaccounts:{namespace}"}
    reference = {"kind": "ClusterRole", "name": bound}
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return obj(kind, name, namespace, roleRef=reference, subjects=[group])


def injector(values: Any, asked: str = "default/istio-cni") -> Object:
    data = {"values": json.dumps(values), "config": f"{NETWORKS}: '{asked}'"}
    return obj("ConfigMap", "istio-sidecar-injector", "istio-system", data=data)


def agent(namespace: str = "kube-system") -> Object:
    labels = {"labels": {"k8s-app": "istio-cni-node"}}
    return obj("DaemonSet", "istio-cni-node", namespace, metadata=labels, spec={"template": {}})


def member(name: str) -> Object:
    return obj("Namespace", name, metadata={"labels": {"istio-injection": "enabled"}})


def network(namespace: str) -> Object:
    return obj("NetworkAttachmentDefinition", "istio-cni", namespace)


STANDARD = [scc("anyuid"), scc("privileged"), role(f"{ROLE}anyuid"), role(f"{ROLE}privileged")]
MULTUS = {"pilot": {"cni": {"enabled": True, "provider": "multus"}}}


def check(wanted: Plan, api: Api, groups: Collection[str] = OPENSHIFT) -> dict[str, Finding]:
    """The findings by name; none of them twice."""
    found = check_openshift(api, Kinds(api), wanted, groups)
    by_name = {finding.check: finding for finding in found}
    assert len(by_name) == len(found)
    return by_name


def test_on_other_platforms_nothing_is_asked() -> None:
    api = Api()
    wanted = plan(component("members", member("shop")))
    assert check(wanted, api, {"apps"}) == {}
    # A CRD of OpenShift alone, as other tools bring them, makes no OpenShift.
    assert check(wanted, api, {"apps", "route.openshift.io"}) == {}
    assert api.requests == []


def test_entries_for_lists_that_only_openshift_has() -> None:
    entry = {"scc": "anyuid", "users": [], "groups": ["system:serviceaccounts:shop"]}
    found = check(plan(component("platform", scc_entries=[entry])), Api(), {"apps"})
    assert found["sccs"].level == "failed"
    assert "serves no API of OpenShift" in found["sccs"].message


def test_a_mesh_that_needs_no_grants() -> None:
    found = check(plan(component("istiod")), Api(STANDARD))
    assert {finding.level for finding in found.values()} == {"ok"}
    assert "grants" not in found


@pytest.mark.parametrize("by", ["binding", "entry", "role"])
def test_an_unknown_scc_is_named_with_a_near_miss(by: str) -> None:
    entry = {"scc": "anyuidd", "users": ["system:serviceaccount:shop:web"], "groups": []}
    parts = {
        "binding": component("platform", binding("b", "shop", f"{ROLE}anyuidd")),
        "entry": component("platform", scc_entries=[entry]),
        "role": component("platform", role("mine", "anyuidd"), binding("b", "shop", "mine")),
    }
    found = check(plan(parts[by]), Api(STANDARD))
    assert found["sccs"].level == "failed"
    assert "anyuidd" in found["sccs"].message
    assert "did you mean anyuid?" in found["sccs"].message
    assert "It has anyuid, privileged" in found["sccs"].message
    assert "grants" not in found


def test_an_scc_that_the_plan_makes_is_known() -> None:
    made = component("platform", scc("mine"), role("r", "mine"), binding("b", "shop", "r"))
    found = check(plan(made), Api(STANDARD))
    assert found["sccs"].level == "ok"


def test_a_role_that_this_openshift_lacks() -> None:
    api = Api([scc("nonroot-v2")])
    found = check(plan(component("platform", binding("b", "shop", f"{ROLE}nonroot-v2"))), api)
    assert found["sccs"].level == "failed"
    assert f"does not have: {ROLE}nonroot-v2" in found["sccs"].message


def test_what_may_not_be_read_is_no_mistake() -> None:
    api = Api(STANDARD, hidden=["securitycontextconstraints", "clusterroles"])
    found = check(plan(component("platform", binding("b", "shop", f"{ROLE}anyuid"))), api)
    assert found["sccs"].level == "ok"


BIND = f"bind clusterroles/{ROLE}anyuid"
GRANTS = component(
    "platform",
    binding("istio-scc-anyuid", "istio-system", f"{ROLE}anyuid"),
    binding("istio-scc-anyuid", "shop", f"{ROLE}anyuid"),
)


@pytest.mark.parametrize(
    ("rights", "refused"),
    [
        ([BIND], []),
        (["use securitycontextconstraints/anyuid"], []),
        ([f"{BIND} in shop"], ["istio-system"]),
        ([], ["istio-system", "shop"]),
    ],
)
def test_the_right_that_is_missing_for_a_grant(rights: list[str], refused: list[str]) -> None:
    found = check(plan(GRANTS), Api(STANDARD, rights))["grants"]
    assert found.level == ("failed" if refused else "ok")
    for namespace in refused:
        assert (
            f"- anyuid by RoleBinding {namespace}/istio-scc-anyuid: "
            f"bind clusterroles.rbac.authorization.k8s.io/{ROLE}anyuid in {namespace}, or "
            f"use securitycontextconstraints.security.openshift.io/anyuid in {namespace}"
        ) in found.message
    assert found.message.count("      - ") == len(refused)
    if refused:
        assert 'account "robot"' in found.message
        assert "docs/rbac/deployer-openshift.yaml" in found.remedy


def test_a_grant_that_is_there_needs_no_right() -> None:
    live = [*STANDARD, *GRANTS.objects]
    assert check(plan(GRANTS), Api(live, []))["grants"].level == "ok"
    changed = [{**one, "subjects": []} for one in GRANTS.objects]
    assert check(plan(GRANTS), Api([*STANDARD, *changed], []))["grants"].level == "failed"


def test_one_question_is_enough_for_an_administrator() -> None:
    api = Api(STANDARD, ["* *"])
    assert check(plan(GRANTS), api)["grants"].level == "ok"
    assert len([request for request in api.requests if "POST" in request]) == 1


def test_a_grant_in_many_namespaces_is_not_asked_for_one_by_one() -> None:
    many = [binding("b", f"n{number}", f"{ROLE}anyuid") for number in range(50)]
    api = Api(STANDARD, [BIND])
    assert check(plan(component("platform", *many)), api)["grants"].level == "ok"
    assert len(api.requests) < 15


def test_entries_need_the_right_to_change_the_scc() -> None:
    entry = {"scc": "anyuid", "users": [], "groups": ["system:serviceaccounts:shop"]}
    wanted = plan(component("platform", scc_entries=[entry]))
    found = check(wanted, Api(STANDARD, ["get securitycontextconstraints/anyuid"]))["grants"]
    assert found.level == "failed"
    assert "patch securitycontextconstraints.security.openshift.io/anyuid" in found.message
    listed = [{**STANDARD[0], "groups": entry["groups"]}, *STANDARD[1:]]
    assert check(wanted, Api(listed, []))["grants"].level == "ok"


def test_the_charts_own_role_asks_for_what_it_gives() -> None:
    chart = component("cni", role("istio-cni", "privileged"), binding("istio-cni", "", "istio-cni"))
    found = check(plan(chart), Api(STANDARD, []))["grants"]
    assert found.message.count("      - ") == 1
    assert (
        "privileged by ClusterRole istio-cni: "
        "use securitycontextconstraints.security.openshift.io/privileged, or "
        "escalate clusterroles.rbac.authorization.k8s.io/istio-cni"
    ) in found.message
    enough = Api(STANDARD, ["use securitycontextconstraints/privileged"])
    assert check(plan(chart), enough)["grants"].level == "ok"


def test_without_multus_there_is_one_finding() -> None:
    parts = [component("cni", agent(), network("default")), component("istiod", injector(MULTUS))]
    found = check(plan(*parts), Api(STANDARD), OPENSHIFT - {"k8s.cni.cncf.io"})
    assert found["multus"].level == "failed"
    assert "NetworkAttachmentDefinition istio-cni in default" in found["multus"].message
    assert "disableMultiNetwork" in found["multus"].remedy


@pytest.mark.parametrize(
    ("values", "asked", "missing"),
    [
        (MULTUS, "default/istio-cni", ["default"]),
        ({"istio_cni": {"enabled": True}}, "istio-cni", ["bank", "shop"]),
        (
            {"sidecarInjectorWebhook": {"injectedAnnotations": {NETWORKS: "istio-cni"}}},
            "",
            ["bank", "shop"],
        ),
        ({"pilot": {"cni": {"enabled": True, "provider": "default"}}}, "default/istio-cni", []),
        ({"pilot": {"cni": {"enabled": False, "provider": "multus"}}}, "default/istio-cni", []),
        ({"istio_cni": {"enabled": True, "chained": True}}, "istio-cni", []),
    ],
)
def test_a_network_that_pods_ask_for_and_nobody_makes(
    values: Object, asked: str, missing: list[str]
) -> None:
    parts = [
        component("cni", agent()),
        component("istiod", injector(values, asked)),
        component("members", member("shop"), member("bank")),
    ]
    found = check(plan(*parts), Api(STANDARD)).get("multus")
    assert (found is not None and found.level == "warning") is bool(missing)
    if found and missing:
        assert f"in {', '.join(missing)}:" in found.message
        assert "mesh_openshift.network_attachments: auto" in found.remedy
    live = [*STANDARD, *(network(namespace) for namespace in missing)]
    again = check(plan(*parts), Api(live)).get("multus")
    assert again is None or again.level == "ok"
