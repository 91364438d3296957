# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a JSON value into a Go struct and writing it again, as Go's encoding/json does.

Unknown fields disappear, fields are in the order of the struct and maps sorted, empty values are
written or left out as the struct says: what Kubernetes' clients send for an object they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import leaves
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import (
    GoTypeError,
    MisfitError,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import LIST, MAP, struct
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import suggestion

__all__ = ["GoTypeError", "decode"]

# Gives the zero value of a type; lists and mappings are made anew each time.
Zero = Callable[[], Any]


def decode(
    type_name: str,
    value: Mapping[str, Any] | None,
    *,
    strict: bool = False,
    from_yaml: bool = False,
    where: str = "",
) -> dict[str, Any]:
    """Return a value in the canonical form of a struct (``core/v1.Pod``); the value stays as it is.

    ``strict`` refuses unknown fields. ``from_yaml`` takes numbers and booleans for texts where
    ``sigs.k8s.io/yaml`` (kubectl, istioctl) does. Only what the table has no type for (extensions)
    is shared with the value given. Raises GoTypeError; ``where`` begins its message.
    """
    try:
        result: dict[str, Any] = _codec(strict, from_yaml).struct(type_name).read(value or {})
    except MisfitError as error:
        raise error.at(where) from None
    return result


@cache
def _codec(strict: bool, from_yaml: bool) -> _Codec:
    return _Codec(strict, from_yaml)


class _Codec:
    """The readers of all types, made when first needed."""

    def __init__(self, strict: bool, from_yaml: bool) -> None:
        self.strict = strict
        self._leaves = leaves.YAML_READERS if from_yaml else leaves.READERS
        self._structs: dict[str, _StructReader] = {}

    def struct(self, name: str) -> _StructReader:
        """Return the reader of a struct."""
        reader = self._structs.get(name)
        if reader is None:
            reader = self._structs[name] = _StructReader(self, name)
        return reader

    def reader(self, expression: str) -> leaves.Reader:
        """Return the reader of a type; it is never given null."""
        if expression.startswith("*"):
            return self.reader(expression[1:])
        if expression.startswith(LIST):
            return self._list(expression.removeprefix(LIST))
        if expression.startswith(MAP):
            return self._map(expression.removeprefix(MAP))
        return self._leaves.get(expression) or self.struct(expression).read

    def zero(self, expression: str) -> Zero:
        """Return what gives the value of a type that nothing was read into."""
        if expression.startswith(("*", LIST, MAP)):
            return lambda: None
        if expression in leaves.ZEROS:
            zero = leaves.ZEROS[expression]
            return lambda: zero
        return self.struct(expression).zero

    def _list(self, elem: str) -> leaves.Reader:
        read, zero = self.reader(elem), self.zero(elem)

        def read_list(value: Any) -> list[Any]:
            if not isinstance(value, (list, tuple)):
                raise MisfitError(f"must be a list, is {shown(value)}")
            result: list[Any] = []
            for item in value:
                try:
                    result.append(zero() if item is None else read(item))
                except MisfitError as error:
                    error.keys.append(len(result))
                    raise
            return result

        return read_list

    def _map(self, elem: str) -> leaves.Reader:
        read, zero = self.reader(elem), self.zero(elem)

        def read_map(value: Any) -> dict[str, Any]:
            if not isinstance(value, Mapping):
                raise MisfitError(f"must be a mapping, is {shown(value)}")
            result: dict[str, Any] = {}
            for key in sorted(map(self.key, value)):
                item = value.get(key)
                try:
                    result[key] = zero() if item is None else read(item)
                except MisfitError as error:
                    error.keys.append(key)
                    raise
            return result

        return read_map

    def key(self, key: Any) -> str:
        """Return a key of a mapping; keys of JSON are texts."""
        if isinstance(key, str):
            return key
        raise MisfitError(f"has a key that must be text: {shown(key)}", "Quote the key.")


class _StructReader:
    """Reads one struct; its fields' readers are made at the first use, for types are recursive."""

    def __init__(self, codec: _Codec, name: str) -> None:
        self._codec = codec
        self._struct = struct(name)
        self._names = [field.json for field in self._struct.fields]
        self._entries: dict[str, _Entry] = {}
        self._always: list[tuple[int, Zero]] | None = None

    def read(self, value: Any) -> dict[str, Any]:
        """Return the canonical form of a mapping."""
        if not isinstance(value, Mapping):
            raise MisfitError(f"must be a mapping, is {shown(value)}")
        found: dict[int, Any] = {}
        entries = self._entries
        for key, item in value.items():
            entry = entries.get(key) or self._entry(key)
            if entry is None:
                continue
            index, omitted, read = entry
            if item is None:
                found.pop(index, None)
                continue
            try:
                result = read(item)
            except MisfitError as error:
                error.keys.append(self._names[index])
                raise
            if omitted and not result:
                found.pop(index, None)
            else:
                found[index] = result
        return self._written(found)

    def zero(self) -> dict[str, Any]:
        """Return the struct that nothing was read into."""
        return self._written({})

    def _written(self, found: dict[int, Any]) -> dict[str, Any]:
        always = self._always
        if always is None:
            always = self._always = [
                (field.index, self._codec.zero(field.type))
                for field in self._struct.fields
                if not field.omitted
            ]
        for index, zero in always:
            if index not in found:
                found[index] = zero()
        names = self._names
        return {names[index]: found[index] for index in sorted(found)}

    def _entry(self, key: Any) -> _Entry | None:
        """Return how the value of a key is read, None when the struct has no such field."""
        field = self._struct.find(self._codec.key(key))
        if field is None:
            if not self._codec.strict:
                return None
            known = suggestion(str(key), self._names)
            error = MisfitError(
                "is no field there", f"Remove it; {known}" if known else "Remove it."
            )
            error.keys.append(key)
            raise error
        # A pointer's target may be empty, only its absence counts.
        omitted = field.omitted and not field.type.startswith("*")
        # sigs.k8s.io/yaml does not find the type of fields that an inlined struct brings.
        codec = _codec(self._codec.strict, False) if field.promoted else self._codec
        entry = (field.index, omitted, codec.reader(field.type))
        self._entries[key] = entry
        return entry


_Entry = tuple[int, bool, leaves.Reader]
