# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's fmt for template values: print, println and the default form of one value."""

from __future__ import annotations

from typing import Any

from .floats import shortest
from .objects import NIL


def to_text(value: Any) -> str:
    """Return what a template action prints for a value (Go's fmt.Sprint of one operand).

    nil prints as ``<no value>``, as it does at the end of a pipeline.
    """
    kind = type(value)
    if kind is str:
        return str(value)
    if value is None:
        return "<no value>"
    if kind is int:
        return str(value)
    return format_value(value)


def format_value(value: Any) -> str:
    """Return a value in Go's %v form; nil as ``<nil>``."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return shortest(value)
    if value is None or value is NIL:
        return "<nil>"
    if isinstance(value, int):
        stringer = getattr(value, "go_string", None)
        return int.__str__(value) if stringer is None else str(stringer())
    if isinstance(value, dict):
        # Go prints maps sorted by key; code points sort as UTF-8 bytes do.
        items = (f"{key}:{format_value(value[key])}" for key in sorted(value))
        return f"map[{' '.join(items)}]"
    if isinstance(value, (list, bytes)):
        return f"[{' '.join(map(format_value, value))}]"
    return _format_other(value)


def _format_other(value: Any) -> str:
    stringer = getattr(value, "go_string", None)
    if stringer is not None:
        return str(stringer())
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, complex):
        imaginary = shortest(value.imag)
        sign = "" if imaginary[0] in "+-" else "+"
        return f"({shortest(value.real)}{sign}{imaginary}i)"
    # Go prints the address of functions and the like; there is none to show.
    return "0x0" if callable(value) else f"{{{type(value).__name__}}}"


def sprint(*values: Any) -> str:
    """Return Go's fmt.Sprint: a space between operands when neither is a string."""
    if len(values) == 1:
        return format_value(values[0])
    parts: list[str] = []
    after_string = True
    for value in values:
        is_string = isinstance(value, str)
        if not (is_string or after_string):
            parts.append(" ")
        parts.append(format_value(value))
        after_string = is_string
    return "".join(parts)


def sprintln(*values: Any) -> str:
    """Return Go's fmt.Sprintln: operands separated by spaces, and a newline."""
    return " ".join(map(format_value, values)) + "\n"
