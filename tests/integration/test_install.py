"""Install a mesh on a real API server by its playbooks, as the least-privileged account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.mesh import USER_NAME, Variables, everything, gateway, pod_uids, small_mesh
from tests.integration.plays import actions, play, states
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]


@pytest.fixture(scope="module")
def mesh(cluster: Cluster) -> Iterator[Variables]:
    """Variables of a mesh that is installed, and removed with the last test."""
    variables = small_mesh(cluster)
    _first_run(cluster, variables)
    yield variables
    # Namespaces that are not ours are left alone, which spares the wait for their end.
    made = ("istio-system", "istio-ingress", "shop", "cart")
    cluster.kubectl("annotate", "namespace", *made[:2], "meshops.istio/created-")
    play("uninstall-mesh", {**variables, "mesh_uninstall": "purge", "mesh_uninstall_crds": True})
    cluster.kubectl("delete", "namespace", *made, "--wait=false")


def _first_run(cluster: Cluster, variables: Variables) -> None:
    """From an empty cluster: a dry run predicts and writes nothing, the run does just that."""
    with cluster.audit(USER_NAME) as seen:
        dry = play("install-mesh", variables, "--check", "--diff")
    assert seen.writes == []
    assert len(seen.requests) > 50
    foreseen = actions(dry.result())
    assert set(foreseen.values()) == {"would_create"}
    assert "kind: Deployment" in dry.output or "+  replicas" in dry.output or "+" in dry.output

    run = play("install-mesh", variables)
    done = actions(run.result())
    assert {key: f"would_{action[:-1]}" for key, action in done.items()} == foreseen
    assert states(run.result()) == dict.fromkeys(states(run.result()), "created")
    assert list(states(run.result())) == [
        "base",
        "istiod",
        "default",
        "gateway-istio-ingress",
        "members",
    ]


def test_second_run_changes_nothing(cluster: Cluster, mesh: Variables) -> None:
    before = everything(cluster)
    again = play("install-mesh", mesh)
    assert again.changed == []
    assert set(states(again.result()).values()) == {"unchanged"}
    after = everything(cluster)
    assert set(after) == set(before)
    # An apply that changes nothing leaves the version of the object as it was.
    assert {k: v for k, v in after.items() if before[k] != v and not _has_status(k)} == {}


def _has_status(key: str) -> bool:
    return key.split(".")[0] in ("Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget")


def test_summary_has_versions_pods_and_addresses(cluster: Cluster, mesh: Variables) -> None:
    text = "\n".join(play("install-mesh", mesh).result()["summary"])
    service = cluster.get("service", "istio-ingress", "--namespace", "istio-ingress")
    assert "Istio 1.31.1, revision default" in text
    assert "1/1 pods ready" in text
    assert service["spec"]["clusterIP"] in text


def test_one_changed_value_touches_only_what_depends_on_it(
    cluster: Cluster, mesh: Variables
) -> None:
    before = pod_uids(cluster, "istio-system")
    labels = {"team": "edge"}
    entry = {**gateway("istio-ingress"), "labels": labels}
    changed = {**mesh, "mesh_components": {"ingress_gateways": [entry]}}
    with cluster.audit(USER_NAME) as seen:
        dry = play("install-mesh", changed, "--check", "--diff")
    assert seen.writes == []
    assert "team: edge" in dry.output
    run = play("install-mesh", changed)
    assert [c for c, s in states(run.result()).items() if s != "unchanged"] == [
        "gateway-istio-ingress"
    ]
    foreseen = actions(dry.result())
    assert {k: f"would_{a.removesuffix('d')}" for k, a in actions(run.result()).items()} == foreseen
    assert pod_uids(cluster, "istio-system") == before
    play("install-mesh", mesh)
    assert pod_uids(cluster, "istio-system") == before


def test_components_and_members_that_are_taken_out_are_removed(
    cluster: Cluster, mesh: Variables
) -> None:
    more = {
        **mesh,
        "mesh_components": {
            "cni": {"enabled": True},
            "ingress_gateways": [gateway("istio-ingress"), gateway("second")],
        },
        "mesh_members": ["cart", "shop", {"name": "istio-ingress", "injection": "disabled"}],
    }
    added = states(play("install-mesh", more).result())
    assert added["cni"] == added["gateway-second"] == "created"
    assert cluster.get("namespace", "cart")["metadata"]["labels"]["istio-injection"] == "enabled"
    cluster.kubectl("create", "configmap", "precious", "--namespace", "cart")

    back = play("install-mesh", mesh)
    assert {c for c, s in states(back.result()).items() if s == "removed"} == {
        "cni",
        "gateway-second",
    }
    assert not cluster.get("deployments", "--namespace", "istio-ingress", "-l", "app=second")[
        "items"
    ]
    labels = cluster.get("namespace", "cart")["metadata"]["labels"]
    assert "istio-injection" not in labels
    assert cluster.get("configmap", "precious", "--namespace", "cart")["metadata"]["name"]
    assert play("install-mesh", mesh).changed == []


def test_verify_tells_what_is_missing_and_what_differs(cluster: Cluster, mesh: Variables) -> None:
    good = play("verify-mesh", mesh)
    assert "ok      base" in good.output or "ok  base" in good.output
    cluster.kubectl("scale", "deployment/istiod", "--replicas=3", "--namespace", "istio-system")
    cluster.kubectl("delete", "service", "istio-ingress", "--namespace", "istio-ingress")
    cluster.kubectl(
        "label",
        "mutatingwebhookconfiguration",
        "istio-sidecar-injector",
        "app=hacked",
        "--overwrite",
    )
    with cluster.audit(USER_NAME) as seen:
        bad = play("verify-mesh", mesh, expect=(2,))
    assert seen.writes == []
    assert "Service istio-ingress/istio-ingress: it is not there" in bad.message()
    assert "istio-sidecar-injector" in bad.message()
    assert "install-mesh.yml" in bad.message()
    play("install-mesh", {**mesh, "mesh_force_conflicts": True})
    play("verify-mesh", mesh)


def test_as_module_on_a_remote_host_the_results_are_the_same(mesh: Variables) -> None:
    here = play("install-mesh", mesh).result()
    there = play("install-mesh", {**mesh, "mesh_run_as_module": True}).result()
    assert states(here) == states(there)
    assert actions(here) == actions(there)
    assert [c["counts"] for c in here["components"]] == [c["counts"] for c in there["components"]]
