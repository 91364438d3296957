# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values: overlays, ``--set`` paths and a chart's defaults, merged as Helm merges them."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ValuesError

Values = dict[str, Any]


def read_values(text: str, origin: str) -> Values:
    """Read a values file. Raises ValuesError that names ``origin``."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load

    try:
        document = load(text)
    except YamlError as error:
        raise ValuesError(f"{origin}: {error}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ValuesError(f"{origin}: values must be a map")
    return document


def copy_tree(value: Any) -> Any:
    """Copy nested dicts and lists; everything else is shared."""
    if value.__class__ is dict:
        return {key: copy_tree(item) for key, item in value.items()}
    if value.__class__ is list:
        return [copy_tree(item) for item in value]
    return value


def as_go_values(value: Any) -> Any:
    """Return plain data as Helm would read it from a values file: numbers are floats.

    Inventory data has integers; Helm reads every number of a file as float64, and templates show
    the difference. Raises ValuesError for what YAML cannot hold.
    """
    if isinstance(value, dict):
        return {str(key): as_go_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_go_values(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        return str(value)
    raise ValuesError(f"a value of type {type(value).__name__} has no place in chart values")


def merge_values(*overlays: Values) -> Values:
    """Merge values files left to right: maps are merged, everything else is replaced.

    A null stays; it deletes the chart's default later. The overlays are not changed.
    """
    merged: Values = {}
    for overlay in overlays:
        merged = _merge(merged, overlay)
    return merged


def _merge(base: Values, overlay: Values) -> Values:
    out = dict(base)
    for key, value in overlay.items():
        below = out.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            out[key] = _merge(below, value)
        else:
            out[key] = copy_tree(value)
    return out


def coalesce(chart: Chart, values: Values, *, keep_nulls: bool = False) -> Values:
    """Put the defaults of a chart and its subcharts under ``values``; a null deletes a default.

    ``keep_nulls`` is Helm's MergeValues, used while dependencies are processed. Raises ValuesError
    when something other than a map is given for a subchart.
    """
    return _coalesce(chart, copy_tree(values), keep_nulls)


def _coalesce(chart: Chart, values: Values, keep_nulls: bool) -> Values:
    children = {dependency.name for dependency in chart.dependencies}
    for key, default in copy_tree(chart.values).items():
        if key not in values:
            values[key] = default
            continue
        value = values[key]
        if value is None and not keep_nulls:
            del values[key]
        elif isinstance(value, dict) and isinstance(default, dict):
            merge_tables(value, default, keep_nulls=keep_nulls or key in children)
    for dependency in chart.dependencies:
        below = values.setdefault(dependency.name, {})
        if not isinstance(below, dict):
            raise ValuesError(
                f"chart {chart.name}: the values of subchart {dependency.name} must be a map, "
                f"got {below!r}"
            )
        _hand_down_globals(below, values)
        values[dependency.name] = _coalesce(dependency, below, keep_nulls)
    return values


def _hand_down_globals(below: Values, above: Values) -> None:
    mine = below.get("global", {})
    theirs = above.get("global", {})
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return
    for key, value in theirs.items():
        if isinstance(value, dict):
            copied = dict(value)
            if key not in mine:
                mine[key] = copied
            elif isinstance(mine[key], dict):
                merge_tables(copied, mine[key], keep_nulls=True)
                mine[key] = copied
        elif not isinstance(mine.get(key), dict):
            mine[key] = value
    below["global"] = mine


def merge_tables(over: Values, under: Values, *, keep_nulls: bool) -> Values:
    """Fill ``over`` from ``under``, in place; ``over`` wins.

    Without ``keep_nulls``, a null in ``over`` deletes a value that ``under`` has; a null that
    ``under`` does not know stays.
    """
    known = {key for key, value in under.items() if value is not None}
    for key, value in over.items():
        if value is None:
            under[key] = None
    for key, value in under.items():
        if key not in over:
            over[key] = value
            continue
        mine = over[key]
        if mine is None and not keep_nulls and key in known:
            del over[key]
        elif isinstance(value, dict) and isinstance(mine, dict):
            merge_tables(mine, value, keep_nulls=keep_nulls)
    return over


def lookup_table(values: Values, path: str) -> Values | None:
    """Return the map at a dotted path, or None."""
    table: Any = values
    for part in path.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def lookup_value(values: Values, path: str) -> tuple[bool, Any]:
    """Return whether there is a value (not a map) at a dotted path, and the value."""
    above, _dot, name = path.rpartition(".")
    table = lookup_table(values, above) if above else values
    if table is None or name not in table or isinstance(table[name], dict):
        return False, None
    return True, table[name]
