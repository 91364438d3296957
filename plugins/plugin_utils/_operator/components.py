# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of an IstioOperator document, by release.

Sources: operator/pkg/component of Istio 1.31.1 (unchanged in kind since 1.24), and of the releases
before operator/pkg/translate and operator/pkg/name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Kind
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    find,
    has,
    table_at,
    text_at,
    true_at,
)

Minor = tuple[int, int]

DEFAULT_NAMESPACE: Final = "istio-system"
# From here on the operator code is the one of 1.31; before, values were translated otherwise.
REWRITTEN: Final[Minor] = (1, 24)
_VERSION = re.compile(r"(\d+)\.(\d+)")
_NEWEST: Final[Minor] = (999, 0)


@dataclass(frozen=True)
class ComponentType:
    """A component that a document may have.

    ``chart`` is our name of its chart, ``root`` where its values are. ``workload`` is kind and name
    of what its Kubernetes settings apply to, ``container`` the container there. The values of
    ``flat`` charts are at the top. ``enabled_by`` is a value that turns the component on as well.
    An ``addon`` has its place in the document of its own. ``first`` and ``last`` are the
    releases that have it.
    """

    spec_name: str
    kind: Kind
    chart: str
    root: str
    title: str
    default: bool = False
    many: bool = False
    workload: tuple[str, str] = ("", "")
    container: str = ""
    flat: bool = False
    enabled_by: str = ""
    addon: bool = False
    first: Minor = (1, 0)
    last: Minor = _NEWEST

    @property
    def path(self) -> tuple[str, ...]:
        """Where a document speaks of it."""
        return ("spec", "addonComponents" if self.addon else "components", self.spec_name)

    @property
    def gateway(self) -> bool:
        """Whether it is a list of gateways."""
        return self.many


@dataclass(frozen=True)
class ComponentSettings:
    """One component as wanted: what the document says of it, with its namespace decided.

    ``raw`` is the document's mapping; ``stated`` is False for a component that is there by default
    only. ``index`` is its place in a list of gateways.
    """

    type: ComponentType
    namespace: str
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    raw: Tree = field(default_factory=dict)
    stated: bool = True
    index: int = 0

    @property
    def kubernetes(self) -> Tree | None:
        """The Kubernetes settings, None for none."""
        return table_at(self.raw, "k8s")

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where the document speaks of it."""
        return (*self.type.path, self.index) if self.type.many else self.type.path


_INGRESS: Final = "gateways.istio-ingressgateway"
_EGRESS: Final = "gateways.istio-egressgateway"

_MIXER_LAST: Final[Minor] = (1, 7)


def _mixer(name: str, chart: str) -> ComponentType:
    return ComponentType(
        name,
        "addon",
        chart,
        f"mixer.{name}",
        name.capitalize(),
        workload=("Deployment", f"istio-{name}"),
        container="mixer",
        last=_MIXER_LAST,
    )


def _addon(
    name: str, workload: str, container: str, root: str = "", last: Minor = _MIXER_LAST
) -> ComponentType:
    return ComponentType(
        name,
        "addon",
        name,
        root or name,
        name[0].upper() + name[1:],
        workload=("Deployment", workload),
        container=container,
        enabled_by=f"spec.values.{name}.enabled",
        addon=True,
        last=last,
    )


COMPONENTS: Final[tuple[ComponentType, ...]] = (
    ComponentType("base", "base", "base", "global", "Base", default=True),
    ComponentType(
        "pilot",
        "istiod",
        "istiod",
        "pilot",
        "Pilot",
        default=True,
        workload=("Deployment", "istiod"),
        container="discovery",
    ),
    ComponentType(
        "ingressGateways",
        "gateway",
        "istio-ingress",
        _INGRESS,
        "IngressGateways",
        default=True,
        many=True,
        workload=("Deployment", "istio-ingressgateway"),
        container="istio-proxy",
        enabled_by=f"spec.values.{_INGRESS}.enabled",
    ),
    ComponentType(
        "egressGateways",
        "gateway",
        "istio-egress",
        _EGRESS,
        "EgressGateways",
        many=True,
        workload=("Deployment", "istio-egressgateway"),
        container="istio-proxy",
        enabled_by=f"spec.values.{_EGRESS}.enabled",
    ),
    ComponentType(
        "cni",
        "cni",
        "cni",
        "cni",
        "Cni",
        workload=("DaemonSet", "istio-cni-node"),
        container="install-cni",
    ),
    ComponentType(
        "ztunnel",
        "ztunnel",
        "ztunnel",
        "ztunnel",
        "Ztunnel",
        workload=("DaemonSet", "ztunnel"),
        container="istio-proxy",
        flat=True,
        first=(1, 18),
    ),
    ComponentType(
        "istiodRemote",
        "istiod",
        "istiod-remote",
        "global",
        "IstiodRemote",
        first=(1, 7),
        last=(1, 23),
    ),
    _mixer("policy", "istio-policy"),
    _mixer("telemetry", "mixer-telemetry"),
    _addon("istiocoredns", "istiocoredns", "coredns", last=(1, 8)),
    _addon("tracing", "istio-tracing", "jaeger", root="tracing.jaeger"),
    _addon("prometheusOperator", "prometheus", "prometheus", root="prometheus"),
    _addon("kiali", "kiali", "kiali"),
    _addon("grafana", "grafana", "grafana"),
    _addon("prometheus", "prometheus", "prometheus"),
)


def minor_of(version: str) -> Minor:
    """The minor release of a version; a version without numbers counts as the newest."""
    match = _VERSION.search(version)
    return (int(match[1]), int(match[2])) if match else _NEWEST


def components_of(version: str) -> list[ComponentType]:
    """The components that documents for this release may have, in the order of rendering."""
    minor = minor_of(version)
    return [item for item in COMPONENTS if item.first <= minor <= item.last]


def wanted(component: ComponentType, tree: Tree, minor: Minor = _NEWEST) -> list[ComponentSettings]:
    """The instances of a component that a merged document wants (Go's ``Component.Get``).

    Since 1.24 a component that is mentioned is wanted unless turned off; before, none was unless
    turned on.
    """
    default_namespace = text_at(tree, "metadata.namespace")
    enabled_by_value = bool(component.enabled_by) and true_at(tree, component.enabled_by)
    path = ".".join(component.path)
    stated = find(tree, path)
    if component.many and isinstance(stated, list):
        items = [item if isinstance(item, dict) else {} for item in stated]
    elif not component.many and isinstance(stated, dict):
        items = [stated]
    elif component.addon and enabled_by_value:
        items = [{}]
    elif (has(tree, path) and component.many) or minor < REWRITTEN:
        return []
    elif component.default or enabled_by_value:
        return [ComponentSettings(component, default_namespace, stated=False)]
    else:
        return []
    return [
        ComponentSettings(
            component,
            namespace=_text(item, "namespace") or default_namespace or DEFAULT_NAMESPACE,
            name=_text(item, "name"),
            labels={str(key): str(value) for key, value in (item.get("label") or {}).items()},
            raw=item,
            index=index,
        )
        for index, item in enumerate(items)
        if _is_on(component, item, enabled_by_value, minor)
    ]


def _is_on(component: ComponentType, item: Tree, enabled_by_value: bool, minor: Minor) -> bool:
    if minor >= REWRITTEN:
        return enabled_by_value or item.get("enabled") in (True, None)
    # Up to 1.23 the value was that of an addon, or of the gateway with Istio's own name.
    named = not component.many or item.get("name") == component.workload[1]
    return item.get("enabled") is True or (enabled_by_value and named)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
