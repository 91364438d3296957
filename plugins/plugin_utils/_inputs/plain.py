# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain data out of what Ansible hands over: tagged and lazy containers become dict, list, str."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.origin import origin_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import Problem

_MAX_DEPTH = 100


def plain(value: Any, where: str, problems: list[Problem], depth: int = 0) -> Any:
    """A deep copy of plain JSON types; what has no place in JSON is added to the problems.

    Dates are the usual surprise: YAML reads an unquoted 2026-11-21 as one.
    """
    if value is None or value is True or value is False:
        return value
    if depth > _MAX_DEPTH:
        problems.append(Problem(where, f"is nested deeper than {_MAX_DEPTH} levels"))
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return _plain_mapping(value, where, problems, depth)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(item, f"{where}[{n}]", problems, depth + 1) for n, item in enumerate(value)]
    problems.append(
        Problem(
            where,
            f"is a {type(value).__name__} ({value}), not text, number, list or mapping",
            "quote it",
            origin_of(value),
        )
    )
    return None


def _plain_mapping(
    value: Mapping[Any, Any], where: str, problems: list[Problem], depth: int
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            problems.append(
                Problem(
                    where,
                    f"has the key {key!r}, which YAML reads as {type(key).__name__}",
                    "quote it",
                    origin_of(key, item, value),
                )
            )
            continue
        path = f"{where}.{key}" if where else str(key)
        result[str(key)] = plain(item, path, problems, depth + 1)
    return result
