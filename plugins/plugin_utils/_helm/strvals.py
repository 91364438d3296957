# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of ``helm --set``: ``a.b=c``, ``a[0].b=1``, ``a={x,y}``, with backslash escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import JsonError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import loads
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ValuesError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import copy_tree

MAX_INDEX: Final = 65536
MAX_NESTING: Final = 30
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")


def typed_value(text: str) -> Any:
    """Return what ``--set x=text`` stores: a bool, null, an int64, else the text itself."""
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if lowered == "null":
        return None
    if text == "0":
        return Int64(0)
    if text and text[0] != "0" and _INTEGER.match(text) and -(2**63) <= int(text) < 2**63:
        return Int64(int(text))
    return text


class _EndError(Exception):
    """The expression has been read to its end."""


class _Parser:
    def __init__(self, text: str, convert: Callable[[str], Any] | None) -> None:
        self._text = text
        self._at = 0
        self._convert = convert

    def parse_into(self, values: dict[str, Any]) -> None:
        try:
            while True:
                self._key(values, 0)
        except _EndError:
            return

    def _until(self, stops: str) -> tuple[str, str]:
        """Read up to a stop; the stop is empty at the end of the text."""
        out: list[str] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char in stops:
                return "".join(out), char
            if char == "\\":
                if self._at == len(self._text):
                    break
                char = self._text[self._at]
                self._at += 1
            out.append(char)
        return "".join(out), ""

    def _key(self, values: dict[str, Any], depth: int) -> None:
        key, stop = self._until("=[,.")
        if not stop:
            if not key:
                raise _EndError
            raise ValuesError(f"key {key!r} has no value")
        if stop == ",":
            raise ValuesError(f"key {key!r} has no value (cannot end with ,)")
        if stop == "[":
            index = self._index()
            items = values.get(key, [])
            if not isinstance(items, list):
                raise ValuesError(f"key {key!r} is no list")
            ended = self._item(items, index, depth)
            _set(values, key, items)
            if ended:
                raise _EndError
        elif stop == "=":
            value, ended = self._value()
            _set(values, key, value)
            if ended:
                raise _EndError
        else:
            self._nested(values, key, depth + 1)

    def _nested(self, values: dict[str, Any], key: str, depth: int) -> None:
        if depth > MAX_NESTING:
            raise ValuesError(f"more than {MAX_NESTING} names nested in one path")
        inner = values.get(key, {})
        if not isinstance(inner, dict):
            raise ValuesError(f"key {key!r} is no map")
        try:
            self._key(inner, depth)
        except _EndError:
            if inner:
                _set(values, key, inner)
            raise
        if not inner:
            raise ValuesError(f"key map {key!r} has no value")
        _set(values, key, inner)

    def _index(self) -> int:
        text, stop = self._until("]")
        if not stop or not _INTEGER.match(text):
            raise ValuesError(f"error parsing index {text!r}")
        index = int(text)
        if not 0 <= index <= MAX_INDEX:
            raise ValuesError(f"index {index} is not between 0 and {MAX_INDEX}")
        return index

    def _item(self, items: list[Any], index: int, depth: int) -> bool:
        extra, stop = self._until("[.=")
        if extra:
            raise ValuesError(f"unexpected data at end of array index: {extra!r}")
        old = items[index] if index < len(items) else None
        if stop == "=":
            value, ended = self._value()
            _set_index(items, index, value)
            return ended
        if stop == "[":
            next_index = self._index()
            inner = [] if old is None else old
            if not isinstance(inner, list):
                raise ValuesError(f"item {index} is no list")
            ended = self._item(inner, next_index, depth)
            _set_index(items, index, inner)
            return ended
        if stop == ".":
            table = old if isinstance(old, dict) else {}
            ended = False
            try:
                self._key(table, depth)
            except _EndError:
                ended = True
            _set_index(items, index, table)
            return ended
        raise ValuesError("a list index must be followed by a value")

    def _value(self) -> tuple[Any, bool]:
        """Return the value after ``=`` and whether the text ended with it."""
        if self._convert is None:
            return self._json()
        if self._at == len(self._text):
            return "", True
        if self._text[self._at] == "{":
            self._at += 1
            return self._list(), False
        # helm notices the end here only when it looks for the next key.
        return self._convert(self._until(",")[0]), False

    def _list(self) -> list[Any]:
        items: list[Any] = []
        convert = self._convert or str
        while True:
            text, stop = self._until(",}")
            if not stop:
                raise ValuesError("list must terminate with '}'")
            items.append(convert(text))
            if stop == "}":
                if self._text[self._at : self._at + 1] == ",":
                    self._at += 1
                return items

    def _json(self) -> tuple[Any, bool]:
        rest = self._text[self._at :]
        stripped = rest.lstrip()
        if not stripped or stripped.startswith(","):
            self._at += len(rest) - len(stripped) + (1 if stripped else 0)
            return None, False
        start = self._at + len(rest) - len(stripped)
        try:
            _value, end = json.JSONDecoder().raw_decode(self._text, start)
            value = loads(self._text[start:end])
        except (json.JSONDecodeError, JsonError) as error:
            raise ValuesError(f"bad JSON value: {error}") from None
        self._at = end
        tail = self._text[end:].lstrip()
        if not tail or tail.startswith(","):
            self._at = len(self._text) - len(tail) + (1 if tail else 0)
        return value, False


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    if key:
        values[key] = value


def _set_index(items: list[Any], index: int, value: Any) -> None:
    items.extend([None] * (index + 1 - len(items)))
    items[index] = value


def _apply(
    values: dict[str, Any], expression: str, convert: Callable[[str], Any] | None
) -> dict[str, Any]:
    copied: dict[str, Any] = copy_tree(values)
    try:
        _Parser(expression, convert).parse_into(copied)
    except ValuesError as error:
        raise ValuesError(f"set {expression!r}: {error}") from None
    return copied


def set_path(values: dict[str, Any], expression: str) -> dict[str, Any]:
    """Return ``values`` with a ``helm --set`` expression applied; several are joined by commas.

    Integers become int64, ``true``, ``false`` and ``null`` what they say, the rest texts.
    Raises ValuesError that quotes the expression.
    """
    return _apply(values, expression, typed_value)


def set_string(values: dict[str, Any], expression: str) -> dict[str, Any]:
    """Return ``values`` with a ``helm --set-string`` expression applied: every value is a text."""
    return _apply(values, expression, str)


def set_json(values: dict[str, Any], expression: str) -> dict[str, Any]:
    """Return ``values`` with a ``helm --set-json`` expression applied."""
    return _apply(values, expression, None)
