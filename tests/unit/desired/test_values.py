"""Each chart gets what is meant for it, and the user has the last word."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import (
    base_values,
    cni_values,
    gateway_values,
    istiod_values,
    ztunnel_values,
)
from tests.unit.desired.meshes import mesh

GLOBAL = {"hub": "docker.io/istio", "tag": "1.31.1", "istioNamespace": "istio-system"}


def gateway(**options: Any) -> dict[str, Any]:
    made = mesh(**options)
    return gateway_values(made, made.gateways[0])


def test_placeholders_of_the_charts_never_show() -> None:
    for values in (istiod_values(mesh()), cni_values(mesh()), ztunnel_values(mesh())):
        assert values["global"] == GLOBAL
    made = mesh(hub="registry.example/istio", tag="1.31.1-fips", namespace="mesh")
    assert istiod_values(made)["global"] == {
        "hub": "registry.example/istio",
        "tag": "1.31.1-fips",
        "istioNamespace": "mesh",
    }


def test_the_users_values_win_in_their_order() -> None:
    made = mesh(
        mesh_config={"accessLogFile": "a", "trustDomain": "b"},
        values=[
            {"global": {"hub": "x"}, "meshConfig": {"accessLogFile": "c"}, "replicaCount": 1},
            {"replicaCount": 2},
        ],
        components={"istiod": {"values": {"replicaCount": 3}}},
    )
    values = istiod_values(made)
    assert values["global"]["hub"] == "x"
    assert values["meshConfig"] == {"accessLogFile": "c", "trustDomain": "b"}
    assert values["replicaCount"] == 3


def test_plain_keys_are_istiods_alone() -> None:
    overlay = {
        "resources": {"requests": {"cpu": "1"}},
        "cni": {"logging": {"level": "debug"}},
        "ztunnel": {"logLevel": "debug"},
        "global": {"proxy": {"logLevel": "debug"}},
    }
    made = mesh(profile="ambient", values=overlay)
    assert "resources" in istiod_values(made)
    for values in (cni_values(made), ztunnel_values(made)):
        assert "resources" not in values
        assert values["global"]["proxy"] == {"logLevel": "debug"}
    assert cni_values(made)["cni"] == {"logging": {"level": "debug"}}
    assert ztunnel_values(made)["logLevel"] == "debug"


def test_istiod_knows_of_the_cni_plugin_and_of_ztunnel_elsewhere() -> None:
    assert "pilot" not in istiod_values(mesh())
    values = istiod_values(mesh(profile="ambient", components={"ztunnel": {"namespace": "net"}}))
    assert values["pilot"] == {"cni": {"enabled": True}, "trustedZtunnelNamespace": "net"}
    here = mesh(profile="openshift-ambient", components={"ztunnel": {"namespace": "istio-system"}})
    assert istiod_values(here)["pilot"]["trustedZtunnelNamespace"] == "istio-system"


def test_profile_and_platform_reach_every_chart() -> None:
    made = mesh(profile="openshift-ambient")
    for values in (base_values(made), istiod_values(made), cni_values(made), ztunnel_values(made)):
        assert values["profile"] == "ambient"
        assert values["platform"] == values["global"]["platform"] == "openshift"


def test_the_default_revision_is_told_to_base_and_tagged() -> None:
    assert base_values(mesh())["defaultRevision"] == "default"
    assert "revisionTags" not in istiod_values(mesh())
    made = mesh(revision="a", values={"revisionTags": ["prod"]})
    assert base_values(made)["defaultRevision"] == "a"
    assert istiod_values(made)["revisionTags"] == ["prod", "default"]
    second = mesh(ClusterFacts(default_revision="a"), revision="b")
    assert base_values(second)["defaultRevision"] == "a"
    assert "revisionTags" not in istiod_values(second)


def test_node_agents_have_no_revision_but_ztunnel_finds_istiod_by_it() -> None:
    made = mesh(profile="ambient", revision="a")
    assert "revision" not in cni_values(made)
    assert ztunnel_values(made)["revision"] == "a"


def test_a_gateway_gets_only_what_its_schema_admits() -> None:
    values = gateway(
        revision="a",
        values={
            "pilot": {"env": {"A": "b"}},
            "meshConfig": {"accessLogFile": "x"},
            "resources": {},
            "global": {"imagePullSecrets": ["one"], "imagePullPolicy": "Always"},
        },
    )
    assert values == {
        "global": {"istioNamespace": "istio-system", "imagePullPolicy": "Always"},
        "revision": "a",
        "imagePullSecrets": [{"name": "one"}],
    }


def test_a_gateways_own_words_are_kept_for_the_schema_to_judge() -> None:
    item = {"name": "a", "values": {"replicas": 2}, "labels": {"istio": "edge"}, "revision": "b"}
    values = gateway(components={"ingress_gateways": [item]})
    assert values["replicas"] == 2
    assert values["labels"] == {"istio": "edge"}
    assert values["revision"] == "b"


def test_profile_demo_makes_gateways_small() -> None:
    made = mesh(profile="demo")
    ingress, egress = (gateway_values(made, item) for item in made.gateways)
    assert ingress["autoscaling"] == {"enabled": False}
    assert [port["port"] for port in ingress["service"]["ports"]] == [31400]
    assert egress["resources"] == {"requests": {"cpu": "20m"}}


def test_an_egress_gateway_is_not_open_to_the_world() -> None:
    made = mesh(components={"ingress_gateways": [], "egress_gateways": [{"name": "out"}]})
    assert gateway_values(made, made.gateways[0])["service"] == {"type": "ClusterIP"}
