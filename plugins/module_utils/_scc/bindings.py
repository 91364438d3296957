# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bindings of the ClusterRoles of SCCs.

There is one of ours for each SCC and namespace (or cluster), called as the role is: that is what
`oc adm policy` calls it too, and both find what the other has granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import PART_OF_LABEL
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import Change
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    RBAC,
    Subject,
    from_rbac,
    role_of,
    to_rbac,
)

Object = dict[str, Any]

ROLE_BINDINGS = Kind(RBAC, "v1", "RoleBinding", "rolebindings", True)
CLUSTER_ROLE_BINDINGS = Kind(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", False)


def bindings_of(client: Client, scc: str, namespace: str) -> list[Object]:
    """All bindings to the role of an SCC in the namespace, or in the cluster."""
    items = client.list(kind_in(namespace), namespace).items
    return [obj for obj in items if binds(obj, scc)]


def binds(obj: Mapping[str, Any], scc: str) -> bool:
    """Whether a binding binds the ClusterRole of an SCC."""
    reference = obj["roleRef"]
    return bool(reference["kind"] == "ClusterRole" and reference["name"] == role_of(scc))


def subjects_of(obj: Mapping[str, Any]) -> list[Subject]:
    """The subjects of a binding."""
    namespace = obj["metadata"].get("namespace", "")
    return [from_rbac(subject, namespace) for subject in obj.get("subjects") or ()]


def new_binding(scc: str, namespace: str) -> Object:
    """Our binding of an SCC's role, as yet without subjects."""
    metadata: Object = {
        "name": role_of(scc),
        "labels": {"app.kubernetes.io/managed-by": "meshops.istio"},
    }
    if namespace:
        metadata["namespace"] = namespace
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind_in(namespace).kind,
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role_of(scc)},
        "subjects": [],
    }


def with_subjects(obj: Object, subjects: Iterable[Subject]) -> Object:
    """A binding with more subjects."""
    return {**obj, "subjects": [*(obj.get("subjects") or ()), *map(to_rbac, subjects)]}


def without_subjects(obj: Object, subjects: Iterable[Subject]) -> Object:
    """A binding without some of its subjects."""
    excluded, namespace = {*subjects}, obj["metadata"].get("namespace", "")
    kept = [one for one in obj.get("subjects") or () if from_rbac(one, namespace) not in excluded]
    return {**obj, "subjects": kept}


def of_a_set(obj: Mapping[str, Any]) -> bool:
    """Whether a binding belongs to an ApplySet, that is to an installation."""
    return PART_OF_LABEL in (obj["metadata"].get("labels") or {})


def kind_in(namespace: str) -> Kind:
    """The kind of bindings in a namespace, or (empty) in the cluster."""
    return ROLE_BINDINGS if namespace else CLUSTER_ROLE_BINDINGS


def title(obj: Mapping[str, Any]) -> str:
    """`RoleBinding shop/NAME`."""
    metadata = obj["metadata"]
    namespace = metadata.get("namespace", "")
    return f"{kind_in(namespace).kind} {namespace}{'/' if namespace else ''}{metadata['name']}"


def change_of(
    scc: str,
    obj: Mapping[str, Any],
    action: str,
    *,
    added: Iterable[Subject] = (),
    removed: Iterable[Subject] = (),
    before: Object | None = None,
    after: Object | None = None,
) -> Change:
    """The change of a binding; of what it was and will be, only who may do what is shown."""
    metadata = obj["metadata"]
    namespace = metadata.get("namespace", "")
    return Change(
        scc,
        kind_in(namespace).kind,
        namespace,
        metadata["name"],
        action,
        tuple(str(subject) for subject in added),
        tuple(str(subject) for subject in removed),
        _shown(before),
        _shown(after),
    )


def _shown(obj: Object | None) -> Object | None:
    if obj is None:
        return None
    return {"roleRef": obj["roleRef"], "subjects": obj.get("subjects") or []}
