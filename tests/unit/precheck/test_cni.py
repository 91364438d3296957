"""CNI agents that would lock themselves out, by the settings that charts of releases write."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import ApplySet
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.check import check_cni
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import Finding
from tests.unit.precheck.api import Api, Object, component, obj, plan

MULTUS = {"cni-bin-dir": "/var/lib/cni/bin", "cni-net-dir": "/etc/cni/multus/net.d"}
# Data of the ConfigMap, as charts of istio/istio at these tags render it.
UNCHAINED = {"CHAINED_CNI_PLUGIN": "false", "EXCLUDE_NAMESPACES": "kube-system"}
SIDECAR = {"CHAINED_CNI_PLUGIN": "true", "EXCLUDE_NAMESPACES": "kube-system"}
AMBIENT = {"AMBIENT_ENABLED": "true", "AMBIENT_RECONCILE_POD_RULES_ON_STARTUP": "true"}
AMBIENT_1_25_1 = {
    **AMBIENT,
    "CHAINED_CNI_PLUGIN": "true",
    "EXCLUDED_NAMESPACES": "kube-system",
}
AMBIENT_1_25_2 = {**SIDECAR, **AMBIENT}
AMBIENT_1_24_4 = {
    "AMBIENT_ENABLED": "true",
    "CHAINED_CNI_PLUGIN": "true",
    "EXCLUDED_NAMESPACES": "kube-system",
}
OF_1_20 = {
    "CHAINED_CNI_PLUGIN": "true",
    "cni_network_config": '{"kubernetes": {"exclude_namespaces": [ "istio-system" ]}}',
}


def agent(
    namespace: str,
    data: dict[str, str],
    version: str = "1.31.1",
    pod: Object | None = None,
    annotations: Object | None = None,
    **more: Any,
) -> list[Object]:
    """The DaemonSet and the ConfigMap of an agent."""
    volumes = [{"name": n, "hostPath": {"path": p}} for n, p in MULTUS.items()]
    spec = {
        "selector": {"matchLabels": {"k8s-app": "istio-cni-node"}},
        "updateStrategy": {"type": "RollingUpdate"},
        "template": {
            "metadata": {"annotations": annotations or {}},
            "spec": {
                "containers": [{"name": "install-cni", "image": f"hub:5000/cni:{version}"}],
                "volumes": volumes,
                **(pod or {}),
            },
        },
        **more.pop("spec", {}),
    }
    metadata = {"labels": {"k8s-app": "istio-cni-node", **more.pop("labels", {})}}
    status = {"desiredNumberScheduled": 3, "numberReady": more.pop("ready", 3)}
    return [
        obj("DaemonSet", "istio-cni-node", namespace, metadata=metadata, spec=spec, status=status),
        obj("ConfigMap", "istio-cni-config", namespace, data=data),
    ]


def check(wanted: list[Object], *live: Object, openshift: bool = False) -> Finding:
    api = Api(live)
    found = check_cni(api, Kinds(api), plan(component("cni", *wanted)), openshift)
    assert found is not None
    # However many agents there are: a list, and the settings of each.
    assert len(api.requests) <= 1 + len(live) // 2
    return found


def test_a_mesh_without_the_plugin_asks_nothing() -> None:
    api = Api()
    assert check_cni(api, Kinds(api), plan(component("istiod")), True) is None
    assert api.requests == []


def test_nothing_is_in_the_way_of_a_first_installation() -> None:
    found = check(agent("kube-system", UNCHAINED), openshift=True)
    assert (found.level, found.remedy) == ("ok", "")


def test_an_upgrade_on_openshift_is_told_and_good() -> None:
    found = check(
        agent("kube-system", UNCHAINED),
        *agent("kube-system", UNCHAINED, "1.29.2"),
        openshift=True,
    )
    assert found.level == "ok"
    assert "from 1.29.2 to 1.31.1 in place, node by node" in found.message


@pytest.mark.parametrize(
    ("live", "version", "level"),
    [
        # Only this one keeps its plugin as it is replaced, and does not know its own pods.
        (AMBIENT_1_25_1, "1.25.1", "failed"),
        (AMBIENT_1_25_2, "1.25.2", "ok"),
        (AMBIENT_1_24_4, "1.24.4", "ok"),
        (SIDECAR, "1.25.2", "ok"),
        (OF_1_20, "1.20.8", "ok"),
        ({**AMBIENT_1_25_1, "AMBIENT_DISABLE_SAFE_UPGRADE": "true"}, "1.25.1", "ok"),
        ({**AMBIENT_1_25_1, "CHAINED_CNI_PLUGIN": "false"}, "1.25.1", "ok"),
        # The ConfigMap could not be read.
        ({}, "1.25.1", "ok"),
    ],
)
def test_an_agent_that_needs_the_plugin_it_replaces(
    live: dict[str, str], version: str, level: str
) -> None:
    found = check(agent("istio-system", SIDECAR), *agent("istio-system", live, version))
    assert found.level == level, found
    if level == "failed":
        assert "1.25.1" in found.message
        assert "istio#57438" in found.message
        assert "shareHostNetworkNamespace" in found.remedy
        assert "newest patch release of 1.25" in found.remedy


def test_pods_on_the_hosts_network_need_no_plugin() -> None:
    wanted = agent("istio-system", SIDECAR, pod={"hostNetwork": True})
    assert check(wanted, *agent("istio-system", AMBIENT_1_25_1, "1.25.1")).level == "ok"


def test_the_same_release_is_not_rolled_out() -> None:
    wanted = agent("istio-system", AMBIENT_1_25_1, "1.25.1")
    found = check(wanted, *agent("istio-system", AMBIENT_1_25_1, "1.25.1"))
    assert found.level == "ok"
    assert "is at 1.25.1 already" in found.message


@pytest.mark.parametrize(
    ("namespace", "level"), [("istio-system", "ok"), ("istio-cni", "warning")], ids=str
)
def test_agents_that_are_down_cannot_take_their_plugin_out(namespace: str, level: str) -> None:
    # 1.20 excludes istio-system, and so lets an agent there pass.
    live = agent(namespace, OF_1_20, "1.20.8", ready=1)
    found = check(agent(namespace, SIDECAR), *live)
    assert found.level == level
    assert ("on 2 nodes" in found.message) is (level == "warning")


def test_pods_that_ask_multus_for_what_they_bring() -> None:
    notes = {"k8s.v1.cni.cncf.io/networks": "other, default/istio-cni"}
    found = check(agent("kube-system", UNCHAINED, annotations=notes))
    assert found.level == "failed"
    assert "none of them would ever start" in found.message
    assert "podAnnotations" in found.remedy
    others = {"k8s.v1.cni.cncf.io/networks": "my-istio-cni-net"}
    assert check(agent("kube-system", UNCHAINED, annotations=others)).level == "ok"


def test_another_agent_elsewhere_is_in_the_way() -> None:
    labels = {"olm.owner": "sailoperator.v1.28"}
    live = agent("istio-cni", UNCHAINED, "1.28.1", labels=labels)
    found = check(agent("kube-system", UNCHAINED), *live)
    assert found.level == "failed"
    for part in ("DaemonSet istio-cni/istio-cni-node", "1.28.1", "OLM operator", "same files"):
        assert part in found.message
    assert "mesh_components.cni.namespace: istio-cni and mesh_adopt: true" in found.remedy


def test_our_own_agent_may_move_and_it_is_said_what_that_does() -> None:
    part_of = {"applyset.kubernetes.io/part-of": ApplySet("mesh.cni", "istio-system").id}
    found = check(agent("istio-cni", UNCHAINED), *agent("kube-system", UNCHAINED, labels=part_of))
    assert found.level == "warning"
    assert "moves from kube-system to istio-cni" in found.message
    assert "mesh_components.cni.namespace: kube-system" in found.remedy


def test_a_daemon_set_that_cannot_be_changed_or_does_not_follow() -> None:
    live = agent("kube-system", UNCHAINED, "1.29.2")
    other = {"selector": {"matchLabels": {"app": "cni"}}}
    found = check(agent("kube-system", UNCHAINED), *agent("kube-system", UNCHAINED, spec=other))
    assert found.level == "failed"
    assert "(app=cni)" in found.message
    assert "--cascade=orphan" in found.remedy
    by_hand = {"updateStrategy": {"type": "OnDelete"}}
    found = check(agent("kube-system", UNCHAINED, spec=by_hand), *live)
    assert found.level == "warning"
    assert "keeps 1.29.2 until its pod is deleted by hand" in found.message


def test_folders_of_other_platforms_on_openshift() -> None:
    elsewhere = {"volumes": [{"name": "cni-bin-dir", "hostPath": {"path": "/opt/cni/bin"}}]}
    wanted = agent("kube-system", SIDECAR, pod=elsewhere)
    found = check(wanted, openshift=True)
    assert found.level == "warning"
    assert "/opt/cni/bin instead of /var/lib/cni/bin" in found.message
    assert "chain of plugins" in found.message
    assert check(wanted).level == "ok"


def test_an_account_that_may_not_look_is_not_told_off() -> None:
    api = Api(hidden=["daemonsets"])
    wanted = plan(component("cni", *agent("kube-system", UNCHAINED)))
    found = check_cni(api, Kinds(api), wanted, True)
    assert found is not None
    assert found.level == "ok"
    assert "may not list DaemonSets" in found.message
