# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SecurityContextConstraints as the cluster has them."""

from __future__ import annotations

import difflib
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import (
    SccError,
    UnknownSccError,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import check_scc

SCC = Kind(
    "security.openshift.io", "v1", "SecurityContextConstraints", "securitycontextconstraints", False
)
NOT_OPENSHIFT = (
    "the cluster has no SecurityContextConstraints (security.openshift.io/v1): it is not an"
    " OpenShift, and nothing need be granted there"
)


def read_scc(client: Client, name: str) -> dict[str, Any]:
    """One SCC; UnknownSccError, which names those that exist, when there is none of the name."""
    try:
        found: dict[str, Any] = client.request("GET", SCC.path("", check_scc(name)))
        return found
    except ApiError as error:
        if error.status == 403:
            raise SccError(
                f"SCC {name!r} cannot be read: our account lacks get {SCC.resource}/{name}."
                " An administrator can give it that right (docs/rbac/deployer-openshift.yaml of the"
                " collection has it)"
            ) from error
        if error.status != 404:
            raise
    raise UnknownSccError(_unknown(client, name))


def all_sccs(client: Client) -> list[dict[str, Any]]:
    """All SCCs, none on a cluster that has no such kind."""
    try:
        return client.list(SCC).items
    except ApiError as error:
        if error.kind_not_served:
            return []
        raise


def _unknown(client: Client, name: str) -> str:
    try:
        names = sorted(obj["metadata"]["name"] for obj in client.list(SCC).items)
    except ApiError as error:
        if error.kind_not_served:
            return NOT_OPENSHIFT
        if error.status == 403:
            return f"the cluster has no SCC {name!r} (our account may not list those it has)"
        raise
    text = f"the cluster has no SCC {name!r}"
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        text += f": did you mean {close[0]!r}?"
    return f"{text} It has {', '.join(names)}" if close else f"{text}; it has {', '.join(names)}"
