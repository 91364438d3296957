# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every way to render a chart shares: which objects are any, and what to do about errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError

_NO_FUNCTION = re.compile(r'function "\w+" not defined')
# The limits of the engine and of functions, worded as they word them.
_NO_END = re.compile(
    r"does it end\?|exceeded maximum template depth|nested reference name|; refused"
)


def objects_of(document: Any, path: str) -> Iterator[Object]:
    """The objects in one document of a chart, those of a `List` one by one.

    Raises HelmError, which begins with ``path``, for what no API server takes: everything after
    this relies on kind and name.
    """
    if not document:
        return
    if isinstance(document, dict) and document.get("kind") == "List":
        items = document.get("items") or []
        if not isinstance(items, list):
            raise HelmError(f"{path}: makes a List whose items are no list: {items!r}")
        for item in items:
            yield from objects_of(item, path)
        return
    fault = object_fault(document)
    if fault:
        raise HelmError(f"{path}: makes {fault}")
    yield document


def object_fault(item: Any) -> str:
    """What keeps something from being an object, as ``an object ... without``; empty if nothing."""
    kind = item.get("kind") if isinstance(item, dict) else None
    metadata = item.get("metadata") if isinstance(item, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not (
        isinstance(metadata, dict)
        and all(isinstance(text, str) and text for text in (item.get("apiVersion"), kind, name))
    ):
        return (
            f"an object {f'{kind} ' if kind else ''}without apiVersion, kind or metadata.name "
            "(each must be text)"
        )
    for field in ("labels", "annotations"):
        if not isinstance(metadata.get(field) or {}, dict):
            return f"an object {kind} {name} whose metadata.{field} are no mapping"
    if not isinstance(metadata.get("namespace") or "", str):
        return f"an object {kind} {name} whose metadata.namespace is no text"
    return ""


def chart_remedy(message: str, values: str) -> str:
    """What to do about an error that no value alone can make; empty for any other error.

    ``values`` is where users write values.
    """
    if _NO_FUNCTION.search(message):
        return (
            "Update the collection; if its newest version lacks the function too, report it with "
            "the chart's name and version."
        )
    if _NO_END.search(message):
        return (
            "No chart of Istio does that: take the charts from a source you trust, or correct the "
            f"value in {values} that the template counts by."
        )
    return ""
