# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Route of a gateway as its user describes it, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_entries import (
    NONE,
    entry_of,
    is_wildcard,
    lowered,
    route_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_values import ANY_HOST


@dataclass(frozen=True)
class RouteSpec:
    """What makes a Route; an empty host is left to the cluster.

    ``where`` is its place in the inventory. ``port`` names a port of the gateway's Service, or is
    its number; empty is the one that goes with the termination.
    """

    where: str
    name: str
    host: str = ""
    wildcard: bool = False
    path: str = ""
    termination: str = NONE
    insecure_policy: str = ""
    port: str = ""
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    ca_certificate: str = field(default="", repr=False)
    destination_ca_certificate: str = field(default="", repr=False)
    external_certificate: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


def route_specs(items: Sequence[Any] | None, gateway: str, where: str) -> tuple[RouteSpec, ...]:
    """The routes of a gateway (checked, plain data), typed; ``where`` is the gateway's place."""
    return tuple(
        _route_spec(entry_of(item), gateway, f"{where}.routes[{number}]")
        for number, item in enumerate(items or ())
    )


def _route_spec(entry: Mapping[str, Any], gateway: str, where: str) -> RouteSpec:
    texts = ("path", "certificate", "key", "ca_certificate", "destination_ca_certificate")
    host = entry.get("host") or ""
    if host.startswith(ANY_HOST):
        # OpenShift writes all hosts of a domain as one of them, and a policy beside it.
        host = f"wildcard.{host.removeprefix(ANY_HOST)}"
    return RouteSpec(
        where=where,
        name=route_name(entry, gateway),
        host=host,
        wildcard=is_wildcard(entry),
        termination=lowered(entry.get("termination"), NONE),
        insecure_policy=lowered(entry.get("insecure_policy"), ""),
        port=str(entry.get("port") or ""),
        external_certificate=entry.get("external_certificate") or "",
        labels=entry.get("labels") or {},
        annotations=entry.get("annotations") or {},
        **{key: entry.get(key) or "" for key in texts},
    )
