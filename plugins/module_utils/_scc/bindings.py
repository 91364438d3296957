# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants by binding the ClusterRole of an SCC, as `oc adm policy add-scc-to-user` does today.

There is one binding for each SCC and namespace (or cluster), called as its role is, the name that
`oc` uses too: both find what the other has granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import PART_OF_LABEL
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    CONFIGURED,
    CREATED,
    DELETED,
    UNCHANGED,
    Change,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    RBAC,
    Subject,
    from_rbac,
    role_of,
    to_rbac,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.turns import (
    Turns,
    overtaken,
    patch,
    query,
)

Object = dict[str, Any]

ROLE_BINDINGS = Kind(RBAC, "v1", "RoleBinding", "rolebindings", True)
CLUSTER_ROLE_BINDINGS = Kind(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", False)
# Whether an account may bind a role is decided by a cache of the API server's.
_NOTICED_WITHIN = 5.0


def bind(
    client: Client,
    scc: str,
    namespace: str,
    subjects: Sequence[Subject],
    check_mode: bool,
    role_is_new: bool = False,
) -> Change:
    """Let subjects use an SCC in a namespace, or (empty) in all of them.

    Who has the grant by another binding to the same role needs none of ours, unless that belongs to
    an installation, which removes it some day. `role_is_new` says that this run has made the role:
    in check mode the server cannot be asked then, else it takes a moment to notice it.
    """
    kind, name = _kind(namespace), role_of(scc)
    turns, noticed = Turns(), Turns(_NOTICED_WITHIN)
    while True:
        found = _bindings(client, scc, namespace)
        ours = client.get(kind, namespace, name)
        _refuse_other_role(ours, kind, scc)
        held = {who for obj in found if not _of_a_set(obj) for who in _subjects(obj)}
        missing = [subject for subject in subjects if subject not in held]
        after = _with_subjects(ours or _new(scc, namespace), missing)
        action = CONFIGURED if ours else CREATED
        if not missing:
            return _change(scc, kind, ours or after, UNCHANGED)
        try:
            if check_mode and role_is_new:
                pass
            elif ours is None:
                path = kind.collection(namespace)
                client.request("POST", path, query=query(check_mode), body=after)
            else:
                operation = {"op": "add", "path": "/subjects", "value": after["subjects"]}
                patch(client, kind, ours, [operation], check_mode)
        except ApiError as error:
            read = partial(client.get, kind, namespace, name)
            if ours is None and error.status == 404 and check_mode:
                # The namespace: tasks before this one would have made it.
                pass
            elif role_is_new and error.status == 404:
                noticed.again(error)
                continue
            elif error.status == 409 if ours is None else overtaken(error, ours, read):
                turns.again(error)
                continue
            else:
                raise
        added = tuple(str(subject) for subject in missing)
        return _change(scc, kind, after, action, added=added, before=ours, after=after)


def unbind(
    client: Client, scc: str, namespace: str, subjects: Sequence[Subject], check_mode: bool
) -> Iterator[Change]:
    """Take subjects out of every binding to the role of an SCC in a namespace, or in the cluster.

    Yields what was done to each. A binding that is left without subjects is deleted. SccError,
    before anything is written, when a binding belongs to an installation: that would put it back.
    """
    affected = [
        obj for obj in _bindings(client, scc, namespace) if set(_subjects(obj)) & {*subjects}
    ]
    for obj in affected:
        if _of_a_set(obj):
            raise SccError(
                f"{_title(obj)} belongs to an installation (label {PART_OF_LABEL}), which would put"
                " it back: change what is installed (for a mesh the variable mesh_openshift)"
            )
    for obj in affected:
        change = _unbind(client, scc, obj, subjects, check_mode)
        if change is not None:
            yield change


def _unbind(
    client: Client, scc: str, obj: Object, subjects: Sequence[Subject], check_mode: bool
) -> Change | None:
    kind, metadata = _kind(obj["metadata"].get("namespace", "")), obj["metadata"]
    read = partial(client.get, kind, metadata.get("namespace", ""), metadata["name"])
    turns = Turns()
    current: Object | None = obj
    while current is not None:
        removed = [subject for subject in subjects if subject in _subjects(current)]
        if not removed:
            return None
        after = _without_subjects(current, removed)
        try:
            if after["subjects"]:
                operation = {"op": "add", "path": "/subjects", "value": after["subjects"]}
                patch(client, kind, current, [operation], check_mode)
            else:
                _delete(client, kind, current, check_mode)
        except ApiError as error:
            if not overtaken(error, current, read):
                raise
            turns.again(error)
            current = read()
            continue
        names = tuple(str(subject) for subject in removed)
        if after["subjects"]:
            return _change(scc, kind, obj, CONFIGURED, removed=names, before=current, after=after)
        return _change(scc, kind, obj, DELETED, removed=names, before=current)
    return None


def _delete(client: Client, kind: Kind, obj: Object, check_mode: bool) -> None:
    metadata = obj["metadata"]
    body: Object = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
    }
    if check_mode:
        body["dryRun"] = ["All"]
    path = kind.path(metadata.get("namespace", ""), metadata["name"])
    client.request("DELETE", path, body=body)


def _bindings(client: Client, scc: str, namespace: str) -> list[Object]:
    """All bindings to the role of an SCC in the namespace, or in the cluster."""
    items = client.list(_kind(namespace), namespace).items
    return [obj for obj in items if _binds(obj, scc)]


def _binds(obj: Mapping[str, Any], scc: str) -> bool:
    reference = obj["roleRef"]
    return bool(reference["kind"] == "ClusterRole" and reference["name"] == role_of(scc))


def _refuse_other_role(ours: Object | None, kind: Kind, scc: str) -> None:
    if ours is None or _binds(ours, scc):
        return
    reference = ours["roleRef"]
    raise SccError(
        f"{_title(ours)} binds {reference['kind']} {reference['name']}, not the ClusterRole"
        f" {role_of(scc)} that its name says; a binding's role cannot be changed. Delete that"
        f" {kind.kind} or give it another name"
    )


def _subjects(obj: Mapping[str, Any]) -> list[Subject]:
    namespace = obj["metadata"].get("namespace", "")
    return [from_rbac(subject, namespace) for subject in obj.get("subjects") or ()]


def _new(scc: str, namespace: str) -> Object:
    metadata: Object = {
        "name": role_of(scc),
        "labels": {"app.kubernetes.io/managed-by": "meshops.istio"},
    }
    if namespace:
        metadata["namespace"] = namespace
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": _kind(namespace).kind,
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role_of(scc)},
        "subjects": [],
    }


def _with_subjects(obj: Object, subjects: Iterable[Subject]) -> Object:
    return {**obj, "subjects": [*(obj.get("subjects") or ()), *map(to_rbac, subjects)]}


def _without_subjects(obj: Object, subjects: Iterable[Subject]) -> Object:
    excluded, namespace = {*subjects}, obj["metadata"].get("namespace", "")
    kept = [one for one in obj.get("subjects") or () if from_rbac(one, namespace) not in excluded]
    return {**obj, "subjects": kept}


def _of_a_set(obj: Mapping[str, Any]) -> bool:
    return PART_OF_LABEL in (obj["metadata"].get("labels") or {})


def _kind(namespace: str) -> Kind:
    return ROLE_BINDINGS if namespace else CLUSTER_ROLE_BINDINGS


def _title(obj: Mapping[str, Any]) -> str:
    metadata = obj["metadata"]
    namespace = metadata.get("namespace", "")
    return f"{_kind(namespace).kind} {namespace}{'/' if namespace else ''}{metadata['name']}"


def _change(
    scc: str,
    kind: Kind,
    obj: Mapping[str, Any],
    action: str,
    *,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    before: Object | None = None,
    after: Object | None = None,
) -> Change:
    metadata = obj["metadata"]
    return Change(
        scc,
        kind.kind,
        metadata.get("namespace", ""),
        metadata["name"],
        action,
        added,
        removed,
        _shown(before),
        _shown(after),
    )


def _shown(obj: Object | None) -> Object | None:
    if obj is None:
        return None
    return {"roleRef": obj["roleRef"], "subjects": obj.get("subjects") or []}
