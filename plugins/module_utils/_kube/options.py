# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument spec of the connection options; their documentation is the fragment `connection`.

Names, aliases and environment variables are those of kubernetes.core, so that one
`module_defaults` entry or one set of variables serves both collections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def connection_argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Argument spec of the connection options, new on each call.

    `env_fallback` is the function of that name in ansible.module_utils.basic; the caller passes
    it in, because this package is importable without Ansible.
    """

    def option(kind: str, variable: str, **more: Any) -> dict[str, Any]:
        names = [f"K8S_AUTH_{variable}"]
        return {"type": kind, "fallback": (env_fallback, names), **more}

    return {
        "kubeconfig": option("raw", "KUBECONFIG"),
        "context": option("str", "CONTEXT"),
        "host": option("str", "HOST"),
        "api_key": option("str", "API_KEY", no_log=True),
        "username": option("str", "USERNAME"),
        "password": option("str", "PASSWORD", no_log=True),
        "validate_certs": option("bool", "VERIFY_SSL", aliases=["verify_ssl"]),
        "ca_cert": option("path", "SSL_CA_CERT", aliases=["ssl_ca_cert"]),
        "client_cert": option("path", "CERT_FILE", aliases=["cert_file"]),
        "client_key": option("path", "KEY_FILE", aliases=["key_file"], no_log=False),
        # It may carry a password.
        "proxy": option("str", "PROXY", no_log=True),
        "no_proxy": option("str", "NO_PROXY"),
        "proxy_headers": {
            "type": "dict",
            "options": {
                "proxy_basic_auth": option("str", "PROXY_HEADERS_PROXY_BASIC_AUTH", no_log=True),
                "basic_auth": option("str", "PROXY_HEADERS_BASIC_AUTH", no_log=True),
                "user_agent": option("str", "PROXY_HEADERS_USER_AGENT"),
            },
        },
        "persist_config": option("bool", "PERSIST_CONFIG"),
        "impersonate_user": option("str", "IMPERSONATE_USER"),
        "impersonate_groups": option("list", "IMPERSONATE_GROUPS", elements="str"),
    }


# kubernetes.core refuses these pairs as well.
CONNECTION_MUTUALLY_EXCLUSIVE = [("api_key", "username")]
CONNECTION_REQUIRED_TOGETHER = [("username", "password"), ("client_cert", "client_key")]
