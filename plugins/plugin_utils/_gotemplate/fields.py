# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selecting fields: ``.Values.a.b``, ``$x.a``, ``(pipeline).a``, and calling methods."""

from __future__ import annotations

from typing import Any

from .calls import CALL_ERRORS, call_error
from .errors import TemplateError
from .functions import Function, signature_of
from .nodes import Node
from .objects import NIL, TypedMap, type_name
from .runtime import Code, Context, MissingKey, Places

_ABSENT = object()


class Selector:
    """Walks one chain of field names with all of Go's rules; the quick way is in ``compile``."""

    def __init__(
        self,
        places: Places,
        node: Node,
        names: list[str],
        missing_key: MissingKey,
    ) -> None:
        self.places = places
        self.node = node
        self.names = names
        self.missing_key = missing_key

    def compile(self, start: Code | None, kind: int) -> Code:
        """Return the code; ``start`` gives the first receiver, None means dot.

        ``kind`` is where the variables say whether the receiver came out of a container (0: no).

        Plain subscripts are tried first: they are right whenever every step is a map that has the
        key. Everything else walks again with the exact rules.
        """
        names, walk = self.names, self.walk
        if start is None and len(names) == 1:
            name = names[0]

            def one(dot: Any, variables: list[Any], context: Context) -> Any:
                try:
                    return dot[name]
                except (KeyError, TypeError):
                    return walk(dot, kind > 0 and variables[kind], variables)

            return one
        if start is None:

            def many(dot: Any, variables: list[Any], context: Context) -> Any:
                value = dot
                try:
                    for name in names:
                        value = value[name]
                    return value
                except (KeyError, TypeError):
                    return walk(dot, kind > 0 and variables[kind], variables)

            return many

        def chained(dot: Any, variables: list[Any], context: Context) -> Any:
            first = value = start(dot, variables, context)
            try:
                for name in names:
                    value = value[name]
                return value
            except (KeyError, TypeError):
                return walk(first, kind > 0 and variables[kind], variables)

        return chained

    def marking(self, start: Code) -> Code:
        """Return code like that of ``compile`` that gives NIL for a nil out of a container."""

        def marked(dot: Any, variables: list[Any], context: Context) -> Any:
            first = start(dot, variables, context)
            value = self.walk(first, False, variables)
            if value is None and self.from_container(first, False, variables):
                return NIL
            return value

        return marked

    def walk(self, value: Any, in_container: bool, variables: list[Any]) -> Any:
        """Return the end of the chain; ``in_container`` as for ``select``."""
        for name in self.names:
            value, in_container = self.select(value, name, in_container, variables)
        return value

    def select(
        self, value: Any, name: str, in_container: bool, variables: list[Any]
    ) -> tuple[Any, bool]:
        """Return a field of a value, and whether it came out of a container of any values.

        There a nil is an error for the next field, while "no value" has only "no value" fields.
        """
        if value is NIL:
            value, in_container = None, True
        if value is None:
            if in_container:
                raise self.fail(f"nil pointer evaluating interface {{}}.{name}", variables)
            if self.missing_key == "error":
                raise self.fail(f'nil data; no entry for key "{name}"', variables)
            return None, False
        method = getattr(value, "go_method", None)
        bound = method(name) if method is not None else None
        if bound is not None:
            wrong = signature_of(bound).wrong_count(name, 0, 0)
            if wrong:
                raise self.fail(wrong, variables)
            try:
                return bound(), False
            except CALL_ERRORS as error:
                raise call_error(self.places, self.node, name, error) from error
        if isinstance(value, dict):
            return self._key(value, name, variables)
        field = getattr(value, "go_field", None)
        found = _ABSENT
        if field is not None:
            try:
                found = field(name)
            except KeyError:
                found = _ABSENT
        if found is _ABSENT:
            shown = "interface {}" if in_container else type_name(value)
            raise self.fail(f"can't evaluate field {name} in type {shown}", variables)
        return found, False

    def _key(self, value: dict[str, Any], name: str, variables: list[Any]) -> tuple[Any, bool]:
        found = value.get(name, _ABSENT)
        typed = isinstance(value, TypedMap)
        if found is not _ABSENT:
            return found, not typed
        if self.missing_key == "error":
            raise self.fail(f'map has no entry for key "{name}"', variables)
        if self.missing_key == "zero":
            return (value.zero, False) if isinstance(value, TypedMap) else (None, True)
        return None, False

    def fail(self, message: str, variables: list[Any]) -> TemplateError:
        """Return an error at the chain."""
        return self.places.last(self.node, message, variables)

    def from_container(self, value: Any, in_container: bool, variables: list[Any]) -> bool:
        """Return whether the end of the chain came out of a container of any values."""
        for name in self.names:
            value, in_container = self.select(value, name, in_container, variables)
        return in_container

    def method(
        self, value: Any, in_container: bool, given: int, total: int, variables: list[Any]
    ) -> Function:
        """Return the method the chain ends in; ``given`` and ``total`` count its arguments.

        ``total`` includes the one a pipeline adds. Fields cannot take arguments.
        """
        name = self.names[-1]
        for step in self.names[:-1]:
            value, in_container = self.select(value, step, in_container, variables)
        finder = getattr(value, "go_method", None)
        bound: Function | None = finder(name) if finder is not None else None
        if bound is not None:
            wrong = signature_of(bound).wrong_count(name, given, total)
            if wrong:
                raise self.fail(wrong, variables)
            return bound
        if isinstance(value, dict):
            raise self.fail(f"{name} is not a method but has arguments", variables)
        self.select(value, name, in_container, variables)
        if value is None or value is NIL:
            return lambda *_: None
        raise self.fail(f"{name} has arguments but cannot be invoked as function", variables)
