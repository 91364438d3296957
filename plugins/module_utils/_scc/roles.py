# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ClusterRole that a grant binds."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._kube.access import account
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import CREATED, Change
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import RBAC, role_of
from ansible_collections.meshops.istio.plugins.module_utils._scc.turns import query
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import ALL, allowed_sccs

CLUSTER_ROLES = Kind(RBAC, "v1", "ClusterRole", "clusterroles", False)
ROLES = Kind(RBAC, "v1", "Role", "roles", True)


def ensure_role(client: Client, scc: str, check_mode: bool) -> Change | None:
    """Make the ClusterRole that lets use an SCC; None when it is there.

    OpenShift has it for most of its own SCCs and for nobody else's; `oc adm policy` makes it too.
    It says nothing by itself, so it stays when a grant is taken back.
    """
    name = role_of(scc)
    found = client.get(CLUSTER_ROLES, "", name)
    if found is None:
        role = {
            "apiVersion": CLUSTER_ROLES.api_version,
            "kind": CLUSTER_ROLES.kind,
            "metadata": {
                "name": name,
                "labels": {"app.kubernetes.io/managed-by": "meshops.istio"},
            },
            "rules": [
                {
                    "apiGroups": [SCC.group],
                    "resources": [SCC.plural],
                    "resourceNames": [scc],
                    "verbs": ["use"],
                }
            ],
        }
        try:
            path = CLUSTER_ROLES.collection()
            client.request("POST", path, query=query(check_mode), body=role)
            return Change(scc, "ClusterRole", "", name, CREATED, after={"rules": role["rules"]})
        except ApiError as error:
            if error.status == 403:
                raise SccError(
                    f"{account(client)} cannot make ClusterRole {name}, which OpenShift has not got"
                    f" for SCC {scc!r}. It lacks create {CLUSTER_ROLES.resource}, or use"
                    f" {SCC.resource}/{scc} itself. An administrator can give it these rights, or"
                    " grant this SCC once, which makes the role"
                ) from error
            # Another run made it meanwhile; what it allows is looked at below.
            found = client.get(CLUSTER_ROLES, "", name) if error.status == 409 else None
            if found is None:
                raise
    if not allowed_sccs(found.get("rules") or ()) & {scc, ALL}:
        raise SccError(
            f"ClusterRole {name} does not let use SCC {scc!r}: somebody has changed it. Give it a"
            f" rule with verb use on {SCC.resource}/{scc}, or delete it to have it made anew"
        )
    return None
