"""Meshes on the OpenShift lab, of today and as of Istio 1.7, and applications injected offline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.mesh import Variables, everything, small_mesh
from tests.integration.plays import ROOT, Play, play
from tests.labs import Cluster
from tests.older.v1_7 import charts
from tests.unit.lookup.plays import ask

INVENTORY = ROOT / "inventories" / "openshift-lab"
APPLICATION = "shop"
# No injector runs in the lab: pods that are injected already must not be sent to it.
_LEFT_ALONE = {"sidecar.istio.io/inject": "false"}
# The stand-in's objects are those of a cluster of today, its number is not.
_OLD_ON_NEW = {"1.7": {"minimum": "1.16", "supported": ["1.16", "1.36"]}}


def today(cluster: Cluster, **more: Any) -> Variables:
    """Variables of a mesh of today, over those of the inventory."""
    return small_mesh(cluster, **{"mesh_version": "1.31.1", **more})


def as_of_1_7(cluster: Cluster, folder: Path, **more: Any) -> Variables:
    """Variables of a mesh as of Istio 1.7, whose charts are written into the folder."""
    gateway = {
        "name": "istio-ingressgateway",
        "values": {"gateways": {"istio-ingressgateway": {"type": "ClusterIP"}}},
    }
    selector = {"enabled": True, "autoInject": True}
    return small_mesh(
        cluster,
        **{
            "mesh_charts": str(charts.release(folder)),
            "mesh_version": charts.VERSION,
            "mesh_kubernetes_versions": _OLD_ON_NEW,
            "mesh_components": {"ingress_gateways": [gateway]},
            "mesh_members": [APPLICATION],
            "mesh_values": {"sidecarInjectorWebhook": {"objectSelector": selector}},
            **more,
        },
    )


@contextmanager
def leaving_nothing(cluster: Cluster, variables: Variables) -> Iterator[None]:
    """Make the application's namespace, and in the end purge the mesh: all is as it was before."""
    # Tests with the inventory of the lab leave one of that name.
    cluster.kubectl("delete", "namespace", APPLICATION, "--ignore-not-found")
    cluster.kubectl("create", "namespace", APPLICATION)
    try:
        cluster.kubectl(
            *("wait", "serviceaccount/default", "--namespace", APPLICATION),
            *("--for=create", "--timeout=20s"),
        )
        before, lists = set(everything(cluster)), scc_lists(cluster)
        try:
            yield
        finally:
            stop_applications(cluster)
            purge(variables)
        after = set(everything(cluster))
        assert after == before, {"left": after - before, "gone": before - after}
        assert scc_lists(cluster) == lists, scc_lists(cluster)
    finally:
        cluster.kubectl("delete", "namespace", APPLICATION)


def stop_applications(cluster: Cluster) -> None:
    """Remove all Deployments of the application, and wait until their pods have gone."""
    cluster.kubectl(
        *("delete", "deployment", "--all", "--namespace", APPLICATION, "--cascade=foreground")
    )


def scc_lists(cluster: Cluster) -> dict[str, tuple[list[str], list[str]]]:
    """SCC -> its groups and users."""
    items = cluster.get("securitycontextconstraints")["items"]
    return {
        item["metadata"]["name"]: (item.get("groups") or [], item.get("users") or [])
        for item in items
    }


def install(variables: Variables, *options: str, expect: int = 0) -> Play:
    """Run the main job."""
    return play("install-mesh", variables, *options, inventory=INVENTORY, expect=(expect,))


def uninstall(variables: Variables, *options: str) -> Play:
    """Remove the mesh, in the way that the variables say."""
    return play("uninstall-mesh", variables, *options, inventory=INVENTORY)


def purge(variables: Variables) -> Play:
    """Remove all of the mesh, with its CRDs."""
    wishes = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}
    return uninstall({**variables, **wishes})


def injected(cluster: Cluster, variables: Variables, name: str, **pod: Any) -> dict[str, Any]:
    """A Deployment in the application's namespace, with the proxy that istiod would give it."""
    spec = {"containers": [{"name": "app", "image": "app"}], **pod}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": APPLICATION},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
        },
    }
    namespace = cluster.get("namespace", APPLICATION)
    query = (
        "query('meshops.istio.proxy', workload, platform='openshift', policy='webhook',"
        " kubernetes_version='1.36', namespaces=[place])"
    )
    known = {**variables, "workload": deployment, "place": namespace}
    with tempfile.TemporaryDirectory() as folder:
        made = dict(ask(Path(folder), {"made": query}, known)["made"][0])
    made["spec"]["template"]["metadata"]["labels"] |= _LEFT_ALONE
    return made


def run(cluster: Cluster, deployment: dict[str, Any]) -> None:
    """Apply a Deployment, as the user who has the application."""
    cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(deployment))
