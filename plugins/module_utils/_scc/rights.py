# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether our account may grant an SCC, and which right it lacks.

The API server lets an account bind a role when it may `bind` that role, or has itself every right
of the role where the binding holds (k8s.io/kubernetes/pkg/registry/rbac/rolebinding/policybased).
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.module_utils._kube.access import (
    Right,
    account,
    allowed,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import RBAC, role_of

ROLE_BINDING = "role_binding"
CLUSTER_ROLE_BINDING = "cluster_role_binding"
SCC_LISTS = "scc_lists"
WAYS = (ROLE_BINDING, CLUSTER_ROLE_BINDING, SCC_LISTS)

_REMEDY = (
    "An administrator can give it these rights (docs/rbac/deployer-openshift.yaml of the collection"
    " shows how), or run this task."
)


def missing_for_grant(
    client: Client, scc: str, namespace: str, how: str, role: str = ""
) -> list[str]:
    """Rights that our account lacks to grant an SCC, in words; empty when it may.

    `how` is one of WAYS, `namespace` that of a RoleBinding. `role` is the ClusterRole that is bound
    (OpenShift's by default). The texts are of the form
    `patch securitycontextconstraints.security.openshift.io/anyuid`, or
    `bind clusterroles.rbac.authorization.k8s.io/ROLE in shop, or use ... in shop`.
    """
    return _missing(client, scc, namespace, how, role, ("list", "create", "patch"))


def missing_for_revoke(client: Client, scc: str, namespace: str, how: str) -> list[str]:
    """The same to take a grant back; a binding that others stay in asks for what a grant does."""
    return _missing(client, scc, namespace, how, "", ("list", "patch", "delete"))


def _missing(
    client: Client, scc: str, namespace: str, how: str, role: str, verbs: Sequence[str]
) -> list[str]:
    if how == SCC_LISTS:
        needed = [Right(SCC.group, SCC.plural, verb, "", scc) for verb in ("get", "patch")]
        return [str(right) for right in needed if not allowed(client, right)]
    where = namespace if how == ROLE_BINDING else ""
    plural = "rolebindings" if how == ROLE_BINDING else "clusterrolebindings"
    needed = [Right(RBAC, plural, verb, where) for verb in verbs]
    lacking = [str(right) for right in needed if not allowed(client, right)]
    bind = Right(RBAC, "clusterroles", "bind", where, role or role_of(scc))
    use = Right(SCC.group, SCC.plural, "use", where, scc)
    if not (allowed(client, bind) or allowed(client, use)):
        lacking.append(f"{bind}, or {use}")
    return lacking


def refusal(
    client: Client, scc: str, namespace: str, how: str, told: str, revoking: bool = False
) -> str:
    """What to tell people whose account was refused (403) while it granted or revoked an SCC.

    `told` is the server's text, for what no right of ours explains.
    """
    where = f" in {namespace}" if how == ROLE_BINDING else ""
    ask = missing_for_revoke if revoking else missing_for_grant
    lacking = ask(client, scc, namespace, how)
    lines = "\n".join(f"  - {right}" for right in lacking or [told])
    head = f"{account(client)} may not change who uses SCC {scc!r}{where}. It lacks:"
    return f"{head}\n{lines}\n{_REMEDY}"
