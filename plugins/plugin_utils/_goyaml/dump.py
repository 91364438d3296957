# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to YAML text, byte for byte as sigs.k8s.io/yaml's ``Marshal`` (Helm's ``toYaml``).

That function goes through JSON: floats without a fraction become integers, bytes become base64,
text that is not UTF-8 is replaced, and what JSON or the YAML reader behind it refuse is an error.
"""

from __future__ import annotations

import base64
import math
import re
from functools import cmp_to_key
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import (
    json_escaped_length,
    plain_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import (
    format_general,
    format_json,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.resolve import (
    is_timestamp,
    resolve,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.scalars import (
    PLAIN,
    SINGLE,
    quote_double,
    quote_single,
    scalar,
    style_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.textregex import TextRegex

_SIMPLE_KEY_BYTES: Final = 128
_READER_KEY_CHARS: Final = 1024
_NEVER: Final = 2**60
_COMPLEX: Final = "\0"  # before a key that needs the "? key" form; no written key begins with it
_CHANGED_BY_JSON = TextRegex("\x7f", "[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NEXT_LINE = re.compile(" *(?:\x85 *)+")
_NEEDS_COMPARISON = re.compile("[^\x00-/:-\x7f]")
_LETTERS_LAST: Final = {
    ord(letter): ord(letter) + 0x1000
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
}
_orders: dict[tuple[str, ...], list[str]] = {}
_REMEMBERED: Final = 5_000


def _compare_keys(left: str, right: str) -> int:
    """go-yaml's natural order: letters after the rest, digits by their value."""
    shortest = min(len(left), len(right))
    for i in range(shortest):
        a, b = left[i], right[i]
        if a == b:
            continue
        a_letter, b_letter = a.isalpha(), b.isalpha()
        if a_letter and b_letter:
            return -1 if a < b else 1
        if a_letter or b_letter:
            return -1 if b_letter else 1
        start = 0
        if "0" in (a, b):
            j = i - 1
            while j >= 0 and left[j].isdecimal():
                if left[j] != "0":
                    start = 1
                    break
                j -= 1
        a_value, a_end = _digit_run(left, i, start)
        b_value, b_end = _digit_run(right, i, start)
        if a_value != b_value:
            return -1 if a_value < b_value else 1
        if a_end != b_end:
            return -1 if a_end < b_end else 1
        return -1 if a < b else 1
    return len(left) - len(right)


def _digit_run(text: str, start: int, value: int) -> tuple[int, int]:
    end = start
    while end < len(text) and text[end].isdecimal():
        value = value * 10 + ord(text[end]) - ord("0")
        end += 1
    # Go's int64 wraps around.
    return (value + 2**63) % 2**64 - 2**63, end


def sorted_keys(mapping: dict[str, Any]) -> list[str]:
    """Return the keys in the order in which go-yaml writes them."""
    keys = tuple(mapping)
    order = _orders.get(keys)
    if order is None:
        joined = "".join(keys)
        if _NEEDS_COMPARISON.search(joined):
            order = sorted(keys, key=cmp_to_key(_compare_keys))
        else:
            order = sorted(keys, key=lambda key: key.translate(_LETTERS_LAST))
        if len(_orders) >= _REMEMBERED:
            _orders.clear()
        _orders[keys] = order
    return order


def _through_json(text: str) -> str:
    """Return what is left of a string after Go wrote it as JSON and read it as YAML."""
    for char in _CHANGED_BY_JSON.for_text(text).findall(text):
        if char != "\x85" and not "\ud800" <= char <= "\udfff":
            raise YamlError("yaml: control characters are not allowed")
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return _NEXT_LINE.sub(lambda gap: _folded_breaks(gap[0].count("\x85")), text)


def _folded_breaks(count: int) -> str:
    return " " if count == 1 else "\n" * (count - 1)


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise YamlError("json: unsupported value")
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    number = resolve(format_json(value))
    return str(number) if isinstance(number, int) else format_general(float(format_json(value)))


class _Writer:
    """Collects the fragments of a block-style document; each line begins with its line break."""

    def __init__(self, pretty: bool) -> None:
        self.out: list[str] = []
        self._pretty = pretty
        self._keys: dict[str, str] = {}

    def scalar(self, value: Any, column: int, indent: int) -> str | None:
        """Return the text of a scalar or an empty collection; None for what has children."""
        kind = value.__class__
        if kind is str:
            if self._pretty:
                return self._pretty_text(value, indent)
            if _CHANGED_BY_JSON.search(value):
                value = _through_json(value)
            return scalar(value, column, indent)
        if kind is dict:
            return None if value else "{}"
        if kind is list:
            return None if value else "[]"
        if kind is bool:
            return "true" if value else "false"
        if value is None:
            return "null"
        if kind is float:
            return format_general(value) if self._pretty else _float(value)
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, bytes):
            return scalar(base64.b64encode(value).decode(), column, indent)
        raise YamlError(f"json: unsupported type: {kind.__name__}")

    def mapping(self, mapping: dict[str, Any], indent: int, inline: bool) -> None:
        out, keys = self.out, self._keys
        pad = "\n" + " " * indent
        for key in sorted_keys(mapping):
            lead = "" if inline else pad
            inline = False
            value = mapping[key]
            name = keys.get(key)
            if name is None:
                name = keys[key] = self._key(key)
            if name[0] == _COMPLEX:
                self._complex(lead, pad, name[1:], value, indent)
                continue
            text = self.scalar(value, indent + len(name) + 2, indent + 2)
            if text is not None:
                out.append(f"{lead}{name}: {text}")
            elif value.__class__ is dict:
                out.append(f"{lead}{name}:")
                self.mapping(value, indent + 2, False)
            else:
                out.append(f"{lead}{name}:")
                self.sequence(value, indent + 2 if self._pretty else indent, False)

    @staticmethod
    def _pretty_text(text: str, indent: int) -> str:
        # go-yaml v3 does not fold, and quotes dates.
        if style_of(text) == PLAIN and is_timestamp(text):
            return quote_double(text)
        return scalar(text, -_NEVER, indent)

    def sequence(self, items: list[Any], indent: int, inline: bool) -> None:
        out = self.out
        pad = "\n" + " " * indent
        for item in items:
            lead = "" if inline else pad
            inline = False
            text = self.scalar(item, indent + 2, indent + 2)
            if text is not None:
                out.append(f"{lead}- {text}")
            else:
                out.append(f"{lead}- ")
                if item.__class__ is dict:
                    self.mapping(item, indent + 2, True)
                else:
                    self.sequence(item, indent + 2, True)

    def _key(self, key: str) -> str:
        if json_escaped_length(key) > _READER_KEY_CHARS or "\x85" in key:
            raise YamlError("yaml: did not find expected ',' or '}'")
        key = _through_json(key)
        style = style_of(key)
        multiline = any(mark in key for mark in "\n\r\x85\u2028\u2029")
        if multiline or len(key.encode()) > _SIMPLE_KEY_BYTES:
            return _COMPLEX + key
        if style == PLAIN:
            return key
        if style == SINGLE:
            return quote_single(key)
        return quote_double(key)

    def _complex(self, lead: str, pad: str, name: str, value: Any, indent: int) -> None:
        out = self.out
        out.append(f"{lead}? {scalar(name, indent + 2, indent + 2)}")
        text = self.scalar(value, indent + 2, indent + 2)
        if text is not None:
            out.append(f"{pad}: {text}")
            return
        out.append(f"{pad}: ")
        if value.__class__ is dict:
            self.mapping(value, indent + 2, True)
        else:
            self.sequence(value, indent + 2, True)


def dump(value: Any, *, pretty: bool = False) -> str:
    """Write ``value`` as one YAML document that ends in a line break.

    ``pretty`` is Helm's ``toYamlPretty`` (go-yaml v3): lists are indented, nothing is folded.

    Raises YamlError for a value that Go could not write (infinity, control characters).
    """
    value = plain_value(value)
    writer = _Writer(pretty)
    text = writer.scalar(value, 0, 2)
    if text is not None:
        return text + "\n"
    if value.__class__ is dict:
        writer.mapping(value, 0, True)
    else:
        writer.sequence(value, 0, True)
    writer.out.append("\n")
    return "".join(writer.out)
