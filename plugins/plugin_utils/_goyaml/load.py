# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML text to values, with the results of sigs.k8s.io/yaml's ``Unmarshal`` into ``any``.

Only the first document is read. libyaml's events are taken from PyYAML's C parser (its Python
parser where the C one is missing); what a scalar means is decided by :mod:`.resolve`.

Known difference: inside a flow collection libyaml and go-yaml disagree on where an unquoted scalar
that holds ``?``, or ``:`` right before ``,]}``, ends. Quote such scalars.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, Final, Protocol

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import format_general32
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.resolve import (
    SPECIAL_FIRST,
    resolve,
)

_TAG: Final = "tag:yaml.org,2002:"
_ALIASES_ALWAYS_FINE: Final = 400_000
_PREFIX: Final = "error converting YAML to JSON: "


class _Events(Protocol):
    def get_event(self) -> Any: ...


try:
    from yaml._yaml import CParser as _EventParser
except ImportError:  # PyYAML without libyaml: some 15 times slower, same events

    class _EventParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[no-redef]
        def __init__(self, stream: str) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


def _go_inf(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


class _Builder:
    """Turns the events of one document into values."""

    def __init__(self, events: _Events, keep_integers: bool) -> None:
        self._next = events.get_event
        self._keep_integers = keep_integers
        # What JSON cannot hold is found after the whole text has been read.
        self._unfit: str | None = None
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._scalars: dict[str, Any] = {}
        self._decoded = 0
        self._aliased = 0

    def document(self) -> Any:
        event = self._next()
        while event.__class__ is not DocumentStartEvent:
            if event.__class__ is StreamEndEvent:
                return None
            event = self._next()
        value = self._node(self._next())
        self._next()
        if self._unfit is not None:
            raise YamlError(self._unfit)
        return value

    def _convert(self, value: Any) -> Any:
        """Numbers as encoding/json decodes them into ``any``: float64, unless integers are kept."""
        if value.__class__ is int:
            return value if self._keep_integers else float(value)
        if value.__class__ is float and not math.isfinite(value):
            self._unfit = self._unfit or f"json: unsupported value: {_go_inf(value)}"
        return value

    def _key(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            whole = isinstance(value, int) or value.is_integer()
            return str(int(value)) if whole else format_general32(value)
        if value is None:
            self._unfit = "unsupported map key of type: %!s(<nil>)"
            return ""
        raise YamlError("yaml: invalid map key")

    def _node(self, event: Any) -> Any:
        kind = event.__class__
        if kind is AliasEvent:
            return self._alias(event.anchor)
        before = self._decoded
        self._decoded += 1
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        if kind is ScalarEvent:
            value = self._scalar(event)
        elif kind is MappingStartEvent:
            value = self._mapping()
        else:
            value = self._sequence()
        if anchor is not None:
            self._anchors[anchor] = (value, self._decoded - before)
        return value

    def _alias(self, anchor: str) -> Any:
        if anchor not in self._anchors:
            raise YamlError(f"yaml: unknown anchor '{anchor}' referenced")
        known = self._anchors[anchor]
        if known is None:
            raise YamlError(f"yaml: anchor '{anchor}' value contains itself")
        value, size = known
        self._decoded += size + 1
        self._aliased += size
        if self._aliased > 100 and self._decoded > 1000:
            share = 0.99
            if self._decoded > _ALIASES_ALWAYS_FINE:
                share -= 0.89 * min(1.0, (self._decoded - _ALIASES_ALWAYS_FINE) / 3_600_000)
            if self._aliased / self._decoded > share:
                raise YamlError("yaml: document contains excessive aliasing")
        return copy_value(value)

    def _sequence(self) -> list[Any]:
        result: list[Any] = []
        append, take, node, plain = result.append, self._next, self._node, self._plain
        event = take()
        while event.__class__ is not SequenceEndEvent:
            if event.__class__ is ScalarEvent and event.anchor is None and event.tag is None:
                append(plain(event))
            else:
                append(node(event))
            event = take()
        return result

    def _mapping(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        take, node, plain = self._next, self._node, self._plain
        event = take()
        while event.__class__ is not MappingEndEvent:
            simple = event.__class__ is ScalarEvent and event.tag is None and event.anchor is None
            if simple and event.value == "<<" and event.implicit[0]:
                self._merge(result)
                event = take()
                continue
            if event.__class__ is ScalarEvent and event.tag == f"{_TAG}merge":
                self._merge(result)
                event = take()
                continue
            key = plain(event) if simple else node(event)
            if key.__class__ is not str:
                key = self._key(key)
            event = take()
            if event.__class__ is ScalarEvent and event.tag is None and event.anchor is None:
                result[key] = plain(event)
            else:
                result[key] = node(event)
            event = take()
        return result

    def _merge(self, into: dict[str, Any]) -> None:
        # go-yaml v2 merges where it stands: keys before "<<" are overwritten, keys after it win.
        event = self._next()
        sources = [self._node(event)]
        if event.__class__ is SequenceStartEvent:
            sources = list(reversed(sources[0]))
        for source in sources:
            if not isinstance(source, dict):
                raise YamlError("yaml: map merge requires map or sequence of maps as the value")
            into.update(source)

    def _plain(self, event: Any) -> Any:
        """A scalar without tag and anchor: most of them."""
        self._decoded += 1
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text and text[0] not in SPECIAL_FIRST:
            return text
        try:
            return self._scalars[text]
        except KeyError:
            value = self._scalars[text] = self._convert(resolve(text))
            return value

    def _scalar(self, event: Any) -> Any:
        tag: str | None = event.tag
        if tag is None:
            self._decoded -= 1
            return self._plain(event)
        return self._convert(_tagged(tag, event.value))


def _tagged(tag: str, text: str) -> Any:
    """A scalar with an explicit tag, as go-yaml's ``resolve(tag, text)``."""
    if not tag.startswith(_TAG):
        return text
    short = tag.removeprefix(_TAG)
    if short == "binary":
        try:
            data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
        except binascii.Error:
            raise YamlError("yaml: !!binary value contains invalid base64 data") from None
        return data.decode("utf-8", "replace")
    if short not in ("str", "bool", "int", "float", "null", "timestamp"):
        return text
    if short == "str":
        return text
    value = resolve(text)
    name = _type_name(value)
    if short == name or (short == "timestamp" and isinstance(value, str) and text[:1].isdigit()):
        return value
    if short == "float" and name == "int" and isinstance(value, int):
        return float(value)
    raise YamlError(f"yaml: cannot decode !!{name} `{text}` as a !!{short}")


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "bool", int: "int", float: "float"}.get(type(value), "str")


def copy_value(value: Any) -> Any:
    """Copy a tree of dicts and lists."""
    if value.__class__ is dict:
        return {key: copy_value(item) for key, item in value.items()}
    if value.__class__ is list:
        return [copy_value(item) for item in value]
    return value


def _go_message(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"yaml: {getattr(error, 'reason', error)}"
    line = 0
    if error.problem_mark is not None and error.problem_mark.line:
        line = error.problem_mark.line
        if isinstance(error, yaml.scanner.ScannerError):
            line += 1
    elif error.context_mark is not None:
        line = error.context_mark.line
    return f"yaml: line {line}: {error.problem}" if line else f"yaml: {error.problem}"


def load(text: str, *, keep_integers: bool = False) -> Any:
    """Read the first document of ``text``.

    Numbers are floats, as everything that Helm reads from a file; with ``keep_integers`` integers
    stay integers, which is what an API object needs. An empty text is None.

    Raises YamlError with go-yaml's message.
    """
    if keep_integers is False and text.isascii() and _is_blank(text):
        return None
    try:
        # libyaml takes no subclass, such as a text that Ansible has tagged.
        events = _EventParser(str(text))
        try:
            return _Builder(events, keep_integers).document()
        except YamlError as error:
            # Go parses the whole document before it decodes: a syntax error further down wins.
            while events.get_event().__class__ not in (DocumentEndEvent, StreamEndEvent):
                pass
            raise YamlError(f"{_PREFIX}{error}") from None
    except yaml.YAMLError as error:
        raise YamlError(f"{_PREFIX}{_go_message(error)}") from None


def _is_blank(text: str) -> bool:
    return not text or (text.isspace() and "\t" not in text)
