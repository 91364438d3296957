# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps an object that is being deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Conditions of a namespace being deleted (k8s.io/api/core/v1 NamespaceConditionType).
_NAMESPACE_CONDITIONS = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
)


def blockers_of(obj: Mapping[str, Any]) -> list[str]:
    """Texts that say what an object's deletion waits for; empty when it is not being deleted."""
    metadata = obj.get("metadata") or {}
    if not metadata.get("deletionTimestamp"):
        return []
    blockers = []
    for entry in (obj.get("status") or {}).get("conditions") or ():
        if entry.get("type") in _NAMESPACE_CONDITIONS and entry.get("status") == "True":
            blockers.append(str(entry.get("message") or entry.get("reason")))
    finalizers = metadata.get("finalizers") or []
    if finalizers:
        blockers.append(
            f"finalizer {', '.join(finalizers)}: whoever set it has not finished its work; see that"
            " its controller runs, or remove the finalizer when the controller is gone for good"
        )
    return blockers


def explain_deletion(obj: Mapping[str, Any]) -> str:
    """One text: what an object still waits for before it is gone."""
    metadata = obj.get("metadata") or {}
    if not metadata.get("deletionTimestamp"):
        return "is there and nobody has deleted it"
    blockers = blockers_of(obj)
    since = f"is being deleted since {metadata['deletionTimestamp']}"
    return f"{since}: {'; '.join(blockers)}" if blockers else since
