# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of mesh_control_plane and mesh_precheck: what the mesh is, and how it is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import ApplyRequest
from ansible_collections.meshops.istio.plugins.module_utils._apply.options import (
    apply_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.options import (
    CONNECTION_MUTUALLY_EXCLUSIVE,
    CONNECTION_REQUIRED_TOGETHER,
    connection_argument_spec,
)

REVISION = "revision"
OPTIONS = "options"
PURGE = "purge"
SCOPES = (REVISION, OPTIONS, PURGE)
STATES = ("present", "absent", "verified", "rendered")

# Keyword arguments of AnsibleModule and of ArgumentSpecValidator alike.
RULES: dict[str, Any] = {
    "mutually_exclusive": CONNECTION_MUTUALLY_EXCLUSIVE,
    "required_together": CONNECTION_REQUIRED_TOGETHER,
}


def mesh_argument_spec() -> dict[str, dict[str, Any]]:
    """Argument spec of what the mesh is, documented in the fragment `mesh`; new on each call."""
    return {
        "version": {"type": "str"},
        "charts": {"type": "raw"},
        "charts_lock": {"type": "str"},
        "profile": {"type": "str"},
        "platform": {"type": "str", "default": "auto"},
        "revision": {"type": "str"},
        "namespace": {"type": "str", "default": "istio-system"},
        "hub": {"type": "str"},
        "tag": {"type": "str"},
        "values": {"type": "raw"},
        "mesh_config": {"type": "dict"},
        "components": {"type": "dict"},
        "members": {"type": "list", "elements": "raw"},
        "operator": {"type": "raw"},
        "gateway_api": {"type": "dict"},
        "openshift": {"type": "dict"},
        "kubernetes_version": {"type": "str"},
        "jwt_policy": {
            "type": "str",
            "choices": ["auto", "third-party-jwt", "first-party-jwt"],
            "default": "auto",
        },
        "check_variables": {"type": "bool", "default": False},
        "plan": {"type": "dict"},
    }


def control_plane_argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Argument spec of mesh_control_plane, new on each call."""
    return {
        "state": {"type": "str", "choices": list(STATES), "default": "present"},
        "scope": {"type": "str", "choices": list(SCOPES), "default": OPTIONS},
        "force": {"type": "bool", "default": False},
        "allow_downgrade": {"type": "bool", "default": False},
        **mesh_argument_spec(),
        **apply_argument_spec(),
        **connection_argument_spec(env_fallback),
    }


def precheck_argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Argument spec of mesh_precheck, new on each call."""
    return {
        "adopt": {"type": "bool", "default": False},
        "allow_downgrade": {"type": "bool", "default": False},
        "kubernetes_versions": {"type": "dict", "default": {}},
        "findings": {"type": "list", "elements": "dict"},
        **mesh_argument_spec(),
        **connection_argument_spec(env_fallback),
    }


def fetch_argument_spec() -> dict[str, dict[str, Any]]:
    """Argument spec of mesh_fetch_release, new on each call."""
    return {
        "dest": {"type": "path", "required": True},
        "repin": {"type": "bool", "default": False},
        **mesh_argument_spec(),
    }


@dataclass(frozen=True)
class RunOptions:
    """How a mesh is changed; times in seconds, the rest as in the documentation."""

    wait: bool = True
    wait_timeout: int = 300
    wait_webhooks: str = "auto"
    force_conflicts: bool = False
    adopt: bool = False
    prune: bool = True
    prune_limit: str = "20"
    scope: str = OPTIONS
    delete_crds: bool = False
    force: bool = False
    allow_downgrade: bool = False
    check_mode: bool = False
    diff: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any], check_mode: bool, diff: bool) -> RunOptions:
        """Take the options out of a module's parameters."""
        names = {entry.name for entry in fields(cls)} - {"check_mode", "diff"}
        given = {name: params[name] for name in names & params.keys()}
        return cls(**given, check_mode=check_mode, diff=diff)

    def request(self, objects: Any = None, **more: Any) -> ApplyRequest:
        """A request to the engine under these options; `more` are fields of ApplyRequest."""
        settings: dict[str, Any] = {
            "force_conflicts": self.force_conflicts,
            "adopt": self.adopt,
            "prune": self.prune,
            "prune_limit": self.prune_limit,
            "wait": self.wait,
            "wait_timeout": float(self.wait_timeout),
            "wait_webhooks": self.wait_webhooks,
            "check_mode": self.check_mode,
            "diff": self.diff,
            **more,
        }
        return ApplyRequest(objects=objects, **settings)
