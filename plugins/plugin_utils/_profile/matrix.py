# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which components a profile installs, by the names that mesh_components has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    components_of,
    wanted,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.table import table

Matrix = dict[str, dict[str, bool]]

_NAMES: Final = {"pilot": "istiod"}
_LISTS: Final = ("ingressGateways", "egressGateways")
_YES: Final = "x"
_NO: Final = "-"


def components(document: Mapping[str, Any], version: str) -> dict[str, bool]:
    """Component -> whether the document of a profile, merged, has it on.

    Gateways and addons (Istio 1.7) have their own names. ``version`` is that of the release.
    """
    spec = document.get("spec") or {}
    stated = spec.get("components") or {}
    result: dict[str, bool] = {}
    for kind in components_of(version):
        found = wanted(kind, dict(document))
        if kind.spec_name not in _LISTS:
            result[_NAMES.get(kind.spec_name, kind.spec_name)] = bool(found)
            continue
        on = {item.index for item in found}
        for index, item in enumerate(stated.get(kind.spec_name) or ()):
            result[str(item.get("name") or kind.spec_name)] = index in on
    for name, item in (spec.get("addonComponents") or {}).items():
        result[str(name)] = bool((item or {}).get("enabled"))
    return result


def filled(matrix: Matrix) -> Matrix:
    """The matrix with every component in every profile, in one order; what is missing is off."""
    names = list(dict.fromkeys(name for row in matrix.values() for name in row))
    return {
        profile: {name: row.get(name, False) for name in names} for profile, row in matrix.items()
    }


def as_text(matrix: Matrix) -> str:
    """A table for people: a line for each component, a column for each profile."""
    rows = filled(matrix)
    names = list(next(iter(rows.values()), {}))
    lines = [[name, *(_YES if row[name] else _NO for row in rows.values())] for name in names]
    return table([["component", *rows], *lines])
