"""Prechecks against an OpenShift: what they find, what they ask, and that their remedies hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import Finding
from ansible_collections.meshops.istio.plugins.module_utils._precheck.run import run_checks
from ansible_collections.meshops.istio.plugins.module_utils._wait.scc_refusal import shorten
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import proxy_ids
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner
from tests.integration.mesh import USER_NAME
from tests.integration.mesh_objects_tools import connected
from tests.integration.openshift.pods import SCC, admitted, deploy, refusal
from tests.labs import Cluster
from tests.reference import charts_dir

pytestmark = [pytest.mark.lab, pytest.mark.reference]

RANGE = "openshift.io/sa.scc.uid-range"
# As in istio/istio#61791.
FIRST, LAST = 8939015, 8939016


def findings(cluster: Cluster, **options: Any) -> dict[str, Finding]:
    """What the checks say of a mesh, asked by the account that the documentation recommends."""
    wishes = {
        "charts": str(charts_dir()),
        "version": "1.31.1",
        "platform": "openshift",
        "components": {"cni": {"enabled": True}},
        **options,
    }
    plan = Planner(wishes)({"kube_version": "v1.33.1"})
    with connected(cluster.deployer_kubeconfig) as (client, _kinds):
        found = run_checks(client, plan, [])
    by_name = {finding.check: finding for finding in found}
    assert len(by_name) == len(found)
    return by_name


def apply(cluster: Cluster, *objects: dict[str, Any]) -> None:
    cluster.kubectl("apply", "--filename", "-", stdin="\n---\n".join(map(json.dumps, objects)))


def test_a_plain_mesh_is_well_and_asks_little(openshift_cluster: Cluster, home: str) -> None:
    deploy(openshift_cluster, home, "web")
    admitted(openshift_cluster, home, "web")
    with openshift_cluster.audit(USER_NAME) as seen:
        found = findings(openshift_cluster, members=[home])
    assert {name: finding.level for name, finding in found.items() if finding.level != "ok"} == {}
    assert {"sccs", "grants", "multus", "user ids", "cni"} <= set(found)
    assert seen.writes == []
    of_openshift = [
        request
        for request in seen.requests
        if "security.openshift.io" in request
        or "/pods" in request
        or request.endswith("daemonsets: 200")
    ]
    assert len(of_openshift) == 3, of_openshift


def test_an_scc_nobody_has_and_one_that_may_not_be_granted(
    openshift_cluster: Cluster, home: str
) -> None:
    wishes = {"grants": [{"scc": "privilegd", "namespace": home}]}
    found = findings(openshift_cluster, openshift=wishes)["sccs"]
    assert found.level == "failed"
    assert f"privilegd, by RoleBinding {home}/istio-scc-privilegd" in found.message
    assert "did you mean privileged?" in found.message
    wishes = {"grants": [{"scc": "hostaccess", "namespace": home}]}
    found = findings(openshift_cluster, openshift=wishes)["grants"]
    assert found.level == "failed"
    assert f'account "{USER_NAME}"' in found.message
    role = "system:openshift:scc:hostaccess"
    assert f"bind clusterroles.rbac.authorization.k8s.io/{role} in {home}" in found.message
    assert found.message.count("      - ") == 1


def test_grants_the_recommended_account_may_make(openshift_cluster: Cluster, home: str) -> None:
    for how, sccs in (
        ("role_binding", ["anyuid", "nonroot-v2", "privileged"]),
        ("scc_lists", ["anyuid", "privileged"]),
    ):
        grants = [{"scc": scc, "namespace": home} for scc in sccs]
        wishes = {"grants": grants, "grant_by": how}
        assert findings(openshift_cluster, openshift=wishes)["grants"].level == "ok"


def test_a_container_with_the_user_of_its_proxy(openshift_cluster: Cluster, home: str) -> None:
    uid = proxy_ids(openshift_cluster.get("namespace", home)).uid
    deploy(openshift_cluster, home, "web", securityContext={"runAsUser": uid})
    assert admitted(openshift_cluster, home, "web")["metadata"]["annotations"][SCC]
    found = findings(openshift_cluster, members=[home])["user ids"]
    assert found.level == "warning"
    assert f"Deployment {home}/web: app runs as {uid}" in found.message


@pytest.fixture
def own_range(openshift_cluster: Cluster, home: str) -> Iterator[str]:
    """An SCC with a range of its own, which pods of `home` run under."""
    name = f"range-{home}"
    live = openshift_cluster.get("securitycontextconstraints", "restricted-v2")
    users = {"type": "MustRunAsRange", "uidRangeMin": FIRST, "uidRangeMax": LAST}
    scc = {
        **{key: value for key, value in live.items() if key != "metadata"},
        "metadata": {"name": name},
        "priority": 20,
        "runAsUser": users,
        "groups": [f"system:serviceaccounts:{home}"],
    }
    openshift_cluster.kubectl("create", "--filename", "-", stdin=json.dumps(scc))
    yield name
    openshift_cluster.kubectl("delete", "securitycontextconstraints", name)


def test_an_scc_with_its_own_range_takes_no_proxy(
    openshift_cluster: Cluster, home: str, own_range: str
) -> None:
    deploy(openshift_cluster, home, "web")
    pod = admitted(openshift_cluster, home, "web")
    assert pod["metadata"]["annotations"][SCC] == own_range
    namespace = openshift_cluster.get("namespace", home)
    uid = proxy_ids(namespace).uid
    found = findings(openshift_cluster, members=[home])["user ids"]
    assert found.level == "warning"
    said = f"SCC {own_range} takes {FIRST}-{LAST}, the proxy is {uid}"
    assert f"Deployment {home}/web: {said}" in found.message
    # It is so: what the injector would add is refused.
    pair = [{"name": "app", "image": "app", "securityContext": {"runAsUser": FIRST}}]
    proxy = {"name": "istio-proxy", "image": "proxy", "securityContext": {"runAsUser": uid}}
    deploy(openshift_cluster, home, "injected", containers=[*pair, proxy])
    text = refusal(openshift_cluster, home, "injected")
    workload = openshift_cluster.get("deployment", "injected", "--namespace", home)
    assert f"container istio-proxy: runAsUser {uid} (only {FIRST}-{LAST})" in shorten(
        text, workload
    )
    # And with the remedy it is well: the namespace's range within the SCC's.
    inside = f"{RANGE}={FIRST}/{LAST - FIRST + 1}"
    openshift_cluster.kubectl("annotate", "namespace", home, inside, "--overwrite")
    assert findings(openshift_cluster, members=[home])["user ids"].level == "ok"
    proxy["securityContext"] = {"runAsUser": LAST}
    deploy(openshift_cluster, home, "remedied", containers=[*pair, proxy])
    pod = admitted(openshift_cluster, home, "remedied")
    assert pod["metadata"]["annotations"][SCC] == own_range


def test_another_cni_agent_is_in_the_way(openshift_cluster: Cluster, home: str) -> None:
    labels = {"k8s-app": "istio-cni-node"}
    pod = {"containers": [{"name": "install-cni", "image": "hub/install-cni:1.28.1"}]}
    agent = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "istio-cni-node", "namespace": home, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    apply(openshift_cluster, agent)
    try:
        found = findings(openshift_cluster)["cni"]
    finally:
        openshift_cluster.kubectl("delete", "daemonset", "istio-cni-node", "--namespace", home)
    assert found.level == "failed"
    assert f"DaemonSet {home}/istio-cni-node (1.28.1)" in found.message
