# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which SCCs objects let whom use, of a plan or of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    ACCOUNTS,
    GROUP,
    ROLE,
    USER,
    Subject,
    account_user,
    accounts_group,
    from_rbac,
)

SECURITY = "security.openshift.io"
SCC = "SecurityContextConstraints"
BINDINGS = ("RoleBinding", "ClusterRoleBinding")

Object = Mapping[str, Any]


class Grant(NamedTuple):
    """The right of a subject to use an SCC in a namespace; an empty one means all."""

    scc: str
    namespace: str
    subject: Subject


def grants_of(components: Iterable[PlanComponent]) -> set[Grant]:
    """What a plan grants: by bindings, in lists of its own SCCs, and in those of others."""
    components = list(components)
    objects = [obj for component in components for obj in component.objects]
    roles = {obj["metadata"]["name"]: obj for obj in objects if obj["kind"] == "ClusterRole"}
    found: set[Grant] = set()
    for obj in objects:
        if obj["kind"] in BINDINGS:
            name = role_bound(obj)
            sccs = [scc_of_role(name)] if scc_of_role(name) else lets_use(roles.get(name) or {})
            home = obj["metadata"].get("namespace") or ""
            found |= {Grant(scc, home, subject) for scc in sccs for subject in subjects_of(obj)}
        elif obj["kind"] == SCC:
            found |= _listed(obj["metadata"]["name"], obj)
    for component in components:
        for entry in component.scc_entries:
            found |= _listed(entry["scc"], entry)
    return found


def _listed(scc: str, lists: Object) -> set[Grant]:
    found = {Grant(scc, "", Subject(USER, name)) for name in lists.get("users") or ()}
    return found | {Grant(scc, "", Subject(GROUP, name)) for name in lists.get("groups") or ()}


def role_bound(binding: Object) -> str:
    """The ClusterRole of a binding; empty when it binds a Role."""
    reference = binding.get("roleRef") or {}
    return str(reference.get("name") or "") if reference.get("kind") == "ClusterRole" else ""


def scc_of_role(name: str) -> str:
    """The SCC whose role, of OpenShift's own, is called like this; empty for any other."""
    return name[len(ROLE) :] if name.startswith(ROLE) else ""


def lets_use(role: Object) -> list[str]:
    """The SCCs that a role's rules name."""
    return [
        name
        for rule in role.get("rules") or ()
        if SECURITY in (rule.get("apiGroups") or ()) and "use" in (rule.get("verbs") or ())
        for name in rule.get("resourceNames") or ()
    ]


def subjects_of(binding: Object) -> Iterator[Subject]:
    """Who is bound, service accounts as users."""
    home = binding["metadata"].get("namespace") or ""
    for entry in binding.get("subjects") or ():
        yield from_rbac(entry, home)


def identities(pod: Object) -> set[Subject]:
    """Who a pod is to authorization."""
    namespace = pod["metadata"]["namespace"]
    account = (pod.get("spec") or {}).get("serviceAccountName") or "default"
    groups = (ACCOUNTS, accounts_group(namespace), "system:authenticated")
    found = {Subject(GROUP, name) for name in groups}
    return found | {Subject(USER, account_user(namespace, account))}
