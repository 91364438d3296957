# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strategic merge patches, as Kubernetes' API server and clients apply them.

Behaviour of ``StrategicMergeMapPatchUsingLookupPatchMeta`` in
k8s.io/apimachinery/pkg/util/strategicpatch: lists of objects merge by key where the Go struct says
so, ``$patch``, ``$retainKeys``, ``$setElementOrder/...`` and ``$deleteFromPrimitiveList/...`` work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import patchlists
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.directives import (
    DELETE_FROM,
    DROPPED,
    PATCH,
    SET_ORDER,
    keys_to_retain,
    list_key,
    without_directives,
    without_nulls,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import (
    GoTypeError,
    MisfitError,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.patchlists import kind_of
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.patchrules import (
    MERGE,
    REPLACE,
    rule,
)

__all__ = ["GoTypeError", "strategic_merge"]

Object = dict[str, Any]


def strategic_merge(
    type_name: str, original: Mapping[str, Any], patch: Mapping[str, Any]
) -> Object:
    """Return ``original`` with ``patch`` merged into it, by the rules of a struct.

    Both stay as they are, and the result shares parts with them: what changes it in place must
    copy it first (:func:`.decode.decode` does). Keys keep their order, new ones come last. Raises
    GoTypeError, which begins with the path, for patches that Kubernetes refuses.
    """
    try:
        return merge_maps(dict(original), dict(patch), type_name)
    except MisfitError as error:
        raise error.at("") from None


def merge_maps(original: Object, patch: Object, owner: str) -> Object:
    """Return a merged mapping of type ``owner``."""
    if PATCH in patch:
        return _replaced(patch)
    original, patch = keys_to_retain(original, patch)
    if any(key.startswith(SET_ORDER) for key in patch):
        original, patch = dict(original), dict(patch)
        for key in [key for key in patch if key.startswith(SET_ORDER)]:
            _set_order(original, patch, key, owner)
    result = dict(original)
    for key, value in patch.items():
        try:
            _merge_field(result, key, value, owner)
        except MisfitError as error:
            error.keys.append(key)
            raise
    return result


def _replaced(patch: Object) -> Object:
    directive = patch[PATCH]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != PATCH}
    if directive == "delete":
        return {}
    raise MisfitError(f"has an unknown {PATCH}: {shown(directive)}", "Use replace or delete.")


def _merge_field(result: Object, key: str, value: Any, owner: str) -> None:
    """Put one field of a patch into the result."""
    deletes = key.startswith(DELETE_FROM)
    if deletes:
        key = list_key(key)
    if value is None:
        result.pop(key, None)
        return
    if key not in result or kind_of(result[key]) != kind_of(value):
        if not deletes:
            _put(result, key, without_nulls(value))
        return
    before = result[key]
    if isinstance(value, dict):
        how = rule(owner, key, of_list=False)
        merged = value if how.strategy == REPLACE else merge_maps(before, value, how.type)
        result[key] = merged
    elif isinstance(value, list):
        how = rule(owner, key, of_list=True)
        if how.strategy == MERGE or deletes:
            merged_list = patchlists.merge_lists(before, value, how, deletes, merge_maps)
            result[key] = merged_list
        else:
            result[key] = value
    else:
        result[key] = value


def _put(result: Object, key: str, value: Any) -> None:
    """Put a new value, or take the key away when the value is only a directive."""
    kept = without_directives(value)
    if kept is DROPPED:
        result.pop(key, None)
    else:
        result[key] = kept


def _set_order(original: Object, patch: Object, key: str, owner: str) -> None:
    """Merge the list that ``$setElementOrder/...`` speaks of, in that order; both are changed."""
    order = patch.pop(key)
    name = list_key(key)
    try:
        merged = _ordered(original, patch, name, order, owner)
    except MisfitError as error:
        error.keys.append(name)
        raise
    if merged is not None:
        original[name] = merged
        patch.pop(name, None)


def _ordered(
    original: Object, patch: Object, name: str, order: Any, owner: str
) -> list[Any] | None:
    before, changes = original.get(name), patch.get(name)
    for value, given in ((order, True), (before, name in original), (changes, name in patch)):
        if given and not isinstance(value, list):
            raise MisfitError(f"must be a list for {SET_ORDER}, is {shown(value)}")
    how = rule(owner, name, of_list=True)
    patchlists.check_order(changes or [], order, how.merge_key)
    if before is None and changes is None:
        return None
    if changes is None:
        merged = before or []
    elif before is None:
        merged = without_directives(changes)
    elif how.strategy == MERGE:
        merged = patchlists.merge_lists(before, changes, how, False, merge_maps)
    else:
        merged = changes
    return patchlists.by_order(merged, order, before or [], changes or [], how.merge_key)
