# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the live objects of a set with few requests: a list where many are wanted, else GETs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    PART_OF_LABEL,
    ApplySet,
    GroupKind,
    Scope,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import Target
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    UnknownKindError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

# Up to this many objects of one kind and namespace are read one by one rather than by a list that
# may hold anything (all Secrets of a namespace, all CRDs of a cluster).
FEW = 16
# With more namespaces than this, members are listed in all namespaces at once.
MANY_NAMESPACES = 8

Live = dict[str, Any]


@dataclass
class Found:
    """Live objects by key; `members` are those that carry the set's label."""

    objects: dict[ObjectKey, Live] = field(default_factory=dict)
    members: dict[ObjectKey, Live] = field(default_factory=dict)
    not_served: set[Kind] = field(default_factory=set)


class Reader:
    """Reads targets and members; one use."""

    def __init__(self, client: Client, kinds: Kinds) -> None:
        self._client = client
        self._kinds = kinds

    def read(
        self,
        targets: Sequence[Target],
        applyset: ApplySet | None = None,
        scope: Scope | None = None,
    ) -> Found:
        """All live objects among the targets, and every member of the set within its scope.

        Raises ApiError when a list of members is refused: without it nothing may be pruned.
        """
        found = Found()
        if applyset is not None and scope is not None and scope.kinds:
            self._read_members(targets, applyset, scope, found)
        missing = [
            t for t in targets if t.key not in found.objects and t.kind not in found.not_served
        ]
        self._read_targets(missing, found)
        return found

    def _read_members(
        self, targets: Iterable[Target], applyset: ApplySet, scope: Scope, found: Found
    ) -> None:
        wanted = {GroupKind(t.kind.group, t.kind.kind): t.kind for t in targets}
        kinds = self._client.map(lambda gk: wanted.get(gk) or self._kind_of(gk), scope.kinds)
        places: list[tuple[Kind, str]] = []
        for kind in kinds:
            if kind is None:
                continue
            if not kind.namespaced:
                places.append((kind, ""))
            elif len(scope.namespaces) > MANY_NAMESPACES:
                places += self._wide(kind, scope)
            else:
                places += [(kind, namespace) for namespace in sorted(scope.namespaces)]
        selector = f"{PART_OF_LABEL}={applyset.id}"
        for (kind, _namespace), items in zip(
            places, self._client.map(lambda p: self._list(p[0], p[1], selector), places)
        ):
            if items is None:
                found.not_served.add(kind)
                continue
            for item in items:
                key = _key(kind, item)
                found.objects[key] = item
                found.members[key] = item

    def _wide(self, kind: Kind, scope: Scope) -> list[tuple[Kind, str]]:
        """One list for all namespaces where that is allowed."""
        try:
            self._client.request("GET", kind.collection(), query={"limit": "1"})
        except ApiError as error:
            if error.status == 403:
                return [(kind, namespace) for namespace in sorted(scope.namespaces)]
            if error.status != 404:
                raise
        return [(kind, "")]

    def _kind_of(self, wanted: GroupKind) -> Kind | None:
        """The kind at the version the cluster prefers; None when it is not served any more."""
        try:
            return self._kinds.for_key(wanted.group, wanted.kind)
        except UnknownKindError:
            return None

    def _read_targets(self, targets: Iterable[Target], found: Found) -> None:
        groups: dict[tuple[Kind, str], list[Target]] = defaultdict(list)
        for target in targets:
            groups[(target.kind, target.key.namespace)].append(target)
        work: list[Callable[[], None]] = []
        for (kind, namespace), group in groups.items():
            if len(group) > FEW:
                work.append(self._listing(kind, namespace, group, found))
            else:
                work += [self._getting(target, found) for target in group]
        self._client.map(lambda step: step(), work)

    def _listing(
        self, kind: Kind, namespace: str, group: Sequence[Target], found: Found
    ) -> Callable[[], None]:
        def step() -> None:
            try:
                items = self._list(kind, namespace, "")
            except ApiError as error:
                if error.status != 403:
                    raise
                # Rights to read each, but not to list.
                self._client.map(lambda target: self._getting(target, found)(), group)
                return
            if items is None:
                found.not_served.add(kind)
                return
            wanted = {target.key.name for target in group}
            for item in items:
                if item["metadata"]["name"] in wanted:
                    found.objects[_key(kind, item)] = item

        return step

    def _getting(self, target: Target, found: Found) -> Callable[[], None]:
        def step() -> None:
            live = self.get(target.kind, target.key, found)
            if live is not None:
                found.objects[target.key] = live

        return step

    def get(self, kind: Kind, key: ObjectKey, found: Found | None = None) -> Live | None:
        """One object, None when it is not there; notes in `found` when its kind is not served."""
        try:
            live: Live = self._client.request("GET", kind.path(key.namespace, key.name))
        except ApiError as error:
            if error.status != 404:
                raise
            if error.kind_not_served and found is not None:
                found.not_served.add(kind)
            return None
        return live

    def _list(self, kind: Kind, namespace: str, selector: str) -> list[Live] | None:
        try:
            return self._client.list(kind, namespace, labels=selector).items
        except ApiError as error:
            if error.status == 404:
                return None
            raise


def _key(kind: Kind, item: Live) -> ObjectKey:
    metadata = item["metadata"]
    return ObjectKey(kind.group, kind.kind, metadata.get("namespace") or "", metadata["name"])
