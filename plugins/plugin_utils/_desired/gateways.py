# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a gateway: from chart `gateway`, or from the charts that Istio had before it.

Chart `gateway` came with Istio 1.12. Before there were `istio-ingress` and `istio-egress`, whose
values lie below `gateways.istio-ingressgateway` and `gateways.istio-egressgateway`, whatever the
gateway is called.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Gateway, Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    EGRESS_NAME,
    INGRESS_NAME,
    OPENSHIFT,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.render import render_chart
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import (
    Values,
    gateway_values,
    older_gateway_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.routes import (
    refuse_elsewhere,
    route_objects,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

_CHART = "gateway"


def gateway_chart(release: Release, egress: bool) -> str:
    """The name of the release's chart for gateways of this kind."""
    if _CHART in release.charts:
        return _CHART
    older = "istio-egress" if egress else "istio-ingress"
    return older if older in release.charts else _CHART


def values_of(mesh: Mesh, gateway: Gateway) -> Values:
    """All values that the gateway's chart is given."""
    if gateway_chart(mesh.release, gateway.egress) == _CHART:
        return gateway_values(mesh, gateway)
    return older_gateway_values(mesh, gateway)


def gateway_objects(mesh: Mesh, gateway: Gateway) -> list[Object]:
    """The gateway's objects in Helm's install order, then its Routes.

    Raises RenderError, ReleaseError, and InputError for Routes that cannot be made.
    """
    chart = gateway_chart(mesh.release, gateway.egress)
    values = values_of(mesh, gateway)
    objects = render_chart(mesh, chart, gateway.name, gateway.namespace, values)
    return [*objects, *routes_to(mesh, gateway, objects)]


def routes_to(mesh: Mesh, gateway: Gateway, objects: list[Object]) -> list[Object]:
    """The Routes of a gateway that has these objects. Raises InputError when they cannot be."""
    routes = gateway.spec.routes
    if mesh.platform != OPENSHIFT:
        refuse_elsewhere(routes, mesh.platform, mesh.spec.prefix)
    return route_objects(routes, gateway.name, gateway.namespace, objects)


def service_values(
    release: Release, egress: bool, service_type: str = "", ports: list[Any] | None = None
) -> Values:
    """Type and ports of a gateway's Service as values of the release's chart; empty for neither."""
    wishes: Values = {}
    if service_type:
        wishes["type"] = service_type
    if ports is not None:
        wishes["ports"] = ports
    if not wishes:
        return {}
    if gateway_chart(release, egress) == _CHART:
        return {"service": wishes}
    return {"gateways": {EGRESS_NAME if egress else INGRESS_NAME: wishes}}
