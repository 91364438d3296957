# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Gateway has the shape of one, before anything is made of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)

_NAMES: dict[type, str] = {dict: "a mapping", list: "a list", str: "a text", int: "a whole number"}
_REMEDY = "write it as in the Gateway API"


def check_gateway(value: Any, where: str) -> None:
    """Check types only, of what is read later. Raises InputError with every path that is wrong."""
    problems: list[Problem] = []

    def read(holder: Any, key: str, path: str, kind: type) -> Any:
        found = holder.get(key)
        if found is None or (isinstance(found, kind) and not isinstance(found, bool)):
            return found or kind()
        problems.append(
            Problem(f"{where}: {path}.{key}", f"must be {_NAMES[kind]}, is {found!r}", _REMEDY)
        )
        return kind()

    def texts(holder: Any, path: str) -> None:
        for key in ("labels", "annotations"):
            for name in (found := read(holder, key, path, dict)):
                read(found, name, f"{path}.{key}", str)

    metadata = read(value, "metadata", "Gateway", dict)
    read(metadata, "name", "metadata", str)
    read(metadata, "namespace", "metadata", str)
    texts(metadata, "metadata")
    spec = read(value, "spec", "Gateway", dict)
    read(spec, "gatewayClassName", "spec", str)
    infrastructure = read(spec, "infrastructure", "spec", dict)
    texts(infrastructure, "spec.infrastructure")
    read(infrastructure, "parametersRef", "spec.infrastructure", dict)
    for index, listener in enumerate(read(spec, "listeners", "spec", list)):
        path = f"spec.listeners[{index}]"
        if isinstance(listener, dict):
            read(listener, "name", path, str)
            read(listener, "port", path, int)
            read(listener, "protocol", path, str)
        else:
            problems.append(
                Problem(f"{where}: {path}", f"must be a mapping, is {listener!r}", _REMEDY)
            )
    raise_for(problems)
