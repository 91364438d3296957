# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers what a chart rendered to, by everything that it was rendered from.

Meant for chart base: its CRDs are 19,000 lines, three quarters of the time a mesh takes. Charts
whose objects may carry secrets are not kept on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object

_RENDERER = ("_desired", "_gotemplate", "_goyaml", "_helm")
_KEPT = 32


@dataclass(frozen=True)
class RenderCache:
    """A folder with one file for each rendering; safe to use from several processes."""

    folder: Path

    def get(self, inputs: Any, render: Callable[[], list[Object]]) -> list[Object]:
        """The objects rendered from the inputs (JSON data), rendered now if not known.

        A cache that cannot be read or written only costs time.
        """
        name = hashlib.sha256(
            json.dumps([_renderer(), inputs], sort_keys=True).encode()
        ).hexdigest()
        path = self.folder / f"rendered-{name}.json"
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(path.read_bytes())
            if isinstance(known, list):
                return known
        objects = render()
        with contextlib.suppress(OSError):
            self._write(path, json.dumps(objects, ensure_ascii=False).encode())
        return objects

    def _write(self, path: Path, data: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".rendered-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        known = sorted(self.folder.glob("rendered-*.json"), key=lambda file: file.stat().st_mtime)
        for old in known[:-_KEPT]:
            old.unlink(missing_ok=True)


@cache
def _renderer() -> str:
    """What tells this renderer from a later one: its files' sizes and times."""
    root = Path(__file__).parents[1]
    files = sorted(path for name in _RENDERER for path in (root / name).rglob("*.py"))
    marks = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps(marks).encode()).hexdigest()
