# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nested data as istioctl's operator treats it: numbers, merging, and paths such as ``spec.hub``.

Data is what Go decodes JSON to: numbers are floats. Whole numbers that istioctl puts in itself are
integers, as Go's templates can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import parse_float
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import as_go_values

Tree = dict[str, Any]

# What Go's strconv.ParseBool takes.
_BOOLEANS: Final = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}
# Paths that stay text whatever they look like (operator/pkg/values of Istio 1.31).
_ALWAYS_TEXT: Final = (
    "spec.values.compatibilityVersion",
    "spec.tag",
    "spec.values.global.tag",
    "spec.compatibilityVersion",
)
_LARGEST_INT: Final = 2**63
_LARGEST_JSON_INT: Final = 1e21


class TreeError(ValueError):
    """A path leads through something that is no mapping; ``place`` is where that stands."""

    def __init__(self, place: str, message: str) -> None:
        self.place, self.message = place, message
        super().__init__(f"{place} {message}")


def merge_into(base: Tree, other: Mapping[str, Any]) -> None:
    """Merge ``other`` into ``base``: mappings are merged, everything else is replaced.

    A mapping that base lacks becomes one and the same object in both. istioctl shares them too, and
    it shows: what is written into the one is in the other.
    """
    for key, value in other.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merge_into(below, value)
        else:
            base[key] = value


def clone(tree: Mapping[str, Any]) -> Tree:
    """A deep copy through JSON: every number is a float afterwards."""
    copied: Tree = as_go_values(tree)
    return copied


def find(tree: Mapping[str, Any], path: str) -> Any:
    """What is at a dotted path; None when there is nothing, or null."""
    value: Any = tree
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def has(tree: Mapping[str, Any], path: str) -> bool:
    """Whether there is anything at the path, be it null."""
    above, _dot, name = path.rpartition(".")
    parent = find(tree, above) if above else tree
    return isinstance(parent, Mapping) and name in parent


def text_at(tree: Mapping[str, Any], path: str) -> str:
    """The text at the path; empty when there is none, or something else."""
    value = find(tree, path)
    return value if isinstance(value, str) else ""


def true_at(tree: Mapping[str, Any], path: str) -> bool:
    """Whether ``true`` is at the path."""
    return find(tree, path) is True


def table_at(tree: Mapping[str, Any], path: str) -> Tree | None:
    """The mapping at the path, None when there is none."""
    value = find(tree, path)
    return value if isinstance(value, dict) else None


def put(tree: Tree, path: str, value: Any) -> None:
    """Set the value at a dotted path and make the mappings above it.

    A null above it stays, and the value is lost, as in istioctl. Raises TreeError when something
    else is in the way.
    """
    *above, name = path.split(".")
    parent: Any = tree
    for at, part in enumerate(above):
        parent = parent.setdefault(part, {})
        if parent is None:
            return
        if not isinstance(parent, dict):
            place = ".".join(above[: at + 1])
            raise TreeError(place, f"must be a mapping, is {with_integers(parent)!r}")
    parent[name] = value


def put_text(tree: Tree, path: str, value: Any) -> None:
    """Set a value through its text, as ``--set path=value`` does: ``2`` becomes a number."""
    text = format_value(value).strip()
    put(tree, path, text if path.startswith(_ALWAYS_TEXT) else parse_value(text))


def parse_value(text: str) -> Any:
    """The integer, number or truth value that the text is, else the text itself."""
    if text.lstrip("+-").isascii() and text[text[:1] in ("+", "-") :].isdigit():
        number = int(text)
        if -_LARGEST_INT <= number < _LARGEST_INT:
            return number
    decimal = parse_float(text)
    if decimal is not None:
        return decimal
    return _BOOLEANS.get(text, text.replace("\\,", ","))


def with_integers(value: Any) -> Any:
    """A deep copy in which whole numbers are integers, as Go writes them into JSON."""
    if isinstance(value, Mapping):
        return {key: with_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_integers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_JSON_INT:
        return int(value)
    return value
