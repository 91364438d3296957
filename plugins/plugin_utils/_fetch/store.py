# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was fetched, kept by its digest below the user's cache folder.

``blobs`` has archives by their digest, ``sets`` says which of them a place had for a version. A
blob is hashed each time it is read: one that is damaged is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.package import Package


def default_folder() -> Path:
    """Return the folder below the user's cache folder (XDG_CACHE_HOME, else ~/.cache)."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(root) if root.startswith("/") else Path.home() / ".cache"
    return cache / "meshops.istio" / "fetched"


@dataclass(frozen=True)
class Store:
    """A folder that several processes may use at a time."""

    folder: Path

    def blob(self, digest: str) -> Path | None:
        """The archive of that digest, or None when it is not there or not whole."""
        path = self._blob(digest)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
        return path if f"sha256:{found}" == digest else None

    def receive(self, write: Callable[[BinaryIO], str]) -> tuple[str, Path]:
        """Keep what ``write`` writes, which returns its digest. Raises FetchError."""
        folder = self.folder / "blobs"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            with os.fdopen(handle, "w+b") as file:
                digest = write(file)
            path = self._blob(digest)
            Path(name).replace(path)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            Path(name).unlink(missing_ok=True)
        return digest, path

    def known(self, key: Sequence[str]) -> list[Package] | None:
        """What was remembered under the key."""
        try:
            data = json.loads(self._set(key).read_bytes())
            return [Package(**item) for item in data["packages"]]
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def remember(self, key: Sequence[str], packages: Sequence[Package]) -> None:
        """Remember the packages; a folder that cannot be written only costs time."""
        path = self._set(key)
        text = json.dumps({"key": list(key), "packages": [asdict(item) for item in packages]})
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)

    def _blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest.replace(":", "-")

    def _set(self, key: Sequence[str]) -> Path:
        name = hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()
        return self.folder / "sets" / f"{name}.json"

    def _unwritable(self, error: OSError) -> FetchError:
        return FetchError(
            f"{self.folder}: what is fetched cannot be kept: {error.strerror or error}",
            "Make room, or point XDG_CACHE_HOME to a folder that can be written.",
        )
