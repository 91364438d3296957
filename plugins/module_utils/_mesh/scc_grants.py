# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which SCCs objects let whom use, of a plan or of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._scc.bindings import subjects_of
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    ACCOUNTS,
    GROUP,
    USER,
    Subject,
    account_user,
    accounts_group,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import sccs_bound

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
            home = obj["metadata"].get("namespace") or ""
            subjects = subjects_of(obj)
            found |= {Grant(scc, home, one) for scc in sccs_bound(obj, roles) for one in subjects}
        elif obj["kind"] == SCC.kind:
            found |= _listed(obj["metadata"]["name"], obj)
    for component in components:
        for entry in component.scc_entries:
            found |= _listed(entry["scc"], entry)
    return found


def _listed(scc: str, lists: Object) -> set[Grant]:
    found = {Grant(scc, "", Subject(USER, name)) for name in lists.get("users") or ()}
    return found | {Grant(scc, "", Subject(GROUP, name)) for name in lists.get("groups") or ()}


def identities(pod: Object) -> set[Subject]:
    """Who a pod is to authorization."""
    namespace = pod["metadata"]["namespace"]
    account = (pod.get("spec") or {}).get("serviceAccountName") or "default"
    groups = (ACCOUNTS, accounts_group(namespace), "system:authenticated")
    found = {Subject(GROUP, name) for name in groups}
    return found | {Subject(USER, account_user(namespace, account))}
