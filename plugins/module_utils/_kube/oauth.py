# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""User name and password: OpenShift's OAuth server gives a token, other clusters take them as is.

As with `oc login`: the API server says where the OAuth server is, the OAuth server asks for a
password and gives a token for it. The token is deleted when the client is closed, as `oc logout`
does; one that a killed run leaves behind expires by itself (after a day, if nobody changed that).

The OAuth server is asked with the Python package `openshift` (oauth_package.py) where that can do
it, else by ourselves (oauth_flow.py).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
from urllib.parse import quote

from ansible_collections.meshops.istio.plugins.module_utils._kube import (
    oauth_flow,
    oauth_package,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import Connection
from ansible_collections.meshops.istio.plugins.module_utils._kube.credentials import basic_auth
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ConfigError,
    KubeError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth_server import (
    ProxyFor,
    discover,
    send,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.tls import TlsSettings

_TOKENS = "/apis/oauth.openshift.io/v1/oauthaccesstokens"
_HASHED = "sha256~"
# Seconds; what was asked for is done by then, and the token expires anyway.
_LOGOUT_TIMEOUT = 5.0


class PasswordCredentials:
    """Logs in when the first header is needed, again after a 401, and out at the end.

    `connection` is the API server's. `tls` has the CA and whether certificates are checked, of
    both servers; `proxy_for` chooses the OAuth server's proxy. Raises ConfigError for a user name
    that cannot be sent.
    """

    def __init__(
        self,
        connection: Connection,
        username: str,
        password: str,
        tls: TlsSettings,
        proxy_for: ProxyFor,
    ) -> None:
        if ":" in username:
            raise ConfigError(
                f"username {username!r} has a colon in it: with a password only a name without"
                " one can be sent"
            )
        self._connection = connection
        self._username = username
        self._password = password
        self._tls = tls
        self._proxy_for = proxy_for
        self._token: str | None = None
        self._header: str | None = None
        self._refused: ConfigError | None = None
        self._lock = threading.Lock()

    def authorization(self) -> str | None:
        """The header; raises ConfigError when name or password are refused, or ConnectError."""
        with self._lock:
            if self._header is None:
                self._log_in()
            return self._header

    def refresh(self) -> bool:
        """Log in again on OpenShift; name and password as such cannot be newer."""
        with self._lock:
            before = self._header
            self._log_in()
            return self._header != before

    def end(self) -> None:
        """Delete the token. It is no failure when that cannot be done."""
        with self._lock:
            token, self._token, self._header = self._token, None, None
        if token is None:
            return
        path = f"{self._connection.base_path}{_TOKENS}/{quote(token_name(token), safe='~')}"
        headers = {"Authorization": f"Bearer {token}"}
        with contextlib.suppress(KubeError):
            send(self._connection, "DELETE", path, headers, timeout=_LOGOUT_TIMEOUT)

    def _log_in(self) -> None:
        # Directories lock an account after some wrong passwords: it is sent once.
        if self._refused is not None:
            raise self._refused
        try:
            server = discover(self._connection, self._tls, self._proxy_for)
            if server is None:
                self._token = None
                self._header = basic_auth(self._username, self._password)
                return
            server.check_challenge()
            reason = oauth_package.why_not(server, self._username, self._password)
            log_in = oauth_flow.log_in if reason else oauth_package.log_in
            self._token = log_in(server, self._username, self._password)
        except ConfigError as exc:
            self._refused = exc
            raise
        self._header = f"Bearer {self._token}"


def token_name(token: str) -> str:
    """Name of a token's object.

    Since OpenShift 4.6 it is the hash of what follows the token's prefix (oauth-server,
    pkg/server/crypto/sha256.go), before that the token itself.
    """
    if not token.startswith(_HASHED):
        return token
    digest = hashlib.sha256(token[len(_HASHED) :].encode()).digest()
    return _HASHED + base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
