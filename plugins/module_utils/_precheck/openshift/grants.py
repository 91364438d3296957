# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of SCCs that a plan consists of, whatever made them: bindings, roles, list entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import ROLE
from ansible_collections.meshops.istio.plugins.module_utils._scc.rights import (
    CLUSTER_ROLE_BINDING,
    ROLE_BINDING,
    SCC_LISTS,
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
        wide = {"system:serviceaccounts", "system:authenticated"}
        return bool(self.groups & (wide | {f"system:serviceaccounts:{namespace}"}))


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
        for scc in _used(obj.get("rules") or ())
    ]


def _of_binding(obj: Object, roles: Mapping[str, Object]) -> list[Grant]:
    role = str(obj["roleRef"]["name"])
    if obj["roleRef"]["kind"] != "ClusterRole":
        return []
    if role in roles:
        names = _used(roles[role].get("rules") or ())
    else:
        names = [role[len(ROLE) :]] if role.startswith(ROLE) else []
    subjects = obj.get("subjects") or ()
    how = ROLE_BINDING if obj["kind"] == "RoleBinding" else CLUSTER_ROLE_BINDING
    return [
        Grant(
            scc,
            how,
            str(key_of(obj)),
            str(obj["metadata"].get("namespace") or "") if how == ROLE_BINDING else "",
            role,
            frozenset(str(s["name"]) for s in subjects if s.get("kind") == "Group"),
            frozenset(str(s["name"]) for s in subjects if s.get("kind") != "Group"),
            obj,
        )
        for scc in names
    ]


def _used(rules: Iterable[Object]) -> list[str]:
    """The SCCs that rules let use by name."""
    return [
        str(name)
        for rule in rules
        if SCC.group in (rule.get("apiGroups") or ())
        and SCC.plural in (rule.get("resources") or ())
        and "use" in (rule.get("verbs") or ())
        for name in rule.get("resourceNames") or ()
    ]
