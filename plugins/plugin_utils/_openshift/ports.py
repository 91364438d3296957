# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which port of a gateway's Service a Route goes to.

A Route names it by the port's name, which the endpoints have too. Only a port without a name is
written as a number, and then as that of the pods (``targetPort``), as `oc expose` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Port = Mapping[str, Any]

# Names of ports for plain HTTP and for HTTPS in the gateway charts of all releases, the best first.
_HTTP = ("http2", "http")
_HTTPS = ("https",)
_HTTP_PORT, _HTTPS_PORT = 80, 443


def tcp_ports(service: Mapping[str, Any]) -> list[Port]:
    """The ports of a Service that a router can use."""
    ports = (service.get("spec") or {}).get("ports") or ()
    return [port for port in ports if port.get("protocol", "TCP") == "TCP"]


def default_port(ports: Sequence[Port], encrypted: bool) -> Port | None:
    """The port for traffic that reaches the gateway encrypted, or in the clear."""
    names, number = (_HTTPS, _HTTPS_PORT) if encrypted else (_HTTP, _HTTP_PORT)
    found = [port for name in names for port in ports if port.get("name") == name]
    return _first(found) or _first(port for port in ports if port.get("port") == number)


def chosen_port(ports: Sequence[Port], wanted: str) -> Port | None:
    """The port of this name or number, be it the Service's own or that of the pods."""
    for key in ("name", "port", "targetPort"):
        found = _first(port for port in ports if str(port.get(key, "")) == wanted)
        if found:
            return found
    return None


def target_of(port: Port) -> str | int:
    """How a Route names the port."""
    target: str | int = port.get("name") or port.get("targetPort") or port["port"]
    return target


def described(ports: Iterable[Port]) -> str:
    """The ports for a message: ``http2 (80), https (443)``."""
    names = [
        f"{port['name']} ({port['port']})" if port.get("name") else str(port["port"])
        for port in ports
    ]
    return ", ".join(names) or "none"


def _first(ports: Iterable[Port]) -> Port | None:
    return next(iter(ports), None)
