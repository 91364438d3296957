# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gates between phases: what has to be ready before the next phase begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import (
    CRDS,
    NAMESPACES,
    RESOURCES,
    WORKLOADS,
)

_GATED = {
    NAMESPACES: {"Namespace"},
    CRDS: {"CustomResourceDefinition"},
    WORKLOADS: {"Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "Pod"},
    RESOURCES: {"APIService"},
}
# Later phases cannot begin without these, waited for whether or not `wait` is asked.
ALWAYS = frozenset([NAMESPACES, CRDS])


def gated(phase: str, objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a phase's live objects that have to become ready (webhooks: see webhooks.py)."""
    kinds = _GATED.get(phase, set())
    return [obj for obj in objects if obj["kind"] in kinds]


def namespace_blockers(namespace: Mapping[str, Any]) -> str:
    """What keeps a terminating namespace from going, from its conditions."""
    conditions = (namespace.get("status") or {}).get("conditions") or ()
    blocking = [
        c.get("message", "")
        for c in conditions
        if c.get("status") == "True" and c.get("type", "").startswith("Namespace")
    ]
    finalizers = namespace["metadata"].get("finalizers") or ()
    if finalizers:
        blocking.append(f"finalizers {', '.join(finalizers)}")
    return "; ".join(text for text in blocking if text) or "its content is still being deleted"
