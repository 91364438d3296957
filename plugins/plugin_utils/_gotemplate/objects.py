# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go values that have no Python twin, and the Go names of types.

Most Go values are plain Python ones: nil ``None``, bool, string ``str`` (bytes that are not UTF-8
as surrogate escapes), float64 ``float``, int ``int``, complex128 ``complex``, []byte ``bytes``,
map[string]any ``dict``, []any ``list``. The classes here carry the types that differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable


class GoInt(int):
    """An integer of a Go type other than int; ``go_type`` names it."""

    go_type: ClassVar[str] = "int"
    unsigned: ClassVar[bool] = False
    __slots__ = ()


class Int32(GoInt):
    """Go's int32."""

    go_type = "int32"
    __slots__ = ()


class Int64(GoInt):
    """Go's int64: what ``--set x=1`` and sprig's arithmetic give."""

    go_type = "int64"
    __slots__ = ()


class Uint8(GoInt):
    """Go's uint8 (byte): what indexing a string gives."""

    go_type = "uint8"
    unsigned = True
    __slots__ = ()


class Uint32(GoInt):
    """Go's uint32."""

    go_type = "uint32"
    unsigned = True
    __slots__ = ()


class Uint64(GoInt):
    """Go's uint64."""

    go_type = "uint64"
    unsigned = True
    __slots__ = ()


class TypedList(list[Any]):
    """A slice whose elements are not of type any, such as []string."""

    __slots__ = ("elem",)

    def __init__(self, items: Any = (), elem: str = "string") -> None:
        super().__init__(items)
        self.elem = elem

    @property
    def go_type(self) -> str:
        """The Go type, such as ``[]string``."""
        return "[]" + self.elem


class TypedMap(dict[str, Any]):
    """A map with string keys whose values are not of type any, such as map[string]string."""

    __slots__ = ("elem", "zero")

    def __init__(self, items: Any = (), elem: str = "string", zero: Any = "") -> None:
        super().__init__(items)
        self.elem = elem
        self.zero = zero

    @property
    def go_type(self) -> str:
        """The Go type, such as ``map[string]string``."""
        return f"map[string]{self.elem}"


@runtime_checkable
class GoObject(Protocol):
    """A Go struct (or pointer to one), or a named type with methods.

    A class may also have ``go_type`` (the Go name of the type, for messages),
    ``go_string() -> str`` (Go's String method, used for printing), and ``go_nil: bool`` when it
    stands for a pointer, which may be nil.
    """

    def go_field(self, name: str) -> Any:
        """Return the value of an exported field; raise KeyError if there is none."""

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return the method of that name, or None."""


class _NilInterface:
    """The element nil of a list or map while a range variable holds it; see ``NIL``."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NIL"


# Go tells a nil found in a container (selecting a field of it fails) from "no value" (selecting a
# field of it gives no value again). Pipelines give None for both; range variables keep the first.
NIL = _NilInterface()

_NAMES: dict[type, str] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float64",
    complex: "complex128",
    dict: "map[string]interface {}",
    list: "[]interface {}",
    bytes: "[]uint8",
}


def is_nil(value: Any) -> bool:
    """Return whether a value is nil, or an object that stands for a nil pointer."""
    return value is None or bool(getattr(value, "go_nil", False))


def type_name(value: Any) -> str:
    """Return the Go name of the type of a value, as reflect prints it."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    if value is None:
        return "<nil>"
    declared = getattr(value, "go_type", None)
    if isinstance(declared, str):
        return declared
    for base, base_name in _NAMES.items():
        if isinstance(value, base):
            return base_name
    if callable(value):
        return "func()"
    return type(value).__name__
