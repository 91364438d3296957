# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways of the Gateway API as objects: telling them apart, and the one of a waypoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gatewayclass import WAYPOINT
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    choices,
    suggestion,
)

API_GROUP: Final = "gateway.networking.k8s.io"
_API_VERSION: Final = f"{API_GROUP}/v1"
_TRAFFIC: Final = ("all", "none", "service", "workload")
_WAYPOINT_KEYS: Final = ("name", "namespace", "for", "revision")
_DEFAULT_WAYPOINT: Final = "waypoint"

Object = dict[str, Any]


class GatewayError(MeshError):
    """A gateway that cannot be made."""


def is_gateway(value: Mapping[str, Any]) -> bool:
    """Whether an object is a Gateway of the Gateway API (Istio has a kind of that name, too)."""
    group = str(value.get("apiVersion") or "").partition("/")[0]
    return value.get("kind") == "Gateway" and group == API_GROUP


def waypoint(wish: Mapping[str, Any], where: str) -> Object:
    """The Gateway of a waypoint, as ``istioctl waypoint generate`` makes it.

    ``wish`` may have ``name``, ``namespace``, ``for`` (service, workload, all or none) and
    ``revision``. Raises GatewayError.
    """
    for key in wish:
        if key not in _WAYPOINT_KEYS:
            hint = suggestion(str(key), _WAYPOINT_KEYS)
            raise GatewayError(
                f"{where}: a waypoint has no {key!r}" + (f"; {hint}" if hint else ""),
                f"It has {choices(_WAYPOINT_KEYS)}.",
            )
    name = wish.get("name") or _DEFAULT_WAYPOINT
    if name == "none":
        raise GatewayError(f"{where}: a waypoint cannot be called none", "It means no waypoint.")
    labels = {}
    traffic = wish.get("for")
    if traffic:
        if traffic not in _TRAFFIC:
            raise GatewayError(f"{where}: for is {traffic!r}", f"Write {choices(_TRAFFIC)}.")
        labels["istio.io/waypoint-for"] = traffic
    if wish.get("revision"):
        labels["istio.io/rev"] = wish["revision"]
    metadata: Object = {"name": name}
    if labels:
        metadata["labels"] = labels
    if wish.get("namespace"):
        metadata["namespace"] = wish["namespace"]
    return {
        "apiVersion": _API_VERSION,
        "kind": "Gateway",
        "metadata": metadata,
        "spec": {
            "gatewayClassName": WAYPOINT,
            "listeners": [{"name": "mesh", "port": 15008, "protocol": "HBONE"}],
        },
    }
