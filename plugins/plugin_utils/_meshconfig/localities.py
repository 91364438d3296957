# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancing by locality, as Istio checks it in a mesh configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_TOPOLOGY: Final = (
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.istio.io/subzone",
)
_WHOLE_SHARE: Final = 100


def locality_problems(setting: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a LocalityLoadBalancerSetting in canonical form."""
    distribute, failover = setting.get("distribute", []), setting.get("failover", [])
    if distribute and failover:
        return ["can have distribute or failover, not both"]
    if failover:
        for label in setting.get("failoverPriority", []):
            if label in _TOPOLOGY:
                return [f"can have failover or the label {label} in failoverPriority, not both"]
    problems: list[str] = []
    for rule in distribute:
        targets: dict[str, int] = rule.get("to", {})
        if any(not 1 <= weight <= _WHOLE_SHARE for weight in targets.values()):
            return [*problems, "has a weight that is not between 1 and 100"]
        if sum(targets.values()) != _WHOLE_SHARE:
            return [*problems, f"has weights that add up to {sum(targets.values())}, not to 100"]
        problems += _overlaps(sorted(targets))
    problems += _overlaps(rule.get("from", "") for rule in distribute)
    return problems + _failover_problems(failover)


def zone_aware_problems(setting: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a ZoneAwareLoadBalancerSetting in canonical form."""
    return [
        f"must not have the label {label} in failoverPriority: Istio orders by it anyway"
        for label in setting.get("failoverPriority", [])
        if label in _TOPOLOGY
    ] + _failover_problems(setting.get("failover", []))


def _failover_problems(rules: list[dict[str, Any]]) -> list[str]:
    problems: list[str] = []
    for rule in rules:
        source, target = rule.get("from", ""), rule.get("to", "")
        if source == target:
            problems.append(f'has a failover from "{source}" to itself')
        if "/" in source + target:
            problems.append(f'has a failover from "{source}" to "{target}": only regions have one')
        if "*" in source + target:
            problems.append(f'has a failover from "{source}" to "{target}": no wildcards there')
    return problems


def _overlaps(localities: Iterable[str]) -> list[str]:
    """Return the first problem of localities (``region/zone/subzone``) that must not overlap."""
    known: dict[str, dict[str, set[str]]] = {}
    for locality in localities:
        if "*" in locality[:-1]:
            return [f'has the locality "{locality}": a wildcard may only be its end']
        overlap = [f'has the locality "{locality}", which another one covers']
        if "*" in known:
            return overlap
        parts = locality.split("/", 2)
        if "" in parts:
            return [f'has the locality "{locality}", of which a part is empty']
        region, zone, subzone = (*parts, "*", "*")[:3]
        zones = known.get(region, {})
        if zones and (len(parts) == 1 or "*" in zones):
            return overlap
        subzones = zones.get(zone, set())
        if subzones and (len(parts) == 2 or "*" in subzones or subzone in subzones):
            return overlap
        known.setdefault(region, {}).setdefault(zone, set()).add(subzone)
    return []
