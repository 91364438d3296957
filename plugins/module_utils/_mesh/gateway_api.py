# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CRDs of the Gateway API that a cluster has, and who looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    PART_OF_LABEL,
    TOOL_NAME,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there

GROUP = "gateway.networking.k8s.io"
EXPERIMENTAL_GROUP = "gateway.networking.x-k8s.io"
VERSION = "gateway.networking.k8s.io/bundle-version"
CHANNEL = "gateway.networking.k8s.io/channel"
# By which OpenShift keeps everybody but its ingress operator from changing these CRDs (4.19+).
PROTECTION = "openshift-ingress-operator-gatewayapi-crd-admission"

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
# Without their schemas, which are megabytes.
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
# Field managers of what a platform brings with it.
_PLATFORMS = {
    "ingress-operator": "OpenShift's ingress operator",
    "kube-addon-manager": "the cluster's addon manager",
    "gke-networking-gateway": "GKE",
}
_ADDON = "addonmanager.kubernetes.io/mode"
# Label or annotation of a tool that puts back what it has installed -> the tool.
_TOOLS = (
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
    ("olm.managed", "the Operator Lifecycle Manager"),
)

Facts = dict[str, Any]


def gateway_api_facts(client: Client, groups: set[str]) -> Facts:
    """What there is, as JSON data; `groups` are the API groups that the cluster serves.

    `crds` has by name `version` (v1.6.0), `channel`, `set` (the ApplySet they are in), `owner` (who
    installed them, for people) and `platform` (a platform that owns them). `protected` says that
    OpenShift lets nobody change them, `unreadable` that the account may not read them.
    Raises KubeError when the cluster cannot be asked.
    """
    facts: Facts = {"crds": {}, "protected": False, "unreadable": False}
    if groups.isdisjoint((GROUP, EXPERIMENTAL_GROUP)) and not _is_openshift(groups):
        return facts
    facts["protected"] = read_if_there(client, f"{_POLICIES}/{PROTECTION}") is not None
    try:
        items = client.request("GET", _CRDS, accept=_METADATA)["items"]
    except ApiError as error:
        if error.status != 403:
            raise
        return {**facts, "unreadable": True}
    for item in items:
        metadata = item["metadata"]
        if metadata["name"].partition(".")[2] in (GROUP, EXPERIMENTAL_GROUP):
            facts["crds"][metadata["name"]] = _crd(metadata)
    return facts


def _crd(metadata: Mapping[str, Any]) -> dict[str, str]:
    notes, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    platform = _platform(metadata, labels)
    return {
        "version": str(notes.get(VERSION) or ""),
        "channel": str(notes.get(CHANNEL) or ""),
        "set": str(labels.get(PART_OF_LABEL) or ""),
        "platform": platform,
        "owner": platform or _tool(notes, labels) or _manager(metadata),
    }


def _platform(metadata: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    if labels.get(_ADDON):
        return _PLATFORMS["kube-addon-manager"]
    names = {str(entry.get("manager") or "") for entry in _writers(metadata)}
    return next((who for name, who in _PLATFORMS.items() if name in names), "")


def _tool(notes: Mapping[str, str], labels: Mapping[str, str]) -> str:
    release = notes.get("meta.helm.sh/release-name")
    if release:
        return f"release {notes.get('meta.helm.sh/release-namespace') or ''}/{release} of Helm"
    for key, tool in _TOOLS:
        if key in labels or key in notes:
            return tool
    if labels.get(PART_OF_LABEL):
        return f"another set of objects ({PART_OF_LABEL}: {labels[PART_OF_LABEL]})"
    return ""


def _manager(metadata: Mapping[str, Any]) -> str:
    """The field manager that wrote last; nobody when it is us, of an earlier installation."""
    writers = sorted(_writers(metadata), key=lambda entry: str(entry.get("time") or ""))
    if any(entry.get("manager") == TOOL_NAME for entry in writers):
        return ""
    if not writers:
        return "somebody else"
    name = str(writers[-1].get("manager") or "unknown")
    who = "kubectl" if name.startswith("kubectl") else "somebody else"
    return f'{who} (field manager "{name}")'


def _writers(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those who wrote more than the status, which is the API server's."""
    return [entry for entry in metadata.get("managedFields") or () if not entry.get("subresource")]


def _is_openshift(groups: set[str]) -> bool:
    return "config.openshift.io" in groups
