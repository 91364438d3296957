# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenShift's OAuth server: where it is, what it asks for, and what its refusals mean.

Its answers are those of github.com/openshift/oauth-server, pkg/oauth/handlers and
pkg/authenticator/challenger.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import (
    Connection,
    Proxy,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConfigError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import Response
from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool, connect_error
from ansible_collections.meshops.istio.plugins.module_utils._kube.tls import (
    TlsSettings,
    make_context,
)

CLIENT = "openshift-challenging-client"
_DISCOVERY = "/.well-known/oauth-authorization-server"
_TOKEN_PAGE = re.compile(r"https://[^\s\"'<>]+")


class ProxyFor(Protocol):
    """Says which proxy is on the way to a host and port."""

    def __call__(self, host: str, port: int) -> Proxy | None:
        """The proxy; None when the way is direct."""


@dataclass(frozen=True)
class OAuthServer:
    """The OAuth server of a cluster.

    `authorize` and `token` are its endpoints' URLs. `ca` (PEM) is trusted besides the system's
    authorities: the server has the certificate of the cluster's ingress, which is often a public
    one while the API server's is the cluster's own, or the other way round.
    """

    connection: Connection
    authorize: str
    token: str
    ca: bytes | None
    verify: bool

    def ask(self, headers: Mapping[str, str] | None = None) -> Response:
        """Ask for a token; the answer to a good request is a redirection that carries it."""
        query = urlencode({"client_id": CLIENT, "response_type": "token"})
        # Without the token against forged requests the server asks for no password.
        sent = {"X-CSRF-Token": "1", **(headers or {})}
        try:
            return send(self.connection, "GET", f"{urlsplit(self.authorize).path}?{query}", sent)
        except ConnectError as exc:
            if not isinstance(exc.__cause__, ssl.SSLCertVerificationError):
                raise
            raise ConnectError(
                f"{exc}. It is the certificate of the cluster's ingress: append the CA of that to"
                " the file in `ca_cert`",
                permanent=True,
            ) from exc.__cause__

    def check_challenge(self) -> None:
        """Find out, before the password is sent, that the server asks for one.

        Raises ConfigError when it does not, ConnectError when it cannot be reached.
        """
        answer = self.ask()
        if answer.status == 401 and "www-authenticate" in answer.headers:
            return
        hint = answer.headers.get("warning", "") + answer.headers.get("link", "")
        page = _TOKEN_PAGE.search(hint)
        if answer.status == 401:
            where = f" at {page[0]}" if page else ""
            raise ConfigError(
                f"no identity provider of the cluster takes passwords: log in{where} with a browser"
                " and give the token as `api_key`"
            )
        raise self.no_token(answer.status, answer.headers.get("location", ""))

    def wrong_password(self, username: str) -> ConfigError:
        """What a 401 means for a request with name and password."""
        return ConfigError(
            f"the OAuth server at {self.connection.url} refuses user {username!r}: wrong user name"
            " or password"
        )

    def no_token(self, status: int, location: str = "") -> ConfigError:
        """What any other answer without a token means; `location` is its redirection."""
        parts = urlsplit(location)
        said = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
        problem = ": ".join(said[key][0] for key in ("error", "error_description") if key in said)
        if problem:
            detail = f" ({problem})"
        elif 300 <= status < 400 and parts.hostname and parts.hostname != self.connection.host:
            detail = f": it wants a log-in at {parts.hostname}"
        elif status == 500:
            # pkg/server/errorpage leaves it at that for clients that are no browsers.
            detail = (
                ": its identity provider failed; the log of the Deployment oauth-openshift in"
                " openshift-authentication says why"
            )
        else:
            detail = ""
        return ConfigError(
            f"the OAuth server at {self.connection.url} gave no token (status {status}){detail}."
            " Instead of name and password a token can be given, as `api_key`"
        )


def discover(api: Connection, tls: TlsSettings, proxy_for: ProxyFor) -> OAuthServer | None:
    """The cluster's OAuth server, as its API server names it; None when it has none.

    `api` is the API server. Raises ApiError or ConnectError when it cannot be asked, ConfigError
    when the OAuth server's address is unusable.
    """
    answer = send(api, "GET", api.base_path + _DISCOVERY, {})
    if answer.status in (401, 403, 404):
        return None
    if answer.status != 200:
        text = answer.body[:200].decode("utf-8", "replace")
        raise ApiError(answer.status, "", text, path=_DISCOVERY, method="GET")
    try:
        found: Any = json.loads(answer.body)
        authorize, token = found["authorization_endpoint"], found["token_endpoint"]
        parts = urlsplit(authorize)
        port = parts.port or 443
    except (ValueError, KeyError, TypeError, AttributeError):
        # Something else answers there: it shall not be given the password.
        raise ConfigError(
            f"{api.url} answers {_DISCOVERY}, but names no OAuth server there: log in with"
            " `api_key` instead"
        ) from None
    if parts.scheme != "https" or not parts.hostname or urlsplit(token).scheme != "https":
        raise ConfigError(
            f"the cluster's OAuth server has an unusable address {authorize!r}: log in with"
            " `api_key` instead"
        )
    trusted = TlsSettings(tls.ca, verify=tls.verify, where=tls.where, system=True)
    connection = Connection(
        host=parts.hostname,
        port=port,
        ssl_context=make_context(trusted),
        tls_name=parts.hostname,
        proxy=proxy_for(parts.hostname, port),
        origin="its OAuth server",
    )
    return OAuthServer(connection, authorize, token, tls.ca, tls.verify)


def send(
    server: Connection, method: str, target: str, headers: Mapping[str, str], timeout: float = 30.0
) -> Response:
    """One request over a connection of its own; ConnectError when there is no answer."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {server.authority}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(line + "\r\n" for line in lines).encode("latin-1")
    pool = Pool(server, connect_timeout=min(10.0, timeout))
    try:
        return pool.take().exchange(head, None, timeout)
    except OSError as exc:
        raise connect_error(exc, server, sent=True) from exc
    finally:
        pool.close()
