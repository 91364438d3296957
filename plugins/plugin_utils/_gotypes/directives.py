# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directives of strategic merge patches: their names, and what they do to values."""

from __future__ import annotations

from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import MisfitError

PATCH: Final = "$patch"
RETAIN_KEYS: Final = "$retainKeys"
SET_ORDER: Final = "$setElementOrder"
DELETE_FROM: Final = "$deleteFromPrimitiveList"
DROPPED: Final = object()


def list_key(directive: str) -> str:
    """Return the name of the list in ``$setElementOrder/containers``."""
    prefix, slash, key = directive.partition("/")
    if not slash or prefix not in (SET_ORDER, DELETE_FROM):
        raise MisfitError(
            f"has the unknown directive {directive}", "It must be followed by / and a list's name."
        )
    return key


def keys_to_retain(
    original: dict[str, Any], patch: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both with ``$retainKeys`` obeyed: the original loses all other keys."""
    if RETAIN_KEYS not in patch:
        return original, patch
    keys = patch[RETAIN_KEYS]
    if not isinstance(keys, list):
        raise MisfitError(f"must have a list as {RETAIN_KEYS}")
    rest = {key: value for key, value in patch.items() if key != RETAIN_KEYS}
    for key, value in rest.items():
        if value is None or key.startswith((DELETE_FROM, SET_ORDER)):
            continue
        if key not in keys:
            raise MisfitError(f"has the key {key}, which its {RETAIN_KEYS} lacks")
    return {key: value for key, value in original.items() if key in keys}, rest


def without_nulls(value: Any) -> Any:
    """Return a value whose mappings have no nulls; those in lists stay."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def without_directives(value: Any) -> Any:
    """Return a value without the mappings in it that have ``$patch``; ``DROPPED`` if it is one."""
    if isinstance(value, dict):
        if PATCH in value:
            return DROPPED
        pairs = ((key, without_directives(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not DROPPED}
    if isinstance(value, list):
        return [item for item in map(without_directives, value) if item is not DROPPED]
    return value
