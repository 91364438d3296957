# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's functions on maps. ``keys`` and ``values`` are sorted: Go's order is random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedList,
    TypedMap,
    type_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import (
    is_empty,
    text_of,
    texts,
)

Map = dict[str, Any]


@gofunc("dict", (object,), variadic=True)
def dict_(*pairs: Any) -> Map:
    """A map of keys and values in turn; a missing last value is an empty text."""
    out: Map = {}
    for at in range(0, len(pairs), 2):
        out[text_of(pairs[at])] = pairs[at + 1] if at + 1 < len(pairs) else ""
    return out


@gofunc("get", (dict, str))
def get(mapping: Map | None, key: str) -> Any:
    """A value, or an empty text."""
    return (mapping or {}).get(key, "")


@gofunc("set", (dict, str, object))
def set_(mapping: Map | None, key: str, value: Any) -> Map:
    """Change the map itself."""
    if mapping is None:
        raise FunctionError("assignment to entry in nil map")
    mapping[key] = value
    return mapping


@gofunc("unset", (dict, str))
def unset(mapping: Map | None, key: str) -> Map | None:
    """Delete a key in the map itself."""
    if mapping is not None:
        mapping.pop(key, None)
    return mapping


@gofunc("hasKey", (dict, str))
def has_key(mapping: Map | None, key: str) -> bool:
    """Tell whether a key is there."""
    return key in (mapping or {})


@gofunc("pluck", (str, dict), variadic=True)
def pluck(key: str, *mappings: Map | None) -> list[Any]:
    """The values of a key in several maps."""
    return [mapping[key] for mapping in mappings if mapping and key in mapping]


@gofunc("keys", (dict,), variadic=True)
def keys(*mappings: Map | None) -> TypedList:
    """The keys of all maps."""
    return texts([key for mapping in mappings for key in sorted(mapping or {})])


@gofunc("values", (dict,))
def values(mapping: Map | None) -> list[Any]:
    """The values, in the order of their keys."""
    return [item for _key, item in sorted((mapping or {}).items())]


@gofunc("pick", (dict, str), variadic=True)
def pick(mapping: Map | None, *names: str) -> Map:
    """A new map with some keys."""
    source = mapping or {}
    return {name: source[name] for name in names if name in source}


@gofunc("omit", (dict, str), variadic=True)
def omit(mapping: Map | None, *names: str) -> Map:
    """A new map without some keys."""
    return {key: item for key, item in (mapping or {}).items() if key not in names}


def merge_into(target: Map, source: Map, overwrite: bool) -> None:
    """Merge as Go's mergo: in place, maps of the source become part of the target.

    Without ``overwrite`` the source fills what is missing or empty; with it, everything of the
    source wins, also nil, false and 0.
    """
    for key, new in source.items():
        old = target.get(key)
        if new is None:
            if overwrite:
                target[key] = None
            continue
        if isinstance(new, dict) and isinstance(old, dict):
            # An empty map is filled, not replaced, unless both are empty.
            merge_into(old, new, overwrite)
            if old:
                continue
        if overwrite or is_empty(old):
            target[key] = new


def _merge(target: Map | None, sources: tuple[Map | None, ...], overwrite: bool) -> Map:
    result: Map = {} if target is None else target
    for source in sources:
        merge_into(result, source or {}, overwrite)
    return result


@gofunc("merge", (dict, dict), variadic=True)
def merge(target: Map | None, *sources: Map | None) -> Map:
    """Fill gaps of the first map from the others."""
    return _merge(target, sources, False)


@gofunc("mergeOverwrite", (dict, dict), variadic=True)
def merge_overwrite(target: Map | None, *sources: Map | None) -> Map:
    """Put the other maps over the first."""
    return _merge(target, sources, True)


def copy_deep(value: Any) -> Any:
    """Copy maps and lists all the way down."""
    if isinstance(value, TypedMap):
        return TypedMap({k: copy_deep(v) for k, v in value.items()}, value.elem, value.zero)
    if isinstance(value, TypedList):
        return TypedList([copy_deep(item) for item in value], value.elem)
    if isinstance(value, dict):
        return {key: copy_deep(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_deep(item) for item in value]
    return value


@gofunc("deepCopy", (object,))
def deep_copy(value: Any) -> Any:
    """Copy maps and lists all the way down."""
    if value is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    return copy_deep(value)


def _mismatch(value: Any, wanted: str) -> FunctionError:
    found = "nil" if value is None else type_name(value)
    return FunctionError(f"interface conversion: interface {{}} is {found}, not {wanted}")


@gofunc("dig", (object,), variadic=True)
def dig(*arguments: Any) -> Any:
    """Follow keys into nested maps: keys, a default, the map."""
    if len(arguments) < 3:
        raise FunctionError("dig needs at least three arguments")
    *names, default, step = arguments
    for position, name in enumerate(names):
        if not isinstance(step, dict) or isinstance(step, TypedMap):
            raise _mismatch(step, "map[string]interface {}")
        if not isinstance(name, str):
            raise _mismatch(name, "string")
        if name not in step:
            return default
        step = step[name]
        if position == len(names) - 1:
            return step
    return step


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            deep_copy, dict_, dig, get, has_key, keys, merge, merge_overwrite, omit, pick, pluck,
            set_, unset, values,
        )
    },
    "mustMerge": merge,
    "mustMergeOverwrite": merge_overwrite,
    "mustDeepCopy": deep_copy,
}  # fmt: skip
