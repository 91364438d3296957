# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sets of a mesh that are in a cluster, found by the labels of their parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ID_LABEL,
    ApplySet,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent

MESH = "meshops.istio/mesh"
COMPONENT = "meshops.istio/component"
REVISION = "meshops.istio/revision"
NAME = "meshops.istio/name"
VERSION = "meshops.istio/version"

# Order of installation; removal goes the other way.
KINDS = (
    "gateway-api",
    "base",
    "platform",
    "cni",
    "istiod",
    "default",
    "ztunnel",
    "gateway",
    "addon",
    "members",
)
# What belongs to one revision even though others may live beside it.
OF_A_REVISION = frozenset(["istiod", "default", "gateway"])


# What of a release is in one of these may be in another one in the next: the network of Multus.
_EXCHANGING = ("platform", "cni")
# A Route is named by its host, and goes with it from one gateway to another.
GATEWAY = "gateway"


@dataclass(frozen=True)
class LiveSet:
    """A component that was installed before, as its parent tells."""

    name: str
    kind: str
    revision: str
    version: str
    set_name: str
    set_namespace: str

    @property
    def applyset(self) -> ApplySet:
        """The set itself."""
        return ApplySet(self.set_name, self.set_namespace)

    @property
    def rank(self) -> int:
        """Place in the order of installation."""
        return KINDS.index(self.kind) if self.kind in KINDS else len(KINDS)


def parent_labels(plan: Plan, component: PlanComponent) -> dict[str, str]:
    """Labels for the parent of a component; a control plane without a revision has none."""
    labels = {MESH: plan.namespace, COMPONENT: component.kind}
    if component.revision:
        labels[REVISION] = component.revision
    return labels


def parent_annotations(component: PlanComponent) -> dict[str, str]:
    """Annotations for the parent of a component."""
    return {NAME: component.name, VERSION: component.version}


def live_sets(client: Client, kinds: Kinds, namespace: str) -> list[LiveSet]:
    """The sets of the mesh in this namespace, in the order of installation.

    Raises ApiError when they cannot be listed: without the list nothing may be pruned.
    """
    kind = kinds.find("v1", "ConfigMap")
    try:
        items = client.list(kind, namespace, labels=f"{MESH}={namespace},{ID_LABEL}").items
    except ApiError as error:
        if error.status == 404:
            return []
        raise
    return sorted((_live_set(item) for item in items), key=lambda live: (live.rank, live.name))


def _live_set(parent: Mapping[str, Any]) -> LiveSet:
    metadata = parent["metadata"]
    labels, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return LiveSet(
        name=notes.get(NAME) or metadata["name"],
        kind=labels.get(COMPONENT, ""),
        revision=labels.get(REVISION, ""),
        version=notes.get(VERSION, ""),
        set_name=metadata["name"],
        set_namespace=metadata["namespace"],
    )


def movable(kind: str, lives: Sequence[LiveSet], revision: str) -> frozenset[str]:
    """Ids of the sets whose objects a component of this kind takes over without being asked."""
    if kind == GATEWAY:
        of_kind = (live for live in lives if live.kind == GATEWAY and live.revision == revision)
        return frozenset(live.applyset.id for live in of_kind)
    if kind not in _EXCHANGING:
        return frozenset()
    return frozenset(live.applyset.id for live in lives if live.kind in _EXCHANGING)


def obsolete(plan: Plan, lives: Sequence[LiveSet]) -> tuple[list[LiveSet], list[LiveSet]]:
    """Sets the plan does not want any more: those to remove, last first, and those to leave.

    What another revision may need is left alone: its control plane always, shared components as
    long as it lives.
    """
    # One of which only entries in lists of others are left has no set any more.
    wanted = {c.set_name for c in plan.components if c.objects or c.kept}
    extra = [live for live in lives if live.set_name not in wanted]
    others = any(live.kind == "istiod" and live.revision != plan.revision for live in lives)
    remove: list[LiveSet] = []
    leave: list[LiveSet] = []
    for live in reversed(extra):
        ours = live.revision == plan.revision
        if live.kind == "istiod":
            (remove if ours else leave).append(live)
        elif live.kind in OF_A_REVISION:
            (remove if ours or not others else leave).append(live)
        else:
            (leave if others else remove).append(live)
    return remove, leave
