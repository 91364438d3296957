# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sense of raw chart values: what an own variable decides, and quantities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")

# Values that name objects or choose files, and the option that decides them for all charts alike.
_DECIDED: tuple[tuple[tuple[str, ...], str, Any], ...] = (
    (("revision",), "revision", ""),
    (("pilot", "revision"), "revision", ""),
    (("profile",), "profile", "default"),
    (("global", "profile"), "profile", "default"),
    (("platform",), "platform", "auto"),
    (("global", "platform"), "platform", "auto"),
    (("global", "istioNamespace"), "namespace", "istio-system"),
)
_FORBIDDEN = ("_internal_defaults_do_not_set", "defaults")


def check_values(
    check: Checker, where: str, values: Any, options: Mapping[str, Any], prefix: str
) -> None:
    """Note values that contradict an option, and resource quantities Kubernetes would refuse."""
    mapping = check.mapping(where, values)
    for key in _FORBIDDEN:
        if key in mapping:
            check.add(
                f"{where}.{key}", "is a part of the charts' own making", "set the value without it"
            )
    for path, option, default in _DECIDED:
        value = _get(mapping, path)
        if value is None or value == (options.get(option) or default):
            continue
        check.add(
            f"{where}.{'.'.join(path)}",
            f"is {value!r}, which contradicts {prefix}{option}",
            f"set {prefix}{option} instead",
            value,
            mapping,
        )
    for path_text, quantity in _quantities(mapping, where):
        if not _is_quantity(quantity):
            check.add(
                path_text,
                f"{quantity!r} is no quantity",
                "write it as 500m, 2, 128Mi or 1Gi",
                quantity,
            )


def _get(mapping: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = mapping
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _quantities(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        path = f"{where}.{key}"
        if key == "resources" and isinstance(item, Mapping):
            for part in ("requests", "limits"):
                amounts = item.get(part)
                if isinstance(amounts, Mapping):
                    yield from ((f"{path}.{part}.{name}", a) for name, a in amounts.items())
        else:
            yield from _quantities(item, path)


def _is_quantity(value: Any) -> bool:
    if value is None:  # null deletes the chart's default
        return True
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return bool(_QUANTITY.fullmatch(str(value)))
