# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions Go's text/template has built in, except comparison and the and/or keywords."""

from __future__ import annotations

import itertools
from typing import Any

from .comparison import COMPARISONS
from .errors import FunctionError
from .functions import Function, Value, gofunc, signature_of
from .objects import NIL, TypedList, TypedMap, Uint8, type_name
from .printf import sprintf
from .printing import sprint, sprintln
from .strconv import from_bytes, to_bytes

_HTML = str.maketrans(
    {'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"}
)
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026"}
_JS["="] = "\\u003D"
_URL_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")


def _position(index: Any, limit: int) -> int:
    """Return an index as a number; it may equal the limit, as in Go."""
    if isinstance(index, int) and not isinstance(index, bool):
        if index < 0 or index > limit:
            raise FunctionError(f"index out of range: {int(index)}")
        return int(index)
    if index is None:
        raise FunctionError("cannot index slice/array with nil")
    shown = "interface {}" if index is NIL else type_name(index)
    raise FunctionError(f"cannot index slice/array with type {shown}")


def _index_map(item: dict[str, Any], key: Any) -> Any:
    if key is None:
        raise FunctionError("value is nil; should be of type string")
    if not isinstance(key, str):
        raise FunctionError(f"value has type {type_name(key)}; should be string")
    return item.get(key, item.zero if isinstance(item, TypedMap) else None)


@gofunc("index", params=(Value, Value), variadic=True)
def index(item: Any, *keys: Any) -> Any:
    """Return an element: ``index x 1 "a"`` is Go's x[1]["a"]; an absent key gives nil."""
    if item is None:
        raise FunctionError("index of untyped nil")
    for key in keys:
        if item is None:
            raise FunctionError("index of nil pointer")
        if isinstance(item, dict):
            item = _index_map(item, key)
        elif isinstance(item, list):
            at = _position(key, len(item))
            if at == len(item):
                raise FunctionError("reflect: slice index out of range")
            item = item[at]
        elif isinstance(item, (str, bytes)):
            data = to_bytes(item) if isinstance(item, str) else item
            at = _position(key, len(data))
            if at == len(data):
                what = "string" if isinstance(item, str) else "slice"
                raise FunctionError(f"reflect: {what} index out of range")
            item = Uint8(data[at])
        else:
            raise FunctionError(f"can't index item of type {type_name(item)}")
    return item


@gofunc("slice", params=(Value, Value), variadic=True)
def slice_(item: Any, *indexes: Any) -> Any:
    """Return a part of a string (by bytes) or list: ``slice x 1 2`` is Go's x[1:2]."""
    if item is None:
        raise FunctionError("slice of untyped nil")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    if isinstance(item, str):
        if len(indexes) == 3:
            raise FunctionError("cannot 3-index slice a string")
        data: Any = to_bytes(item)
    elif isinstance(item, (list, bytes)):
        data = item
    else:
        raise FunctionError(f"can't slice item of type {type_name(item)}")
    bounds = [0, len(data)]
    for position, value in enumerate(indexes):
        at = _position(value, len(data))
        if position < 2:
            bounds[position] = at
        else:
            bounds.append(at)
    for low, high in itertools.pairwise(bounds):
        if low > high:
            raise FunctionError(f"invalid slice index: {low} > {high}")
    part = data[bounds[0] : bounds[1]]
    if isinstance(item, TypedList):
        return TypedList(part, item.elem)
    return from_bytes(part) if isinstance(item, str) else part


@gofunc("len", params=(Value,))
def length(item: Any) -> int:
    """Return the length of a string (in bytes), list or map."""
    if isinstance(item, str):
        return len(item) if item.isascii() else len(to_bytes(item))
    if isinstance(item, (dict, list, bytes)):
        return len(item)
    if item is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if item is NIL:
        raise FunctionError("len of nil pointer")
    raise FunctionError(f"len of type {type_name(item)}")


@gofunc("not", params=(Value,))
def not_(value: Any) -> bool:
    """Return whether a value is empty: false, 0, "", nil, an empty list or map."""
    return not value


@gofunc("call", params=(Value, Value), variadic=True)
def call(name: str, function: Any, *args: Any) -> Any:
    """Call a function value; the compiler adds its ``name``, which is not an argument in Go."""
    if function is None:
        raise FunctionError("call of nil")
    if not callable(function):
        raise FunctionError(f"non-function {name} of type {type_name(function)}")
    signature = signature_of(function)
    wrong = signature.wrong_count(name, len(args), len(args))
    if wrong:
        raise FunctionError(wrong)
    for at, value in enumerate(args):
        param = signature.param(at)
        if value is None and not param.nilable:
            raise FunctionError(f"arg {at}: value is nil; should be of type {param.name}")
        if value is not None and not param.accepts(value):
            given = type_name(value)
            raise FunctionError(f"arg {at}: value has type {given}; should be {param.name}")
    return function(*args)


def _text(values: tuple[Any, ...]) -> str:
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return sprint(*("<no value>" if value is None else value for value in values))


@gofunc("html", params=(object,), variadic=True)
def html(*values: Any) -> str:
    """Return the values' text with HTML's special characters escaped."""
    return _text(values).translate(_HTML)


def _js_char(char: str) -> str:
    if char < " ":
        return f"\\u00{ord(char):02X}"
    if 0xDC80 <= ord(char) <= 0xDCFF:
        return "\ufffd"
    return char if char.isprintable() else f"\\u{ord(char):04X}"


@gofunc("js", params=(object,), variadic=True)
def js(*values: Any) -> str:
    """Return the values' text escaped for a JavaScript string."""
    return "".join(
        _JS.get(char) or (char if char.isascii() and char.isprintable() else _js_char(char))
        for char in _text(values)
    )


@gofunc("urlquery", params=(object,), variadic=True)
def urlquery(*values: Any) -> str:
    """Return the values' text escaped for the query of a URL."""
    return "".join(
        chr(byte) if byte in _URL_SAFE else "+" if byte == 0x20 else f"%{byte:02X}"
        for byte in to_bytes(_text(values))
    )


@gofunc("print", params=(object,), variadic=True)
def print_(*values: Any) -> str:
    """Return Go's fmt.Sprint of the values."""
    return sprint(*values)


@gofunc("println", params=(object,), variadic=True)
def println(*values: Any) -> str:
    """Return Go's fmt.Sprintln of the values."""
    return sprintln(*values)


@gofunc("printf", params=(str, object), variadic=True)
def printf(template: str, *values: Any) -> str:
    """Return Go's fmt.Sprintf of the values."""
    return sprintf(template, *values)


@gofunc("and", params=(Value, Value), variadic=True)
def and_(*values: Any) -> Any:
    """Return the first empty value, or the last; in templates a short-circuiting keyword."""
    return next((value for value in values if not value), values[-1])


@gofunc("or", params=(Value, Value), variadic=True)
def or_(*values: Any) -> Any:
    """Return the first value that is not empty, or the last; a keyword like ``and``."""
    return next((value for value in values if value), values[-1])


BUILTINS: dict[str, Function] = {
    "and": and_,
    "call": call,
    "html": html,
    "index": index,
    "js": js,
    "len": length,
    "not": not_,
    "or": or_,
    "print": print_,
    "printf": printf,
    "println": println,
    "slice": slice_,
    "urlquery": urlquery,
    **COMPARISONS,
}
