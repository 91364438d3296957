# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ownership by the ApplySet convention of Kubernetes.

https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-id and
KEP-3659: a parent object lists the kinds and namespaces of the set's members, each member carries
the set's id in a label. `kubectl` reads the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

ID_LABEL = "applyset.kubernetes.io/id"
PART_OF_LABEL = "applyset.kubernetes.io/part-of"
TOOLING = "applyset.kubernetes.io/tooling"
CONTAINS = "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"

TOOL_NAME = "meshops.istio"
TOOL = TOOL_NAME + "/v0.1.0"
CREATED_ANNOTATION = "meshops.istio/created"


class GroupKind(NamedTuple):
    """A kind without its version; written `Deployment.apps`, and `ConfigMap` for the core group."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


class ApplySet(NamedTuple):
    """A set by the name and namespace of its parent, which is a ConfigMap."""

    name: str
    namespace: str

    @property
    def id(self) -> str:
        """The value of the part-of label of members."""
        return set_id(self.name, self.namespace, "ConfigMap", "")

    def __str__(self) -> str:
        return f"set {self.namespace}/{self.name}"


class Scope(NamedTuple):
    """Which kinds and namespaces may hold members."""

    kinds: frozenset[GroupKind]
    namespaces: frozenset[str]

    def union(self, other: Scope) -> Scope:
        """Everything in either."""
        return Scope(self.kinds | other.kinds, self.namespaces | other.namespaces)


EMPTY = Scope(frozenset(), frozenset())


def set_id(name: str, namespace: str, kind: str, group: str) -> str:
    """The V1 id of a set whose parent object has this identity."""
    digest = hashlib.sha256(f"{name}.{namespace}.{kind}.{group}".encode()).digest()
    return f"applyset-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}-v1"


def parent_object(
    applyset: ApplySet,
    scope: Scope,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The parent as it is to be applied; `labels` and `annotations` are the caller's own."""
    additional = sorted(ns for ns in scope.namespaces if ns and ns != applyset.namespace)
    notes = {
        **(annotations or {}),
        TOOLING: TOOL,
        CONTAINS: ",".join(sorted(map(str, scope.kinds))),
    }
    if additional:
        notes[NAMESPACES] = ",".join(additional)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": applyset.name,
            "namespace": applyset.namespace,
            "labels": {**(labels or {}), ID_LABEL: applyset.id},
            "annotations": notes,
        },
    }


def scope_of(parent: Mapping[str, Any] | None, applyset: ApplySet) -> Scope:
    """What a live parent says about its members; empty when there is no parent."""
    if parent is None:
        return EMPTY
    notes = parent["metadata"].get("annotations") or {}
    kinds = frozenset(
        GroupKind(text.partition(".")[2], text.partition(".")[0])
        for text in _split(notes.get(CONTAINS))
    )
    return Scope(kinds, frozenset([applyset.namespace, *_split(notes.get(NAMESPACES))]))


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def problem_with_parent(parent: Mapping[str, Any] | None, applyset: ApplySet) -> str | None:
    """Why a live object cannot be the parent of this set, or None."""
    if parent is None:
        return None
    where = f"ConfigMap {applyset.namespace}/{applyset.name}"
    metadata = parent["metadata"]
    found = (metadata.get("labels") or {}).get(ID_LABEL)
    if found is None:
        return (
            f"{where} exists and is not the parent of a set; choose another set name, or delete it"
        )
    if found != applyset.id:
        return f"{where} carries the set id {found}, which is not its own ({applyset.id})"
    tool = (metadata.get("annotations") or {}).get(TOOLING) or ""
    if tool.rpartition("/")[0] != TOOL_NAME:
        return (
            f'{where}: this set is managed by "{tool or "an unnamed tool"}", not by {TOOL_NAME}; '
            "leave it to that tool, or choose another set name"
        )
    return None


def set_of(obj: Mapping[str, Any]) -> str | None:
    """The id of the set an object belongs to."""
    return (obj["metadata"].get("labels") or {}).get(PART_OF_LABEL)


_MANAGER_MARKS = (
    ("annotations", "meta.helm.sh/release-name", "Helm release"),
    ("annotations", "argocd.argoproj.io/tracking-id", "Argo CD application"),
    ("labels", "argocd.argoproj.io/instance", "Argo CD application"),
    ("labels", "kustomize.toolkit.fluxcd.io/name", "Flux Kustomization"),
    ("labels", "helm.toolkit.fluxcd.io/name", "Flux HelmRelease"),
    ("labels", "olm.owner", "OLM operator"),
)


def foreign_owner(obj: Mapping[str, Any], applyset: ApplySet | None) -> str | None:
    """Who else owns a live object, in words; None when it is ours or nobody's.

    `applyset` is the set that wants it; a member of it is ours whatever other marks it carries.
    """
    member_of = set_of(obj)
    if applyset is not None and member_of == applyset.id:
        return None
    metadata = obj["metadata"]
    if member_of:
        return f"the set with id {member_of}"
    for section, key, what in _MANAGER_MARKS:
        value = (metadata.get(section) or {}).get(key)
        if value:
            return f'{what} "{value.partition(":")[0]}"'
    for reference in metadata.get("ownerReferences") or ():
        if reference.get("controller"):
            return f"its controller {reference.get('kind')} {reference.get('name')}"
    return None


def with_label(obj: Mapping[str, Any], applyset: ApplySet) -> dict[str, Any]:
    """The object as a member of the set."""
    metadata = obj["metadata"]
    labels = {**(metadata.get("labels") or {}), PART_OF_LABEL: applyset.id}
    return {**obj, "metadata": {**metadata, "labels": labels}}


def scope_of_members(members: Iterable[tuple[GroupKind, str]], applyset: ApplySet) -> Scope:
    """The scope that covers these (kind, namespace) pairs; an empty namespace is cluster scope."""
    kinds, namespaces = set(), {applyset.namespace}
    for kind, namespace in members:
        kinds.add(kind)
        if namespace:
            namespaces.add(namespace)
    return Scope(frozenset(kinds), frozenset(namespaces))
