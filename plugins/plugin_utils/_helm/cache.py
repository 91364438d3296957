# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsed charts and their big YAML kept between runs, as JSON, by the digest of their content.

A cache file is never trusted to be whole: it begins with a digest of the rest, and one that does
not match, or of another format, is as good as none. Files are replaced atomically, so that several
plays may share a folder. Deleting the folder costs a fraction of a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import read_archive
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart, digest_of
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.ignore import read_directory
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import (
    Dependency,
    Metadata,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.yaml_memo import YamlMemo

# Raise it when what is written changes, or what is read from the same bytes.
FORMAT: Final = 1


def default_directory() -> Path:
    """Return the user's cache folder for charts (XDG_CACHE_HOME, else ~/.cache)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return root / "meshops-istio" / "charts"


class ChartCache:
    """A folder of parsed charts. A folder that cannot be written only costs time."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = default_directory() if directory is None else directory

    def load_chart(self, path: Path) -> Chart:
        """Load a chart from a directory or a .tgz file, parsed before if possible.

        Raises ChartError as :func:`.load.load_chart`.
        """
        if path.is_dir():
            return self._load_directory(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ChartError(f"{path}: {error.strerror}") from None
        return self.load_archive(data, str(path))

    def _load_directory(self, path: Path) -> Chart:
        """The files are at hand; only what their YAML says is kept."""
        files = read_directory(path)
        digest = digest_of(files)
        known = self._read(f"dir-{digest}")
        parsed = None
        with contextlib.suppress(KeyError, TypeError):
            parsed = None if known is None else (_metadata_from(known), dict(known["values"]))
        chart = load_files(files, str(path), parsed=parsed, digest=digest)
        if parsed is None:
            self._write(
                f"dir-{digest}", {**_metadata_as_json(chart.metadata), "values": chart.values}
            )
        return chart

    def load_archive(self, data: bytes, origin: str) -> Chart:
        """Load a chart from the bytes of a .tgz file, parsed before if possible."""
        key = f"tgz-{hashlib.sha256(data).hexdigest()}"
        chart = self._get_chart(key, origin)
        return chart or self._put_chart(key, load_files(read_archive(data, origin), origin))

    def memo(self, chart: Chart) -> YamlMemo:
        """Return the memory of the chart's big YAML; give it to ``render``, then to ``keep``."""
        known = self._read(f"yaml-{chart.digest}")
        return YamlMemo(known if isinstance(known, dict) else {})

    def keep(self, chart: Chart, memo: YamlMemo) -> None:
        """Write the memory of a chart's YAML if it has learnt something."""
        if memo.learnt:
            self._write(f"yaml-{chart.digest}", memo.export())
            memo.learnt = False

    def _get_chart(self, key: str, origin: str) -> Chart | None:
        raw = self._read(key)
        if raw is None:
            return None
        try:
            return _chart_from(raw, origin)
        except (KeyError, TypeError, AttributeError):
            return None

    def _put_chart(self, key: str, chart: Chart) -> Chart:
        self._write(key, _chart_as_json(chart))
        return chart

    def _file(self, key: str) -> Path:
        return self._directory / f"{key}.v{FORMAT}.json"

    def _read(self, key: str) -> Any:
        try:
            data = self._file(key).read_bytes()
        except OSError:
            return None
        digest, _, body = data.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return None
        try:
            return json.loads(body)
        except ValueError:
            return None

    def _write(self, key: str, value: Any) -> None:
        body = json.dumps(value, separators=(",", ":")).encode()
        import tempfile  # only to write

        with contextlib.suppress(OSError):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._directory, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                Path(name).replace(self._file(key))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise


def _metadata_as_json(metadata: Metadata) -> dict[str, Any]:
    return {
        "metadata": metadata.raw,
        "wants": [dependency.as_state() for dependency in metadata.dependencies],
    }


def _metadata_from(raw: Any) -> Metadata:
    return Metadata(dict(raw["metadata"]), [Dependency(**one) for one in raw["wants"]])


def _chart_as_json(chart: Chart) -> dict[str, Any]:
    return {
        **_metadata_as_json(chart.metadata),
        "values": chart.values,
        "templates": chart.templates,
        "files": chart.files,
        "schema": chart.schema,
        "digest": chart.digest,
        "charts": [_chart_as_json(dependency) for dependency in chart.dependencies],
    }


def _chart_from(raw: Any, origin: str) -> Chart:
    chart = Chart(
        metadata=_metadata_from(raw),
        values=raw["values"],
        templates=raw["templates"],
        files=raw["files"],
        schema=raw["schema"],
        digest=raw["digest"],
        origin=origin,
    )
    chart.adopt([_chart_from(one, origin) for one in raw["charts"]])
    return chart
