# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do about a Route that routers reject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._routes.holders import (
    described,
    holder_of,
    policy_of,
    routes_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import (
    ALREADY_CLAIMED,
    admissions,
    is_wildcard,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import SOON, Problem

ALLOW_WILDCARDS = (
    "let the IngressController admit wildcards (oc -n openshift-ingress-operator patch "
    "ingresscontroller/default --type=merge -p "
    '\'{"spec":{"routeAdmission":{"wildcardPolicy":"WildcardsAllowed"}}}\')'
)
_BAD_CERTIFICATE = "ExtendedValidationFailed"


def problems_of(client: Client, route: Mapping[str, Any]) -> list[Problem]:
    """The rejection and a remedy; nothing as long as no router has spoken, or when one admits it.

    The router's own word is in the Route's status already. It may be that of a moment ago, as when
    the Route that held the host has just gone, so it has to last. Raises ApiError.
    """
    words = admissions(route)
    if not words or any(word.admitted for word in words):
        return []
    reason = words[0].reason
    if reason == ALREADY_CLAIMED:
        remedy = _about_holder(client, route)
    elif reason == _BAD_CERTIFICATE:
        remedy = "its certificate and key cannot be used: correct them in its route's variables"
    elif is_wildcard(route):
        remedy = f"{ALLOW_WILDCARDS}, or name the hosts one by one"
    else:
        remedy = "see what its IngressController admits"
    return [Problem("route", remedy, SOON)]


def _about_holder(client: Client, route: Mapping[str, Any]) -> str:
    others = routes_of(client)
    holder = holder_of(route, others or (), policy_of(client))
    if holder is None:
        return "choose another host, or find and remove the Route that has it"
    return f"{described(holder)} has the host: choose another one, or remove that Route"
