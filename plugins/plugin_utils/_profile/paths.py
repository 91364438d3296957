# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place in a profile: keys with dots between them, indexes and odd keys in brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    choices,
    suggestion,
)

_PART = re.compile(r"""\.([^.\[\]"']+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\]""")


def parts_of(path: str) -> list[str | int]:
    """``components.ingressGateways[0]["a.b"]`` as its keys and indexes. Raises MeshError."""
    parts: list[str | int] = []
    text = path if path.startswith("[") else f".{path}"
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise MeshError(
                f"path: {path!r} is no path, at {text[at:]!r}",
                "Write it as components.pilot, components.ingressGateways[0].name or "
                'values.pilot.nodeSelector["kubernetes.io/os"].',
            )
        key, index, *quoted = match.groups()
        parts.append(int(index) if index is not None else next(filter(None, (key, *quoted))))
        at = match.end()
    return parts


class NoSuchPathError(MeshError):
    """The document has nothing at the path."""


def pick(document: Mapping[str, Any], path: str, name: str) -> Any:
    """What is at the path of the document's ``spec``, all of the document for an empty path.

    ``name`` is what to call the document. Raises NoSuchPathError that tells what there is
    instead.
    """
    if not path:
        return document
    parts = parts_of(path)
    if parts[0] == "spec":
        parts = parts[1:]
    value: Any = document.get("spec") or {}
    done = "spec"
    for part in parts:
        if isinstance(part, int):
            known = len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 0
            if part >= known:
                message = f"path: {name} has no {done}[{part}], {done} has {known} items"
                raise NoSuchPathError(message)
            value = value[part]
            done += f"[{part}]"
            continue
        if not isinstance(value, Mapping) or part not in value:
            raise NoSuchPathError(_missing(value, part, done, name), _remedy(value, part))
        value = value[part]
        done += f".{part}"
    return value


def _missing(value: Any, part: str, done: str, name: str) -> str:
    if not isinstance(value, Mapping):
        return f"path: {name} has no {done}.{part}, {done} is no mapping"
    has = choices(sorted(map(str, value))) if value else "nothing"
    return f"path: {name} has no {done}.{part}; {done} has {has}"


def _remedy(value: Any, part: str) -> str:
    hint = suggestion(part, [str(key) for key in value]) if isinstance(value, Mapping) else ""
    return hint.capitalize() or "With chart_values: true there is also what the charts set."
