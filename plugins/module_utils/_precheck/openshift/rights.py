# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the account may make the plan's grants.

The API server takes a role or a binding only from who holds what it gives, or may `escalate` or
`bind` the role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-creation-or-update
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.access import (
    Right,
    account,
    allowed,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.constraints import (
    Scc,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.grants import (
    Grant,
    Object,
    roles_that_grant,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import RBAC
from ansible_collections.meshops.istio.plugins.module_utils._scc.rights import (
    ROLE_BINDING,
    SCC_LISTS,
    missing_for_grant,
)

_NAME = "grants"
_ANY = Right("*", "*", "*", "")


def check_rights_to_grant(
    client: Client, kinds: Kinds, plan: Plan, grants: Sequence[Grant], sccs: list[Scc] | None
) -> Finding:
    """Ask for the right to make each grant; what is there already needs none.

    One question for an administrator of the cluster. For others a grant in many namespaces is
    asked for all of them first.
    """
    roles = roles_that_grant(plan)
    if not (grants or roles) or allowed(client, _ANY):
        return Finding(_NAME, OK, "the account may make all grants of SCCs")
    refused = _of_roles(client, kinds, roles)
    # Who may not make a role need not be told of its bindings.
    rest = [grant for grant in grants if grant.role not in refused]
    lacking = [*refused.values(), *_of_grants(client, kinds, rest, sccs)]
    if not lacking:
        return Finding(_NAME, OK, "the account may make all grants of SCCs")
    lines = "\n".join(f"      - {line}" for line in lacking)
    return Finding(
        _NAME,
        FAILED,
        f"{account(client)} may not grant what the plan grants:\n{lines}",
        "Give it these rights (docs/rbac/deployer-openshift.yaml of the collection has those for "
        "the SCCs that releases ask for; add others there); or have an administrator make the "
        "grant, and take it out of mesh_openshift ([] for none).",
    )


def _of_roles(client: Client, kinds: Kinds, roles: Sequence[tuple[Object, str]]) -> dict[str, str]:
    """Name -> line, of ClusterRoles that let use SCCs and that the account may not make."""

    def lacking(pair: tuple[Object, str]) -> str:
        role, scc = pair
        name = str(role["metadata"]["name"])
        use = Right(SCC.group, SCC.plural, "use", "", scc)
        escalate = Right(RBAC, "clusterroles", "escalate", "", name)
        if allowed(client, use) or allowed(client, escalate) or _same(client, kinds, role, "rules"):
            return ""
        return f"{scc} by ClusterRole {name}: {use}, or {escalate} and bind it"

    lines = client.map(lacking, list(roles))
    return {role["metadata"]["name"]: line for (role, _scc), line in zip(roles, lines) if line}


def _of_grants(
    client: Client, kinds: Kinds, grants: Sequence[Grant], sccs: list[Scc] | None
) -> list[str]:
    """Lines about bindings and entries."""
    bound = sorted({(g.scc, g.role) for g in grants if g.how == ROLE_BINDING})

    def in_all(key: tuple[str, str]) -> bool:
        return not _missing(client, key[0], "", ROLE_BINDING, key[1])

    everywhere = dict(zip(bound, client.map(in_all, bound)))
    there = {scc["metadata"]["name"]: scc for scc in sccs or ()}

    def lacking(grant: Grant) -> str:
        if everywhere.get((grant.scc, grant.role)) and grant.how == ROLE_BINDING:
            return ""
        rights = _missing(client, grant.scc, grant.namespace, grant.how, grant.role)
        if not rights or _is_made(client, kinds, grant, there.get(grant.scc)):
            return ""
        return f"{grant.scc} by {grant.where}: {'; '.join(rights)}"

    return [line for line in client.map(lacking, list(grants)) if line]


def _missing(client: Client, scc: str, namespace: str, how: str, role: str) -> list[str]:
    """As missing_for_grant, without the verbs on bindings: check_rights asks for those."""
    found = missing_for_grant(client, scc, namespace, how, role)
    return found if how == SCC_LISTS else [right for right in found if right.startswith("bind ")]


def _is_made(client: Client, kinds: Kinds, grant: Grant, scc: Scc | None) -> bool:
    """Whether nothing is left to be written for it."""
    if grant.how == SCC_LISTS:
        users, groups = set((scc or {}).get("users") or ()), set((scc or {}).get("groups") or ())
        return grant.users <= users and grant.groups <= groups
    return grant.obj is not None and _same(client, kinds, grant.obj, "roleRef", "subjects")


def _same(client: Client, kinds: Kinds, obj: Object, *fields: str) -> bool:
    """Whether the live object has these fields already."""
    kind, metadata = kinds.of(obj), obj["metadata"]
    try:
        live: Any = client.get(kind, str(metadata.get("namespace") or ""), metadata["name"])
    except ApiError as error:
        if error.status != 403:
            raise
        return False
    return live is not None and all(live.get(field) == obj.get(field) for field in fields)
