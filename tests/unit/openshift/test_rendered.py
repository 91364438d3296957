"""What rendered objects tell of pods, and the SCCs that are made of that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Kind,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.rendered import (
    NETWORKS,
    Redirection,
    agents,
    fixed_users,
    injected_gateways,
    narrowed,
    redirection,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.sccs import agent_scc


def component(kind: Kind, *objects: Object) -> Component:
    return Component(kind, kind, kind, "net", kind, "net", list(objects))


def made(kind: str, name: str, **more: Any) -> Object:
    metadata = {"name": name, "namespace": "net"}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def injector(values: Any) -> Component:
    text = values if isinstance(values, str) else json.dumps(values)
    return component("istiod", made("ConfigMap", "istio-sidecar-injector-1", data={"values": text}))


@pytest.mark.parametrize(
    ("values", "cni", "network"),
    [
        ({"pilot": {"cni": {"enabled": True, "provider": "multus"}}}, True, True),
        ({"pilot": {"cni": {"enabled": True, "provider": "default"}}}, True, False),
        ({"pilot": {"cni": {"enabled": False, "provider": "multus"}}}, False, False),
        ({"istio_cni": {"enabled": True, "chained": False}}, True, True),
        ({"istio_cni": {"enabled": True}}, True, True),
        ({"istio_cni": {"enabled": True, "chained": True, "provider": "multus"}}, True, True),
        ({"istio_cni": {"enabled": True, "chained": True}, "pilot": {}}, True, False),
        # Pods ask for a network although nothing installs the plugin.
        ({"sidecarInjectorWebhook": {"injectedAnnotations": {NETWORKS: "x"}}}, False, True),
        ({}, False, False),
    ],
)
def test_the_injector_says_who_redirects(values: dict[str, Any], cni: bool, network: bool) -> None:
    assert redirection([injector(values)], not cni) == Redirection(cni, network)


@pytest.mark.parametrize("cni", [True, False])
def test_without_an_injector_the_mesh_decides(cni: bool) -> None:
    assert redirection([component("base")], cni) == Redirection(cni, cni)
    assert redirection([injector("no JSON")], cni) == Redirection(cni, cni)


def agent(role: str = "agent", resource_names: list[str] | None = None) -> Component:
    """A node agent whose ClusterRole lets use SCCs."""
    names = ["privileged"] if resource_names is None else resource_names
    return component(
        "ztunnel",
        made("DaemonSet", "d", spec={"template": {"spec": {"serviceAccountName": "agent"}}}),
        made(
            "ClusterRole",
            "agent",
            rules=[
                {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
                {
                    "apiGroups": ["security.openshift.io"],
                    "resources": ["securitycontextconstraints"],
                    "resourceNames": names,
                    "verbs": ["use"],
                },
            ],
        ),
        made(
            "ClusterRoleBinding",
            "agent",
            roleRef={"kind": "ClusterRole", "name": role},
            subjects=[{"kind": "ServiceAccount", "name": "agent", "namespace": "net"}],
        ),
    )


@pytest.mark.parametrize(
    ("given", "may_use"),
    [(agent(), {"privileged"}), (agent("other"), set()), (agent(resource_names=["a"]), {"a"})],
)
def test_an_agent_may_use_what_its_own_chart_grants(given: Component, may_use: set[str]) -> None:
    (found,) = agents([given])
    assert (found.component, found.namespace, found.account) == ("ztunnel", "net", "agent")
    assert found.may_use == may_use


def test_a_charts_role_can_let_use_another_scc_instead() -> None:
    given = agent(resource_names=["privileged", "b"])
    (found,) = agents([narrowed(given, "privileged", "istio-ztunnel")])
    assert found.may_use == {"istio-ztunnel", "b"}
    # The rendered objects are shared with whoever else has them.
    assert agents([given])[0].may_use == {"privileged", "b"}


def test_gateways_are_injected_when_their_pods_ask_for_it() -> None:
    inject = "sidecar.istio.io/inject"

    def deployment(**metadata: Any) -> Component:
        return component(
            "gateway", made("Deployment", "g", spec={"template": {"metadata": metadata}})
        )

    assert injected_gateways([deployment(labels={inject: "true"})]) == {"net"}
    assert injected_gateways([deployment(annotations={inject: "true"})]) == {"net"}
    assert injected_gateways([deployment(annotations={inject: "false"}), agent()]) == set()


@pytest.mark.parametrize(
    ("spec", "fixed"),
    [
        ({"containers": [{"securityContext": {"runAsUser": 1337}}]}, {"net"}),
        ({"securityContext": {"runAsUser": 1337}}, {"net"}),
        ({"containers": [{"securityContext": {"runAsUser": 1000}}, {}]}, set()),
        ({}, set()),
    ],
)
def test_gateways_may_name_their_user(spec: dict[str, Any], fixed: set[str]) -> None:
    deployment = made("Deployment", "g", spec={"template": {"spec": spec}})
    assert fixed_users([component("gateway", deployment)]) == fixed
    assert fixed_users([component("addon", deployment)]) == set()


def pod(security: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"containers": [{"name": "a", "securityContext": security or {}}], **more}


@pytest.mark.parametrize(
    ("asks", "field", "value"),
    [
        (pod({"privileged": True}), "allowPrivilegedContainer", True),
        (pod({"privileged": True}), "allowPrivilegeEscalation", True),
        (pod(), "allowPrivilegedContainer", False),
        (pod(), "allowPrivilegeEscalation", False),
        (pod({"capabilities": {"add": ["SYS_ADMIN"]}}), "allowPrivilegeEscalation", True),
        (pod({"capabilities": {"add": ["B", "A"]}}), "allowedCapabilities", ["A", "B"]),
        (pod({"capabilities": {"drop": ["ALL"]}}), "requiredDropCapabilities", ["ALL"]),
        (pod(), "requiredDropCapabilities", []),
        (pod(hostNetwork=True), "allowHostNetwork", True),
        (pod(hostNetwork=True), "allowHostPorts", True),
        (pod(hostPID=True), "allowHostPID", True),
        (pod(), "allowHostNetwork", False),
        (pod(volumes=[{"name": "a", "hostPath": {}}]), "allowHostDirVolumePlugin", True),
        (
            pod(volumes=[{"name": "a", "hostPath": {}}, {"name": "b", "emptyDir": {}}]),
            "volumes",
            ["emptyDir", "hostPath", "projected"],
        ),
    ],
)
def test_an_agents_scc_allows_what_its_pod_asks_for(
    asks: dict[str, Any], field: str, value: Any
) -> None:
    assert agent_scc("x", asks)[field] == value
