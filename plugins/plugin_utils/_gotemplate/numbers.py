# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Number constants in templates: one literal may stand for several types, as in Go."""

from __future__ import annotations

from . import lexer
from .nodes import Number
from .strconv import parse_float, parse_int, parse_uint, unquote_char

_INT64 = 2**63


def number_node(at: int, text: str, kind: int) -> Number:
    """Return the node of a number token; ValueError with Go's message if it is malformed."""
    node = Number(at, text)
    if kind == lexer.CHAR_CONSTANT:
        node.as_int = node.as_uint = unquote_char(text)
        node.as_float = float(node.as_int)
        return node
    if kind == lexer.COMPLEX:
        cut = max(text.rfind("+"), text.rfind("-"))
        if text[cut - 1] in "eEpP":
            cut = max(text.rfind("+", 0, cut), text.rfind("-", 0, cut))
        real, imaginary = parse_float(text[:cut]), parse_float(text[cut:-1])
        if real is None or imaginary is None:
            raise ValueError("syntax error scanning complex number")
        _set_complex(node, complex(real, imaginary))
        return node
    if text.endswith("i"):
        value = parse_float(text[:-1])
        if value is not None:
            _set_complex(node, complex(0, value))
            return node
    _set_real(node)
    return node


def _set_real(node: Number) -> None:
    text = node.text
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 18:
        node.as_int = node.as_uint = int(text)
        node.as_float = float(node.as_int)
        return
    node.as_uint = parse_uint(text)
    node.as_int = parse_int(text)
    if node.as_int == 0:
        node.as_uint = 0
    if node.as_int is not None:
        node.as_float = float(node.as_int)
    elif node.as_uint is not None:
        node.as_float = float(node.as_uint)
    else:
        value = parse_float(text)
        if value is None:
            raise ValueError(f'illegal number syntax: "{text}"')
        if not any(char in ".eEpP" for char in text):
            raise ValueError(f'integer overflow: "{text}"')
        node.as_float = value
        _set_whole(node, value)


def _set_complex(node: Number, value: complex) -> None:
    node.as_complex = value
    if value.imag == 0:
        node.as_float = value.real
        _set_whole(node, value.real)


def _set_whole(node: Number, value: float) -> None:
    if value.is_integer():
        if -_INT64 <= value < _INT64:
            node.as_int = int(value)
        if 0 <= value < 2 * _INT64:
            node.as_uint = int(value)
