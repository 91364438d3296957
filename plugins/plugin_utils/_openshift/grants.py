# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grants: who may use which SCC, as bindings or as entries of the SCCs' lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    RBAC,
    accounts_group,
    role_of,
    subjects_of,
    to_rbac,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object

# OpenShift has a ClusterRole for each of these, and for no other SCC
# (bindata/bootkube/scc-manifests of cluster-kube-apiserver-operator, 4.19).
_WITH_ROLE: Final = frozenset(
    {
        "anyuid",
        "hostaccess",
        "hostmount-anyuid",
        "hostnetwork",
        "hostnetwork-v2",
        "nonroot",
        "nonroot-v2",
        "privileged",
        "restricted",
        "restricted-v2",
    }
)


@dataclass(frozen=True)
class Grant:
    """The right of users and groups to use an SCC, in one namespace or (empty) in all of them."""

    scc: str
    namespace: str
    why: str
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


def to_all(scc: str, namespace: str, why: str) -> Grant:
    """A grant to all service accounts of a namespace."""
    return Grant(scc, namespace, why, groups=(accounts_group(namespace),))


def merged(grants: Iterable[Grant]) -> list[Grant]:
    """One grant for each SCC and namespace, sorted."""
    found: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        found.setdefault((grant.namespace, grant.scc), []).append(grant)
    return [
        Grant(
            scc,
            namespace,
            "; ".join(dict.fromkeys(one.why for one in items if one.why)),
            _united(one.groups for one in items),
            _united(one.users for one in items),
        )
        for (namespace, scc), items in sorted(found.items())
    ]


def binding(grant: Grant, suffix: str) -> Object:
    """The RoleBinding of a grant, or the ClusterRoleBinding of one for all namespaces."""
    metadata: Object = {"name": f"istio-scc-{grant.scc}{suffix}"}
    if grant.namespace:
        metadata["namespace"] = grant.namespace
    if grant.why:
        metadata["annotations"] = {"kubernetes.io/description": grant.why}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if grant.namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role_name(grant.scc, suffix)},
        "subjects": [to_rbac(one) for one in subjects_of(grant.users, grant.groups)],
    }


def role_name(scc: str, suffix: str) -> str:
    """The ClusterRole that lets use the SCC: OpenShift's where there is one, else one of ours."""
    return role_of(scc) if scc in _WITH_ROLE else f"istio-scc-{scc}{suffix}"


def roles(grants: Sequence[Grant], suffix: str) -> list[Object]:
    """The ClusterRoles of our own that the grants need."""
    return [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": role_name(scc, suffix)},
            "rules": [
                {
                    "apiGroups": ["security.openshift.io"],
                    "resources": ["securitycontextconstraints"],
                    "resourceNames": [scc],
                    "verbs": ["use"],
                }
            ],
        }
        for scc in sorted({grant.scc for grant in grants} - _WITH_ROLE)
    ]


def entries(grants: Sequence[Grant]) -> tuple[Object, ...]:
    """The grants as entries of the SCCs' lists, one for each SCC; these hold in all namespaces."""
    return tuple(
        {
            "scc": scc,
            "users": list(_united(one.users for one in grants if one.scc == scc)),
            "groups": list(_united(one.groups for one in grants if one.scc == scc)),
        }
        for scc in sorted({grant.scc for grant in grants})
    )


def _united(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for part in parts for name in part}))
