# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of mesh_objects, beside those of the connection; documented in the fragment `apply`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    DEFAULT_PRUNE_LIMIT,
    ApplyRequest,
)

STATES = ("present", "absent", "rendered", "gathered")


def apply_argument_spec() -> dict[str, dict[str, Any]]:
    """Argument spec of the options that say how a set is applied, new on each call."""
    return {
        "force_conflicts": {"type": "bool", "default": False},
        "adopt": {"type": "bool", "default": False},
        "prune": {"type": "bool", "default": True},
        "prune_limit": {"type": "str", "default": str(DEFAULT_PRUNE_LIMIT)},
        "delete_crds": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
        "wait_webhooks": {
            "type": "str",
            "choices": ["auto", "always", "never"],
            "default": "auto",
        },
        "concurrency": {"type": "int", "default": 8},
        "show_secrets": {"type": "bool", "default": False, "no_log": False},
        "report": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
    }


def objects_argument_spec() -> dict[str, dict[str, Any]]:
    """Argument spec of the options that say what the set is, new on each call."""
    return {
        "state": {"type": "str", "choices": list(STATES), "default": "present"},
        "objects": {"type": "raw"},
        "src": {"type": "list", "elements": "path"},
        "name": {"type": "str"},
        "namespace": {"type": "str"},
    }


def request_from(
    params: Mapping[str, Any], objects: Any, check_mode: bool, diff: bool
) -> ApplyRequest:
    """The engine's request for validated module parameters."""
    return ApplyRequest(
        objects=objects,
        set_name=params.get("name"),
        set_namespace=params.get("namespace"),
        force_conflicts=params["force_conflicts"],
        adopt=params["adopt"],
        prune=params["prune"],
        prune_limit=params["prune_limit"],
        wait=params["wait"],
        wait_timeout=float(params["wait_timeout"]),
        wait_webhooks=params["wait_webhooks"],
        delete_crds=params["delete_crds"],
        check_mode=check_mode,
        diff=diff,
        show_secrets=params["show_secrets"],
    )
