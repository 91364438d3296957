# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for name and password by the Python package `openshift` (openshift.helper.userpassauth).

Of its class `OCPLoginConfiguration` we call `login()`, which exchanges name and password for a
token. The rest of it cannot be used as it is in its last release, 0.13.2 of July 2023:

- its constructor passes `kubernetes.client.Configuration` an argument that this no longer has in
  today's releases of `kubernetes`;
- `discover()` would ask a second time where the password goes, with authorities that the API server
  need not have;
- `logout()` puts a dictionary with the token into the URL, and tokens have not been named after
  themselves since OpenShift 4.6.
"""

from __future__ import annotations

import logging
import os
import ssl
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ConfigError,
    ConnectError,
    KubeError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth_server import OAuthServer

# Seconds for two requests; the package waits for ever.
TIMEOUT = 60.0


def why_not(server: OAuthServer, username: str, password: str) -> str:
    """Why the package cannot log in to this server as this user; empty when it can."""
    if not (username + password).isascii():
        return "it encodes name and password as Latin-1, the server reads UTF-8"
    if server.connection.proxy:
        return "it knows no proxy but those of the environment"
    try:
        from openshift.helper import userpassauth
        from requests.utils import get_environ_proxies
    except ImportError as exc:
        return f"it cannot be imported: {exc}"
    if not hasattr(userpassauth.OCPLoginConfiguration, "login"):
        return "it is another one than we know"
    if any(get_environ_proxies(url) for url in (server.authorize, server.token)):
        return "it takes the environment's proxy where our options say none"
    return ""


def log_in(server: OAuthServer, username: str, password: str) -> str:
    """The token; ConfigError when the server refuses, ConnectError when it does not answer."""
    outcome: list[str | KubeError] = []

    def run() -> None:
        try:
            outcome.append(_exchange(server, username, password))
        except KubeError as exc:
            outcome.append(exc)
        except (OSError, LookupError, RuntimeError) as exc:
            # Such as a temporary file that cannot be written. Its text may quote what was sent.
            outcome.append(
                ConfigError(f"the Python package openshift cannot log in ({type(exc).__name__})")
            )

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    if not outcome and not thread.is_alive():
        raise ConfigError("the Python package openshift cannot log in")
    if not outcome:
        raise ConnectError(
            f"the OAuth server at {server.connection.url} does not answer: gave up after"
            f" {TIMEOUT:.0f} s",
            sent=True,
        )
    if isinstance(outcome[0], KubeError):
        raise outcome[0]
    return outcome[0]


def _exchange(server: OAuthServer, username: str, password: str) -> str:
    from openshift.helper.userpassauth import OCPLoginConfiguration, OCPLoginRequestException
    from requests.exceptions import RequestException

    # At level debug it writes down the headers of each request, with the password.
    logging.getLogger("requests_oauthlib").setLevel(logging.INFO)
    logging.getLogger("oauthlib").setLevel(logging.INFO)
    session = OCPLoginConfiguration.__new__(OCPLoginConfiguration)
    session.ocp_username, session.ocp_password = username, password
    session.openshift_auth_endpoint = server.authorize
    session.openshift_token_endpoint = server.token
    bundle = _bundle(server) if server.verify else None
    session.con_verify_ca = bundle or False
    # No cause goes along: it would bring requests and answers into tracebacks.
    try:
        return str(_answer(session)["access_token"])
    except OCPLoginRequestException as exc:
        status = int(exc.req_info.get("req_status_code") or 0)
        error = server.wrong_password(username) if status == 401 else server.no_token(status)
        raise error from None
    except RequestException as exc:
        raise ConnectError(
            f"lost the connection to the OAuth server at {server.connection.url}"
            f" ({type(exc).__name__})",
            sent=True,
        ) from None
    except (KeyError, ValueError, TypeError, AttributeError) as exc:
        raise ConfigError(
            f"the OAuth server at {server.connection.url} answers with something else than a token"
            f" ({type(exc).__name__})"
        ) from None
    finally:
        if bundle:
            Path(bundle).unlink()


def _answer(session: Any) -> Any:
    with warnings.catch_warnings():
        # That certificates are not checked is what the user has asked for.
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        return session.login()


def _bundle(server: OAuthServer) -> str:
    """A file with the authorities to trust.

    The package takes nothing else, and would trust those of the package `certifi` instead of the
    system's. Those that OpenSSL found in a folder are known since the challenge.
    """
    context = server.connection.ssl_context
    trusted = context.get_ca_certs(binary_form=True) if context else []
    handle, name = tempfile.mkstemp(prefix="meshops-", suffix=".pem")
    with os.fdopen(handle, "wb") as file:
        for certificate in trusted:
            file.write(ssl.DER_cert_to_PEM_cert(certificate).encode("ascii"))
        file.write(server.ca or b"")
    return name
