# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials that are read without help: fixed tokens, token files, name and password."""

from __future__ import annotations

import base64
import threading
import time
from pathlib import Path

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError

# client-go reads token files anew after a minute; kubelet rotates them in place.
TOKEN_FILE_AGE = 60.0


def basic_auth(username: str, password: str) -> str:
    """Value of an Authorization header for name and password."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


class FixedCredentials:
    """An Authorization header that never changes."""

    def __init__(self, header: str) -> None:
        self._header = header

    def authorization(self) -> str | None:
        """The header."""
        return self._header

    def refresh(self) -> bool:
        """There is nothing newer."""
        return False

    def end(self) -> None:
        """It is the user's."""


class TokenFile:
    """A bearer token in a file that something else keeps fresh."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._token = ""
        self._read_at = 0.0

    def authorization(self) -> str | None:
        """The token, read anew when older than a minute; ConfigError when it cannot be read."""
        if not self._token or time.monotonic() - self._read_at > TOKEN_FILE_AGE:
            self._read()
        return f"Bearer {self._token}"

    def refresh(self) -> bool:
        """Read the file; True when the token in it is another one."""
        before = self._token
        self._read()
        return self._token != before

    def end(self) -> None:
        """It is of whatever writes the file."""

    def _read(self) -> None:
        with self._lock:
            try:
                token = Path(self._path).read_text(encoding="utf-8").strip()
            except OSError as exc:
                raise ConfigError(
                    f"token file {self._path} cannot be read: {exc.strerror}"
                ) from exc
            if not token:
                raise ConfigError(f"token file {self._path} is empty")
            self._token, self._read_at = token, time.monotonic()
