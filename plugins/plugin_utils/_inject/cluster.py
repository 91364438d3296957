# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector's configuration as a cluster has it, and what else in it decides on injection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError, KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    INJECTOR,
    MESH,
    Object,
    Source,
    SourceError,
    from_objects,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import KIND as WEBHOOKS

_CONFIG_MAPS: Final = Kind("", "v1", "ConfigMap", "configmaps", True)
_DEPLOYMENTS: Final = Kind("apps", "v1", "Deployment", "deployments", True)
_NAMESPACES: Final = Kind("", "v1", "Namespace", "namespaces", False)
_NODES: Final = Kind("", "v1", "Node", "nodes", False)
_WEBHOOKS: Final = Kind(
    "admissionregistration.k8s.io", "v1", WEBHOOKS, "mutatingwebhookconfigurations", False
)


def source_of_cluster(client: Client, namespace: str, revision: str) -> Source:
    """Read the configuration of the control plane of that revision in that namespace.

    What is not needed in every case (webhooks, istiod's environment, the nodes' versions) is read
    where that is allowed. Raises SourceError, with the right that is missing.
    """
    suffix = f"-{revision}" if revision else ""
    objects: list[Object] = []
    try:
        for name in (INJECTOR, MESH):
            found = client.get(_CONFIG_MAPS, namespace, f"{name}{suffix}")
            if found is None:
                raise SourceError(
                    f"{client.connection.url} has no ConfigMap {name}{suffix} in namespace "
                    f"{namespace}",
                    "Give namespace and revision of a control plane that is there.",
                )
            objects.append(found)
    except KubeError as error:
        raise SourceError(
            f"The injector's configuration cannot be read from {client.connection.url}: {error}",
            f"Reading it needs the right to get ConfigMaps in namespace {namespace}.",
        ) from error
    objects += _listed(client, _WEBHOOKS)
    objects += _listed(
        client, _DEPLOYMENTS, namespace, f"app=istiod,istio.io/rev={revision or 'default'}"
    )
    return from_objects(
        objects,
        f"the control plane in {namespace} of {client.connection.url}",
        revision=revision,
        system_namespace=namespace,
        kube_version=_oldest_kubelet(client),
        version=_version(objects),
    )


def read_namespaces(client: Client, names: Iterable[str]) -> dict[str, Object]:
    """The Namespace objects of these names, as far as they exist and may be read."""
    found = {}
    for name in names:
        try:
            namespace = client.get(_NAMESPACES, "", name)
        except ApiError as error:
            if error.status not in (401, 403):
                raise
            namespace = None
        if namespace is not None:
            found[name] = namespace
    return found


def _listed(client: Client, kind: Kind, namespace: str = "", labels: str = "") -> list[Object]:
    """The objects of a kind; none when we may not see them."""
    try:
        return list(client.list(kind, namespace, labels=labels).items)
    except ApiError as error:
        if error.status in (401, 403, 404):
            return []
        raise


def _oldest_kubelet(client: Client) -> str:
    """The version of the oldest node, as istiod looks for it; the server's where there are none."""
    versions = [
        str(((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion") or "")
        for node in _listed(client, _NODES)
    ]
    if not all(versions) or not versions:
        try:
            answer: dict[str, Any] = client.request("GET", "/version")
        except ApiError:
            return ""
        return str(answer.get("gitVersion") or "")
    return min(versions, key=_numbers)


def _numbers(version: str) -> list[int]:
    parts = version.removeprefix("v").partition("-")[0].partition("+")[0].split(".")
    return [int(part) for part in parts if part.isdecimal()]


def _version(objects: Iterable[Object]) -> str:
    """Istio's version, from the tag of istiod's image; empty when that does not tell."""
    for item in objects:
        if item.get("kind") != "Deployment":
            continue
        for container in item["spec"]["template"]["spec"].get("containers") or ():
            tag = str(container.get("image") or "").rpartition("/")[2].partition(":")[2]
            if tag[:1].isdecimal():
                return tag.partition("-")[0]
    return ""
