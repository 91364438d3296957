# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sprig and its helpers do with values of any type: casts, emptiness, equality, text."""

from __future__ import annotations

import math
import re
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    GoObject,
    Int64,
    TypedList,
    is_nil,
    type_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import (
    parse_float,
    parse_int,
)

_ZERO_FRACTION = re.compile(r"\.0+\Z")


def text_of(value: Any) -> str:
    """Return sprig's ``strval``: a string, bytes as text, a Stringer's text, else Go's %v."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return format_value(value)


def is_empty(value: Any) -> bool:
    """Return sprig's ``empty``: nil, false, 0 and anything of length 0."""
    if value is None:
        return True
    if isinstance(value, (bool, int, float, str, bytes, list, dict)):
        return not value
    return is_nil(value)


def to_int(value: Any) -> int:
    """Return spf13/cast's ``ToInt64``: 0 for what is no number; fractions are cut off."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return _wrapped(int(value))
    if isinstance(value, float):
        # What a float beyond int64 becomes in Go is up to the processor; this is amd64's.
        inside = math.isfinite(value) and -(2.0**63) <= value < 2.0**63
        return int(value) if inside else -(2**63)
    if isinstance(value, str):
        number = parse_int(_ZERO_FRACTION.sub("", value))
        return 0 if number is None else number
    return 0


def _wrapped(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


def int64(value: int) -> Int64:
    """Return an int64 that wraps around as Go's does."""
    return Int64(_wrapped(value))


def to_float(value: Any) -> float:
    """Return spf13/cast's ``ToFloat64``: 0 for what is no number."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str):
        number = parse_float(value)
        return 0.0 if number is None else number
    return 0.0


def kind_of(value: Any) -> str:
    """Return the name of the reflect.Kind of a value."""
    if value is None:
        return "invalid"
    if isinstance(value, dict):
        return "map"
    if isinstance(value, (list, bytes)):
        return "slice"
    if isinstance(value, (bool, int, float, str, complex)):
        return type_name(value)
    declared = type_name(value)
    if declared.startswith("*"):
        return "ptr"
    if declared.startswith("map["):
        return "map"
    if declared.startswith("[]"):
        return "slice"
    return "func" if callable(value) and not isinstance(value, GoObject) else "struct"


def deep_equal(left: Any, right: Any) -> bool:
    """Return ``reflect.DeepEqual``: the types must be the same, all the way down."""
    if left is None or right is None:
        return left is right
    if type_name(left) != type_name(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(deep_equal(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(deep_equal, left, right))
    return bool(left == right)


def items_of(value: Any, verb: str) -> list[Any]:
    """Return the items of a slice; refuse anything else as sprig does."""
    if isinstance(value, list):
        return list(value)
    if isinstance(value, bytes):
        return list(value)
    if value is None:
        raise FunctionError("runtime error: invalid memory address or nil pointer dereference")
    raise FunctionError(f"Cannot {verb} on type {kind_of(value)}")


def texts(items: list[str]) -> TypedList:
    """Return a []string."""
    return TypedList(items, "string")


def texts_of(value: Any) -> list[str]:
    """Return sprig's ``strslice``: the texts of a list without its nils, or of one value."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text_of(item) for item in value if item is not None]
    return [text_of(value)]
