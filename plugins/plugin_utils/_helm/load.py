# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a chart from a directory or an archive."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import read_archive
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart, digest_of
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.ignore import read_directory
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import (
    Metadata,
    read_metadata,
    validate,
)

_MAX_DEPTH = 20


def load_chart(path: Path) -> Chart:
    """Load a chart from a directory or a .tgz file. Raises ChartError, which names the culprit."""
    return load_files(read_files(path), str(path))


def load_archive(data: bytes, origin: str) -> Chart:
    """Load a chart from the bytes of a .tgz file; ``origin`` names it in errors."""
    return load_files(read_archive(data, origin), origin)


def read_files(path: Path) -> dict[str, bytes]:
    """Return the files of a chart directory or archive, unparsed."""
    if path.is_dir():
        return read_directory(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ChartError(f"{path}: {error.strerror}") from None
    return read_archive(data, str(path))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _yaml(data: bytes, where: str) -> Any:
    try:
        return load(_text(data))
    except YamlError as error:
        raise ChartError(f"{where}: {error}") from None


def _metadata(files: Mapping[str, bytes], origin: str) -> Metadata:
    if "Chart.yaml" not in files:
        raise ChartError(f"{origin}: Chart.yaml file is missing")
    where = f"{origin}: Chart.yaml"
    metadata = read_metadata(_yaml(files["Chart.yaml"], where), where)
    if "requirements.yaml" in files:
        where = f"{origin}: requirements.yaml"
        metadata = read_metadata(_yaml(files["requirements.yaml"], where), where, metadata)
    validate(metadata, f"{origin}: Chart.yaml")
    return metadata


def _values(files: Mapping[str, bytes], origin: str) -> dict[str, Any]:
    if "values.yaml" not in files:
        return {}
    values = _yaml(files["values.yaml"], f"{origin}: values.yaml")
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ChartError(f"{origin}: values.yaml must be a map")
    return values


def load_files(files: Mapping[str, bytes], origin: str, depth: int = 0) -> Chart:
    """Build a chart from its files by path; ``depth`` counts the charts above it."""
    if depth > _MAX_DEPTH:
        raise ChartError(f"{origin}: charts are nested more than {_MAX_DEPTH} deep")
    chart = Chart(
        metadata=_metadata(files, origin),
        values=_values(files, origin),
        templates={},
        files={},
        schema=_text(files["values.schema.json"]) if "values.schema.json" in files else None,
        digest=digest_of(files),
        origin=origin,
    )
    _sort_files(chart, files)
    chart.adopt(_subcharts(files, origin, depth))
    return chart


def _sort_files(chart: Chart, files: Mapping[str, bytes]) -> None:
    old_style = chart.metadata.raw.get("apiVersion") == "v1"
    for name, data in files.items():
        if name.startswith("templates/"):
            chart.templates[name] = _text(data)
        elif name.startswith("charts/"):
            if name.endswith(".prov"):
                chart.files[name] = _text(data)
        elif name in ("requirements.yaml", "requirements.lock"):
            if old_style:
                chart.files[name] = _text(data)
        elif name not in ("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"):
            chart.files[name] = _text(data)


def _subcharts(files: Mapping[str, bytes], origin: str, depth: int) -> list[Chart]:
    groups: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        if name.startswith("charts/") and not name.endswith(".prov"):
            inner = name.removeprefix("charts/")
            groups.setdefault(inner.split("/", 1)[0], {})[inner] = data
    charts: list[Chart] = []
    for folder, members in sorted(groups.items()):
        if folder.startswith(("_", ".")):
            continue
        where = f"{origin}: charts/{folder}"
        if posixpath.splitext(folder)[1] == ".tgz":
            if folder not in members:
                raise ChartError(f"{where} is a folder, expected an archive")
            content = read_archive(members[folder], where)
        else:
            content = {n.split("/", 1)[1]: d for n, d in members.items() if "/" in n}
            if not content:
                raise ChartError(f"{where}: Chart.yaml file is missing")
        charts.append(load_files(content, where, depth + 1))
    return charts
