# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of SCCs that a plan consists of, whatever made them: bindings, roles, list entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    ACCOUNTS,
    accounts_group,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.rights import (
    CLUSTER_ROLE_BINDING,
    ROLE_BINDING,
    SCC_LISTS,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import (
    named_sccs,
    role_bound,
    sccs_bound,
)

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Grant:
    """The use of an SCC, given by an object of the plan or by entries of the SCC's lists.

    `where` names the object or the component for people. `role` is the ClusterRole that is bound,
    `namespace` where a RoleBinding holds, `groups` and `users` who may use it.
    """

    scc: str
    how: str
    where: str
    namespace: str = ""
    role: str = ""
    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    obj: Object | None = None

    def reaches(self, namespace: str) -> bool:
        """Whether it holds for all service accounts of a namespace."""
        if self.namespace not in ("", namespace):
            return False
        everybody = {ACCOUNTS, accounts_group(namespace), "system:authenticated"}
        return bool(self.groups & everybody)


def grants_of(plan: Plan) -> list[Grant]:
    """All grants of the plan, in its order."""
    roles = {obj["metadata"]["name"]: obj for obj in plan.objects if obj["kind"] == "ClusterRole"}
    found = []
    for component in plan.components:
        for obj in component.objects:
            if obj["kind"] in ("RoleBinding", "ClusterRoleBinding"):
                found += _of_binding(obj, roles)
        for entry in component.scc_entries:
            groups, users = frozenset(entry["groups"]), frozenset(entry["users"])
            where = f"component {component.name}"
            found.append(Grant(entry["scc"], SCC_LISTS, where, groups=groups, users=users))
    return found


def roles_that_grant(plan: Plan) -> list[tuple[Object, str]]:
    """ClusterRoles of the plan with each SCC they let use."""
    return [
        (obj, scc)
        for obj in plan.objects
        if obj["kind"] == "ClusterRole"
        for scc in named_sccs(obj)
    ]


def _of_binding(obj: Object, roles: Mapping[str, Object]) -> list[Grant]:
    subjects = obj.get("subjects") or ()
    how = ROLE_BINDING if obj["kind"] == "RoleBinding" else CLUSTER_ROLE_BINDING
    return [
        Grant(
            scc,
            how,
            str(key_of(obj)),
            str(obj["metadata"].get("namespace") or "") if how == ROLE_BINDING else "",
            role_bound(obj),
            frozenset(str(s["name"]) for s in subjects if s.get("kind") == "Group"),
            frozenset(str(s["name"]) for s in subjects if s.get("kind") != "Group"),
            obj,
        )
        for scc in sccs_bound(obj, roles)
    ]
