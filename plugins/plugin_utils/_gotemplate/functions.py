# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Template functions: how they declare their Go parameter types, and how arguments are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .nodes import Bool, Node, Number, String
from .objects import GoInt, TypedList, TypedMap, type_name

Function = Callable[..., Any]
_F = TypeVar("_F", bound=Function)


class Value:
    """Parameter type of Go's own functions that take any value, nil included (reflect.Value)."""


class Param:
    """A Go parameter type: ``name`` as Go prints it, ``nilable`` when nil may be passed."""

    __slots__ = ("any", "exact", "name", "nilable")

    def __init__(self, declared: type | str) -> None:
        self.exact: type | None = None
        if isinstance(declared, str):
            self.name = declared
        elif declared is Value:
            self.name = "reflect.Value"
        elif issubclass(declared, GoInt):
            self.name, self.exact = declared.go_type, declared
        else:
            self.name = _NAMES[declared]
            self.exact = declared if declared in (str, int, float, bool) else None
        self.any = self.name in ("reflect.Value", "interface {}")
        self.nilable = self.any or self.name.startswith(("map[", "[]", "*", "func("))

    def accepts(self, value: Any) -> bool:
        """Return whether a value other than nil may be passed, by Go's rules of assignment."""
        if self.any or value.__class__ is self.exact:
            return True
        if self.name == "map[string]interface {}":
            return isinstance(value, dict) and not isinstance(value, TypedMap)
        if self.name == "[]interface {}":
            return isinstance(value, list) and not isinstance(value, TypedList)
        return type_name(value) == self.name

    def refusal(self, value: Any, in_container: bool) -> str | None:
        """Return Go's message if the value does not fit, else None.

        ``in_container`` says that the value was taken from a map or list without a pipeline
        between: a nil has a type there.
        """
        if value is None:
            if self.any or (self.nilable and not in_container):
                return None
            if in_container:
                return f"wrong type for value; expected {self.name}; got interface {{}}"
            return f"invalid value; expected {self.name}"
        if self.accepts(value):
            return None
        return f"wrong type for value; expected {self.name}; got {type_name(value)}"

    def constant(self, node: Node) -> Any:
        """Return the value of a constant as this type; ValueError with Go's message if unfit."""
        name = self.name
        found = node.source()
        if name == "bool":
            if isinstance(node, Bool):
                return node.value
            raise ValueError(f"expected bool; found {found}")
        if name == "string":
            if isinstance(node, String):
                return node.value
            raise ValueError(f"expected string; found {found}")
        if name == "float64":
            if isinstance(node, Number) and node.as_float is not None:
                return node.as_float
            raise ValueError(f"expected float; found {found}")
        if name.startswith("int") and not self.any:
            if isinstance(node, Number) and node.as_int is not None:
                return self.exact(node.as_int) if self.exact else node.as_int
            raise ValueError(f"expected integer; found {found}")
        if name.startswith("uint"):
            if isinstance(node, Number) and node.as_uint is not None:
                return self.exact(node.as_uint) if self.exact else node.as_uint
            raise ValueError(f"expected unsigned integer; found {found}")
        raise ValueError(f"can't handle {found} for arg of type {name}")


_NAMES: dict[Any, str] = {
    str: "string",
    int: "int",
    float: "float64",
    bool: "bool",
    object: "interface {}",
    Any: "interface {}",
    dict: "map[string]interface {}",
    list: "[]interface {}",
    bytes: "[]uint8",
}
_ANY = Param(Value)


class Signature:
    """The parameters of a function; of a variadic one the last may be repeated."""

    __slots__ = ("fixed", "params", "variadic")

    def __init__(self, params: tuple[Param, ...], variadic: bool) -> None:
        self.params = params
        self.variadic = variadic
        self.fixed = len(params) - variadic

    def param(self, index: int) -> Param:
        """Return the type of an argument by its position."""
        return self.params[index if index < self.fixed else -1]

    def wrong_count(self, name: str, explicit: int, total: int) -> str | None:
        """Return Go's message when the number of arguments is wrong.

        ``explicit`` leaves out the one a pipeline adds.
        """
        if self.variadic:
            if total < self.fixed:
                return f"wrong number of args for {name}: want at least {self.fixed} got {explicit}"
        elif total != self.fixed:
            return f"wrong number of args for {name}: want {self.fixed} got {total}"
        return None


def gofunc(name: str, params: tuple[Any, ...] = (), variadic: bool = False) -> Callable[[_F], _F]:
    """Declare the Go signature of a template function.

    ``params`` are Python types (str, int, float, bool, dict, list, bytes, object for any, Int64...)
    or Go type names for others (``"[]string"``); of a variadic function the last may repeat.
    A nil map, slice or any arrives as None. The function raises FunctionError to refuse.
    """

    def declare(function: _F) -> _F:
        signature = Signature(tuple(_param(item) for item in params), variadic)
        function.__dict__["go_name"] = name
        function.__dict__["go_signature"] = signature
        return function

    return declare


_PARAMS: dict[Any, Param] = {}


def _param(declared: Any) -> Param:
    found = _PARAMS.get(declared)
    if found is None:
        found = _PARAMS[declared] = Param(object if declared is Any else declared)
    return found


_OPEN = Signature((_ANY,), True)


def signature_of(function: Function) -> Signature:
    """Return the declared signature; a function without one takes any number of any values."""
    found = getattr(function, "go_signature", _OPEN)
    return found if isinstance(found, Signature) else _OPEN
