"""What the tests of the main job share: a small mesh, and the cluster seen as a whole."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from tests.integration.mesh_objects_tools import connected
from tests.labs import Cluster
from tests.reference import charts_dir

Variables = dict[str, Any]

# The account the documentation recommends; its name in audit logs.
USER, USER_NAME = "deployer", "meshops-deployer"

# Written by the cluster itself, all the time.
_RESTLESS = {"Event", "Lease", "EndpointSlice", "Endpoints", "ReplicaSet", "ControllerRevision"}


def small_mesh(cluster: Cluster, user: str = USER, **more: Any) -> Variables:
    """Variables of a mesh with one gateway, for an inventory of the lab."""
    return {
        "mesh_kubeconfig": str(cluster.lab.kubeconfig(user)),
        "mesh_charts": str(charts_dir()),
        "mesh_wait_timeout": 60,
        **more,
    }


def standing(cluster: Cluster, name: str) -> str:
    """A namespace that is there before the mesh: an uninstall leaves it, and need not wait for it.

    Pods that ask for injection start in it, although the lab's nodes run no injector.
    """
    labels = {"istio-injection": "disabled"}
    metadata = {"name": name, "labels": labels}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(namespace))
    return name


def bare_mesh(cluster: Cluster, home: str, **more: Any) -> Variables:
    """Variables of a mesh in a standing namespace, with neither gateways nor members."""
    return small_mesh(
        cluster,
        **{
            "mesh_namespace": standing(cluster, home),
            "mesh_components": {"ingress_gateways": []},
            "mesh_members": [],
            **more,
        },
    )


def gateway(name: str, namespace: str = "istio-ingress", **values: Any) -> Variables:
    """A gateway whose Service needs no load balancer."""
    service = {"service": {"type": "ClusterIP"}}
    return {"name": name, "namespace": namespace, "values": {**service, **values}}


def pod_uids(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Name -> uid of the pods in a namespace."""
    pods = cluster.get("pods", "--namespace", namespace)["items"]
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in pods}


def everything(cluster: Cluster) -> dict[str, str]:
    """All objects of the cluster with their versions, but for those it writes all the time.

    Nor namespaces that are being deleted, with what is still in them.
    """
    leaving = {
        namespace["metadata"]["name"]
        for namespace in cluster.get("namespaces")["items"]
        if namespace["metadata"].get("deletionTimestamp")
    }
    with connected(cluster.kubeconfig) as (client, _kinds):
        found: dict[str, str] = {}
        for kind in _listable(client):
            try:
                items = client.list(kind).items
            except ApiError as error:
                if error.status in (404, 405):
                    continue
                raise
            found.update(
                (_name(kind, item), str(item["metadata"].get("resourceVersion", "")))
                for item in items
                if not {item["metadata"]["name"], item["metadata"].get("namespace")} & leaving
            )
        return found


def _name(kind: Kind, item: dict[str, Any]) -> str:
    metadata = item["metadata"]
    return f"{kind.group_kind} {metadata.get('namespace', '')}/{metadata['name']}"


def _listable(client: Client) -> list[Kind]:
    versions = [("", "v1")]
    for group in client.request("GET", "/apis")["groups"]:
        versions.append((group["name"], group["preferredVersion"]["version"]))
    kinds = []
    for group, version in versions:
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        for entry in client.request("GET", path)["resources"]:
            if "list" in entry["verbs"] and entry["kind"] not in _RESTLESS:
                kinds.append(
                    Kind(group, version, entry["kind"], entry["name"], entry["namespaced"])
                )
    return kinds
