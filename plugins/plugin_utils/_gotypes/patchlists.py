# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging lists by strategic merge patches: by key or as sets, and the order of the result."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.directives import (
    PATCH,
    SET_ORDER,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import (
    MisfitError,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.patchrules import Rule

Items = list[Any]
Identify = Callable[[Any], Hashable]
MergeMaps = Callable[[dict[str, Any], dict[str, Any], str], dict[str, Any]]

# bool stands before int, of which it is a kind.
_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    dict: "map",
    list: "list",
}


def kind_of(value: Any) -> str:
    """Return which of JSON's types a value has, integers and floats told apart as Go does."""
    kind = _KINDS.get(value.__class__)
    if kind is not None:
        return kind
    for base, name in _KINDS.items():
        if isinstance(value, base):
            return name
    raise MisfitError(f"is no JSON value: {shown(value)}")


def merge_lists(
    original: Items, patch: Items, how: Rule, deletes: bool, merge_maps: MergeMaps
) -> Items:
    """Return the merged list; ``deletes``: the patch lists scalars to take away."""
    if not original and not patch:
        return original
    of_maps = _kind_of_all(original, patch) == "map"
    if of_maps:
        if not how.merge_key:
            raise MisfitError("cannot be merged: its elements have no merge key")
        original, patch = _obey_directives(original, patch, how.merge_key)
        merged = _merge_by_key(original, patch, how, merge_maps)
    elif deletes:
        taken = {_identity(item) for item in patch}
        return [item for item in original if _identity(item) not in taken]
    else:
        merged = _without_duplicates([*original, *patch])
    return _arranged(merged, patch, patch, original, how.merge_key, of_maps)


def by_order(merged: Items, order: Items, before: Items, changes: Items, merge_key: str) -> Items:
    """Return a merged list in the order that ``$setElementOrder`` asks for."""
    of_maps = _kind_of_all(before, changes) == "map"
    return _arranged(merged, order, order, before, merge_key, of_maps)


def check_order(patch: Items, order: Items, merge_key: str) -> None:
    """Refuse a patch whose elements are not in that order, or not in it at all."""
    if not order or not patch:
        return
    identify: Identify = partial(_key, merge_key=merge_key) if merge_key else _identity
    wanted = list(map(identify, order))
    place = 0
    for item in patch:
        directive = item.get(PATCH) if isinstance(item, dict) else None
        if directive == "delete":
            continue
        # Like upstream, which refuses other directives behind the last element of the order.
        if directive is not None and place < len(wanted):
            continue
        while place < len(wanted) and wanted[place] != identify(item):
            place += 1
        if place == len(wanted):
            raise MisfitError(f"is not in the order of its {SET_ORDER}")
        place += 1


def _kind_of_all(*lists: Items) -> str:
    """Return the kind of all elements; they must be alike, and no lists."""
    kinds = {kind_of(item) for items in lists for item in items}
    if not kinds:
        raise MisfitError("has no elements to merge")
    if len(kinds) > 1 or kinds & {"null", "list"}:
        raise MisfitError(
            f"cannot be merged: its elements are of the kinds {', '.join(sorted(kinds))}"
        )
    return kinds.pop()


def _identity(item: Any) -> Hashable:
    kind = kind_of(item)
    if kind in ("map", "list"):
        raise MisfitError(f"has {shown(item)} where a scalar must be")
    return kind, item


def _key(item: Any, merge_key: str) -> Hashable:
    """Return what tells an element of a list from the others."""
    if not isinstance(item, dict):
        raise MisfitError(f"must have mappings with a {merge_key}, has {shown(item)}")
    if merge_key not in item:
        raise MisfitError(f"has an element without its merge key {merge_key}")
    return _identity(item[merge_key])


def _obey_directives(original: Items, patch: Items, merge_key: str) -> tuple[Items, Items]:
    """Return both lists once elements with ``$patch`` have done their work."""
    rest: Items = []
    replace = False
    for item in patch:
        directive = item.get(PATCH)
        if PATCH not in item:
            rest.append(item)
        elif directive == "delete":
            gone = _key(item, merge_key)
            original = [each for each in original if _weak_key(each, merge_key) != gone]
        elif directive == "replace":
            replace = True
        else:
            raise MisfitError(f"has an unknown {PATCH}: {shown(directive)}")
    return (rest, []) if replace else (original, rest)


def _weak_key(item: dict[str, Any], merge_key: str) -> Hashable:
    return _identity(item[merge_key]) if merge_key in item else None


def _merge_by_key(original: Items, patch: Items, how: Rule, merge_maps: MergeMaps) -> Items:
    merged = list(original)
    for item in patch:
        wanted = _key(item, how.merge_key)
        for place, candidate in enumerate(merged):
            if _weak_key(candidate, how.merge_key) == wanted:
                try:
                    merged[place] = merge_maps(candidate, item, how.type)
                except MisfitError as error:
                    error.keys.append(place)
                    raise
                break
        else:
            merged.append(item)
    return merged


def _without_duplicates(items: Items) -> Items:
    """Return each scalar once; like upstream, the last element takes a duplicate's place."""
    items = list(items)
    first = 0
    while first < len(items) - 1:
        second = first + 1
        while second < len(items):
            if _identity(items[first]) == _identity(items[second]):
                items[second] = items[-1]
                items.pop()
            else:
                second += 1
        first += 1
    return items


def _arranged(
    merged: Items,
    patched: Items,
    patch_order: Items,
    server_order: Items,
    merge_key: str,
    of_maps: bool,
) -> Items:
    """Return the elements in order: those of the patch as there, the others as they were.

    Where both were in ``server_order``, an element that stood in front of one of the patch stays
    in front of it; else the patch's come first.
    """
    identify: Identify = partial(_key, merge_key=merge_key) if merge_key else _identity
    in_patch = {identify(item) for item in patched}
    of_patch = [item for item in merged if identify(item) in in_patch]
    others = [item for item in merged if identify(item) not in in_patch]
    # Items are compared by their merge key only when they are mappings.
    same = identify if of_maps else _identity
    before = _places(server_order, same)
    of_patch = _sorted(of_patch, _places(patch_order, same), same)
    others = _sorted(others, before, same)
    result: Items = []
    at = 0
    for item in others:
        place = before.get(same(item))
        while at < len(of_patch):
            other = before.get(same(of_patch[at]))
            if place is not None and other is not None and place < other:
                break
            result.append(of_patch[at])
            at += 1
        result.append(item)
    return result + of_patch[at:]


def _places(order: Items, same: Identify) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for place, item in enumerate(order):
        places.setdefault(same(item), place)
    return places


def _sorted(items: Items, places: dict[Hashable, int], same: Identify) -> Items:
    """Return items by their places; one without a place goes before all that came before it.

    That is what Go's stable sort makes of upstream's comparison for up to 20 elements.
    """
    result: Items = []
    for item in items:
        place = places.get(same(item))
        at = len(result)
        while at > 0:
            other = places.get(same(result[at - 1]))
            if place is not None and other is not None and place >= other:
                break
            at -= 1
        result.insert(at, item)
    return result
