# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subcharts: which are enabled, under which name, and what values they export to their parent.

Behaviour of helm.sh/helm/v3 pkg/chartutil/dependencies.go (ProcessDependenciesWithMerge).
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import Dependency
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.semver import compatible
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    Values,
    coalesce,
    copy_tree,
    lookup_table,
    lookup_value,
    merge_tables,
)


def process_dependencies(chart: Chart, values: Values) -> None:
    """Drop disabled subcharts, apply aliases and import values, in place."""
    _process_enabled(chart, values, "")
    _import_all(chart)


def _aliased(charts: list[Chart], wanted: Dependency) -> Chart | None:
    for chart in charts:
        if chart.name == wanted.name and compatible(wanted.version, chart.metadata.version):
            found = chart.shallow_copy()
            if wanted.alias:
                found.metadata.raw["name"] = wanted.alias
            return found
    return None


def _process_enabled(chart: Chart, values: Values, path: str) -> None:
    wanted = chart.metadata.dependencies
    if not wanted:
        return
    kept = [
        found
        for found in chart.dependencies
        if not any(
            found.name == one.name and compatible(one.version, found.metadata.version)
            for one in wanted
        )
    ]
    for one in wanted:
        found_chart = _aliased(chart.dependencies, one)
        if found_chart is not None:
            kept.append(found_chart)
        one.name = one.alias or one.name
        one.enabled = True
    chart.adopt(kept)
    merged = coalesce(chart, values)
    _apply_tags(wanted, merged)
    _apply_conditions(wanted, merged, path)
    removed = {one.name for one in wanted if not one.enabled}
    chart.adopt([found for found in chart.dependencies if found.name not in removed])
    chart.metadata.dependencies = [one for one in wanted if one.name not in removed]
    for found in chart.dependencies:
        _process_enabled(found, merged, f"{path}{found.name}.")


def _apply_tags(wanted: list[Dependency], values: Values) -> None:
    tags = lookup_table(values, "tags")
    if tags is None:
        return
    for one in wanted:
        said = [tags[tag] for tag in one.tags if isinstance(tags.get(tag), bool)]
        one.enabled = any(said) or not said


def _apply_conditions(wanted: list[Dependency], values: Values, path: str) -> None:
    for one in wanted:
        for condition in one.condition.strip().split(","):
            if not condition:
                continue
            known, value = lookup_value(values, path + condition)
            if known and isinstance(value, bool):
                one.enabled = value
                break


def _import_all(chart: Chart) -> None:
    for dependency in chart.dependencies:
        _import_all(dependency)
    if chart.metadata.dependencies:
        _import_values(chart)


def _under(path: str, table: Values) -> Values:
    if path == ".":
        return table
    for name in reversed(path.split(".")):
        table = {name: table}
    return table


def _import_values(chart: Chart) -> None:
    merged = coalesce(chart, {}, keep_nulls=True)
    imported: Values = {}
    for one in chart.metadata.dependencies:
        for item in one.import_values:
            child, parent = _import_paths(item)
            table = lookup_table(merged, f"{one.name}.{child}") if child else None
            if table is not None:
                merge_tables(imported, _under(parent, table), keep_nulls=True)
    chart.values = merge_tables(copy_tree(merged), imported, keep_nulls=True)


def _import_paths(item: Any) -> tuple[str, str]:
    if isinstance(item, str):
        return f"exports.{item}", "."
    if isinstance(item, dict):
        return format_value(item.get("child")), format_value(item.get("parent"))
    return "", ""
