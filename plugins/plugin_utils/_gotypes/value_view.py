# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of messages as templates see them: enums, wrappers, durations, scalars."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    GoInt,
    Int32,
    Int64,
    Uint32,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import quote
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered

ABSENT: Final = object()
_SECOND: Final = 10**9
_NUMBERS: Final[dict[str, type[GoInt]]] = {"int32": Int32, "int64": Int64, "uint32": Uint32}
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


class EnumValue(int):
    """A value of an enum: a number that prints as its name, with the method ``String``."""

    go_type: str
    name: str

    def __new__(cls, number: int, name: str, go_type: str) -> EnumValue:
        """Return the value of a number that has a name."""
        value = int.__new__(cls, number)
        value.name = name
        value.go_type = go_type
        return value

    def go_string(self) -> str:
        """Return the name, or the number when the enum has none for it."""
        return self.name

    def go_field(self, name: str) -> Any:
        """Refuse: numbers have no fields."""
        raise KeyError(name)

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``String`` or ``Number``."""
        return {"String": lambda: self.name, "Number": lambda: Int32(self)}.get(name)


class View:
    """What all views share: fields and methods are also found by subscript, the engine's way."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        method = self.go_method(name)
        return self.go_field(name) if method is None else method()

    def go_field(self, name: str) -> Any:
        """Return the value of a field; KeyError if the type has none of that name."""
        raise KeyError(name)

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return the method of that name, or None."""
        return None


def scalar_view(field: messages.Field, value: Any) -> Any:
    """Return a scalar in canonical form as a value of its Go type."""
    if field.kind == "enum":
        enum = messages.enum(field.type)
        number = value if isinstance(value, int) else enum.numbers[value]
        return EnumValue(number, str(value), enum.go)
    number_type = _NUMBERS.get(field.kind)
    if number_type is not None:
        return number_type(value)
    return float(value) if field.kind == "double" else value


class WrapperView(View):
    """A pointer to a wrapper such as BoolValue; ``value`` is a scalar, None for a nil pointer."""

    __slots__ = ("_zero", "message", "value")

    def __init__(self, message: messages.Message, value: Any) -> None:
        self.message = message
        scalar = message.fields[0]
        self._zero = scalar_view(scalar, scalar.zero)
        self.value = None if value is None else scalar_view(scalar, value)

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def go_type(self) -> str:
        """The Go type."""
        return f"*{self.message.go}"

    @property
    def go_nil(self) -> bool:
        """Whether the pointer is nil."""
        return self.value is None

    def go_field(self, name: str) -> Any:
        """Return ``Value``."""
        if name != "Value" or self.value is None:
            raise KeyError(name)
        return self.value

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``GetValue``."""
        value = self._zero if self.value is None else self.value
        return (lambda: value) if name == "GetValue" else None

    def go_string(self) -> str:
        """Return protobuf's text form, such as ``value:true``; empty for a zero value."""
        if self.value is None:
            return "<nil>"
        shown = quote(self.value) if isinstance(self.value, str) else format_value(self.value)
        return "" if self.value == self._zero else f"value:{shown}"

    def go_json(self) -> Any:
        """Return what ``json.Marshal`` writes: a struct whose zero value is left out."""
        if self.value is None:
            return None
        return {} if self.value == self._zero else {"value": self.value}


class DurationView(View):
    """A pointer to a Duration; ``nanos`` are its nanoseconds, None for a nil pointer."""

    __slots__ = ("nanos",)
    go_type = "*durationpb.Duration"

    def __init__(self, nanos: int | None) -> None:
        self.nanos = nanos

    def __bool__(self) -> bool:
        return self.nanos is not None

    @property
    def go_nil(self) -> bool:
        """Whether the pointer is nil."""
        return self.nanos is None

    def _parts(self) -> dict[str, Any]:
        nanos = self.nanos or 0
        sign = -1 if nanos < 0 else 1
        seconds, rest = divmod(abs(nanos), _SECOND)
        return {"Seconds": Int64(sign * seconds), "Nanos": Int32(sign * rest)}

    def go_field(self, name: str) -> Any:
        """Return ``Seconds`` or ``Nanos``."""
        if self.nanos is None:
            raise KeyError(name)
        return self._parts()[name]

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``GetSeconds`` or ``GetNanos``."""
        if not name.startswith("Get"):
            return None
        part = self._parts().get(name[3:])
        return None if part is None else lambda: part

    def go_string(self) -> str:
        """Return protobuf's text form, such as ``seconds:45``; empty for no time at all."""
        if self.nanos is None:
            return "<nil>"
        return " ".join(f"{name.lower()}:{part}" for name, part in self._parts().items() if part)

    def go_json(self) -> Any:
        """Return what ``json.Marshal`` writes: a struct whose zero values are left out."""
        if self.nanos is None:
            return None
        return Ordered((name.lower(), part) for name, part in self._parts().items() if part)


class DroppedView(View):
    """A message of a field that the type does not have any more: all its fields by Go names."""

    __slots__ = ("_value",)
    go_type = "*v1alpha1.dropped"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._value = value

    def go_field(self, name: str) -> Any:
        """Return the value of a field; KeyError if it is not set."""
        found = unknown_field(self._value, name)
        if found is ABSENT:
            raise KeyError(name)
        return found

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a getter, or None."""
        found = unknown_field(self._value, name.removeprefix("Get"))
        return None if found is ABSENT or not name.startswith("Get") else lambda: found

    def go_json(self) -> Any:
        """Return the fields."""
        return self._value


def unknown_field(unknown: Mapping[str, Any], name: str) -> Any:
    """Return a field that the type does not have by its Go name, or ``ABSENT``."""
    for key in (name[:1].lower() + name[1:], _HUMP.sub("_", name).lower(), name):
        if key in unknown:
            value = unknown[key]
            return DroppedView(value) if isinstance(value, Mapping) else value
    return ABSENT
