"""Releases whose charts know no platforms, or not even profiles: what is decided for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh, decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import (
    base_values,
    cni_values,
    istiod_values,
    ztunnel_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.older.charts import RELEASES, write

OPERATOR = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  "


def mesh(
    folder: Path,
    version: str,
    facts: ClusterFacts | None = None,
    files: dict[str, str] | None = None,
    without: str = "none of them",
    **options: Any,
) -> Mesh:
    """The mesh of a stand-in, with more files and without those that begin so."""
    made = {**RELEASES[version](), **(files or {})}
    write(folder, {name: text for name, text in made.items() if not name.startswith(without)})
    release = load_release(str(folder), version=version)
    return decide(MeshSpec.from_options(options), release, facts or ClusterFacts())


@pytest.mark.parametrize(
    ("version", "profile", "platform", "chart_profile", "parts"),
    [
        ("1.8.1", "default", "", "", "base istiod ingress"),
        ("1.8.1", "demo", "", "", "base istiod ingress egress"),
        ("1.8.1", "minimal", "", "", "base istiod"),
        ("1.8.1", "openshift", "", "", "base istiod cni ingress"),
        ("1.17.8", "demo", "openshift", "", "base istiod cni ingress egress"),
        ("1.17.8", "remote", "", "", "base istiod"),
        ("1.22.8", "demo", "", "demo", "base istiod ingress egress"),
        ("1.22.8", "openshift", "", "openshift", "base istiod cni ingress"),
        ("1.22.8", "default", "openshift", "openshift", "base istiod cni ingress"),
        ("1.22.8", "ambient", "openshift", "openshift-ambient", "base istiod cni"),
        ("1.22.8", "demo", "openshift", "demo", "base istiod cni ingress egress"),
    ],
)
def test_profile_and_platform(
    tmp_path: Path, version: str, profile: str, platform: str, chart_profile: str, parts: str
) -> None:
    made = mesh(tmp_path, version, profile=profile, platform=platform)
    found = [name for name in ("base", "istiod", "cni") if getattr(made, name)]
    found += ["egress" if item.egress else "ingress" for item in made.gateways]
    assert found == parts.split()
    assert made.profile.chart_profile == chart_profile
    openshift = "openshift" in (profile, platform)
    assert made.platform == ("openshift" if openshift else "kubernetes")
    assert made.cni_namespace == ("kube-system" if openshift else "istio-system")


def test_values_common_to_all_charts_lie_under_ours(tmp_path: Path) -> None:
    made = mesh(tmp_path, "1.8.1", values={"global": {"priorityClassName": "high"}})
    for values in (base_values(made), istiod_values(made), cni_values(made)):
        assert values["clusterResources"] is True
        assert values["global"]["hub"] == "docker.io/istio"
        assert values["global"]["tag"] == "1.8.1"
        assert values["global"]["sds"] == {"token": {"aud": "istio-ca"}}
        assert values["global"]["priorityClassName"] == "high"


def test_a_profile_without_a_chart_profile_is_values_under_the_users(tmp_path: Path) -> None:
    values = istiod_values(
        mesh(tmp_path, "1.17.8", profile="demo", values={"pilot": {"traceSampling": 5}})
    )
    assert values["pilot"] == {
        "resources": {"requests": {"cpu": "10m"}},
        "traceSampling": 5,
        "env": {"OTHER": "a"},
    }
    assert values["meshConfig"]["accessLogFile"] == "/dev/stdout"
    assert "profile" not in values


def test_openshift_without_any_profile_file(tmp_path: Path) -> None:
    made = mesh(tmp_path, "1.17.8", ClusterFacts(platform="openshift"), without="profiles/")
    cni = cni_values(made)["cni"]
    assert cni["cniConfDir"] == "/etc/cni/multus/net.d"
    assert cni["chained"] is False
    assert "provider" not in cni
    annotations = istiod_values(made)["sidecarInjectorWebhook"]["injectedAnnotations"]
    assert annotations == {"k8s.v1.cni.cncf.io/networks": "istio-cni"}
    assert istiod_values(made)["istio_cni"] == {"enabled": True}


def test_a_platform_that_the_charts_do_not_know_is_none_in_particular(tmp_path: Path) -> None:
    assert mesh(tmp_path, "1.17.8", ClusterFacts(platform="gke")).platform == "kubernetes"
    with pytest.raises(InputError, match=r"no platform 'gke' in these charts"):
        mesh(tmp_path, "1.17.8", platform="gke")


@pytest.mark.parametrize(
    ("version", "without", "profile", "words"),
    [
        ("1.8.1", "nothing", "ambient", r"no profile 'ambient' in these charts of Istio 1\.8\.1"),
        ("1.8.1", "nothing", "dmo", r"did you mean demo\?"),
        ("1.8.1", "profiles/", "demo", "take the charts from a release's archive or manifests"),
    ],
)
def test_a_profile_that_is_not_there(
    tmp_path: Path, version: str, without: str, profile: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        mesh(tmp_path, version, without=without, profile=profile)


def test_a_profile_of_ones_own_in_the_folder(tmp_path: Path) -> None:
    own = "components: {cni: {enabled: true}}\n  values: {pilot: {replicaCount: 2}}\n"
    made = mesh(tmp_path, "1.17.8", files={"profiles/ours.yaml": OPERATOR + own}, profile="ours")
    assert made.cni
    assert istiod_values(made)["pilot"]["replicaCount"] == 2
    far = "components: {pilot: {k8s: {strategy: {type: Recreate}}}}\n"
    with pytest.raises(InputError, match=r"no values for: pilot\.k8s\.strategy; give the profile"):
        mesh(tmp_path, "1.17.8", files={"profiles/ours.yaml": OPERATOR + far}, profile="ours")


@pytest.mark.parametrize(
    ("facts", "said", "policy"),
    [
        (ClusterFacts(), "auto", "third-party-jwt"),
        (ClusterFacts(jwt_policy="first-party-jwt"), "auto", "first-party-jwt"),
        (ClusterFacts(jwt_policy="first-party-jwt"), "third-party-jwt", "third-party-jwt"),
        (ClusterFacts(), "first-party-jwt", "first-party-jwt"),
    ],
)
def test_token_policy_is_given_or_of_the_cluster(
    tmp_path: Path, facts: ClusterFacts, said: str, policy: str
) -> None:
    made = mesh(tmp_path, "1.17.8", facts, jwt_policy=said)
    assert made.jwt_policy == policy
    assert istiod_values(made)["global"]["jwtPolicy"] == policy


def test_the_default_tag_came_with_1_10(tmp_path: Path) -> None:
    old = mesh(tmp_path / "a", "1.8.1", revision="r")
    assert "revisionTags" not in istiod_values(old)
    new = mesh(tmp_path / "b", "1.17.8", revision="r")
    assert istiod_values(new)["revisionTags"] == ["default"]


def test_ztunnel_has_its_image_from_us_before_its_chart_looks_into_global(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "hub": "registry.example/istio",
        "values": {"global": {"imagePullPolicy": "Always"}, "ztunnel": {"tag": "own"}},
    }
    old = ztunnel_values(mesh(tmp_path / "a", "1.17.8", **options))
    assert (old["hub"], old["tag"]) == ("registry.example/istio", "own")
    assert old["imagePullPolicy"] == "Always"
    assert "hub" not in ztunnel_values(mesh(tmp_path / "b", "1.22.8", **options))
