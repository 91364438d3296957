# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""User name and password: OpenShift's OAuth server gives a token, other clusters take them as is.

The flow is the one of `oc login`: the client `openshift-challenging-client` of OpenShift's OAuth
server answers a request with Basic authentication by a redirect that carries the token.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import Connection
from ansible_collections.meshops.istio.plugins.module_utils._kube.credentials import basic_auth
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConfigError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import Response
from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool, connect_error

_DISCOVERY = "/.well-known/oauth-authorization-server"
_CLIENT = "openshift-challenging-client"


class PasswordCredentials:
    """Logs in when the first header is needed; again after a 401.

    `connection` is the API server's; its SSL context and proxy serve for the OAuth server too.
    """

    def __init__(self, connection: Connection, username: str, password: str) -> None:
        self._connection = connection
        self._username = username
        self._basic = basic_auth(username, password)
        self._header: str | None = None
        self._lock = threading.Lock()

    def authorization(self) -> str | None:
        """The header; raises ConfigError when name or password are refused, or ConnectError."""
        with self._lock:
            if self._header is None:
                self._header = self._login()
            return self._header

    def refresh(self) -> bool:
        """Log in again on OpenShift; name and password as such cannot be newer."""
        with self._lock:
            before = self._header
            self._header = self._login()
            return self._header != before

    def _login(self) -> str:
        endpoint = self._endpoint()
        if endpoint is None:
            return self._basic
        parts = urlsplit(endpoint)
        if parts.scheme != "https" or not parts.hostname:
            raise ConfigError(
                f"the cluster's OAuth server has an unusable address {endpoint!r}: log in with"
                " `api_key` instead"
            )
        server = dataclasses.replace(
            self._connection,
            host=parts.hostname,
            port=parts.port or 443,
            tls_name=parts.hostname,
            origin="its OAuth server",
        )
        query = urlencode({"client_id": _CLIENT, "response_type": "token"})
        headers = {"Authorization": self._basic, "X-CSRF-Token": "1"}
        answer = _get(server, f"{parts.path}?{query}", headers)
        if answer.status == 401:
            raise ConfigError(
                f"the OAuth server at {server.url} refuses user {self._username!r}: wrong user name"
                " or password"
            )
        location = answer.headers.get("location", "")
        fragment = parse_qs(urlsplit(location).fragment)
        if answer.status != 302 or "access_token" not in fragment:
            problem = parse_qs(urlsplit(location).query).get("error_description", [""])[0]
            raise ConfigError(
                f"the OAuth server at {server.url} gave no token (status {answer.status})"
                f"{': ' + problem if problem else ''}; does an identity provider with passwords"
                " exist? Else log in with `api_key`"
            )
        return f"Bearer {fragment['access_token'][0]}"

    def _endpoint(self) -> str | None:
        """Address of the OAuth server; None when the cluster has none."""
        answer = _get(self._connection, self._connection.base_path + _DISCOVERY, {})
        if answer.status in (401, 403, 404):
            return None
        if answer.status != 200:
            text = answer.body[:200].decode("utf-8", "replace")
            raise ApiError(answer.status, "", text, path=_DISCOVERY, method="GET")
        try:
            return str(json.loads(answer.body)["authorization_endpoint"])
        except (ValueError, KeyError, TypeError):
            return None


def _get(server: Connection, target: str, headers: dict[str, str]) -> Response:
    lines = [f"GET {target} HTTP/1.1", f"Host: {server.authority}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(line + "\r\n" for line in lines).encode("latin-1")
    pool = Pool(server)
    try:
        return pool.take().exchange(head, None, 30.0)
    except ConnectError:
        raise
    except OSError as exc:
        raise connect_error(exc, server, sent=True) from exc
    finally:
        pool.close()
