# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges documents as istioctl up to 1.23 did: some lists item by item, and null takes away.

Since 1.24 a list replaces the one below it. Before, gateways were merged by their names, so that a
profile which gives an ingress gateway other resources kept its autoscaler. Source of the keys:
operator/pkg/util/merge_iop.go of Istio 1.7.8 to 1.23.6, which agree but for what one of them lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import copy_tree
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import Tree

_NAME: Final = "name"
_INGRESS: Final = "spec.values.gateways.istio-ingressgateway"
_EGRESS: Final = "spec.values.gateways.istio-egressgateway"
# Lists that are merged by the key that tells their items apart.
_KEYS: Final[Mapping[str, str]] = {
    "spec.components.ingressGateways": _NAME,
    "spec.components.egressGateways": _NAME,
    f"{_INGRESS}.meshExpansionPorts": _NAME,
    f"{_INGRESS}.ports": _NAME,
    f"{_INGRESS}.secretVolumes": _NAME,
    f"{_EGRESS}.ports": _NAME,
    f"{_EGRESS}.secretVolumes": _NAME,
    **{
        f"{place}.{field}": key
        for place in ("spec.meshConfig", "spec.values.meshConfig")
        for field, key in (
            ("certificates", "secretName"),
            ("configSources", "address"),
            ("extensionProviders", _NAME),
        )
    },
}


def overlay(base: Tree, other: Mapping[str, Any], path: str = "") -> None:
    """Merge ``other`` into ``base``, in place; ``other`` is not changed and shares nothing."""
    for key, value in other.items():
        place = f"{path}.{key}" if path else key
        below = base.get(key)
        if value is None:
            base.pop(key, None)
        elif isinstance(value, dict) and isinstance(below, dict):
            overlay(below, value, place)
        elif isinstance(value, list) and isinstance(below, list) and place in _KEYS:
            base[key] = _merged(below, value, place)
        else:
            base[key] = copy_tree(value)


def _merged(below: list[Any], above: list[Any], place: str) -> list[Any]:
    """Items of the one list over those of the other that have the same key; new ones at the end."""
    merged: list[Any] = copy_tree(below)
    for item in above:
        key = _key(item, place)
        same = [other for other in merged if key is not None and _key(other, place) == key]
        if same:
            overlay(same[0], item, place)
        else:
            merged.append(copy_tree(item))
    return merged


def _key(item: Any, place: str) -> Any:
    return item.get(_KEYS[place]) if isinstance(item, Mapping) else None
