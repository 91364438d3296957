# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In check mode later components count on what earlier ones would have made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    CREATED,
    ApplyReport,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import (
    key_of,
    split_api_version,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import object_of

_MADE_FIRST = ("Namespace", "CustomResourceDefinition")


def would_be_made(report: ApplyReport, component: PlanComponent) -> list[dict[str, Any]]:
    """Namespaces and CRDs that this component would create: later ones may count on them."""
    created = {result.key for result in report.results if result.action == CREATED}
    return [
        obj for obj in component.objects if obj["kind"] in _MADE_FIRST and key_of(obj) in created
    ]


def needed(made: Sequence[dict[str, Any]], component: PlanComponent) -> list[dict[str, Any]]:
    """Those a component builds on: its namespaces, and the CRDs of its kinds."""
    namespaces = {obj["metadata"].get("namespace") for obj in component.objects}
    namespaces.add(component.set_namespace)
    kinds = {(split_api_version(obj["apiVersion"])[0], obj["kind"]) for obj in component.objects}
    return [
        obj
        for obj in made
        if obj["metadata"]["name"] in namespaces
        or (obj["kind"] == "CustomResourceDefinition" and _defines(obj) in kinds)
    ]


def forget(report: ApplyReport, made: Sequence[Mapping[str, Any]]) -> None:
    """Take objects out of a report that were only assumed: their component has reported them."""
    keys = {key_of(obj) for obj in made}
    names = {str(key) for key in keys}
    report.results = [result for result in report.results if result.key not in keys]
    report.diff = [entry for entry in report.diff if object_of(entry) not in names]


def _defines(crd: Mapping[str, Any]) -> tuple[str, str]:
    return crd["spec"]["group"], crd["spec"]["names"]["kind"]
