"""Whether CRDs that are there already may be changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.bundle import Bundle
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.decide import (
    Cluster,
    Decision,
    decide,
)
from tests.unit.gatewayapi import bundles

OURS = "applyset-ours-v1"


def facts(version: str = "v1.6.0", channel: str = "standard", **more: str) -> dict[str, Any]:
    state = {"version": version, "channel": channel, "set": OURS, "owner": "", "platform": ""}
    names = [f"{name}.gateway.networking.k8s.io" for name in bundles.NAMES]
    return {"crds": {name: {**state, **more} for name in names}}


def ask(
    found: dict[str, Any] | None,
    *,
    version: str = "1.6.0",
    channel: str = "standard",
    platform: str = "kubernetes",
    kube: str = "1.36.0",
    adopt: bool = False,
    needed: str = "1.6.0",
    owned: bool | None = None,
) -> Decision:
    objects = [bundles.crd(name, version, channel) for name in bundles.NAMES]
    bundle = Bundle(version, channel, objects, "here")
    cluster = Cluster(found, platform, kube, OURS, adopt, owned)
    return decide(bundle, cluster, needed, "mesh_gateway_api")


FOREIGN = facts("v1.5.1", set="", owner="release a/b of Helm")


@pytest.mark.parametrize(
    ("found", "more"),
    [
        (None, {}),
        ({"crds": {}}, {}),
        (facts(), {}),
        (facts("v1.5.1"), {}),
        (facts("v1.5.1", "experimental"), {"channel": "experimental"}),
        (facts("v1.5.1"), {"channel": "experimental"}),
        (FOREIGN, {"adopt": True}),
        # Left behind by an earlier uninstallation.
        (facts(set=""), {}),
        ({"crds": {}}, {"platform": "openshift", "kube": "1.31.9"}),
    ],
)
def test_they_are_applied(found: dict[str, Any] | None, more: dict[str, Any]) -> None:
    assert ask(found, **more) == Decision()


@pytest.mark.parametrize(
    ("found", "more", "words"),
    [
        (facts("v1.7.0"), {}, "the cluster has 1.7.0 (standard); that is newer than 1.6.0"),
        (facts("v1.5.1", "experimental"), {}, "set mesh_gateway_api.channel: experimental"),
        (FOREIGN, {}, "release a/b of Helm owns them; mesh_adopt: true would take them over"),
        ({"crds": {}}, {"platform": "openshift"}, "OpenShift's ingress operator owns them"),
        ({"crds": {}, "protected": True}, {}, "OpenShift's ingress operator owns them"),
        (facts(platform="GKE", owner="GKE", set=""), {"adopt": True}, "GKE owns them"),
        ({"crds": {}, "unreadable": True}, {}, "this account may not read them"),
    ],
)
def test_they_are_kept(found: dict[str, Any], more: dict[str, Any], words: str) -> None:
    assert words in ask(found, **more).kept


def test_what_others_have_added_of_another_kind_is_theirs() -> None:
    found = facts("v1.5.1")
    found["crds"]["xmeshes.gateway.networking.x-k8s.io"] = {
        "version": "v1.7.0",
        "channel": "experimental",
        "set": "",
        "owner": "kubectl",
        "platform": "",
    }
    assert ask(found) == Decision()


def test_a_version_that_the_release_outgrew_is_a_warning() -> None:
    (kept,) = ask(FOREIGN).warnings
    assert kept == ("Gateway API: the cluster has 1.5.1, but the release is built against 1.6.0")
    (given,) = ask({"crds": {}}, version="1.5.1").warnings
    assert "mesh_gateway_api has version 1.5.1, but" in given
    assert not ask({"crds": {}}, version="1.5.1", needed="").warnings


@pytest.mark.parametrize(
    ("kube", "owned", "kept"),
    [("1.36.0", None, True), ("1.36.0", False, False), ("1.31.9", True, True)],
)
def test_who_owns_them_on_openshift_can_be_given(kube: str, owned: bool | None, kept: bool) -> None:
    decision = ask({"crds": {}}, platform="openshift", kube=kube, owned=owned)
    assert decision.kept == ("OpenShift's ingress operator owns them" if kept else "")


def test_that_fact_is_one_of_openshift_alone() -> None:
    assert ask({"crds": {}}, owned=True).kept == ""
