# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a client needs to know to talk to one cluster, after all configuration is read."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Credentials(Protocol):
    """Gives the Authorization header; thread-safe."""

    def authorization(self) -> str | None:
        """Value of the header for the next request, None for none. May raise KubeError."""

    def refresh(self) -> bool:
        """Get new credentials after a 401; False when there is nothing that could be newer."""

    def end(self) -> None:
        """Give back what was got for this client alone; called when it is closed. Never raises."""


class NoCredentials:
    """Nothing but, possibly, a client certificate."""

    def authorization(self) -> str | None:
        """Send no Authorization header."""
        return None

    def refresh(self) -> bool:
        """There is nothing to refresh."""
        return False

    def end(self) -> None:
        """There is nothing to give back."""


class Proxy(NamedTuple):
    """An HTTP(S) proxy that is asked to CONNECT; `headers` go with the CONNECT request."""

    scheme: str
    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Connection:
    """One API server and the way to it.

    `ssl_context` is None for plain http. `tls_name` is the name the certificate must carry.
    `origin` says for messages where the settings come from. `headers` go with every request.
    """

    host: str
    port: int
    base_path: str = ""
    ssl_context: ssl.SSLContext | None = None
    tls_name: str = ""
    proxy: Proxy | None = None
    credentials: Credentials = field(default_factory=NoCredentials)
    headers: tuple[tuple[str, str], ...] = ()
    origin: str = ""

    @property
    def url(self) -> str:
        """Address of the server, for messages and comparisons."""
        scheme = "https" if self.ssl_context else "http"
        return f"{scheme}://{self.authority}{self.base_path}"

    @property
    def authority(self) -> str:
        """Host and port as in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
