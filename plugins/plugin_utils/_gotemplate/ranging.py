# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a range iterates over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .objects import TypedList, TypedMap, Uint8
from .printing import format_value

# What the code of a list returns when a break or continue ended it.
BREAK, CONTINUE = 1, 2


def items_of(value: Any, double: bool) -> Iterable[tuple[Any, Any]] | str | None:
    """Return the (index, element) pairs of a value; None if it cannot be iterated over.

    A text is the message of a refusal; ``double`` says that there are two range variables, which
    integers do not allow.
    """
    if value is None:
        return ()
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, dict):
        # A copy: the body may change the map.
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        if double:
            shown = format_value(value)
            return f"can't use {shown} to iterate over more than one variable"
        kind = type(value)
        return ((None, kind(number)) for number in range(value))
    if isinstance(value, bytes):
        return ((at, Uint8(byte)) for at, byte in enumerate(value))
    return None


def has_any_elements(value: Any) -> bool:
    """Return whether the elements have Go's type any, and not one of their own."""
    return isinstance(value, (list, dict)) and not isinstance(value, (TypedList, TypedMap))
