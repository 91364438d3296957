# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies of gateways of the Gateway API, as istiod's deployment controller makes them.

For an ingress gateway and a waypoint alike these are a ServiceAccount, a Deployment and a Service,
and what ConfigMaps of the user's add (pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.strategic import (
    strategic_merge,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import InjectorConfig
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateway_input import (
    GatewayInput,
    template_input,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gatewayclass import (
    GatewayClass,
    known_classes,
    missing_feature,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.waypoints import GatewayError
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import choices

_REVISION: Final = "istio.io/rev"
_MANAGED: Final = "gateway.istio.io/managed"
_VERSION: Final = "gateway.istio.io/controller-version"
_CLASS_DEFAULTS: Final = "gateway.istio.io/defaults-for-class"
_OUR_VERSION: Final = 5

# What a ConfigMap may change, by its key, with the type whose merge keys count. The last two are
# made only where a ConfigMap asks for them.
_OVERLAYS: Final = {
    "Deployment": ("deployment", "apps/v1.Deployment"),
    "Service": ("service", "core/v1.Service"),
    "ServiceAccount": ("serviceAccount", "core/v1.ServiceAccount"),
    "HorizontalPodAutoscaler": (
        "horizontalPodAutoscaler",
        "autoscaling/v2.HorizontalPodAutoscaler",
    ),
    "PodDisruptionBudget": ("podDisruptionBudget", "policy/v1.PodDisruptionBudget"),
}
_ON_DEMAND: Final = ("horizontalPodAutoscaler", "podDisruptionBudget")
# Metadata that no overlay may touch.
_FIXED_METADATA: Final = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
    "finalizers",
    "managedFields",
)

Object = dict[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """What istiod finds in the cluster: ConfigMaps, Namespaces by name, and the cluster's name."""

    config_maps: Sequence[Mapping[str, Any]] = ()
    namespaces: Mapping[str, Object] = field(default_factory=dict)
    cluster: str = "Kubernetes"
    kube_minor: int = 0


@dataclass(frozen=True)
class MadeGateway:
    """What istiod makes of a Gateway: nothing where it leaves it alone, which ``reason`` tells."""

    objects: tuple[Object, ...]
    reason: str
    templates: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def make_gateway(
    gateway: Mapping[str, Any],
    config: InjectorConfig,
    source: Source,
    surroundings: Surroundings,
    where: str,
) -> MadeGateway:
    """What istiod makes of a Gateway. Raises GatewayError and MeshError, both with ``where``.

    A Gateway without a uid owns nothing: the references that istiod writes need one.
    """
    if not (gateway.get("metadata") or {}).get("name"):
        raise GatewayError(f"{where}: a Gateway without metadata.name", "Give it a name.")
    spec = gateway.get("spec") or {}
    name = str(spec.get("gatewayClassName") or "")
    gateway_class = known_classes(source.environment).get(name)
    alone = _left_alone(gateway, name, gateway_class)
    if alone or gateway_class is None:
        return MadeGateway((), alone)
    if gateway_class.template not in config.templates.texts:
        raise GatewayError(
            f"{where}: the injector has no template {gateway_class.template}, which class {name} "
            "is made with",
            "Waypoints come with Istio 1.18 and later.",
        )
    data = template_input(
        GatewayInput(gateway, gateway_class, config, source),
        namespace=surroundings.namespaces.get((gateway["metadata"]).get("namespace") or ""),
        cluster=surroundings.cluster,
        kube_minor=surroundings.kube_minor,
    )
    overlays = _overlays(gateway, name, source.system_namespace, surroundings.config_maps, where)
    text = config.templates.text(gateway_class.template, data)
    made = [_overlaid(item, overlays, where) for item in _parsed(text, gateway_class, where)]
    return MadeGateway(
        tuple(_finished(item, gateway_class, gateway) for item in made if item),
        f"class {name} is made with template {gateway_class.template}",
        (gateway_class.template,),
        tuple(_doubts(gateway, name, source)),
    )


def _doubts(gateway: Mapping[str, Any], name: str, source: Source) -> Iterator[str]:
    """Why the control plane itself would not make the Gateway, though we do when asked to."""
    feature = missing_feature(name, source.environment)
    if feature:
        yield f"this control plane leaves class {name} alone, as {feature} is not on in it"
    labels = (gateway.get("metadata") or {}).get("labels") or {}
    revision, asked = source.revision or "default", labels.get(_REVISION) or "default"
    if revision != asked:
        yield f"it is for revision {asked} ({_REVISION}), this control plane is {revision}"


def _left_alone(gateway: Mapping[str, Any], name: str, gateway_class: GatewayClass | None) -> str:
    """Why istiod does not make anything of a Gateway; empty when it does."""
    if gateway_class is None:
        return f"class {name} is not one that istiod makes proxies for"
    addresses = (gateway.get("spec") or {}).get("addresses") or ()
    if len(addresses) > 1:
        return "it has several addresses, so it uses a proxy that is there already"
    if addresses and addresses[0].get("type", "IPAddress") != "IPAddress":
        return f"its address is that of a proxy that is there already ({addresses[0].get('value')})"
    annotations = (gateway.get("metadata") or {}).get("annotations") or {}
    version = annotations.get(_VERSION)
    if version is not None and not (version.isdecimal() and int(version) <= _OUR_VERSION):
        return f"a controller of another version has it ({_VERSION}: {version})"
    return ""


def _overlays(
    gateway: Mapping[str, Any],
    name: str,
    system_namespace: str,
    config_maps: Sequence[Mapping[str, Any]],
    where: str,
) -> list[Mapping[str, str]]:
    """The data of the ConfigMaps that change what is made: of the class, then of the Gateway."""
    found = []
    defaults = [
        item
        for item in config_maps
        if (item["metadata"].get("labels") or {}).get(_CLASS_DEFAULTS) == name
        and item["metadata"].get("namespace", system_namespace) == system_namespace
    ]
    if defaults:
        found.append(min(defaults, key=_age).get("data") or {})
    infrastructure = (gateway.get("spec") or {}).get("infrastructure") or {}
    wanted = infrastructure.get("parametersRef")
    if wanted:
        found.append(_parameters(gateway, wanted, config_maps, where))
    for data in found:
        for key in data:
            if key not in [known for known, _type in _OVERLAYS.values()]:
                raise GatewayError(
                    f"{where}: its ConfigMap has the key {key!r}, which istiod refuses",
                    f"Keys are {choices([known for known, _type in _OVERLAYS.values()])}.",
                )
    return found


def _age(config_map: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = config_map["metadata"]
    when = str(metadata.get("creationTimestamp") or "")
    return when, str(metadata.get("name")), str(metadata.get("namespace"))


def _parameters(
    gateway: Mapping[str, Any],
    wanted: Mapping[str, Any],
    config_maps: Sequence[Mapping[str, Any]],
    where: str,
) -> Mapping[str, str]:
    if wanted.get("kind") != "ConfigMap" or wanted.get("group"):
        raise GatewayError(
            f"{where}: infrastructure.parametersRef is of kind {wanted.get('kind')!r}",
            "istiod takes ConfigMaps (group '').",
        )
    namespace = (gateway.get("metadata") or {}).get("namespace")
    for item in config_maps:
        metadata = item["metadata"]
        if metadata.get("name") == wanted.get("name") and metadata.get("namespace") in (
            None,
            namespace,
        ):
            return item.get("data") or {}
    raise GatewayError(
        f"{where}: its ConfigMap {wanted.get('name')} is not known",
        "Put it among the terms, or into gateway_config_maps.",
    )


def _parsed(text: str, gateway_class: GatewayClass, where: str) -> list[Object]:
    objects, lines = [], list[str]()
    for line in [*text.splitlines(keepends=True), "---"]:
        if not line.startswith("---"):
            lines.append(line)
            continue
        try:
            value = load("".join(lines), keep_integers=True)
        except YamlError as error:
            raise GatewayError(
                f"{where}: template {gateway_class.template} does not give YAML: {error}",
                "Correct the template, or the values it reads.",
            ) from error
        if isinstance(value, dict):
            objects.append(value)
        lines = []
    return objects


def _overlaid(item: Object, overlays: Sequence[Mapping[str, str]], where: str) -> Object | None:
    """The object with the overlays on it; None for one that nobody asked for."""
    kind = str(item.get("kind"))
    if kind not in _OVERLAYS:
        raise GatewayError(
            f"{where}: the template makes a {kind}", f"istiod takes {choices(list(_OVERLAYS))}."
        )
    key, type_name = _OVERLAYS[kind]
    result, applied = item, False
    for overlay in overlays:
        if key not in overlay:
            continue
        try:
            patch = load(str(overlay[key]), keep_integers=True)
        except YamlError as error:
            raise GatewayError(
                f"{where}: key {key} of its ConfigMap: {error}", "Correct the YAML."
            ) from error
        result, applied = strategic_merge(type_name, result, patch or {}), True
    if not applied:
        return None if key in _ON_DEMAND else item
    before, after = item.get("metadata") or {}, result.get("metadata") or {}
    for name in _FIXED_METADATA:
        if before.get(name) != after.get(name):
            raise GatewayError(
                f"{where}: key {key} of its ConfigMap changes metadata.{name}",
                "istiod lets labels and annotations be changed only.",
            )
    return result


def _finished(item: Object, gateway_class: GatewayClass, gateway: Mapping[str, Any]) -> Object:
    """The object as istiod applies it."""
    metadata = dict(item.get("metadata") or {})
    metadata["labels"] = {**(metadata.get("labels") or {}), _MANAGED: gateway_class.label}
    if not gateway["metadata"].get("uid"):
        metadata.pop("ownerReferences", None)
    return {**item, "metadata": metadata}
