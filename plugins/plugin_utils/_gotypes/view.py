# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes objects as templates see them: Go structs, selected by the names of Go fields.

Views read canonical values (output of :func:`.decode.decode`) when a template asks for them, and
never change them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int32,
    Int64,
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import format_value
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.leaf_view import (
    EmptyPointer,
    IntOrStringView,
    NilList,
    NilMap,
    NilPointer,
    RawView,
    TimeView,
    ordered,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.leaves import ZEROS
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    LIST,
    MAP,
    Struct,
    struct,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import View

# Makes the Go value of a canonical one; None is what a field that is left out has.
Maker = Callable[[Any], Any]

_META: Final = "meta/v1.ObjectMeta"
_META_FIELD: Final = "ObjectMeta"
_GO_NAMES: Final = {
    "bytes": "[]uint8",
    "intOrString": "intstr.IntOrString",
    "microTime": "v1.MicroTime",
    "quantity": "resource.Quantity",
    "raw": "runtime.RawExtension",
    "time": "v1.Time",
}
_KINDS: Final[dict[str, Maker]] = {
    "int32": Int32,
    "int64": Int64,
    "float64": float,
    "intOrString": IntOrStringView,
    "microTime": partial(TimeView, _GO_NAMES["microTime"]),
    "raw": RawView,
    "time": partial(TimeView, _GO_NAMES["time"]),
}


def view(type_name: str, value: Mapping[str, Any]) -> StructView:
    """Return the struct of that name (``core/v1.Pod``) with a canonical value."""
    return StructView(struct(type_name), value)


class StructView(View):
    """A struct, or a pointer to one (``pointer``); fields become Go values when selected."""

    __slots__ = ("_made", "_struct", "_value", "pointer")

    def __init__(self, of: Struct, value: Mapping[str, Any], pointer: bool = False) -> None:
        self._struct = of
        self._value = value
        self._made: dict[str, Any] = {}
        self.pointer = pointer

    @property
    def go_type(self) -> str:
        """The Go type."""
        return f"*{self._struct.go}" if self.pointer else self._struct.go

    def __getitem__(self, name: str) -> Any:
        try:
            return self._made[name]
        except KeyError:
            return super().__getitem__(name)

    def go_field(self, name: str) -> Any:
        """Return the value of a field; KeyError if the struct has none of that name."""
        if name in self._made:
            return self._made[name]
        field = self._struct.by_go.get(name)
        if field is not None:
            made = _maker(field.type, field.named)(self._value.get(field.json))
        elif name in self._struct.inlined:
            made = StructView(struct(self._struct.inlined[name]), self._value)
        elif _META_FIELD in self._struct.by_go:
            # Kinds embed their metadata, whose fields are theirs as well.
            made = self.go_field(_META_FIELD).go_field(name)
        else:
            raise KeyError(name)
        self._made[name] = made
        return made

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a getter of ``ObjectMeta``, such as ``GetName``; other structs have none."""
        field = name.removeprefix("Get")
        if self._struct.name != _META or field == name or field not in self._struct.by_go:
            return None
        return lambda: self.go_field(field)

    def go_string(self) -> str:
        """Return the struct in Go's %v form: the values of its fields in braces."""
        shown = " ".join(format_value(self.go_field(each.go)) for each in self._struct.fields)
        return f"{'&' if self.pointer else ''}{{{shown}}}"

    def go_json(self) -> Any:
        """Return the JSON form: fields in the order of the struct."""
        return ordered(decode(self._struct.name, self._value))


@cache
def _maker(expression: str, named: str) -> Maker:
    """Return what makes Go values of a type; ``named`` is the Go name of the scalar in it."""
    if expression.startswith("*"):
        return _pointer_maker(expression[1:], named)
    if expression.startswith(LIST):
        return _list_maker(expression.removeprefix(LIST), named)
    if expression.startswith(MAP):
        return _map_maker(expression.removeprefix(MAP), named)
    if expression in ZEROS:
        return _leaf_maker(expression)
    of = struct(expression)
    return lambda value: StructView(of, value or {})


def _list_maker(inner: str, named: str) -> Maker:
    make, elem = _maker(inner, named), _go_name(inner, named)

    def make_list(value: Any) -> TypedList:
        if value is None:
            return NilList((), elem)
        return TypedList([make(item) for item in value], elem)

    return make_list


def _map_maker(inner: str, named: str) -> Maker:
    make, elem = _maker(inner, named), _go_name(inner, named)
    zero = make(None)

    def make_map(value: Any) -> TypedMap:
        if value is None:
            return NilMap((), elem, zero)
        return TypedMap({key: make(item) for key, item in value.items()}, elem, zero)

    return make_map


def _leaf_maker(expression: str) -> Maker:
    zero = ZEROS[expression]
    kind = _KINDS.get(expression)
    if kind is None:
        return lambda value: zero if value is None else value
    return lambda value: kind(zero if value is None else value)


def _pointer_maker(target: str, named: str) -> Maker:
    nil = NilPointer(f"*{_go_name(target, named)}")
    if target in ZEROS:
        make = _leaf_maker(target)

        def pointer(value: Any) -> Any:
            if value is None:
                return nil
            made = make(value)
            return made if made else EmptyPointer(nil.go_type, made)

        return pointer
    of = struct(target)
    return lambda value: nil if value is None else StructView(of, value, pointer=True)


def _go_name(expression: str, named: str) -> str:
    if expression.startswith(LIST):
        return LIST + _go_name(expression.removeprefix(LIST), named)
    if expression in ZEROS:
        return named or _GO_NAMES.get(expression, expression)
    return struct(expression).go
