"""The mesh's own SCCs under OpenShift's admission: what they let in, and that it is no more."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.grants import (
    binding,
    roles,
    to_all,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.sccs import (
    proxy_scc,
    sidecar_scc,
)
from tests.integration.mesh import Variables
from tests.integration.openshift.meshes import (
    APPLICATION,
    install,
    leaving_nothing,
    today,
)
from tests.integration.openshift.pods import SCC, admitted, constraints, deploy, refusal
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

SCCS = "securitycontextconstraints"
AGENTS = ("istio-cni", "ztunnel")
PLACES: Variables = {
    "cni": {"namespace": "mesh-cni"},
    "ztunnel": {"namespace": "mesh-ztunnel"},
    "ingress_gateways": [],
}


def context(**security: Any) -> dict[str, Any]:
    return {"container": {"securityContext": security}}


def adding(*capabilities: str) -> dict[str, Any]:
    return context(capabilities={"add": list(capabilities), "drop": ["ALL"]})


INIT = {"runAsUser": 0, "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}}
WITH_INIT = {"initContainers": [{"name": "istio-init", "image": "proxy", "securityContext": INIT}]}
PROXY = {**context(runAsUser=1337), "securityContext": {"fsGroup": 1337}}


@pytest.fixture(params=["proxy", "sidecar"])
def granted(
    request: pytest.FixtureRequest, openshift_cluster: Cluster, home: str
) -> Iterator[tuple[str, str]]:
    """The purpose and the name of an SCC that all service accounts of the namespace may use."""
    name = f"{request.param}-{uuid.uuid4().hex[:8]}"
    scc = {"proxy": proxy_scc, "sidecar": sidecar_scc}[request.param](name)
    grant = to_all(name, home, "a test")
    objects = [scc, *roles([grant], ""), binding(grant, "")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    openshift_cluster.kubectl("apply", "--server-side", "--filename", "-", stdin=text)
    yield request.param, name
    openshift_cluster.kubectl("delete", "--filename", "-", stdin=text)


def test_an_own_scc_is_for_those_who_need_it(
    openshift_cluster: Cluster, home: str, granted: tuple[str, str]
) -> None:
    purpose, name = granted
    needs: dict[str, Any] = {"proxy": PROXY, "sidecar": WITH_INIT}[purpose]
    deploy(openshift_cluster, home, "needs", **needs)
    deploy(openshift_cluster, home, "plain")
    found = {
        one: admitted(openshift_cluster, home, one)["metadata"]["annotations"][SCC]
        for one in ("needs", "plain")
    }
    assert found == {"needs": name, "plain": "restricted-v2"}


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        (context(privileged=True), "Privileged containers are not allowed"),
        (context(allowPrivilegeEscalation=True), "privilege escalation"),
        (adding("SYS_ADMIN"), "capability may not be added"),
        ({"hostNetwork": True}, "Host network is not allowed"),
        ({"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}, "hostPath"),
        (context(seccompProfile={"type": "Unconfined"}), "seccomp"),
    ],
    ids=str,
)
def test_an_own_scc_lets_in_nothing_else(
    openshift_cluster: Cluster,
    home: str,
    granted: tuple[str, str],
    asks: dict[str, Any],
    words: str,
) -> None:
    deploy(openshift_cluster, home, "asks", **asks)
    said = refusal(openshift_cluster, home, "asks")
    assert words in said
    # It was asked, and did not let the pod in.
    assert f'provider "{granted[1]}": Forbidden: not usable' not in said


def test_root_and_capabilities_are_for_pods_with_an_init_container(
    openshift_cluster: Cluster, home: str, granted: tuple[str, str]
) -> None:
    purpose, name = granted
    deploy(openshift_cluster, home, "init", **WITH_INIT)
    if purpose == "sidecar":
        found = admitted(openshift_cluster, home, "init")
        assert found["metadata"]["annotations"][SCC] == name
    else:
        assert "NET_ADMIN" in refusal(openshift_cluster, home, "init")


def test_node_agents_need_no_privileged_anywhere(openshift_cluster: Cluster) -> None:
    """In namespaces of their own; their charts' roles then name the mesh's SCCs."""
    variables = today(
        openshift_cluster,
        mesh_profile="ambient",
        mesh_components=PLACES,
        mesh_members=[APPLICATION],
        mesh_openshift={"least_privilege": True},
    )
    with leaving_nothing(openshift_cluster, variables):
        install(variables)
        assert constraints(openshift_cluster, "mesh-cni") == {"istio-cni"}
        assert constraints(openshift_cluster, "mesh-ztunnel") == {"istio-ztunnel"}
        for name in AGENTS:
            rules = openshift_cluster.get("clusterrole", name)["rules"]
            used = [rule["resourceNames"] for rule in rules if rule["verbs"] == ["use"]]
            assert used == [["istio-cni" if name == "istio-cni" else "istio-ztunnel"]]
        assert install(variables).changed == []

        # Their SCCs go in the run in which they go.
        without = {"cni": {"enabled": False}, "ztunnel": {"enabled": False}}
        more = {"mesh_profile": "default", "mesh_openshift": {}}
        install({**variables, **more, "mesh_components": {**without, "ingress_gateways": []}})
        sccs = {item["metadata"]["name"] for item in openshift_cluster.get(SCCS)["items"]}
        assert {"istio-cni", "istio-ztunnel"} & sccs == set()
        assert "istio-sidecar" in sccs
        # Namespaces are never pruned.
        openshift_cluster.kubectl("delete", "namespace", "mesh-cni", "mesh-ztunnel")
