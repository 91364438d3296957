# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a document a chart's error is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import Path_

_REFERENCE = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)+)")
# A chart's own `fail`, with what it says.
_FAILED = re.compile(r"execution error at \([^)]*\): (.*)")
_PLACES: Final[tuple[Path_, ...]] = (("spec", "unvalidatedValues"), ("spec", "values"))
# Values that have a field of their own in the specification.
_FIELDS: Final[Mapping[tuple[str, ...], Path_]] = {
    ("global", "hub"): ("spec", "hub"),
    ("global", "tag"): ("spec", "tag"),
    ("revision",): ("spec", "revision"),
    ("compatibilityVersion",): ("spec", "compatibilityVersion"),
}
_MESH_CONFIG: Final = "meshConfig"


def culprit(documents: Sequence[Mapping[str, Any]], reason: str, root: str) -> Path_ | None:
    """The place in the documents that a chart's error is about; None when that cannot be told.

    ``root`` is where the component's own values are, which its templates see at the top, too.
    """
    for match in _REFERENCE.finditer(reason):
        names = tuple(match[1][1:].split("."))
        for value in (names, (*root.split("."), *names)):
            path = place_of(documents, value)
            if path:
                return path
    failed = _FAILED.search(reason)
    return _named(documents, failed[1]) if failed else None


def place_of(documents: Sequence[Mapping[str, Any]], value: tuple[str, ...]) -> Path_ | None:
    """Where the documents, the last one first, say a chart's value, or what stands in its way."""
    places: list[tuple[Path_, tuple[str, ...]]] = [(above, value) for above in _PLACES]
    if value in _FIELDS:
        places.append((_FIELDS[value], ()))
    if value[0] == _MESH_CONFIG:
        places.append((("spec", _MESH_CONFIG), value[1:]))
    for above, below in places:
        for document in reversed(documents):
            path = _reached(document, above, below)
            if path:
                return path
    return None


def _reached(document: Mapping[str, Any], above: Path_, below: tuple[str, ...]) -> Path_ | None:
    value: Any = document
    for part in above:
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    path = above
    for part in below:
        if not isinstance(value, Mapping):
            return path
        if part not in value:
            return None
        value, path = value[part], (*path, part)
    return path


def _named(documents: Sequence[Mapping[str, Any]], said: str) -> Path_ | None:
    """The value whose text an error quotes."""
    for document in reversed(documents):
        for path, text in _texts(document.get("spec"), ("spec",)):
            if text and re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])", said):
                return path
    return None


def _texts(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, str):
        yield path, value
