# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What routers say of a Route (https://github.com/openshift/api, route/v1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Route = Mapping[str, Any]

GROUP = "route.openshift.io"
# Who chooses a host, or brings a certificate, needs `create` on this; who changes it, `update`.
CUSTOM_HOST = "routes/custom-host"
SUBDOMAIN = "Subdomain"
ALREADY_CLAIMED = "HostAlreadyClaimed"


class Admission(NamedTuple):
    """A router's word on a Route; `reason` and `message` say why it does not admit it."""

    router: str
    host: str
    admitted: bool
    reason: str
    message: str

    def __str__(self) -> str:
        if self.admitted:
            return f"admitted by router {self.router}"
        why = ": ".join(part for part in (self.reason, self.message) if part)
        return f"not admitted by router {self.router}: {why or 'it does not say why'}"


def admissions(route: Route) -> list[Admission]:
    """The word of each router that has one on the host that the Route has now.

    A router says so in the status a moment after a change; until then it speaks of the old host.
    """
    host = (route.get("spec") or {}).get("host")
    found = []
    for ingress in (route.get("status") or {}).get("ingress") or ():
        named = str(ingress.get("host") or "")
        if host and named != host:
            continue
        for entry in ingress.get("conditions") or ():
            if entry.get("type") == "Admitted":
                found.append(
                    Admission(
                        str(ingress.get("routerName") or ""),
                        named,
                        entry.get("status") == "True",
                        str(entry.get("reason") or ""),
                        str(entry.get("message") or ""),
                    )
                )
    return found


def is_wildcard(route: Route) -> bool:
    """Whether it is for all hosts of its host's domain."""
    return bool((route.get("spec") or {}).get("wildcardPolicy") == SUBDOMAIN)


def is_passthrough(route: Route) -> bool:
    """Whether its router passes TLS on as it comes."""
    return bool(_tls(route).get("termination") == "passthrough")


def is_encrypted(route: Route) -> bool:
    """Whether clients use TLS."""
    return bool(_tls(route))


def needs_custom_host(route: Route) -> bool:
    """Whether its author must be allowed to choose hosts and certificates.

    As OpenShift asks (library-go, pkg/route/hostassignment).
    """
    fields = ("certificate", "key", "caCertificate", "destinationCACertificate")
    tls = _tls(route)
    own = any(tls.get(field) for field in (*fields, "externalCertificate"))
    return own or bool((route.get("spec") or {}).get("host"))


def domain_of(host: str) -> str:
    """What follows the first part of a host."""
    return host.partition(".")[2]


def url_of(route: Route, host: str) -> str:
    """Where clients find it, at a host that a router has admitted."""
    shown = f"*.{domain_of(host)}" if is_wildcard(route) else host
    scheme = "https" if is_encrypted(route) else "http"
    return f"{scheme}://{shown}{(route.get('spec') or {}).get('path') or ''}"


def _tls(route: Route) -> Mapping[str, Any]:
    return (route.get("spec") or {}).get("tls") or {}
