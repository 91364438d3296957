"""Which pods need what a mesh does not want any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.dependants import Dependants
from ansible_collections.meshops.istio.plugins.module_utils._mesh.guard import MOVES, Guard
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.pod_rights import (
    RESTRICTED,
    objections,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.scc_grants import grants_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import GROUP, Subject

NOTES = {
    "openshift.io/sa.scc.uid-range": "1000700000/10000",
    "openshift.io/sa.scc.supplemental-groups": "1000700000/10000",
}
ANYUID = {
    **RESTRICTED,
    "allowPrivilegeEscalation": True,
    "allowedCapabilities": None,
    "runAsUser": {"type": "RunAsAny"},
    "fsGroup": {"type": "RunAsAny"},
}
PRIVILEGED = {
    "allowHostDirVolumePlugin": True,
    "allowHostIPC": True,
    "allowHostNetwork": True,
    "allowHostPID": True,
    "allowHostPorts": True,
    "allowPrivilegeEscalation": True,
    "allowPrivilegedContainer": True,
    "allowedCapabilities": ["*"],
    "fsGroup": {"type": "RunAsAny"},
    "runAsUser": {"type": "RunAsAny"},
    "volumes": ["*"],
}
SCCS = {"restricted-v2": RESTRICTED, "anyuid": ANYUID, "privileged": PRIVILEGED}
INIT = {
    "name": "istio-init",
    "securityContext": {"runAsUser": 0, "capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}},
}
EVERYBODY = "system:serviceaccounts:shop"


class Items(NamedTuple):
    items: list[dict[str, Any]]


class Cluster:
    """A namespace shop, its pods, and SCCs; with a status, pods may not be listed."""

    def __init__(self, *pods: dict[str, Any], refuses: int = 0) -> None:
        self.pods = list(pods)
        self.refuses = refuses

    def list(self, kind: Any) -> Items:
        assert kind.kind == "Pod"
        if self.refuses:
            raise ApiError(self.refuses, "", "pods is forbidden")
        return Items(self.pods)

    def request(self, _method: str, path: str) -> Any:
        place, name = path.split("/")[-2:]
        if place == "namespaces":
            return {"metadata": {"name": name, "annotations": NOTES}}
        if place == "securitycontextconstraints" and name in SCCS:
            return SCCS[name]
        if place == "clusterroles" and name == "istio-scc-custom":
            return role("istio-scc-custom", "custom")
        raise ApiError(404, "NotFound", "not found")


def pod(
    name: str = "web",
    *,
    scc: str = "anyuid",
    account: str = "default",
    phase: str = "Running",
    networks: str = "",
    init: bool = False,
    **context: Any,
) -> dict[str, Any]:
    notes = {"openshift.io/scc": scc}
    if networks:
        notes["k8s.v1.cni.cncf.io/networks"] = networks
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": notes,
            "labels": {"app": name},
        },
        "spec": {
            "serviceAccountName": account,
            "initContainers": [INIT] if init else [],
            "containers": [{"name": "istio-proxy", "securityContext": context}],
        },
        "status": {"phase": phase},
    }


def binding(
    scc: str = "anyuid", *subjects: Mapping[str, str], home: str = "shop"
) -> dict[str, Any]:
    everybody = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": EVERYBODY}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"istio-scc-{scc}", "namespace": home},
        "roleRef": {
            "kind": "ClusterRole",
            "name": f"system:openshift:scc:{scc}" if scc in SCCS else f"istio-scc-{scc}",
        },
        "subjects": list(subjects) or [everybody],
    }


def role(name: str, *sccs: str) -> dict[str, Any]:
    rule = {
        "apiGroups": ["security.openshift.io"],
        "resources": ["securitycontextconstraints"],
        "resourceNames": list(sccs),
        "verbs": ["use"],
    }
    return {"kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]}


def component(kind: str, *objects: dict[str, Any], **more: Any) -> PlanComponent:
    return PlanComponent(
        kind, kind, kind, "mesh", "1.31.1", "", True, f"istio.{kind}", "mesh", list(objects), **more
    )


def dependants(*pods: dict[str, Any], wanted: tuple[PlanComponent, ...] = ()) -> Dependants:
    client: Any = Cluster(*pods)
    return Dependants(client, Kinds(client), wanted)


OLD: dict[str, Any] = {"runAsUser": 1337}


def test_a_pod_that_was_admitted_by_a_grant_and_asks_for_more_needs_it() -> None:
    found = dependants(pod("web", **OLD), pod("api", **OLD)).of(binding())
    assert found == "pods need it for user 1337: shop/web, shop/api"


@pytest.mark.parametrize(
    "other",
    [
        pod(),
        pod(runAsUser=1000700123),
        pod(scc="privileged", **OLD),
        pod(phase="Succeeded", **OLD),
    ],
    ids=["asks for nothing", "is in its range", "by another SCC", "is done"],
)
def test_other_pods_do_not(other: dict[str, Any]) -> None:
    assert dependants(other).of(binding()) == ""


def test_pods_of_other_accounts_and_namespaces_do_not_need_a_binding() -> None:
    account = {"kind": "ServiceAccount", "name": "special"}
    assert dependants(pod(**OLD)).of(binding("anyuid", account)) == ""
    assert dependants(pod(account="special", **OLD)).of(binding("anyuid", account)) != ""
    assert dependants(pod(**OLD)).of(binding(home="elsewhere")) == ""


def test_a_grant_of_the_plan_that_takes_the_pod_makes_another_needless() -> None:
    old = pod(scc="privileged", init=True, **OLD)
    assert dependants(old).of(binding("privileged")) == (
        "pods need it for capability NET_ADMIN, capability NET_RAW, user 0: shop/web"
    )
    # anyuid does not take the init container; an entry for privileged does.
    by_anyuid = component("platform", binding("anyuid"))
    assert dependants(old, wanted=(by_anyuid,)).of(binding("privileged")) != ""
    entries = [{"scc": "privileged", "users": [], "groups": [EVERYBODY]}]
    listed = component("platform", scc_entries=entries)
    assert dependants(old, wanted=(listed,)).of(binding("privileged")) == ""


def test_roles_sccs_and_entries_are_needed_as_bindings_are() -> None:
    found = dependants(pod(scc="custom", **OLD))
    scc = {"kind": "SecurityContextConstraints", "metadata": {"name": "custom"}}
    assert found.of(scc) == "pods need it for user 1337: shop/web"
    assert found.of(role("istio-scc-custom", "custom")) == found.of(scc)
    assert found.of(binding("custom")) == found.of(scc)
    assert found.of(role("another", "anyuid")) == ""
    assert found.of_entry("custom", Subject(GROUP, EVERYBODY)) == found.of(scc)
    assert found.of_entry("custom", Subject(GROUP, "system:serviceaccounts:other")) == ""
    assert found.of({"kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}) == ""


@pytest.mark.parametrize(
    ("networks", "home"),
    [
        ("istio-cni", "shop"),
        ("other/net, istio-cni", "shop"),
        ("default/istio-cni@net1", "default"),
        ('[{"name": "istio-cni"}]', "shop"),
        ('[{"name": "istio-cni", "namespace": "default"}]', "default"),
    ],
)
def test_a_network_is_needed_by_pods_that_name_it(networks: str, home: str) -> None:
    found = dependants(pod(networks=networks))
    for place in ("shop", "default"):
        network = {
            "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": "istio-cni", "namespace": place},
        }
        assert (found.of(network) == "pods ask for it: shop/web") is (place == home)


def test_not_knowing_counts_as_needed() -> None:
    client: Any = Cluster(refuses=403)
    said = Dependants(client, Kinds(client)).of(binding())
    assert said == "whether pods need it cannot be told: pods is forbidden"
    client = Cluster(refuses=500)
    with pytest.raises(ApiError):
        Dependants(client, Kinds(client)).of(binding())


@pytest.mark.parametrize(
    ("spec", "asks"),
    [
        ({"hostNetwork": True}, ["the host's network"]),
        ({"volumes": [{"name": "a", "hostPath": {}}, {"name": "b", "emptyDir": {}}]}, None),
        ({"securityContext": {"runAsUser": 1337, "fsGroup": 1337}}, ["group 1337", "user 1337"]),
        ({"containers": [{"securityContext": {"privileged": True}}]}, ["a privileged container"]),
        ({"containers": [{"ports": [{"hostPort": 80}]}]}, ["a port of the host"]),
        (
            {"containers": [{"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}}]},
            [],
        ),
    ],
)
def test_what_restricted_refuses(spec: dict[str, Any], asks: list[str] | None) -> None:
    given = {"spec": {"containers": [{}], **spec}}
    assert objections(RESTRICTED, given, NOTES) == (
        ["volumes of type hostPath"] if asks is None else asks
    )
    assert objections(PRIVILEGED, given, NOTES) == []


def test_what_a_plan_grants() -> None:
    own = {"kind": "SecurityContextConstraints", "metadata": {"name": "own"}, "users": ["u"]}
    plan = [
        component(
            "platform", binding("anyuid"), binding("mine"), role("istio-scc-mine", "own"), own
        ),
        component("cni", scc_entries=[{"scc": "hostaccess", "users": [], "groups": ["g"]}]),
    ]
    assert {(grant.scc, grant.namespace, grant.subject.name) for grant in grants_of(plan)} == {
        ("anyuid", "shop", EVERYBODY),
        ("own", "shop", EVERYBODY),
        ("own", "", "u"),
        ("hostaccess", "", "g"),
    }


def guard(*revisions: str, plan: Plan, check_mode: bool = False) -> Guard:
    client: Any = Cluster(pod(**OLD))
    lives = [LiveSet(f"istiod-{r}", "istiod", r, "1.18", f"s-{r}", "mesh") for r in revisions]
    return Guard(client, Kinds(client), plan, lives, check_mode)


def test_while_another_revision_lives_all_of_the_platform_stays() -> None:
    plan = Plan("mesh", "new", "1.31.1", [component("istiod")])
    keep = guard("new", "old", plan=plan).keep("platform")
    assert keep is not None
    assert keep(binding("privileged")) == "revision old may need it"
    alone = guard("new", plan=plan)
    keep = alone.keep("platform")
    assert keep is not None
    assert keep(binding("privileged")) == ""
    assert keep(binding()).endswith("for user 1337: shop/web; restart them, then run again")
    assert alone.keep("istiod") is None
    assert alone.keep_entry("anyuid", Subject(GROUP, EVERYBODY)).startswith(
        "pods need it for user 1337: shop/web"
    )


def test_what_another_component_wants_moves_to_it() -> None:
    plan = Plan("mesh", "", "1.31.1", [component("cni", binding())])
    keep = guard(plan=plan).keep("platform")
    assert keep is not None
    assert keep(binding()) == MOVES


def test_in_check_mode_pods_do_not_count_that_the_run_would_replace() -> None:
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
    }
    plan = Plan("mesh", "", "1.31.1", [component("istiod", workload)])
    for check_mode in (False, True):
        keep = guard(plan=plan, check_mode=check_mode).keep("platform")
        assert keep is not None
        assert (keep(binding()) == "") is check_mode


def test_pods_that_the_run_took_away_need_nothing_any_more() -> None:
    client: Any = Cluster(pod(**OLD))
    plan = Plan("mesh", "", "1.31.1", [component("istiod")])
    one = Guard(client, Kinds(client), plan, [], check_mode=False)
    first = one.keep("cni")
    assert first is not None
    assert one.keep_entry("anyuid", Subject(GROUP, EVERYBODY))
    client.pods.clear()
    keep = one.keep("platform")
    assert keep is not None
    assert keep(binding()) == ""
