# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multus and its network `istio-cni`, where injected pods ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.agents import (
    NETWORKS,
    agents_in,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.members import (
    injected_members,
)

MULTUS = "k8s.cni.cncf.io"
NETWORK = "NetworkAttachmentDefinition"
_KIND = Kind(MULTUS, "v1", NETWORK, "network-attachment-definitions", True)
_NAME = "multus"
_ISTIO = "istio-cni"
_INJECTOR = "istio-sidecar-injector"
_SHARED = "default"
_ASKED = re.compile(rf"{re.escape(NETWORKS)}.*?(default/)?istio-cni")


def check_networks(client: Client, plan: Plan, groups: Iterable[str]) -> Finding | None:
    """Multus must be there when pods ask it for a network, and so must the network.

    None when the mesh has nothing to do with Multus. One request for each network that the plan
    does not bring itself.
    """
    brought = {
        str(obj["metadata"].get("namespace"))
        for obj in plan.objects
        if obj["kind"] == NETWORK and obj["metadata"]["name"] == _ISTIO
    }
    asked = _asked_for(plan)
    agents = agents_in(plan.objects)
    if not brought and (asked is None or not agents):
        return None
    if MULTUS not in set(groups):
        why = f"{NETWORK} istio-cni in {', '.join(sorted(brought))}" if brought else "injected pods"
        return Finding(
            _NAME,
            FAILED,
            f"the cluster has no Multus (API group {MULTUS}), which the CNI plugin is called by: "
            f"needed for {why}",
            "Enable it (oc patch network.operator cluster --type merge --patch "
            '\'{"spec": {"disableMultiNetwork": false}}\'); or do without the CNI plugin: '
            "mesh_components.cni.enabled: false.",
        )
    # None where the account may not look either: then nothing is said.
    needed = {_SHARED} if asked == _SHARED else injected_members(plan) if asked else set()
    missing = [
        namespace
        for namespace in sorted(needed - brought)
        if read_if_there(client, _KIND.path(namespace, _ISTIO)) is None
    ]
    if not missing:
        return Finding(_NAME, OK, "Multus and its network istio-cni are there, or will be")
    return Finding(
        _NAME,
        WARNING,
        f"injected pods ask Multus for the network istio-cni, and there is no {NETWORK} of this "
        f"name in {', '.join(missing)}: they would hang in ContainerCreating",
        "Let the mesh bring it (mesh_openshift.network_attachments: auto), or make it: an object "
        f"of kind {NETWORK} named istio-cni without spec.",
    )


def _asked_for(plan: Plan) -> str | None:
    """`default` or `namespaces`, for where injected pods look for the network; None for nowhere."""
    for obj in plan.objects:
        if obj["kind"] == "ConfigMap" and obj["metadata"]["name"].startswith(_INJECTOR):
            data: Mapping[str, Any] = obj.get("data") or {}
            values, config = _values(data.get("values")), str(data.get("config") or "")
            noted = _table(_table(values, "sidecarInjectorWebhook"), "injectedAnnotations")
            if noted.get(NETWORKS):
                return _SHARED if f"{_SHARED}/" in str(noted[NETWORKS]) else "namespaces"
            found = _ASKED.search(config)
            if found and _asks(values):
                return _SHARED if found[1] else "namespaces"
    return None


def _asks(values: Mapping[str, Any]) -> bool:
    """Whether the templates put the annotation on pods.

    Those up to 1.21 look at `chained`, later ones at the provider, or at both.
    """
    new, old = _table(_table(values, "pilot"), "cni"), _table(values, "istio_cni")
    if not (new.get("enabled") or old.get("enabled")):
        return False
    unchained = "istio_cni" in values and not old.get("chained")
    return unchained or "multus" in (new.get("provider"), old.get("provider"))


def _values(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}
