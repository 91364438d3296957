# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as Go's encoding/json writes and reads it."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import JsonError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import format_json
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.textregex import TextRegex

_ESCAPE_HTML = TextRegex('[\x00-\x1f"\\\\<>&]', '[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff]')
_ESCAPE_RAW = TextRegex('[\x00-\x1f"\\\\]', '[\x00-\x1f"\\\\\u2028\u2029\ud800-\udfff]')
_SHORT: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


@runtime_checkable
class GoMarshaler(Protocol):
    """An object of Helm's (``.Chart``, ``.Files``...) that knows its JSON form."""

    def go_json(self) -> Any:
        """Return plain dicts, lists and scalars; an :class:`Ordered` keeps its order."""


class Ordered(dict[str, Any]):
    """The JSON form of a Go struct: fields in declaration order, not sorted."""


def plain_value(value: Any) -> Any:
    """Return a tree of plain dicts, lists and scalars; the same object if it already is one."""
    kind = value.__class__
    if kind is dict:
        for key, item in value.items():
            plain = plain_value(item)
            if plain is not item:
                return {**{k: plain_value(v) for k, v in value.items()}, key: plain}
        return value
    if kind is list:
        for item in value:
            if plain_value(item) is not item:
                return [plain_value(each) for each in value]
        return value
    if kind is str or kind is float or kind is bool or value is None or kind is int:
        return value
    return _plain_object(value)


def _plain_object(value: Any) -> Any:
    if isinstance(value, (int, bytes, str)):
        return value
    if getattr(value, "go_nil", False):
        return None
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, GoMarshaler):
        return plain_value(value.go_json())
    raise JsonError(f"json: unsupported type: {type(value).__name__}")


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    if "\ud800" <= char <= "\udfff":
        return "\\ufffd"
    return f"\\u{ord(char):04x}"


def json_escaped_length(text: str) -> int:
    """Return the number of characters of the string as JSON, quotes included."""
    return len(_ESCAPE_HTML.for_text(text).sub(_escape, text)) + 2


class _Writer:
    def __init__(self, html: bool, indent: str | None) -> None:
        self._escape = _ESCAPE_HTML if html else _ESCAPE_RAW
        self._indent = indent

    def string(self, text: str) -> str:
        return f'"{self._escape.for_text(text).sub(_escape, text)}"'

    def value(self, value: Any, newline: str) -> str:
        if isinstance(value, str):
            return self.string(value)
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, float):
            if not math.isfinite(value):
                name = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
                raise JsonError(f"json: unsupported value: {name}")
            return format_json(value)
        if isinstance(value, bytes):
            return self.string(base64.b64encode(value).decode())
        if getattr(value, "go_nil", False):
            return "null"
        if isinstance(value, Mapping):
            keys = list(value) if isinstance(value, Ordered) else sorted(value)
            return self._wrap(
                "{}", [(f"{self.string(str(key))}:", value[key]) for key in keys], newline
            )
        if isinstance(value, (list, tuple)):
            return self._wrap("[]", [("", item) for item in value], newline)
        if isinstance(value, GoMarshaler):
            return self.value(value.go_json(), newline)
        raise JsonError(f"json: unsupported type: {type(value).__name__}")

    def _wrap(self, brackets: str, items: list[tuple[str, Any]], newline: str) -> str:
        if not items:
            return brackets
        if self._indent is None:
            body = ",".join(name + self.value(item, newline) for name, item in items)
            return f"{brackets[0]}{body}{brackets[1]}"
        inner = newline + self._indent
        space = " " if brackets == "{}" else ""
        body = f",{inner}".join(f"{name}{space}{self.value(item, inner)}" for name, item in items)
        return f"{brackets[0]}{inner}{body}{newline}{brackets[1]}"


def dumps(value: Any, *, html: bool = True, indent: str | None = None) -> str:
    """Write as ``json.Marshal``, or ``json.MarshalIndent`` with ``indent``.

    ``html`` escapes ``<``, ``>`` and ``&``. Raises JsonError for what JSON cannot hold.
    """
    return _Writer(html, indent).value(value, "\n")


def _reject_constant(name: str) -> Any:
    raise JsonError(f"invalid character '{name[0]}' looking for beginning of value")


def _lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {_lone_surrogates(key): _lone_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lone_surrogates(item) for item in value]
    return value


def _range_checked(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return value


def loads(text: str) -> Any:
    """Read as ``json.Unmarshal`` into ``any``: every number is a float.

    Raises JsonError, worded as encoding/json does for the common cases.
    """
    try:
        value = json.loads(
            text,
            parse_int=_range_checked,
            parse_float=_range_checked,
            parse_constant=_reject_constant,
        )
    except json.JSONDecodeError as error:
        raise JsonError(_go_message(text, error)) from None
    except RecursionError:
        raise JsonError("json: exceeded max depth") from None
    if "\\u" in text or not text.isascii():
        return _lone_surrogates(value)
    return value


def _common_prefix(left: str, right: str) -> int:
    size = 0
    while size < min(len(left), len(right)) and left[size] == right[size]:
        size += 1
    return size


def _go_message(text: str, error: json.JSONDecodeError) -> str:
    rest = text[error.pos :].lstrip(" \t\r\n")
    if not rest or error.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    char, literal = rest[0], ""
    if error.msg == "Expecting value":
        for word in ("true", "false", "null"):
            if rest[0] == word[0]:
                same = _common_prefix(rest, word)
                if same == len(rest):
                    return "unexpected end of JSON input"
                char, literal = rest[same], f"in literal {word} (expecting '{word[same]}')"
    shown = "'\\''" if char == "'" else "'\"'" if char == '"' else f"'{char}'"
    where = {
        "Expecting value": "looking for beginning of value",
        "Extra data": "after top-level value",
        "Expecting ',' delimiter": "after array element or object key:value pair",
        "Expecting ':' delimiter": "after object key",
        "Expecting property name enclosed in double quotes": "looking for beginning of object "
        "key string",
    }.get(error.msg, "in string literal")
    return f"invalid character {shown} {literal or where}"
