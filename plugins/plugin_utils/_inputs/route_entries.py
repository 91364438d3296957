# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of ``routes``: its keys and words, and what it means where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import is_true
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_values import ANY_HOST

NONE, EDGE, PASSTHROUGH, REENCRYPT = "none", "edge", "passthrough", "reencrypt"
TERMINATIONS = (NONE, EDGE, PASSTHROUGH, REENCRYPT)
INSECURE_POLICIES = ("none", "allow", "redirect")
ROUTE_KEYS = (
    "name",
    "host",
    "termination",
    "port",
    "path",
    "wildcard",
    "insecure_policy",
    "certificate",
    "key",
    "ca_certificate",
    "destination_ca_certificate",
    "external_certificate",
    "labels",
    "annotations",
)


def entry_of(item: Any) -> dict[str, Any]:
    """A route as a mapping: a text is a host."""
    if isinstance(item, str):
        return {"host": item}
    return dict(item) if isinstance(item, Mapping) else {}


def lowered(value: Any, otherwise: str) -> str:
    """A word of ours as we write it; OpenShift's own have capitals (``Redirect``)."""
    return value.lower() if isinstance(value, str) and value else otherwise


def route_name(entry: Mapping[str, Any], gateway: str) -> str:
    """The name of the Route: its own, else made of nothing but its host and path.

    A Route that others are added to keeps its name so. Without a host it is that of the Service,
    as with `oc expose`.
    """
    host, path = str(entry.get("host") or ""), str(entry.get("path") or "")
    if entry.get("name"):
        return str(entry["name"])
    if is_wildcard(entry):
        host = f"wildcard.{host.partition('.')[2]}"
    slug = "-".join("".join(c if c.isalnum() else " " for c in path.lower()).split())
    return "-".join(part for part in (host or gateway, slug) if part)


def is_wildcard(entry: Mapping[str, Any]) -> bool:
    """Whether the route is for all hosts of a domain."""
    any_host = str(entry.get("host") or "").startswith(ANY_HOST)
    return any_host or is_true(entry.get("wildcard"))
