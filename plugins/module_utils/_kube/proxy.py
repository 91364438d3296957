# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which proxy, if any, stands between us and the API server."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import Proxy
from ansible_collections.meshops.istio.plugins.module_utils._kube.credentials import basic_auth
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError


def choose_proxy(
    scheme: str,
    host: str,
    port: int,
    *,
    option: str | None,
    kubeconfig: str | None,
    no_proxy: str | None,
    headers: tuple[tuple[str, str], ...] = (),
    environ: Mapping[str, str],
) -> Proxy | None:
    """The proxy for a server: the option, else kubeconfig's proxy-url, else the environment's.

    `no_proxy` (the option, else NO_PROXY) exempts hosts from all but proxy-url, which only the
    option can switch off; as in Go, the environment's proxies are never used for loopback.
    """
    exempt = no_proxy if no_proxy is not None else _environment(environ, "no_proxy")
    if option:
        return None if bypasses(host, port, exempt) else parse_proxy(option, "proxy", headers)
    if kubeconfig:
        if no_proxy is not None and bypasses(host, port, no_proxy):
            return None
        return parse_proxy(kubeconfig, "proxy-url", headers)
    url = _environment(environ, f"{scheme}_proxy")
    if not url or _is_loopback(host) or bypasses(host, port, exempt):
        return None
    return parse_proxy(url, f"{scheme.upper()}_PROXY", headers)


def parse_proxy(url: str, what: str, headers: tuple[tuple[str, str], ...] = ()) -> Proxy:
    """Take a proxy URL apart; name and password in it become a Proxy-Authorization header."""
    text = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise ConfigError(f"{what}: {without_login(url)!r} is not a URL: {exc}") from exc
    if parts.scheme not in ("http", "https"):
        raise ConfigError(
            f"{what}: a {parts.scheme}:// proxy is not supported, only http:// and https://"
        )
    if not parts.hostname:
        raise ConfigError(f"{what}: {without_login(url)!r} names no host")
    if parts.username is not None:
        login = basic_auth(unquote(parts.username), unquote(parts.password or ""))
        headers = (*headers, ("Proxy-Authorization", login))
    default = 443 if parts.scheme == "https" else 80
    return Proxy(parts.scheme, parts.hostname, port or default, headers)


def without_login(url: str) -> str:
    """A URL without the name and password it may carry, for messages."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def bypasses(host: str, port: int, no_proxy: str) -> bool:
    """True when a NO_PROXY list names the host: name, domain suffix, address, CIDR or `*`."""
    host = host.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for raw in no_proxy.lower().split(","):
        entry = raw.strip()
        if entry == "*":
            return True
        name, _colon, digits = entry.rpartition(":")
        if name and digits.isdigit() and (":" not in name or name.endswith("]")):
            if int(digits) != port:
                continue
            entry = name
        entry = entry.strip("[]")
        if address is not None:
            if _covers(entry, address):
                return True
            continue
        entry = entry[1:] if entry.startswith("*.") else entry
        suffix = entry if entry.startswith(".") else f".{entry}"
        if entry and (host == entry.lstrip(".") or host.endswith(suffix)):
            return True
    return False


def _covers(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _environment(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""
