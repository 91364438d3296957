# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a chart archive (.tgz), which has one folder with small files and no links.

Limits are Helm's: 100 MiB unpacked, 5 MiB a file.
"""

from __future__ import annotations

import io
import re
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError

MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_FILE: Final = 5 * 1024 * 1024
MAX_ENTRIES: Final = 10_000
_BOM: Final = b"\xef\xbb\xbf"
_ABSOLUTE = re.compile(r"/|[a-zA-Z]:/")


def read_archive(data: bytes, origin: str) -> dict[str, bytes]:
    """Return the files of a chart archive by their path inside the chart.

    ``origin`` names the archive in errors. Raises ChartError for anything that is no sound archive.
    """
    # Not needed for a chart that is cached or a directory.
    from ansible_collections.meshops.istio.plugins.plugin_utils._archive import tar

    if not data.startswith(tar.GZIP):
        hint = "not a gzip archive" if data else "an empty file"
        raise ChartError(f"{origin}: {hint}; a chart archive is a .tgz file made by helm package")
    limits = tar.Limits(MAX_UNPACKED, MAX_UNPACKED, MAX_FILE, MAX_ENTRIES)
    files: dict[str, bytes] = {}
    try:
        for entry in tar.read_entries(io.BytesIO(data), limits):
            where = f"{origin}: entry {entry.name!r}"
            if entry.is_link:
                raise ChartError(f"{where} is a link; refused")
            if entry.data is None:
                raise ChartError(f"{where} is larger than {MAX_FILE} bytes; refused")
            path = _path(entry.name, where)
            if path in files:
                raise ChartError(f"{origin}: has two files {path!r}; refused")
            files[path] = entry.data.removeprefix(_BOM)
    except tar.ArchiveError as error:
        raise ChartError(f"{origin}: {error}; fetch it again from a source you trust") from error
    if not files:
        raise ChartError(f"{origin}: no files in chart archive")
    return files


def _path(name: str, where: str) -> str:
    """Return the path inside the chart: the first folder is the chart's own."""
    parts = name.split("\\" if "\\" in name else "/")
    if parts[0] == "Chart.yaml":
        raise ChartError(f"{where} is not in a folder; a chart archive holds one top folder")
    inside = "/".join(parts[1:])
    if _ABSOLUTE.match(inside):
        raise ChartError(f"{where} has an absolute path; refused")
    path = "/".join(part for part in inside.split("/") if part not in ("", "."))
    if not path:
        raise ChartError(f"{where} lies outside the chart's folder; refused")
    return path
