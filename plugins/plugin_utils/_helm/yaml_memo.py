# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers what big YAML texts mean and how big values are written.

The base chart's CRDs are 19,000 lines that are read twice and written once in each rendering; that
is most of the time a default installation takes. What is remembered is found by content, so that it
does not matter what a template does to a value in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import sorted_keys
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.data import (
    from_yaml,
    read_yaml,
    to_yaml,
    yaml_map,
)

_BIG: Final = 2_000
_MOST_ENTRIES: Final = 4_000

Remember = Callable[[str, Mapping[str, Any]], None]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Table:
    """Entries by digest; when there are too many, only those used since the start are kept."""

    def __init__(self, known: Any) -> None:
        self._entries: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
        self._used: set[str] = set()

    def get(self, key: str) -> Any:
        self._used.add(key)
        return self._entries.get(key)

    def put(self, key: str, value: Any) -> None:
        self._used.add(key)
        self._entries[key] = value

    def export(self) -> dict[str, Any]:
        if len(self._entries) <= _MOST_ENTRIES:
            return self._entries
        return {key: value for key, value in self._entries.items() if key in self._used}


class YamlMemo:
    """``fromYaml`` and ``toYaml`` with a memory; may be shared by several renderings.

    ``known`` is what an earlier memo exported (an empty map at first); with it the memo remembers
    also small texts, what it writes, and the heads of documents. ``learnt`` tells whether there is
    something new to export.
    """

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self._lasting = known is not None
        self._smallest = 0 if self._lasting else _BIG
        self._read = _Table((known or {}).get("read"))
        self._written = _Table((known or {}).get("written"))
        self._heads = _Table((known or {}).get("heads"))
        self.learnt = False

    def export(self) -> dict[str, Any]:
        """Return what is remembered, as plain data."""
        return {
            "read": self._read.export(),
            "written": self._written.export(),
            "heads": self._heads.export(),
        }

    def head(self, text: str, read: Callable[[str], list[Any]]) -> list[Any]:
        """Return the head of a document as plain data, by ``read`` if it is not known."""
        if not self._lasting:
            return read(text)
        key = _digest(text)
        known = self._heads.get(key)
        if isinstance(known, list):
            return known
        head = read(text)
        self._heads.put(key, head)
        self.learnt = True
        return head

    def functions(self, remember: Remember) -> dict[str, Callable[..., Any]]:
        """Return the two functions; ``remember`` is told of big maps that were written."""

        @gofunc("fromYaml", (str,))
        def from_yaml_remembered(text: str) -> dict[str, Any]:
            return self._from_yaml(text)

        @gofunc("toYaml", (object,))
        def to_yaml_remembered(value: Any) -> str:
            text = self._to_yaml(value) if value.__class__ is dict else str(to_yaml(value))
            if len(text) > _BIG and value.__class__ is dict:
                remember(text, value)
            return text

        return {"fromYaml": from_yaml_remembered, "toYaml": to_yaml_remembered}

    def _from_yaml(self, text: str) -> dict[str, Any]:
        if len(text) < self._smallest:
            result: dict[str, Any] = from_yaml(text)
            return result
        key = _digest(text)
        known = self._read.get(key)
        if known is not None:
            copied: dict[str, Any] = json.loads(known)
            return copied
        try:
            value = yaml_map(read_yaml(text))
        except GoDataError as error:
            return {"Error": str(error)}
        self._read.put(key, json.dumps(value))
        self.learnt = True
        return value

    def _to_yaml(self, value: dict[str, Any]) -> str:
        """Write key by key, the big ones from memory: templates change labels, not a CRD's spec."""
        if not self._lasting or not value:
            return str(to_yaml(value))
        try:
            parts = [self._entry(key, value[key]) for key in sorted_keys(value)]
        except (TypeError, ValueError):
            return str(to_yaml(value))
        return "\n".join(parts)

    def _entry(self, key: str, value: Any) -> str:
        if not isinstance(value, (dict, list)):
            return self._fresh(key, value)
        content = json.dumps(value)
        if len(content) < _BIG:
            return self._fresh(key, value)
        digest = _digest(f"{key}\0{content}")
        known = self._written.get(digest)
        if known is None:
            known = self._fresh(key, value)
            self._written.put(digest, known)
            self.learnt = True
        return str(known)

    @staticmethod
    def _fresh(key: str, value: Any) -> str:
        text = str(to_yaml({key: value}))
        if not text:
            raise ValueError("toYaml refuses the value")
        return text
