# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes objects as templates see them: Go structs, selected by the names of Go fields.

Views read canonical values (output of :func:`.decode.decode`) when a template asks for them, and
never change them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int32,
    Int64,
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import format_value
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.leaves import ZEROS
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    LIST,
    MAP,
    Struct,
    struct,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import View
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered

# Makes the Go value of a canonical one; None is what a field that is left out has.
Maker = Callable[[Any], Any]

_META: Final = "meta/v1.ObjectMeta"
_GO_NAMES: Final = {
    "bytes": "[]uint8",
    "intOrString": "intstr.IntOrString",
    "microTime": "v1.MicroTime",
    "quantity": "resource.Quantity",
    "raw": "runtime.RawExtension",
    "time": "v1.Time",
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
        if field is None:
            made: Any = StructView(struct(self._struct.inlined[name]), self._value)
        else:
            made = _maker(field.type, field.named)(self._value.get(field.json))
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
        return _ordered(decode(self._struct.name, self._value))


class NilPointer(View):
    """A nil pointer to a struct: false, and without fields."""

    __slots__ = ("go_type",)
    go_nil = True

    def __init__(self, go_type: str) -> None:
        self.go_type = go_type

    def __bool__(self) -> bool:
        return False

    def go_string(self) -> str:
        """Return what Go prints."""
        return "<nil>"

    def go_json(self) -> Any:
        """Return null."""
        return None


class EmptyPointer(View):
    """A pointer to a scalar that is empty: true in conditions, for it is not nil."""

    __slots__ = ("go_type", "value")

    def __init__(self, go_type: str, value: Any) -> None:
        self.go_type = go_type
        self.value = value

    def __bool__(self) -> bool:
        return True

    def go_string(self) -> str:
        """Return what a template prints: what it points to."""
        return format_value(self.value)

    def go_json(self) -> Any:
        """Return what it points to."""
        return self.value


class IntOrStringView(View):
    """A port or number that may be a text."""

    __slots__ = ("value",)
    go_type = "intstr.IntOrString"

    def __init__(self, value: int | str) -> None:
        self.value = value

    def go_field(self, name: str) -> Any:
        """Return ``Type`` (1 for a text), ``IntVal`` or ``StrVal``."""
        is_text = isinstance(self.value, str)
        return {
            "Type": Int64(is_text),
            "IntVal": Int32(0 if is_text else self.value),
            "StrVal": self.value if is_text else "",
        }[name]

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``String`` or ``IntValue``."""
        return {"String": self.go_string, "IntValue": self._number}.get(name)

    def _number(self) -> int:
        try:
            return int(self.value)
        except ValueError:
            return 0

    def go_string(self) -> str:
        """Return the text, or the number in decimal."""
        return str(self.value)

    def go_json(self) -> Any:
        """Return the number or text."""
        return self.value


@cache
def _maker(expression: str, named: str) -> Maker:
    """Return what makes Go values of a type; ``named`` is the Go name of the scalar in it."""
    if expression.startswith("*"):
        return _pointer_maker(expression[1:], named)
    if expression.startswith(LIST):
        inner, elem = expression.removeprefix(LIST), _go_name(expression.removeprefix(LIST), named)
        make = _maker(inner, named)
        return lambda value: TypedList([make(item) for item in value or ()], elem)
    if expression.startswith(MAP):
        inner, elem = expression.removeprefix(MAP), _go_name(expression.removeprefix(MAP), named)
        make_value = _maker(inner, named)
        if inner == "string":
            return lambda value: TypedMap(value or {}, elem, "")
        return lambda value: TypedMap(
            {key: make_value(item) for key, item in (value or {}).items()}, elem, make_value(None)
        )
    if expression in ZEROS:
        return _leaf_maker(expression)
    of = struct(expression)
    return lambda value: StructView(of, value or {})


def _leaf_maker(expression: str) -> Maker:
    zero = ZEROS[expression]
    kind: Maker | None = {
        "int32": Int32,
        "int64": Int64,
        "float64": float,
        "intOrString": IntOrStringView,
    }.get(expression)
    if kind is None:
        return lambda value: zero if value is None else value
    made = kind
    return lambda value: made(zero if value is None else value)


def _pointer_maker(target: str, named: str) -> Maker:
    """Pointers to scalars are nil or what they point to; those to structs know that they are."""
    go_type = f"*{_go_name(target, named)}"
    if target not in ZEROS and not target.startswith((LIST, MAP)):
        of = struct(target)
        nil = NilPointer(go_type)
        return lambda value: nil if value is None else StructView(of, value, pointer=True)
    make = _maker(target, named)

    def pointer(value: Any) -> Any:
        if value is None:
            return None
        made = make(value)
        return made if made else EmptyPointer(go_type, made)

    return pointer


def _go_name(expression: str, named: str) -> str:
    if expression.startswith(LIST):
        return LIST + _go_name(expression.removeprefix(LIST), named)
    if expression in ZEROS:
        return named or _GO_NAMES.get(expression, expression)
    return struct(expression).go


def _ordered(value: Any) -> Any:
    """Return a canonical value whose mappings keep their order in JSON."""
    if isinstance(value, dict):
        return Ordered((key, _ordered(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value
