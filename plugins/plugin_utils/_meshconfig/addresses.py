# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports, host names and addresses as Istio checks them: what is wrong, or an empty text."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_LABEL = re.compile(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?\Z")
_WILDCARD_LABEL = re.compile(r"(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)\Z")
_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_MAX_LABEL: Final = 63
_MAX_NAME: Final = 255
_MAX_PORT: Final = 65535
_MAX_INT: Final = 2**63


def port_problem(port: int) -> str:
    """Return why a number is no port."""
    return "" if 1 <= port <= _MAX_PORT else f"is {port}, which is no port (1 to {_MAX_PORT})"


def host_problem(name: str, *, wildcard: bool = False) -> str:
    """Return why a text is no fully qualified domain name; its first label may be a wildcard."""
    if not name:
        return "must not be empty"
    if len(name.encode()) > _MAX_NAME:
        return f'has the name "{name}", which is longer than {_MAX_NAME} characters'
    first, dot, rest = name.partition(".")
    if not wildcard:
        rest, dot = name, "."
    elif not _is_label(first, _WILDCARD_LABEL):
        return f'has the name "{name}", whose part "{first}" is no DNS label'
    return _labels_problem(name, rest) if dot else ""


def _labels_problem(name: str, rest: str) -> str:
    labels = rest.split(".")
    if _is_int64(labels[-1]):
        return f'has the name "{name}", whose last part is a number'
    wrong = _wrong_label(labels)
    return "" if wrong is None else f'has the name "{name}", whose part "{wrong}" is no DNS label'


def trust_domain_problem(name: str) -> str:
    """Return why a text is no trust domain."""
    if not name:
        return "must not be empty"
    wrong = _wrong_label(name.split("."))
    return "" if wrong is None else f'is "{name}", whose part "{wrong}" is no DNS label'


def _wrong_label(labels: list[str]) -> str | None:
    """Return the first wrong label; the last one may be empty, as in ``istio.io.``."""
    last = len(labels) - 1
    for index, label in enumerate(labels):
        if not _is_label(label, _LABEL) and not (index == last and not label):
            return label
    return None


def _is_label(text: str, pattern: re.Pattern[str]) -> bool:
    return len(text) <= _MAX_LABEL and pattern.match(text) is not None


def _is_int64(text: str) -> bool:
    return _WHOLE.match(text) is not None and -_MAX_INT <= int(text) < _MAX_INT


def proxy_address_problem(address: str) -> str:
    """Return why a text is no ``host:port`` (``ValidateProxyAddress``)."""
    host, port = split_host_port(address)
    if host is None or port is None:
        return f'is "{address}", which is not of the form host:port'
    if not _is_int64(port):
        return f'is "{address}", whose port is no number'
    wrong_port = port_problem(int(port))
    if wrong_port:
        return wrong_port
    if host_problem(host) and not is_ip_address(host):
        return f'is "{address}", whose host is neither a name nor an IP address'
    return ""


def split_host_port(address: str) -> tuple[str | None, str | None]:
    """Return host and port as Go's ``net.SplitHostPort``, or (None, None) if there are not both."""
    colon = address.rfind(":")
    if colon < 0:
        return None, None
    if address.startswith("["):
        end = address.find("]")
        host, opened, closed = address[1:end], address[1:], address[end + 1 :]
        if end + 1 != colon:
            return None, None
    else:
        host, opened, closed = address[:colon], address, address
        if ":" in host:
            return None, None
    if "[" in opened or "]" in closed:
        return None, None
    return host, address[colon + 1 :]


def is_ip_address(text: str) -> bool:
    """Return whether Go's ``netip.ParseAddr`` accepts a text."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
