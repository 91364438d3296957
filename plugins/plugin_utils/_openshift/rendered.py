# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rendered objects tell: how pods get their redirection, and what node agents ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import DEFAULT_ID

NETWORKS: Final = "k8s.v1.cni.cncf.io/networks"
_INJECTOR: Final = "istio-sidecar-injector"
_INJECT: Final = "sidecar.istio.io/inject"
_GROUP: Final = "security.openshift.io"
_SCCS: Final = "securitycontextconstraints"


@dataclass(frozen=True)
class Redirection:
    """How injected pods get their traffic redirected, and whether they ask Multus for a network."""

    cni: bool
    network: bool


@dataclass(frozen=True)
class Agent:
    """A node agent: its DaemonSet's pod, and the SCCs that its own ClusterRoles let it use."""

    component: str
    namespace: str
    account: str
    pod: Mapping[str, Any]
    may_use: frozenset[str]


def redirection(components: Iterable[Component], cni: bool) -> Redirection:
    """What the injector's configuration says; ``cni`` is assumed where none is rendered."""
    values = _injector_values(components)
    if values is None:
        return Redirection(cni, cni)
    new = _table(_table(values, "pilot"), "cni")
    old = _table(values, "istio_cni")
    by_cni = bool(new.get("enabled") or old.get("enabled"))
    noted = _table(_table(values, "sidecarInjectorWebhook"), "injectedAnnotations").get(NETWORKS)
    # Injection templates up to 1.21 look at `chained`, later ones at the provider, or at both.
    multus = "multus" in (new.get("provider"), old.get("provider"))
    unchained = "istio_cni" in values and not old.get("chained")
    return Redirection(by_cni, bool(noted) or (by_cni and (multus or unchained)))


def agents(components: Iterable[Component]) -> list[Agent]:
    """The DaemonSets of the CNI plugin and of ztunnel."""
    return [
        Agent(
            component.kind,
            item["metadata"]["namespace"],
            pod.get("serviceAccountName") or "default",
            pod,
            _may_use(component.objects, item["metadata"]["namespace"], pod),
        )
        for component in components
        if component.kind in ("cni", "ztunnel")
        for item in component.objects
        if item["kind"] == "DaemonSet"
        for pod in [_template(item).get("spec") or {}]
    ]


def injected_gateways(components: Iterable[Component]) -> set[str]:
    """The namespaces of gateways whose pods the injector completes."""
    return {
        item["metadata"]["namespace"]
        for component in components
        if component.kind == "gateway"
        for item in component.objects
        if item["kind"] == "Deployment" and _asks_for_injection(_template(item))
    }


def fixed_users(components: Iterable[Component]) -> set[str]:
    """The namespaces of gateways whose pods name the user that proxies had up to Istio 1.19.

    Chart gateway of 1.20 does, whatever the platform.
    """
    return {
        item["metadata"]["namespace"]
        for component in components
        if component.kind == "gateway"
        for item in component.objects
        if item["kind"] in ("Deployment", "DaemonSet") and _is_fixed(_template(item))
    }


def narrowed(component: Component, scc: str, instead: str) -> Component:
    """The component with its ClusterRoles letting use one SCC instead of another."""
    return replace(component, objects=[_narrow(item, scc, instead) for item in component.objects])


def _narrow(item: Object, scc: str, instead: str) -> Object:
    if item["kind"] != "ClusterRole" or not any(_lets_use(item, scc)):
        return item
    rules = [
        {**rule, "resourceNames": [instead if name == scc else name for name in _names(rule)]}
        if _about_sccs(rule)
        else rule
        for rule in item["rules"]
    ]
    return {**item, "rules": rules}


def _may_use(objects: Sequence[Object], namespace: str, pod: Mapping[str, Any]) -> frozenset[str]:
    account = pod.get("serviceAccountName")
    roles = {
        item["roleRef"]["name"]
        for item in objects
        if item["kind"] == "ClusterRoleBinding"
        for one in item.get("subjects") or ()
        if (one.get("kind"), one.get("namespace"), one.get("name"))
        == ("ServiceAccount", namespace, account)
    }
    return frozenset(
        name
        for item in objects
        if item["kind"] == "ClusterRole" and item["metadata"]["name"] in roles
        for rule in item.get("rules") or ()
        if _about_sccs(rule)
        for name in _names(rule)
    )


def _lets_use(role: Object, scc: str) -> Iterator[bool]:
    return (_about_sccs(rule) and scc in _names(rule) for rule in role.get("rules") or ())


def _about_sccs(rule: Mapping[str, Any]) -> bool:
    return (
        _GROUP in (rule.get("apiGroups") or ())
        and _SCCS in (rule.get("resources") or ())
        and "use" in (rule.get("verbs") or ())
    )


def _names(rule: Mapping[str, Any]) -> list[str]:
    return rule.get("resourceNames") or []


def _injector_values(components: Iterable[Component]) -> Mapping[str, Any] | None:
    for component in components:
        for item in component.objects if component.kind == "istiod" else ():
            if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith(_INJECTOR):
                try:
                    values = json.loads((item.get("data") or {}).get("values") or "")
                except (TypeError, ValueError):
                    return None
                return values if isinstance(values, dict) else None
    return None


def _template(item: Object) -> Mapping[str, Any]:
    return _table(_table(item, "spec"), "template")


def _asks_for_injection(template: Mapping[str, Any]) -> bool:
    metadata = _table(template, "metadata")
    return "true" in (
        _table(metadata, "labels").get(_INJECT),
        _table(metadata, "annotations").get(_INJECT),
    )


def _is_fixed(template: Mapping[str, Any]) -> bool:
    pod = _table(template, "spec")
    return any(
        _table(item, "securityContext").get("runAsUser") == DEFAULT_ID
        for item in (pod, *(pod.get("containers") or ()))
    )


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}
