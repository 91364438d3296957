# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's functions on lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import TypedList
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import (
    deep_equal,
    is_empty,
    items_of,
    kind_of,
    to_int,
)


@gofunc("list", (object,), variadic=True)
def list_(*values: Any) -> list[Any]:
    """A list of the arguments."""
    return list(values)


@gofunc("append", (object, object))
def append(items: Any, value: Any) -> list[Any]:
    """A new list with one more item."""
    return [*items_of(items, "push"), value]


@gofunc("prepend", (object, object))
def prepend(items: Any, value: Any) -> list[Any]:
    """A new list with one more item in front."""
    return [value, *items_of(items, "prepend")]


@gofunc("first", (object,))
def first(items: Any) -> Any:
    """The first item, or nil."""
    found = _sliceable(items, "Cannot find first on type")
    return found[0] if found else None


@gofunc("last", (object,))
def last(items: Any) -> Any:
    """The last item, or nil."""
    found = _sliceable(items, "Cannot find last on type")
    return found[-1] if found else None


@gofunc("rest", (object,))
def rest(items: Any) -> Any:
    """All but the first."""
    return _sliceable(items, "Cannot find rest on type")[1:]


@gofunc("initial", (object,))
def initial(items: Any) -> Any:
    """All but the last."""
    return _sliceable(items, "Cannot find initial on type")[:-1]


def _sliceable(items: Any, message: str) -> list[Any]:
    if isinstance(items, (list, bytes)):
        return list(items)
    if items is None:
        raise FunctionError("runtime error: invalid memory address or nil pointer dereference")
    raise FunctionError(f"{message} {kind_of(items)}")


@gofunc("reverse", (object,))
def reverse(items: Any) -> list[Any]:
    """The items from last to first."""
    return _sliceable(items, "Cannot find reverse on type")[::-1]


@gofunc("compact", (object,))
def compact(items: Any) -> list[Any]:
    """The items that are not empty."""
    return [item for item in items_of(items, "compact") if not is_empty(item)]


def _contains(items: list[Any], wanted: Any) -> bool:
    return any(deep_equal(wanted, item) for item in items)


@gofunc("uniq", (object,))
def uniq(items: Any) -> list[Any]:
    """The items without repetitions."""
    out: list[Any] = []
    for item in _sliceable(items, "Cannot find uniq on type"):
        if not _contains(out, item):
            out.append(item)
    return out


@gofunc("without", (object, object), variadic=True)
def without(items: Any, *unwanted: Any) -> list[Any]:
    """The items that are none of the others."""
    found = _sliceable(items, "Cannot find without on type")
    return [item for item in found if not _contains(list(unwanted), item)]


@gofunc("has", (object, object))
def has(wanted: Any, items: Any) -> bool:
    """Tell whether a list holds a value of the same type."""
    if items is None:
        return False
    return _contains(_sliceable(items, "Cannot find has on type"), wanted)


@gofunc("slice", (object, object), variadic=True)
def slice_(items: Any, *bounds: Any) -> Any:
    """Part of a list."""
    if not isinstance(items, (list, bytes)):
        _sliceable(items, "list should be type of slice or array but")
    size = len(items)
    if size == 0:
        return None
    start = to_int(bounds[0]) if bounds else 0
    end = to_int(bounds[1]) if len(bounds) > 1 else size
    if not 0 <= start <= end <= size:
        raise FunctionError(f"reflect.Value.Slice: slice index out of bounds [{start}:{end}]")
    part = items[start:end]
    return TypedList(part, items.elem) if isinstance(items, TypedList) else part


@gofunc("concat", (object,), variadic=True)
def concat(*lists: Any) -> list[Any]:
    """One list of the items of all."""
    out: list[Any] = []
    for items in lists:
        if items is not None and not isinstance(items, (list, bytes)):
            raise FunctionError(f"Cannot concat type {kind_of(items)} as list")
        out.extend(items_of(items, "concat"))
    return out


@gofunc("chunk", (int, object))
def chunk(size: int, items: Any) -> TypedList:
    """Lists of at most so many items."""
    found = items_of(items, "chunk")
    if size <= 0:
        raise FunctionError("runtime error: makeslice: len out of range")
    parts = [found[at : at + size] for at in range(0, len(found), size)]
    return TypedList(parts, "[]interface {}")


_EVERY: Final[tuple[Callable[..., Any], ...]] = (
    append, chunk, compact, concat, first, has, initial, last, list_, prepend, rest, reverse,
    slice_, uniq, without,
)  # fmt: skip
_MUST: Final[dict[str, Callable[..., Any]]] = {
    "mustAppend": append,
    "mustChunk": chunk,
    "mustCompact": compact,
    "mustFirst": first,
    "mustHas": has,
    "mustInitial": initial,
    "mustLast": last,
    "mustPrepend": prepend,
    "mustPush": append,
    "mustRest": rest,
    "mustReverse": reverse,
    "mustSlice": slice_,
    "mustUniq": uniq,
    "mustWithout": without,
}
FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{function.__dict__["go_name"]: function for function in _EVERY},
    **_MUST,
    "push": append,
    "tuple": list_,
}
