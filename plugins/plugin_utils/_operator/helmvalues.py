# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that the chart of one component gets, made from the merged document."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import as_go_values
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    ComponentSettings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    clone,
    find,
    put,
    put_text,
    table_at,
    text_at,
    with_integers,
)


def component_values(settings: ComponentSettings, tree: Tree) -> Tree:
    """A document with the component's own settings among its values; ``tree`` is not changed.

    Settings of Kubernetes that the charts look at, too, become values: a gateway's name, labels and
    ports, replicas (a disruption budget depends on them) and CPU (limits of threads do).
    """
    result = clone(tree)
    root = f"spec.values.{settings.type.root}"
    if settings.type.gateway:
        _gateway_values(settings, result, root)
    kubernetes = settings.kubernetes
    if kubernetes is not None:
        if settings.type.workload[0] == "Deployment":
            _replica_values(kubernetes, result, root)
        _cpu_values(kubernetes, result, root)
    hub, tag = text_at(settings.raw, "hub"), settings.raw.get("tag")
    if hub:
        put_text(result, f"{root}.hub", hub)
    if tag is not None:
        put_text(result, f"{root}.tag", tag)
    if settings.type.flat:
        _flatten(settings.type.root, result)
    return result


def _gateway_values(settings: ComponentSettings, tree: Tree, root: str) -> None:
    put(tree, f"{root}.name", settings.name)
    put(tree, f"{root}.labels", dict(settings.labels))
    ports = find(settings.raw, "k8s.service.ports")
    if ports:
        typed = [decode("core/v1.ServicePort", with_integers(port)) for port in ports]
        put(tree, f"{root}.ports", as_go_values(typed))


def _replica_values(kubernetes: Tree, tree: Tree, root: str) -> None:
    hpa = table_at(kubernetes, "hpaSpec") or {}
    for field, value in (
        ("autoscaleMin", hpa.get("minReplicas")),
        ("autoscaleMax", hpa.get("maxReplicas") or None),
        ("replicaCount", kubernetes.get("replicaCount") or None),
    ):
        if value is not None:
            put(tree, f"{root}.{field}", float(value))


def _cpu_values(kubernetes: Tree, tree: Tree, root: str) -> None:
    resources = table_at(kubernetes, "resources")
    if resources is None:
        return
    typed = decode("core/v1.ResourceRequirements", with_integers(resources))
    for part in ("limits", "requests"):
        cpu = (typed.get(part) or {}).get("cpu")
        if cpu not in (None, "0"):
            put(tree, f"{root}.resources.{part}.cpu", cpu)


def _flatten(root: str, tree: Tree) -> None:
    """Lift a component's values to the top, beside what is no other component's."""
    own = table_at(tree, f"spec.values.{root}")
    values = table_at(tree, "spec.values")
    if own is None or values is None:
        return
    flat: dict[str, Any] = {"global": values.get("global")}
    flat.update({key: value for key, value in values.items() if not isinstance(value, dict)})
    flat.update(own)
    tree["spec"]["values"] = flat
