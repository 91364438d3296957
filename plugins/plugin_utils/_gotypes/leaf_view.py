# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of Kubernetes objects as templates see them: nil, times, numbers or texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int32,
    Int64,
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import format_value
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import View
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered


class NilList(TypedList):
    """A nil slice: an empty one that is nil, and null in JSON."""

    __slots__ = ()
    go_nil = True


class NilMap(TypedMap):
    """A nil map: an empty one that is nil, and null in JSON."""

    __slots__ = ()
    go_nil = True


class NilPointer(View):
    """A nil pointer: false, and without fields."""

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


class TimeView(View):
    """A time; a zero one is true in conditions too, for it is a struct."""

    __slots__ = ("go_type", "value")

    def __init__(self, go_type: str, value: str | None) -> None:
        self.go_type = go_type
        self.value = value

    def __bool__(self) -> bool:
        return True

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``IsZero`` or ``String``."""
        return {"IsZero": lambda: self.value is None, "String": self.go_string}.get(name)

    def go_string(self) -> str:
        """Return the time in UTC, as Go prints it."""
        day, _t, time = (self.value or "0001-01-01T00:00:00Z").removesuffix("Z").partition("T")
        if "." in time:
            time = time.rstrip("0").rstrip(".")
        return f"{day} {time} +0000 UTC"

    def go_json(self) -> Any:
        """Return the time, null for none."""
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


class RawView(View):
    """Any JSON value, which Go keeps as text: true, and without fields."""

    __slots__ = ("value",)
    go_type = "runtime.RawExtension"

    def __init__(self, value: Any) -> None:
        self.value = value

    def __bool__(self) -> bool:
        return True

    def go_json(self) -> Any:
        """Return the value; its mappings keep their order."""
        return ordered(self.value)


def ordered(value: Any) -> Any:
    """Return a value whose mappings keep their order in JSON."""
    if isinstance(value, dict):
        return Ordered((key, ordered(item)) for key, item in value.items())
    if isinstance(value, list):
        return [ordered(item) for item in value]
    return value
