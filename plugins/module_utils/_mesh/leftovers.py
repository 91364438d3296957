# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What istiod itself writes while it runs and nobody removes with it.

Names are those of istio/istio 1.31: pilot/pkg/leaderelection (locks), pilot/pkg/serviceregistry
(the root certificate in every namespace), security/pkg/pki/ca (the self-signed CA).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds

ROOT_CERTS = ("istio-ca-root-cert", "istio-ca-crl")
# Written with this label into every namespace.
ROOT_CERT_LABEL = "istio.io/config=true"
SECRETS = ("istio-ca-secret",)
# Types of istiod's Secrets, also of the keys of service accounts that Citadel made up to 1.5.
SECRET_TYPES = "istio.io/"
LOCKS = (
    "istio-leader",
    "istio-namespace-controller-election",
    "istio-serviceexport-controller-election",
    "istio-gateway-status-leader",
    "istio-gateway-deployment",
    "istio-gateway-inferencepool",
    "istio-status-leader",
    "istio-analyze-leader",
    "istio-node-untaint",
    "istio-ip-autoallocate",
)

Object = dict[str, Any]


def leftovers(client: Client, kinds: Kinds, namespace: str, last_of_cluster: bool) -> list[Object]:
    """Objects istiod left in the mesh's namespace and, if it was the last, in all namespaces.

    What the account may not list is passed over: it is told by the proof.
    """
    found = []
    for api_version, kind, names in (
        ("v1", "ConfigMap", LOCKS),
        ("coordination.k8s.io/v1", "Lease", LOCKS),
        ("v1", "Secret", SECRETS),
    ):
        for obj in _list(client, kinds, api_version, kind, namespace, ""):
            if _is_one_of(obj["metadata"]["name"], names):
                found.append(obj)
    if last_of_cluster:
        for obj in _list(client, kinds, "v1", "ConfigMap", "", ROOT_CERT_LABEL):
            if obj["metadata"]["name"] in ROOT_CERTS:
                found.append(obj)
    return found


def written_by_istiod(obj: Mapping[str, Any]) -> bool:
    """Whether a Secret or ConfigMap is nothing of the user's: istiod would write it again."""
    name = obj["metadata"]["name"]
    if obj["kind"] == "Secret":
        return _is_one_of(name, SECRETS) or str(obj.get("type") or "").startswith(SECRET_TYPES)
    return name in ROOT_CERTS or _is_one_of(name, LOCKS)


def helm_records(client: Client, kinds: Kinds, namespace: str) -> list[str]:
    """Names of Secrets in which Helm remembers releases of Istio's charts, from before an adoption.

    Helm's own names of the releases are known from https://istio.io/latest/docs/setup/install/helm/.
    """
    found = _list(client, kinds, "v1", "Secret", namespace, "owner=helm")
    releases = ((o["metadata"]["name"], o["metadata"]["labels"].get("name", "")) for o in found)
    return sorted(name for name, release in releases if release.startswith(("istio", "ztunnel")))


def other_control_planes(client: Client, kinds: Kinds) -> list[str]:
    """Deployments of istiod anywhere in the cluster, as namespace/name."""
    items = _list(client, kinds, "apps/v1", "Deployment", "", "app=istiod")
    return [f"{o['metadata']['namespace']}/{o['metadata']['name']}" for o in items]


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    """Locks of a revision carry its name at the end."""
    return any(name == known or name.startswith(f"{known}-") for known in names)


def _list(
    client: Client, kinds: Kinds, api_version: str, kind: str, namespace: str, labels: str
) -> list[Object]:
    try:
        return client.list(kinds.find(api_version, kind), namespace, labels=labels).items
    except ApiError as error:
        if error.status in (403, 404):
            return []
        raise


def as_reference(obj: Mapping[str, Any]) -> Object:
    """Just enough of an object to delete it."""
    metadata = obj["metadata"]
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "metadata": {"name": metadata["name"], "namespace": metadata.get("namespace") or ""},
    }
