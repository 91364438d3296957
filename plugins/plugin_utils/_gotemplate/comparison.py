# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's comparison functions for templates: eq, ne, lt, le, gt, ge."""

from __future__ import annotations

from typing import Any

from .errors import FunctionError
from .functions import Value, gofunc
from .objects import is_nil, type_name
from .printf import sprintf
from .printing import format_value

_KINDS: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    complex: "complex",
}


def _kind(value: Any) -> str:
    """Return Go's basic kind of a value, or an empty string."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "uint" if getattr(value, "unsigned", False) else "int"
    for base in (str, float):
        if isinstance(value, base):
            return _KINDS[base]
    return ""


def _both_integers(first: str, second: str) -> bool:
    return {first, second} == {"int", "uint"}


def _incompatible(first: Any, second: Any) -> FunctionError:
    return FunctionError(
        f"incompatible types for comparison: {type_name(first)} and {type_name(second)}"
    )


def equal(first: Any, *others: Any) -> bool:
    """Return whether the first value equals any other (Go: ``eq a b c``)."""
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def _equal(first: Any, other: Any) -> bool:
    kind, other_kind = _kind(first), _kind(other)
    if kind != other_kind:
        if _both_integers(kind, other_kind):
            return int(first) == int(other)
        if first is not None and other is not None:
            raise _incompatible(first, other)
        return False
    if kind:
        return bool(first == other)
    if is_nil(first) or is_nil(other):
        return is_nil(first) and is_nil(other)
    if _reflect_kind(first) != _reflect_kind(other):
        raise FunctionError(
            f"non-comparable types {sprintf('%s', first)}: {type_name(first)}, "
            f"{type_name(other)}: {format_value(other)}"
        )
    if isinstance(other, (dict, list, bytes)) or callable(other):
        raise FunctionError(f"non-comparable type {sprintf('%s', other)}: {type_name(other)}")
    return bool(first is other or first == other)


def _reflect_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "map"
    if isinstance(value, (list, bytes)):
        return "slice"
    return "func" if callable(value) else "struct"


def _less(first: Any, second: Any) -> bool:
    kind, other_kind = _kind(first), _kind(second)
    if not kind or not other_kind:
        raise FunctionError("invalid type for comparison")
    if kind != other_kind:
        if _both_integers(kind, other_kind):
            return int(first) < int(second)
        raise _incompatible(first, second)
    if kind in ("bool", "complex"):
        raise FunctionError("invalid type for comparison")
    return bool(first < second)


@gofunc("eq", params=(Value, Value), variadic=True)
def eq(first: Any, *others: Any) -> bool:
    """Return whether the first value equals any of the others."""
    return equal(first, *others)


@gofunc("ne", params=(Value, Value))
def ne(first: Any, second: Any) -> bool:
    """Return whether two values differ."""
    return not _equal(first, second)


@gofunc("lt", params=(Value, Value))
def lt(first: Any, second: Any) -> bool:
    """Return whether the first value is smaller."""
    return _less(first, second)


@gofunc("le", params=(Value, Value))
def le(first: Any, second: Any) -> bool:
    """Return whether the first value is smaller or equal."""
    return _less(first, second) or _equal(first, second)


@gofunc("gt", params=(Value, Value))
def gt(first: Any, second: Any) -> bool:
    """Return whether the first value is larger."""
    return not le(first, second)


@gofunc("ge", params=(Value, Value))
def ge(first: Any, second: Any) -> bool:
    """Return whether the first value is larger or equal."""
    return not _less(first, second)


COMPARISONS = {"eq": eq, "ge": ge, "gt": gt, "le": le, "lt": lt, "ne": ne}
