# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings files to what they are to be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError

_LARGEST_TEXT = 1024 * 1024


def differing(files: Mapping[Path, bytes]) -> list[Path]:
    """The files that are missing or differ. Raises FetchError for what cannot be read."""
    result = []
    for path, data in files.items():
        try:
            same = path.read_bytes() == data
        except FileNotFoundError:
            same = False
        except OSError as error:
            raise _error(path, error) from error
        if not same:
            result.append(path)
    return result


def diff_of(paths: list[Path], files: Mapping[Path, bytes]) -> list[dict[str, str]]:
    """What `--diff` shows: texts as they are, archives by their size."""
    return [
        {
            "before_header": str(path),
            "after_header": str(path),
            "before": _shown(path.read_bytes()) if path.exists() else "",
            "after": _shown(files[path]),
        }
        for path in paths
    ]


def write(paths: list[Path], files: Mapping[Path, bytes]) -> None:
    """Write the files, each at one stroke. Raises FetchError."""
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(files[path])
                Path(name).chmod(0o644)
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise _error(path, error) from error


def _shown(data: bytes) -> str:
    if data.startswith(b"\x1f\x8b") or len(data) > _LARGEST_TEXT:
        return f"({len(data)} bytes)\n"
    return data.decode("utf-8", "replace")


def _error(path: Path, error: OSError) -> FetchError:
    return FetchError(
        f"{error.filename or path}: {error.strerror or error}", "Correct mesh_fetch_dest."
    )
