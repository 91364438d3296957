# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables: a misspelt one would silently do nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.origin import origin_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    suggestion,
)


def check_names(
    variables: Mapping[str, Any], known: Iterable[str], prefix: str = "mesh_"
) -> list[Problem]:
    """A problem for each variable that begins with the prefix and that no role knows.

    Results of tasks (``register: mesh_result``) are let through: they are nobody's configuration.
    """
    names = sorted(known)
    problems = []
    for name in sorted(str(key) for key in variables if str(key).startswith(prefix)):
        value = variables[name]
        if name in names or _is_result(value):
            continue
        problems.append(
            Problem(
                name,
                "no such variable",
                suggestion(name, names) or "remove it or see the documentation of role mesh",
                _origin(name, variables),
            )
        )
    return problems


def _is_result(value: Any) -> bool:
    # A loop's result has no `failed` of its own, that of a skipped one neither.
    kinds = ("failed", "results", "skipped")
    return isinstance(value, Mapping) and "changed" in value and any(k in value for k in kinds)


def _origin(name: str, variables: Mapping[str, Any]) -> str:
    key = next((key for key in variables if key == name), name)
    return origin_of(variables[name], key)
