# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the templates of gateways see (``TemplateInput`` of istiod's deployment controller)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int32,
    Int64,
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.view import view
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import InjectorConfig
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.context import GoStruct
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gatewayclass import (
    GatewayClass,
    is_on,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.images import (
    image_url,
    proxy_image,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import proxy_ids
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source

_NAME_OVERRIDE: Final = "gateway.istio.io/name-override"
_SERVICE_ACCOUNT: Final = "gateway.istio.io/service-account"
_SERVICE_TYPE: Final = "networking.istio.io/service-type"
_AGENTGATEWAY_TYPE: Final = "gateway.istio.io/agentgatewayImage"
_NETWORK: Final = "topology.istio.io/network"
_DATAPLANE: Final = "istio.io/dataplane-mode"
_RESERVED: Final = "gateway.networking.k8s.io/"
_COPY: Final = "PILOT_ENABLE_GATEWAY_API_COPY_LABELS_ANNOTATIONS"
_LONGEST: Final = 63


@dataclass(frozen=True)
class GatewayInput:
    """A Gateway, its class, and the control plane that makes its proxies."""

    gateway: Mapping[str, Any]
    gateway_class: GatewayClass
    config: InjectorConfig
    source: Source

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The Gateway's metadata."""
        return self.gateway.get("metadata") or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The Gateway's annotations."""
        return self.metadata.get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """The Gateway's labels."""
        return self.metadata.get("labels") or {}

    @property
    def spec(self) -> Mapping[str, Any]:
        """The Gateway's spec."""
        return self.gateway.get("spec") or {}

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return str(self.spec.get("gatewayClassName") or "")

    @property
    def default_name(self) -> str:
        """What its objects are called, when nobody says."""
        name = str(self.metadata.get("name") or "")
        return f"{name}-{self.class_name}" if self.gateway_class.suffixed else name


def template_input(
    given: GatewayInput, *, namespace: Mapping[str, Any] | None, cluster: str, kube_minor: int
) -> GoStruct:
    """What the template of the Gateway's class sees.

    ``namespace`` is the Gateway's Namespace object, for the user ids of OpenShift. Some fields are
    for templates of older releases.
    """
    config, metadata = given.config, given.metadata
    mesh = config.mesh_config
    proxy = mesh.get("defaultConfig") or {}
    uid, gid = proxy_ids(namespace)
    meta = view("meta/v1.ObjectMeta", metadata)
    labels = infrastructure_labels(given)
    annotations = _infrastructure(given, "annotations")
    return GoStruct(
        "gatewaycommon.derivedInput",
        {
            "Name": metadata.get("name") or "",
            "Namespace": metadata.get("namespace") or "",
            "UID": metadata.get("uid") or "",
            "ObjectMeta": meta,
            "Labels": meta.go_field("Labels"),
            "Annotations": meta.go_field("Annotations"),
            "Spec": _spec(given.spec),
            "GatewayClass": given.class_name,
            "DeploymentName": given.annotations.get(_NAME_OVERRIDE) or given.default_name,
            "ServiceAccount": given.annotations.get(_SERVICE_ACCOUNT) or given.default_name,
            "Ports": _ports(given),
            "ServiceType": given.annotations.get(_SERVICE_TYPE, given.gateway_class.service_type),
            "ClusterID": cluster,
            "KubeVersion": kube_minor + 100,
            "KubeVersion122": kube_minor >= 22,
            "Revision": given.source.revision,
            "NativeSidecars": given.source.environment.get("ENABLE_NATIVE_SIDECARS") != "false",
            "ProxyUID": Int64(uid),
            "ProxyGID": Int64(gid),
            "CompliancePolicy": given.source.environment.get("COMPLIANCE_POLICY", ""),
            "InfrastructureLabels": TypedMap(labels),
            "InfrastructureAnnotations": TypedMap(annotations),
            "GatewayNameLabel": f"{_RESERVED}gateway-name",
            "IsEastWestGateway": "east-west" in given.class_name,
            "ControllerLabel": given.gateway_class.label,
            "ProxyImage": proxy_image(config.values, proxy, given.annotations),
            "AgentgatewayImage": _agentgateway_image(given, proxy),
            "ProxyConfig": message_view(PROXY_CONFIG, proxy),
            "MeshConfig": message_view(MESH_CONFIG, mesh),
            "Values": config.values_map,
        },
    )


def infrastructure_labels(given: GatewayInput) -> dict[str, str]:
    """The labels of all objects that are made: the user's, the data plane's, the network's."""
    labels = _infrastructure(given, "labels")
    waypoint, east_west = "waypoint" in given.class_name, "east-west" in given.class_name
    said = _DATAPLANE in given.labels or _DATAPLANE in labels
    environment = given.source.environment
    ambient = is_on("PILOT_ENABLE_AMBIENT", environment) and is_on(
        "PILOT_ENABLE_AMBIENT_WAYPOINTS", environment
    )
    if ambient and not (waypoint or east_west or said):
        labels[_DATAPLANE] = "none"
    network = (given.config.values.get("global") or {}).get("network")
    if network and (waypoint or east_west) and _NETWORK not in given.labels:
        labels[_NETWORK] = network
    return labels


def _agentgateway_image(given: GatewayInput, proxy: Mapping[str, Any]) -> str:
    """The image of the other proxy, which has a type as Istio's own has."""
    settings = given.config.values.get("global") or {}
    image_type = str(settings.get("variant") or "")
    if "image" in proxy:
        image_type = str(proxy["image"].get("imageType") or "")
    image_type = given.annotations.get(_AGENTGATEWAY_TYPE, image_type)
    tag = format_value(settings["tag"]) if "tag" in settings else ""
    return image_url(str(settings.get("hub") or ""), "agentgateway", tag, image_type)


def _infrastructure(given: GatewayInput, part: str) -> dict[str, str]:
    """The labels or annotations that ``infrastructure`` asks for, else the Gateway's own."""
    own = (given.spec.get("infrastructure") or {}).get(part)
    if own is not None:
        return {key: value for key, value in own.items() if not key.startswith(_RESERVED)}
    if given.source.environment.get(_COPY) == "false":
        return {}
    return dict(given.labels if part == "labels" else given.annotations)


def _spec(spec: Mapping[str, Any]) -> GoStruct:
    """What templates read of a Gateway's spec."""
    addresses = [
        GoStruct("v1.GatewaySpecAddress", {"Type": item.get("type"), "Value": item.get("value")})
        for item in spec.get("addresses") or ()
    ]
    return GoStruct(
        "v1.GatewaySpec",
        {
            "GatewayClassName": spec.get("gatewayClassName") or "",
            "Addresses": TypedList(addresses, elem="v1.GatewaySpecAddress"),
        },
    )


def _ports(given: GatewayInput) -> TypedList:
    """The Service's ports: one for health, and one for each port of the listeners."""
    ports = [_port("status-port", 15021, "TCP", "tcp")]
    names, numbers = {"status-port"}, set[int]()
    quic = is_on("PILOT_ENABLE_QUIC_LISTENERS", given.source.environment)
    for index, listener in enumerate(given.spec.get("listeners") or ()):
        number, protocol = int(listener.get("port") or 0), str(listener.get("protocol") or "")
        if number in numbers:
            continue
        numbers.add(number)
        name = str(listener.get("name") or f"{protocol.lower()}-{index}")
        name = _unique(name.replace(".", "-")[:_LONGEST], number, names)
        ports.append(_port(name, number, "TCP", protocol.lower()))
        if quic and protocol.lower() == "https":
            second = _unique(f"{name}-quic", number, names)
            ports.append(_port(second, number, "UDP", protocol.lower()))
    return TypedList(ports, elem="v1.ServicePort")


def _unique(name: str, number: int, used: set[str]) -> str:
    """The name as short as a port's must be, with the number behind it if it is taken."""
    name = name[:_LONGEST]
    candidate, suffix = name, f"-{number}"
    while candidate in used:
        candidate = name[: _LONGEST - len(suffix)] + suffix
        suffix += "x"
    used.add(candidate)
    return candidate


def _port(name: str, number: int, protocol: str, application: str) -> GoStruct:
    return GoStruct(
        "v1.ServicePort",
        {"Name": name, "Port": Int32(number), "Protocol": protocol, "AppProtocol": application},
    )
