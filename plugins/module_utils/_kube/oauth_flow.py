# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for name and password by our own client, where the package `openshift` cannot.

That is: it is not installed on the host that runs the module, or there is a proxy on the way, or
name or password are not plain ASCII (see oauth_package.py).
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.credentials import basic_auth
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth_server import OAuthServer


def log_in(server: OAuthServer, username: str, password: str) -> str:
    """The token; ConfigError when the server refuses, ConnectError when it does not answer."""
    answer = server.ask({"Authorization": basic_auth(username, password)})
    if answer.status == 401:
        raise server.wrong_password(username)
    location = answer.headers.get("location", "")
    token = parse_qs(urlsplit(location).fragment).get("access_token")
    if answer.status != 302 or not token:
        raise server.no_token(answer.status, location)
    return token[0]
