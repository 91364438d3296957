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
    WEBHOOKS,
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


def gated(
    phase: str, objects: Iterable[dict[str, Any]], wait_webhooks: str = "auto"
) -> list[dict[str, Any]]:
    """Those of a phase's live objects that have to become ready."""
    if phase == WEBHOOKS:
        return [obj for obj in objects if _waits_for_bundle(obj, wait_webhooks)]
    kinds = _GATED.get(phase, set())
    return [obj for obj in objects if obj["kind"] in kinds]


def _waits_for_bundle(obj: Mapping[str, Any], wait_webhooks: str) -> bool:
    """Whether somebody still has to write a CA bundle into this webhook configuration.

    Webhooks called by URL are served from outside the cluster; `auto` leaves them alone.
    """
    if wait_webhooks == "never" or not obj["kind"].endswith("WebhookConfiguration"):
        return False
    configs = [hook.get("clientConfig") or {} for hook in obj.get("webhooks") or ()]
    empty = [config for config in configs if not config.get("caBundle")]
    return bool(empty) and (
        wait_webhooks == "always" or all(config.get("service") for config in empty)
    )


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
