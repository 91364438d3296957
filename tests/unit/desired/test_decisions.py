"""Profile, platform, user and cluster together decide what is installed, and where."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import warnings
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from tests.unit.desired.meshes import mesh

OPENSHIFT = ClusterFacts(platform="openshift")


@pytest.mark.parametrize(
    ("profile", "components", "gateways"),
    [
        ("default", "base istiod", ["istio-ingressgateway"]),
        ("demo", "base istiod", ["istio-ingressgateway", "istio-egressgateway"]),
        ("minimal", "base istiod", []),
        ("empty", "", []),
        ("remote", "base istiod", []),
        ("ambient", "base istiod cni ztunnel", []),
        ("openshift", "base istiod cni", ["istio-ingressgateway"]),
        ("openshift-ambient", "base istiod cni ztunnel", []),
    ],
)
def test_a_profile_has_its_components(profile: str, components: str, gateways: list[str]) -> None:
    made = mesh(profile=profile)
    names = [name for name in ("base", "istiod", "cni", "ztunnel") if getattr(made, name)]
    assert names == components.split()
    assert [gateway.name for gateway in made.gateways] == gateways


def test_users_turn_components_on_and_off() -> None:
    made = mesh(
        profile="ambient",
        components={
            "ztunnel": {"enabled": False},
            "cni": {"enabled": True, "namespace": "net"},
            "ingress_gateways": [
                {"name": "a", "namespace": "edge"},
                {"name": "b", "enabled": False},
            ],
        },
    )
    assert not made.ztunnel
    assert made.cni_namespace == "net"
    assert [(item.name, item.namespace) for item in made.gateways] == [("a", "edge")]
    assert "turns one of them off" in warnings(made)[0]


def test_an_empty_list_means_no_gateway() -> None:
    assert mesh(profile="demo", components={"ingress_gateways": []}).gateways[0].egress


@pytest.mark.parametrize(
    ("facts", "options", "platform", "cni"),
    [
        (ClusterFacts(), {}, "kubernetes", False),
        (OPENSHIFT, {}, "openshift", True),
        (OPENSHIFT, {"profile": "minimal"}, "openshift", True),
        (OPENSHIFT, {"profile": "empty"}, "openshift", False),
        (OPENSHIFT, {"platform": "kubernetes"}, "kubernetes", False),
        (OPENSHIFT, {"profile": "openshift"}, "openshift", True),
        (ClusterFacts(), {"profile": "openshift"}, "openshift", True),
        (ClusterFacts(), {"profile": "openshift-ambient", "platform": "auto"}, "openshift", True),
        (ClusterFacts(platform="k3s"), {"platform": "auto"}, "k3s", False),
    ],
)
def test_the_platform(
    facts: ClusterFacts, options: dict[str, Any], platform: str, cni: bool
) -> None:
    made = mesh(facts, **options)
    assert (made.platform, made.cni) == (platform, cni)
    assert made.cni_namespace == ("kube-system" if platform == "openshift" else "istio-system")


@pytest.mark.parametrize(
    ("facts", "options", "words"),
    [
        (ClusterFacts(), {"profile": "demmo"}, r"mesh_profile: no profile 'demmo'.*mean demo\?"),
        (ClusterFacts(), {"profile": "openshift", "platform": "gke"}, "mesh_platform is 'gke'"),
        (ClusterFacts(platform="k3s"), {"profile": "openshift"}, "the cluster is 'k3s'"),
        (ClusterFacts(), {"platform": "openshit"}, r"no platform 'openshit'.*mean openshift\?"),
    ],
)
def test_what_does_not_fit_is_refused(
    facts: ClusterFacts, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        mesh(facts, **options)


def test_the_default_revision_stays_with_another_that_lives() -> None:
    live = ClusterFacts(default_revision="1-30-3")
    made = mesh(live, revision="1-31-1")
    assert (made.default_revision, made.owns_default) == ("1-30-3", False)
    assert mesh(live, revision="1-30-3").owns_default
    assert mesh(revision="1-31-1").owns_default
    assert mesh(ClusterFacts(default_revision="default")).owns_default


def test_the_kubernetes_version_is_given_or_of_the_cluster_or_the_newest_supported() -> None:
    live = ClusterFacts(kube_version="v1.34.2+k3s1")
    assert mesh(live).kube_version == "v1.34.2+k3s1"
    assert mesh(live, kubernetes_version="1.33").kube_version == "1.33.0"
    assert mesh().kube_version == "1.37.0"
