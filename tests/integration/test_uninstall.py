"""Remove a mesh, or one of its revisions, and leave nothing behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.mesh import USER_NAME, Variables, bare_mesh, everything, gateway
from tests.integration.plays import actions, play, states
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

HOME = "removed-mesh"
PURGE = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}
REVISION = {"mesh_revision": "1-31-1", "mesh_uninstall": "revision"}
# A pod that the revision's injector has changed carries this annotation.
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "app", "annotations": {"istio.io/rev": "1-31-1"}},
    "spec": {"containers": [{"name": "main", "image": "example.com/app:1"}]},
}


def _written_by_istiod(cluster: Cluster, *namespaces: str) -> None:
    """What istiod writes while it runs; the lab's nodes run none."""
    for namespace in namespaces:
        metadata = {
            "name": "istio-ca-root-cert",
            "namespace": namespace,
            "labels": {"istio.io/config": "true"},
        }
        _apply(cluster, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    home = namespaces[0]
    for kind, name in (
        ("Secret", "istio-ca-secret"),
        ("ConfigMap", "istio-leader"),
        ("ConfigMap", "istio-gateway-deployment-1-31-1"),
    ):
        metadata = {"name": name, "namespace": home}
        _apply(cluster, {"apiVersion": "v1", "kind": kind, "metadata": metadata})


def _apply(cluster: Cluster, obj: dict[str, Any], *options: str) -> None:
    cluster.kubectl("apply", "--filename", "-", *options, stdin=json.dumps(obj))


def test_purge_leaves_the_cluster_as_it_was(cluster: Cluster) -> None:
    mesh = bare_mesh(cluster, HOME)
    custom = {"name": "istio-custom", "namespace": HOME}
    _apply(cluster, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": custom})
    before = set(everything(cluster))
    labels = cluster.get("namespace", "default")["metadata"]["labels"]
    more = {
        **mesh,
        "mesh_components": {
            "cni": {"enabled": True},
            "ingress_gateways": [gateway("edge", "edge")],
        },
        # The lab has no injector: a pod that asks for injection would be refused.
        "mesh_members": ["default", {"name": "edge", "injection": "disabled"}],
    }
    play("install-mesh", more)
    _written_by_istiod(cluster, HOME, "default", "edge")

    with cluster.audit(USER_NAME) as seen:
        dry = play("uninstall-mesh", {**more, **PURGE}, "--check")
    assert seen.writes == []
    assert "would be deleted" in "\n".join(dry.result()["summary"])
    gone = play("uninstall-mesh", {**more, **PURGE})
    assert set(everything(cluster)) == before
    assert cluster.get("namespace", "default")["metadata"]["labels"] == labels
    assert "remaining" not in gone.result()
    assert play("uninstall-mesh", {**more, **PURGE}).changed == []
    cluster.kubectl("delete", "configmap", "istio-custom", "--namespace", HOME)


def test_by_its_options_and_crds_only_when_asked(cluster: Cluster) -> None:
    mesh = bare_mesh(cluster, HOME)
    play("install-mesh", mesh)
    play("uninstall-mesh", mesh)
    left = [key for key in everything(cluster) if "istio" in key]
    assert left
    assert {key.split(".")[0] for key in left} == {"CustomResourceDefinition", "APIService"}
    # A later run finds the CRDs that stayed, and takes them along.
    play("uninstall-mesh", {**mesh, **PURGE})
    assert [key for key in everything(cluster) if "istio" in key] == []


def test_a_namespace_that_holds_a_secret_of_the_user_stays(cluster: Cluster) -> None:
    mesh = {
        **bare_mesh(cluster, HOME),
        "mesh_components": {"ingress_gateways": [gateway("edge", "edge")]},
        "mesh_members": [{"name": "edge", "injection": "disabled"}],
    }
    play("install-mesh", mesh)
    metadata = {"name": "shop-tls", "namespace": "edge"}
    _apply(cluster, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    metadata = {"name": "istio-settings", "namespace": "edge"}
    _apply(cluster, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    for options in ("--check",), ():
        summary = "\n".join(play("uninstall-mesh", {**mesh, **PURGE}, *options).result()["summary"])
        assert "Namespace edge: it holds Secret shop-tls, ConfigMap istio-settings, wh" in summary
    assert cluster.get("secret", "shop-tls", "--namespace", "edge")
    left = [key for key in everything(cluster) if "edge" in key and "shop-tls" not in key]
    assert all(key.startswith(("Namespace", "ServiceAccount", "ConfigMap")) for key in left)
    cluster.kubectl("delete", "namespace", "edge")


def test_a_second_revision_comes_and_goes_beside_the_first(cluster: Cluster) -> None:
    mesh = bare_mesh(cluster, HOME)
    play("install-mesh", mesh)
    new: Variables = {**mesh, "mesh_revision": "1-31-1"}
    added = play("install-mesh", new)
    assert states(added.result()) == {"base": "unchanged", "istiod-1-31-1": "created"}
    assert play("install-mesh", mesh).changed == []
    play("verify-mesh", new)

    cluster.kubectl("label", "namespace", "default", "istio.io/rev=1-31-1")
    refused = play("uninstall-mesh", {**mesh, **REVISION}, expect=(2,))
    assert "revision 1-31-1 is in use, nothing was removed" in refused.message()
    assert "namespace default" in refused.message()
    assert "mesh_uninstall_force" in refused.message()
    play("verify-mesh", new)
    cluster.kubectl("label", "namespace", "default", "istio.io/rev-")

    _apply(cluster, POD, "--namespace", "default")
    refused = play("uninstall-mesh", {**mesh, **REVISION}, expect=(2,))
    assert "pod default/app" in refused.message()
    cluster.kubectl("delete", "pod", "app", "--namespace", "default", "--now")

    removed = play("uninstall-mesh", {**mesh, **REVISION})
    assert states(removed.result()) == {"istiod-1-31-1": "removed"}
    assert all("istiod-1-31-1" in k or "1-31-1" in k for k in actions(removed.result()))
    again = play("uninstall-mesh", {**mesh, **REVISION})
    assert again.changed == []
    assert (
        f"nothing to remove: revision 1-31-1 is not installed in namespace {HOME} "
        "(installed: default)"
    ) in again.result()["summary"]
    play("verify-mesh", mesh)
    play("uninstall-mesh", {**mesh, **PURGE})
