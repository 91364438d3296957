# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overlays: patches by path on rendered objects, with the semantics of operator/pkg/tpath.

Two kinds of mapping behave differently there, and so here: those of the rendered object
(:class:`ObjectMap`) and those that came from a patch (plain dicts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import (
    GoDataError,
    YamlError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import loads
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.regex import (
    RegexError,
    compile_go,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import copy_tree
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.paths import (
    index_of,
    key_value_of,
    split_path,
    value_of,
)


class OverlayError(ValueError):
    """A patch that cannot be applied. istioctl passes over it without a word."""


class ObjectMap(dict[str, Any]):
    """A mapping of the rendered object itself."""


class _Slot:
    """A list in its place: lists that grow are replaced, and the place has to know."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items


@dataclass
class _Node:
    """A node on the way down; ``key`` leads to the child that was taken."""

    value: Any
    parent: _Node | None = None
    key: Any = None


def to_object(value: Any) -> Any:
    """A copy of a rendered object that patches can be applied to."""
    if isinstance(value, Mapping):
        return ObjectMap({key: to_object(item) for key, item in value.items()})
    if isinstance(value, list):
        return [to_object(item) for item in value]
    return value


def to_plain(value: Any) -> Any:
    """The object without anything of ours."""
    if isinstance(value, _Slot):
        return to_plain(value.items)
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    return value


def apply_patch(root: ObjectMap, path: str, value: Any) -> None:
    """Apply one patch in place: set the value, or delete what is at the path for None.

    Raises OverlayError when the path leads nowhere; mappings that were made on the way stay.
    """
    _write(_descend(_Node(root), split_path(path), path), copy_tree(value))


def _descend(node: _Node, parts: list[str], path: str) -> _Node:
    """The node at the path; mappings that are missing are made, list items only at the end."""
    while parts:
        part = parts[0]
        if node.value is None:
            by_item = index_of(part) is not None or key_value_of(part) is not None
            node.value = [] if by_item else {}
        value = node.value.items if isinstance(node.value, _Slot) else node.value
        if isinstance(value, list):
            node = _item(node, value, part, path)
        elif isinstance(value, dict):
            node = _entry(node, value, parts)
        else:
            raise OverlayError(f"{part} of path {path} leads into {value!r}, which has no parts")
        parts = parts[1:]
    return node


def _item(node: _Node, items: list[Any], part: str, path: str) -> _Node:
    index = index_of(part)
    if index is not None:
        if 0 <= index < len(items):
            node.key = index
            return _Node(items[index], node)
        node.key = len(items)
        return _Node({}, node)
    for number, item in enumerate(items):
        if isinstance(item, dict):
            pair = key_value_of(part)
            if pair is None:
                raise OverlayError(f"{part} of path {path} is no [key:value], as this list needs")
            if format_value(item.get(pair[0])) == pair[1]:
                node.key = number
                return _Node(item, node)
            continue
        pattern = value_of(part)
        if pattern is None:
            raise OverlayError(f"{part} of path {path} is no [:value], as this list needs")
        if _matches(pattern, item):
            node.key = number
            return _Node(item, node)
    raise OverlayError(f"path {path}: element {part} not found")


def _entry(node: _Node, mapping: dict[str, Any], parts: list[str]) -> _Node:
    part = parts[0]
    if part not in mapping:
        if isinstance(mapping, ObjectMap):
            mapping[part] = ObjectMap()
        else:
            by_index = len(parts) > 1 and index_of(parts[1]) is not None
            mapping[part] = [] if by_index else {}
    node.key = part
    value = mapping[part]
    return _Node(_Slot(value) if isinstance(value, list) else value, node)


def _matches(pattern: str, item: Any) -> bool:
    try:
        return compile_go(pattern).search(format_value(item)) is not None
    except RegexError as error:
        raise OverlayError(f"{pattern!r} is no regular expression: {error}") from error


def _write(node: _Node, value: Any) -> None:
    if value is not None:
        _set(node, value)
        return
    parent = node.parent
    if parent is None:
        raise OverlayError("the whole object cannot be deleted")
    if isinstance(parent.value, _Slot):
        _delete_item(parent, parent.value)
    elif isinstance(parent.value, dict):
        parent.value.pop(parent.key, None)
    else:
        raise OverlayError("an item of a list within a list cannot be deleted")


def _delete_item(node: _Node, slot: _Slot) -> None:
    if not 0 <= node.key < len(slot.items):
        raise OverlayError(f"there is no item {node.key} to delete")
    slot.items = slot.items[: node.key] + slot.items[node.key + 1 :]
    above = node.parent
    if above is None or not isinstance(above.value, dict):
        raise OverlayError("an item of a list within a list cannot be deleted")
    above.value[above.key] = slot.items


def _set(node: _Node, value: Any) -> None:
    """Set the node's value in its parent, then the parent in its own, up to the top."""
    while (parent := node.parent) is not None:
        if not _set_one(node, parent, value) or parent.parent is None:
            return
        node, value = parent, parent.value


def _set_one(node: _Node, parent: _Node, value: Any) -> bool:
    """Set one node; whether the parent has to be set as well."""
    parsed = _mapping_in(value)
    value = value if parsed is None else parsed
    place = parent.value
    if isinstance(place, _Slot):
        _set_item(place, parent.key, value)
    elif isinstance(place, ObjectMap):
        place[parent.key] = _settled(value)
    elif isinstance(place, dict):
        if isinstance(node.value, _Slot) and parsed is None:
            if not isinstance(value, _Slot):
                # In a mapping of a patch, a list takes what is written to it.
                value = [*node.value.items, value]
            place[parent.key] = _settled(value)
        elif parsed is not None:
            # The text's only key takes the place of the one that led here.
            place.pop(parent.key, None)
            key, inner = next(iter(parsed.items()), ("", None))
            if inner is not None:
                place[key] = inner
            return False
        else:
            place[parent.key] = _settled(value)
    else:
        raise OverlayError(f"cannot set anything in {place!r}")
    node.value = value
    return True


def _set_item(slot: _Slot, index: int, value: Any) -> None:
    items = list(slot.items)
    if index >= len(items):
        items += [None] * (index - len(items) + 1)
    items[index] = _settled(value)
    slot.items = items


def _settled(value: Any) -> Any:
    return value.items if isinstance(value, _Slot) else value


def _mapping_in(value: Any) -> dict[str, Any] | None:
    """The mapping that a text of YAML (not JSON) is, None for anything else."""
    if not isinstance(value, str):
        return None
    if not ((": " in value and "\n" not in value) or (":" in value and "\n" in value)):
        return None
    try:
        if isinstance(loads(value), dict):
            return None
    except GoDataError:
        pass
    try:
        parsed = load(value)
    except YamlError:
        return None
    return parsed if isinstance(parsed, dict) else {} if parsed is None else None
