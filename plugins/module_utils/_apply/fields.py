# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Owned fields: what `metadata.managedFields` says about one manager.

The format is FieldsV1 of the Kubernetes API: a tree of `f:<name>` (a field or map key),
`k:<json>` (a list item by its keys), `v:<json>` (an item of a set), `i:<n>` (a list index) and `.`
(the item itself). A node without children is a leaf: a scalar, or a list or map owned as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Fields = dict[str, Any]

ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()


def entry_of(obj: Mapping[str, Any] | None, manager: str) -> dict[str, Any] | None:
    """The managedFields entry of this manager's server-side applies, or None."""
    for entry in ((obj or {}).get("metadata") or {}).get("managedFields") or ():
        if (
            entry.get("manager") == manager
            and entry.get("operation") == "Apply"
            and not entry.get("subresource")
        ):
            found: dict[str, Any] = entry
            return found
    return None


def owned(obj: Mapping[str, Any] | None, manager: str) -> Fields:
    """The tree of fields this manager owns by server-side apply; empty when it owns none."""
    entry = entry_of(obj, manager)
    return (entry or {}).get("fieldsV1") or {}


def merged(left: Fields, right: Fields) -> Fields:
    """The union of two trees."""
    result = dict(left)
    for key, child in right.items():
        result[key] = merged(result[key], child) if key in result else child
    return result


def owns(fields: Fields, path: tuple[str, ...]) -> bool:
    """Whether the tree holds the given steps (each with its prefix, such as `f:spec`)."""
    node = fields
    for step in path:
        if step not in node:
            return False
        node = node[step]
    return True


def list_key(step: str) -> dict[str, Any]:
    """The keys in a `k:` step."""
    keys: dict[str, Any] = json.loads(step[2:])
    return keys


def item_with(items: Any, keys: Mapping[str, Any]) -> Any:
    """The list item that has these keys, or ABSENT."""
    if isinstance(items, list):
        for item in items:
            if isinstance(item, dict) and all(
                key in item and same(item[key], value) for key, value in keys.items()
            ):
                return item
    return ABSENT


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: numbers by value, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(same(value, right[key]) for key, value in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def project(obj: Any, fields: Fields) -> Any:
    """The part of a value that the tree names; ABSENT when nothing of it is there.

    Order is that of the object, so two projections by one tree can be compared and shown as text.
    """
    steps = [step for step in fields if step != "."]
    if not steps or obj is ABSENT:
        return obj
    if isinstance(obj, dict):
        return _project_map(obj, fields)
    if isinstance(obj, list):
        return _project_list(obj, steps, fields)
    return obj


def _project_map(obj: dict[str, Any], fields: Fields) -> Any:
    result = {}
    for key, value in obj.items():
        child = fields.get("f:" + key)
        if child is not None:
            part = project(value, child)
            if part is not ABSENT:
                result[key] = part
    return result if result or "." in fields else ABSENT


def _project_list(obj: list[Any], steps: list[str], fields: Fields) -> Any:
    keyed = [(list_key(step), fields[step]) for step in steps if step.startswith("k:")]
    values = [json.loads(step[2:]) for step in steps if step.startswith("v:")]
    if not keyed and not values:
        return obj
    result = []
    for item in obj:
        if any(same(item, value) for value in values):
            result.append(item)
            continue
        for keys, child in keyed:
            if item_with([item], keys) is not ABSENT:
                part = project(item, child)
                result.append({**keys, **part} if isinstance(part, dict) else dict(keys))
                break
    return result or ABSENT


def project_object(obj: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """An object reduced to its identity and the owned fields."""
    body = {k: v for k, v in obj.items() if k not in ("apiVersion", "kind")}
    part = project(body, fields) if fields else ABSENT
    result: dict[str, Any] = {"apiVersion": obj.get("apiVersion"), "kind": obj.get("kind")}
    metadata = {
        key: obj["metadata"][key] for key in ("name", "namespace") if obj["metadata"].get(key)
    }
    result["metadata"] = metadata
    if part is not ABSENT:
        metadata.update(part.get("metadata") or {})
        result.update({key: value for key, value in part.items() if key != "metadata"})
    return result
