# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as templates see them: Go's structs with their fields, ``GetX`` methods and enums.

A pointer that is nil is a view too, one that is false: its methods give zero values, as those of
generated Go code do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    GoInt,
    Int32,
    Int64,
    TypedList,
    TypedMap,
    Uint32,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import quote
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import unknown_of
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import (
    duration_nanos,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protowrite import to_json
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered

_SECOND: Final = 10**9
_WELL_KNOWN: Final = "google.protobuf."
_NUMBERS: Final[dict[str, type[GoInt]]] = {"int32": Int32, "int64": Int64, "uint32": Uint32}
_GO_KINDS: Final = {"double": "float64"}
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")
_ABSENT: Final = object()


class EnumValue(Int32):
    """A value of an enum: a number that prints as its name, with the method ``String``."""

    go_type: str  # type: ignore[misc]  # every enum has a Go type of its own
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


class _View:
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


class MessageView(_View):
    """A pointer to a message; ``value`` is its canonical form, None for a nil pointer."""

    __slots__ = ("_found", "message", "value")

    def __init__(self, message: messages.Message, value: Mapping[str, Any] | None) -> None:
        self.message = message
        self.value = value
        self._found: dict[str, Any] = {}

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
        """Return the value of a field, of one an older release had too; KeyError if none."""
        if self.value is None:
            raise KeyError(name)
        return self._field(name)

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a getter (``GetX``, of a nil pointer too), or None."""
        if not name.startswith("Get"):
            return None
        found = self._find(name[3:])
        return None if found is _ABSENT else lambda: found

    def go_string(self) -> str:
        """Return the message as text; Go's own form is not meant to be relied on."""
        return "<nil>" if self.value is None else to_json(self.message.name, self.value)

    def go_json(self) -> Any:
        """Return what ``json.Marshal`` writes: the canonical JSON, null for a nil pointer."""
        if self.value is None:
            return None
        return json.loads(to_json(self.message.name, self.value), object_pairs_hook=Ordered)

    def _field(self, name: str) -> Any:
        found = self._find(name)
        if found is _ABSENT:
            raise KeyError(name)
        return found

    def _find(self, name: str) -> Any:
        try:
            return self._found[name]
        except KeyError:
            found = self._found[name] = self._look(name)
            return found

    def _look(self, name: str) -> Any:
        value: Mapping[str, Any] = {} if self.value is None else self.value
        field = self.message.by_go.get(name)
        if field is not None:
            known = value.get(field.json, _ABSENT)
            if field.dropped and known is _ABSENT:
                kept = _unknown_field(unknown_of(value), name)
                if kept is not _ABSENT:
                    return kept
            return field_view(field, known)
        if name in self.message.oneofs:
            members = [each for each in self.message.fields if each.oneof == name]
            chosen = next((each for each in members if each.json in value), None)
            return None if chosen is None else OneofView(chosen, value[chosen.json])
        return _unknown_field(unknown_of(value), name)


class OneofView(_View):
    """The member of a oneof that is set: a struct with one field."""

    __slots__ = ("_field", "_value")

    def __init__(self, field: messages.Field, value: Any) -> None:
        self._field = field
        self._value = value

    @property
    def go_type(self) -> str:
        """The Go type."""
        return f"*{self._field.wrapper}"

    def go_field(self, name: str) -> Any:
        """Return the value of the field."""
        if name != self._field.go:
            raise KeyError(name)
        return field_view(self._field, self._value)


class WrapperView(_View):
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


class DurationView(_View):
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


class DroppedView(_View):
    """A message of a field that the type does not have any more: all its fields by Go names."""

    __slots__ = ("_value",)
    go_type = "*v1alpha1.dropped"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._value = value

    def go_field(self, name: str) -> Any:
        """Return the value of a field; KeyError if it is not set."""
        found = _unknown_field(self._value, name)
        if found is _ABSENT:
            raise KeyError(name)
        return found

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a getter, or None."""
        found = _unknown_field(self._value, name.removeprefix("Get"))
        return None if found is _ABSENT or not name.startswith("Get") else lambda: found

    def go_json(self) -> Any:
        """Return the fields."""
        return self._value


def message_view(message: str, value: Mapping[str, Any] | None) -> MessageView:
    """Return a message in canonical form (None for a nil pointer) as templates see it.

    ``message`` is the full name, such as ``istio.mesh.v1alpha1.ProxyConfig``.
    """
    return MessageView(messages.message(message), value)


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


def field_view(field: messages.Field, value: Any) -> Any:
    """Return a field's value in canonical form as its Go type; its zero value when absent."""
    if field.card == "list":
        items = () if value is _ABSENT else value
        return TypedList((_single(field, item) for item in items), _elem(field))
    if field.card == "map":
        items = {} if value is _ABSENT else value
        zero = _single(field, _ABSENT)
        views = {name: _single(field, item) for name, item in items.items()}
        return TypedMap(views, _elem(field), zero)
    return _single(field, value)


def _single(field: messages.Field, value: Any) -> Any:
    if field.kind != "message":
        return scalar_view(field, field.zero if value is _ABSENT else value)
    absent = value is _ABSENT
    if field.type == _WELL_KNOWN + "Duration":
        return DurationView(None if absent else duration_nanos(value))
    if field.type in _PLAIN:
        # Templates pass them on as a whole, to functions that write JSON or YAML.
        return None if absent else value
    message = messages.message(field.type)
    if field.type.startswith(_WELL_KNOWN):
        return WrapperView(message, None if absent else value)
    return MessageView(message, None if absent else value)


_PLAIN: Final = frozenset(
    (
        messages.INT_OR_STRING,
        _WELL_KNOWN + "ListValue",
        _WELL_KNOWN + "Struct",
        _WELL_KNOWN + "Value",
    )
)


def _elem(field: messages.Field) -> str:
    if field.kind == "message":
        return f"*{messages.message(field.type).go}"
    if field.kind == "enum":
        return messages.enum(field.type).go
    return _GO_KINDS.get(field.kind, field.kind)


def _unknown_field(unknown: Mapping[str, Any], name: str) -> Any:
    """Return a field that the type does not have by its Go name, or ``_ABSENT``."""
    for key in (name[:1].lower() + name[1:], _HUMP.sub("_", name).lower(), name):
        if key in unknown:
            value = unknown[key]
            return DroppedView(value) if isinstance(value, Mapping) else value
    return _ABSENT
