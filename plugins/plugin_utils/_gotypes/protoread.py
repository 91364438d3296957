# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads JSON values as messages, collecting every problem; :mod:`.protojson` is the way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import (
    SCALARS,
    duration,
    enum_value,
    finite,
    int_or_string,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import format_general32
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    suggestion,
)

TOO_DEEP: Final = "is nested too deep"
_BAD: Final = object()


class MessageDict(dict[str, Any]):
    """A message in canonical form; ``unknown`` keeps the fields that its type does not have.

    Configuration of an older release may have fields that were dropped since, which that release's
    templates still select.
    """

    __slots__ = ("unknown",)

    def __init__(self, items: Any = (), unknown: dict[str, Any] | None = None) -> None:
        super().__init__(items)
        self.unknown: dict[str, Any] = unknown or {}

    def __reduce__(self) -> tuple[Any, ...]:
        return MessageDict, (dict(self), self.unknown)

    def copy(self) -> MessageDict:
        """Return a shallow copy that keeps the unknown fields."""
        return MessageDict(self, dict(self.unknown))


def unknown_of(value: Any) -> dict[str, Any]:
    """Return the unknown fields of a message in canonical form."""
    return value.unknown if isinstance(value, MessageDict) else {}


class Reader:
    """Reads messages, and collects problems."""

    def __init__(self, strict: bool, older: bool = False) -> None:
        self.strict = strict
        self.older = older
        self.problems: list[Problem] = []

    def read(self, message: str, base: Mapping[str, Any], value: Any, where: str) -> MessageDict:
        """Return ``base`` with the fields of ``value`` set, however deep that is."""
        try:
            return self.onto(messages.message(message), base, value, where)
        except RecursionError:
            self._problem(where, TOO_DEEP)
            return MessageDict(base)

    def onto(
        self, message: messages.Message, base: Mapping[str, Any], value: Any, where: str
    ) -> MessageDict:
        """Return ``base`` with the fields of a JSON object set."""
        result = MessageDict(base, dict(unknown_of(base)))
        if value is None:
            return result
        if not isinstance(value, Mapping):
            self._problem(where, f"must be a mapping, not {shown(value)}")
            return result
        found: dict[int, tuple[messages.Field, Any, str]] = {}
        by_key = message.by_key
        for key, raw in value.items():
            field = by_key.get(key)
            if field is None or (field.dropped and not self.older):
                self._unknown(message, key, raw, result, where)
            elif key == field.json or field.index not in found:
                # The JSON name wins over the one of the .proto file.
                found[field.index] = (field, raw, f"{where}.{key}" if where else key)
        for index in sorted(found):
            field, raw, path = found[index]
            if raw is None and not field.takes_null:
                continue
            item = self._field(field, raw, path)
            if item is _BAD:
                continue
            for rival in field.rivals:
                result.pop(rival, None)
            if field.presence or (item if field.card else item != field.zero):
                result[field.json] = item
            else:
                result.pop(field.json, None)
        return result

    def _field(self, field: messages.Field, value: Any, where: str) -> Any:
        if field.card == "list":
            if not isinstance(value, (list, tuple)):
                return self._problem(where, f"must be a list, not {shown(value)}")
            return [self._single(field, item, f"{where}[{n}]") for n, item in enumerate(value)]
        if field.card == "map":
            if not isinstance(value, Mapping):
                return self._problem(where, f"must be a mapping, not {shown(value)}")
            return {
                name: self._single(field, item, f"{where}.{name}")
                for name, item in self._named(value, where)
            }
        return self._single(field, value, where)

    def _single(self, field: messages.Field, value: Any, where: str) -> Any:
        try:
            if field.kind == "message":
                return self._message(field.type, value, where)
            if field.kind == "enum":
                return enum_value(messages.enum(field.type), value)
            return SCALARS[field.kind](value)
        except ValueError as error:
            return self._problem(where, str(error))

    def _message(self, name: str, value: Any, where: str) -> Any:
        if name.startswith("google.protobuf."):
            return self._well_known(name.removeprefix("google.protobuf."), name, value, where)
        if name == messages.INT_OR_STRING:
            return int_or_string(value)
        return self.onto(messages.message(name), {}, value, where)

    def _well_known(self, short: str, name: str, value: Any, where: str) -> Any:
        if short == "Duration":
            return duration(value)
        if short == "Value":
            return self._any(value, where)
        if short == "Struct":
            if value is None:
                return {}
            if not isinstance(value, Mapping):
                raise ValueError(f"must be a mapping, not {shown(value)}")
            return self._any(value, where)
        if short == "ListValue":
            if value is None:
                return []
            if not isinstance(value, (list, tuple)):
                raise ValueError(f"must be a list, not {shown(value)}")
            return self._any(value, where)
        # The wrappers: BoolValue, Int32Value...
        return SCALARS[messages.message(name).fields[0].kind](value)

    def _any(self, value: Any, where: str) -> Any:
        """Return any JSON value; numbers become float64."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str(value)
        if isinstance(value, (int, float)):
            try:
                return finite(value)
            except ValueError as error:
                return self._problem(where, str(error))
        if isinstance(value, Mapping):
            return {
                name: self._any(item, f"{where}.{name}") for name, item in self._named(value, where)
            }
        if isinstance(value, (list, tuple)):
            return [self._any(item, f"{where}[{n}]") for n, item in enumerate(value)]
        return self._problem(where, f"is {shown(value)}, which JSON does not have", "quote it")

    def _named(self, value: Mapping[Any, Any], where: str) -> list[tuple[str, Any]]:
        """Return the items of a mapping with the names that YAML's keys have in JSON."""
        return [(self._name(key, where), item) for key, item in value.items()]

    def _name(self, key: Any, where: str) -> str:
        if isinstance(key, str):
            return str(key)
        if isinstance(key, bool):
            return "true" if key else "false"
        if isinstance(key, int):
            return str(int(key))
        if isinstance(key, float):
            return str(int(key)) if key.is_integer() else format_general32(key)
        self._problem(where, f"has the key {key!r}, which is no text", "quote it")
        return str(key)

    def _unknown(
        self, message: messages.Message, key: Any, raw: Any, into: MessageDict, where: str
    ) -> None:
        name = self._name(key, where)
        if not self.strict:
            into.unknown[name] = raw
            return
        hint = suggestion(name, [field.json for field in message.fields if not field.dropped])
        self._problem(
            where,
            f'has the unknown field "{name}"',
            hint or f"{message.name.rpartition('.')[2]} has no such field",
        )

    def _problem(self, where: str, message: str, remedy: str = "") -> Any:
        self.problems.append(Problem(where or "text", message, remedy))
        return _BAD
