# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as templates see them: Go's structs with their fields, ``GetX`` methods and enums.

A pointer that is nil is a view too, one that is false: its methods give zero values, as those of
generated Go code do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import unknown_of
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import (
    duration_nanos,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protowrite import to_json
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import (
    ABSENT,
    DurationView,
    View,
    WrapperView,
    scalar_view,
    unknown_field,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered

__all__ = ["DurationView", "MessageView", "OneofView", "message_view"]

_WELL_KNOWN: Final = "google.protobuf."
_GO_KINDS: Final = {"double": "float64"}


class MessageView(View):
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
        return None if found is ABSENT else lambda: found

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
        if found is ABSENT:
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
            known = value.get(field.json, ABSENT)
            if field.dropped and known is ABSENT:
                kept = unknown_field(unknown_of(value), name)
                if kept is not ABSENT:
                    return kept
            return field_view(field, known)
        if name in self.message.oneofs:
            members = [each for each in self.message.fields if each.oneof == name]
            chosen = next((each for each in members if each.json in value), None)
            return None if chosen is None else OneofView(chosen, value[chosen.json])
        return unknown_field(unknown_of(value), name)


class OneofView(View):
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


def message_view(message: str, value: Mapping[str, Any] | None) -> MessageView:
    """Return a message in canonical form (None for a nil pointer) as templates see it.

    ``message`` is the full name, such as ``istio.mesh.v1alpha1.ProxyConfig``.
    """
    return MessageView(messages.message(message), value)


def field_view(field: messages.Field, value: Any) -> Any:
    """Return a field's value in canonical form as its Go type; its zero value when absent."""
    if field.card == "list":
        items = () if value is ABSENT else value
        return TypedList((_single(field, item) for item in items), _elem(field))
    if field.card == "map":
        items = {} if value is ABSENT else value
        zero = _single(field, ABSENT)
        views = {name: _single(field, item) for name, item in items.items()}
        return TypedMap(views, _elem(field), zero)
    return _single(field, value)


def _single(field: messages.Field, value: Any) -> Any:
    if field.kind != "message":
        return scalar_view(field, field.zero if value is ABSENT else value)
    absent = value is ABSENT
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
