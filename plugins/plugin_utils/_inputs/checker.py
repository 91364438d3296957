# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Type checks that note a problem with its path and go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.origin import origin_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    suggestion,
)

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})

Fault = Callable[[str], str]


class Checker:
    """Collects problems. Each method returns the value when it has the type, else a neutral one."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, where: str, message: str, remedy: str = "", *origins: Any) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, message, remedy, origin_of(*origins)))

    def text(self, where: str, value: Any, fault: Fault | None = None, remedy: str = "") -> str:
        """A text; ``fault`` tells what is wrong with its content."""
        if isinstance(value, str):
            message = fault(value) if fault and value else ""
            if message:
                self.add(where, message, remedy, value)
            return value
        if value is not None:
            kind = _type_name(value)
            self.add(where, f"must be text, is {kind}: {value!r}", "quote it", value)
        return ""

    def boolean(self, where: str, value: Any) -> bool:
        """A truth value; texts as Ansible's own (yes, no, on, off) count."""
        if isinstance(value, bool):
            return value
        word = str(value).lower() if isinstance(value, str | int) else ""
        if word not in _TRUE | _FALSE:
            self.add(where, f"must be true or false, is {value!r}", "", value)
        return word in _TRUE

    def mapping(self, where: str, value: Any) -> Mapping[str, Any]:
        """A mapping; None counts as empty."""
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.add(where, f"must be a mapping, is {_type_name(value)}", "", value)
        return {}

    def sequence(self, where: str, value: Any) -> Sequence[Any]:
        """A list; None counts as empty."""
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return value
        if value is not None:
            self.add(where, f"must be a list, is {_type_name(value)}", "", value)
        return []

    def keys(self, where: str, value: Mapping[str, Any], known: Sequence[str]) -> None:
        """Every key of the mapping is one of those known."""
        for key in value:
            if key not in known:
                self.add(
                    f"{where}.{key}" if where else str(key),
                    "no such key",
                    suggestion(str(key), known) or f"possible are {choices(known)}",
                    value[key],
                    key,
                    value,
                )

    def required(self, where: str, value: Mapping[str, Any], key: str) -> None:
        """The mapping has the key, and not empty."""
        if value.get(key) in (None, ""):
            self.add(f"{where}.{key}", "is missing", "", value)


def is_true(value: Any) -> bool:
    """Whether a truth value, or a text that counts as one, is true."""
    return str(value).lower() in _TRUE


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, Sequence) else type(value).__name__
