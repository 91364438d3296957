# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is a live object surely what an apply of the desired one would leave?

The answer is exact without knowing any schema: our entry in `managedFields` says which fields the
last apply set and how each list is keyed. Desired and live are equal when every desired field is
owned by us with the same value and we own nothing else. Anything that cannot be seen this way
(quantities spelt differently, values the server changed, another API version) is reported as a
doubt; the caller then asks the server, so a doubt costs a request and never a wrong answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import (
    ABSENT,
    Fields,
    entry_of,
    list_key,
    same,
)

_IDENTITY = ("apiVersion", "kind")
_METADATA_IDENTITY = ("name", "namespace")


def doubt(desired: Mapping[str, Any], live: Mapping[str, Any], manager: str) -> str | None:
    """None when applying `desired` would surely change nothing, else the place that is in doubt."""
    if live["metadata"].get("deletionTimestamp"):
        return "metadata.deletionTimestamp"
    entry = entry_of(live, manager)
    if entry is None:
        return "not applied by us yet"
    if entry.get("fieldsType") != "FieldsV1":
        return "metadata.managedFields"
    if entry.get("apiVersion") != desired["apiVersion"] or (
        live.get("apiVersion") != desired["apiVersion"]
    ):
        return "apiVersion"
    found = _doubt(_body(desired), _body(live), entry.get("fieldsV1") or {}, "")
    return found if found is None else found or "."


def _body(obj: Mapping[str, Any]) -> dict[str, Any]:
    """The object without what names it: no manager owns its identity."""
    body = {key: value for key, value in obj.items() if key not in _IDENTITY}
    metadata = {k: v for k, v in obj["metadata"].items() if k not in _METADATA_IDENTITY}
    if metadata:
        body["metadata"] = metadata
    else:
        del body["metadata"]
    return body


def _doubt(desired: Any, live: Any, fields: Fields, path: str) -> str | None:
    steps = [step for step in fields if step != "."]
    if not steps:
        if desired is None:  # owned as an explicit null; the server stores no value for it
            return None if live is ABSENT or live is None else path
        return None if live is not ABSENT and same(desired, live) else path
    kind = steps[0][:2]
    if any(step[:2] != kind for step in steps):
        return path
    if kind == "f:":
        return _doubt_map(desired, live, fields, steps, path)
    if kind == "k:":
        return _doubt_items(desired, live, fields, steps, path)
    if kind == "v:":
        return _doubt_set(desired, live, steps, path)
    return path


def _doubt_map(desired: Any, live: Any, fields: Fields, steps: list[str], path: str) -> str | None:
    if not isinstance(desired, dict) or not isinstance(live, dict):
        return path
    if len(desired) != len(steps):
        keys = [*desired, *(step[2:] for step in steps)]
        odd = (key for key in keys if key not in desired or "f:" + key not in fields)
        return f"{path}.{next(odd)}"
    for key, value in desired.items():
        child = fields.get("f:" + key)
        if child is None:
            return f"{path}.{key}"
        found = _doubt(value, live.get(key, ABSENT), child, f"{path}.{key}")
        if found is not None:
            return found
    return None


def _doubt_items(
    desired: Any, live: Any, fields: Fields, steps: list[str], path: str
) -> str | None:
    """Items of a keyed list: one desired item for each owned one, in the order of the live list.

    A desired item may leave out a key the server defaults (such as a port's protocol): the owned
    fields below then lack it too, so that a change of the key is still seen.
    """
    if not isinstance(desired, list) or not isinstance(live, list) or len(desired) != len(steps):
        return path
    owned = [(list_key(step), fields[step]) for step in steps]
    positions: list[int] = []
    used: set[int] = set()
    for item in desired:
        index = _match(item, owned)
        if index is None or index in used:
            return path
        used.add(index)
        keys, child = owned[index]
        position = _position(live, keys)
        if position is None:
            return path
        positions.append(position)
        found = _doubt(item, live[position], child, f"{path}[{_label(keys)}]")
        if found is not None:
            return found
    return None if positions == sorted(positions) else path


def _match(item: Any, owned: list[tuple[dict[str, Any], Fields]]) -> int | None:
    """Index of the only owned entry whose keys the item has or leaves out, else None."""
    if not isinstance(item, dict):
        return None
    found = [
        index
        for index, (keys, child) in enumerate(owned)
        if all(
            same(item[key], value) if key in item else "f:" + key not in child
            for key, value in keys.items()
        )
    ]
    return found[0] if len(found) == 1 else None


def _position(live: list[Any], keys: Mapping[str, Any]) -> int | None:
    for index, item in enumerate(live):
        if isinstance(item, dict) and all(
            key in item and same(item[key], value) for key, value in keys.items()
        ):
            return index
    return None


def _label(keys: Mapping[str, Any]) -> str:
    return ",".join(f"{key}={value}" for key, value in keys.items())


def _doubt_set(desired: Any, live: Any, steps: list[str], path: str) -> str | None:
    if not isinstance(desired, list) or not isinstance(live, list) or len(desired) != len(steps):
        return path
    values = [json.loads(step[2:]) for step in steps]
    if not all(any(same(item, value) for value in values) for item in desired):
        return path
    order = [_index(live, item) for item in desired]
    return None if -1 not in order and order == sorted(set(order)) else path


def _index(items: list[Any], wanted: Any) -> int:
    return next((index for index, item in enumerate(items) if same(item, wanted)), -1)
