# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway classes of istiod: which template makes the proxies of each, and how else they differ.

From pilot/pkg/config/kube/gatewaycommon/classinfo.go of Istio 1.31.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WAYPOINT: Final = "istio-waypoint"
_LOAD_BALANCER: Final = "LoadBalancer"
_CLUSTER_IP: Final = "ClusterIP"
_DEFAULT_CLASS: Final = "PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME"
_AMBIENT: Final = "PILOT_ENABLE_AMBIENT"
_NEEDED: Final = {
    "istio-waypoint": (_AMBIENT, "PILOT_ENABLE_AMBIENT_WAYPOINTS"),
    "istio-east-west": (_AMBIENT, "AMBIENT_ENABLE_MULTI_NETWORK"),
    "istio-agentgateway": ("PILOT_ENABLE_AGENTGATEWAY",),
    "istio-agentgateway-waypoint": ("PILOT_ENABLE_AGENTGATEWAY", _AMBIENT),
}
# What is on when the environment does not say; the others are off.
_ON: Final = frozenset(("PILOT_ENABLE_AMBIENT_WAYPOINTS",))


@dataclass(frozen=True)
class GatewayClass:
    """A class of gateways. ``suffixed`` ones have the class in the names of their objects."""

    template: str
    label: str
    service_type: str
    suffixed: bool = False


_INGRESS: Final = GatewayClass("kube-gateway", "istio.io-gateway-controller", _LOAD_BALANCER, True)
_CLASSES: Final = {
    WAYPOINT: GatewayClass("waypoint", "istio.io-mesh-controller", _CLUSTER_IP),
    "istio-east-west": GatewayClass("waypoint", "istio.io-eastwest-controller", _LOAD_BALANCER),
    "istio-agentgateway": GatewayClass(
        "agentgateway", "istio.io-gateway-controller", _LOAD_BALANCER
    ),
    "istio-agentgateway-waypoint": GatewayClass(
        "agentgateway-waypoint", "istio.io-agentgateway-waypoint-controller", _CLUSTER_IP
    ),
}


def known_classes(environment: Mapping[str, str]) -> dict[str, GatewayClass]:
    """The classes that istiod makes proxies for, by name; its environment names the default one."""
    return {environment.get(_DEFAULT_CLASS) or "istio": _INGRESS, **_CLASSES}


def missing_feature(name: str, environment: Mapping[str, str]) -> str:
    """The variable of istiod's environment that the class needs and lacks; empty for none."""
    for variable in _NEEDED.get(name, ()):
        if not is_on(variable, environment):
            return variable
    return ""


def is_on(variable: str, environment: Mapping[str, str]) -> bool:
    """Whether a feature of istiod is on."""
    value = environment.get(variable)
    return variable in _ON if value is None else value in ("1", "t", "T", "true", "TRUE", "True")
