# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From desired objects to targets: kinds, namespaces, membership, phases; before any writing."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import with_label
from ansible_collections.meshops.istio.plugins.module_utils._apply.documents import (
    Item,
    duplicates,
    read_items,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import InputError
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyRequest,
    Target,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import CRDS, phase_of
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import UnknownKindError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import (
    ObjectKey,
    split_api_version,
)

# Kinds whose status is written by the server only; charts carry a meaningless one.
_STATUS_IGNORED = {"CustomResourceDefinition", "Namespace", "Service", "Deployment", "DaemonSet"}


def items_of(request: ApplyRequest) -> list[Item]:
    """The request's desired objects, read and checked."""
    given = request.objects
    if isinstance(given, list) and given and all(isinstance(entry, Item) for entry in given):
        return list(given)
    return read_items(given)


def make_targets(items: Sequence[Item], kinds: Kinds, request: ApplyRequest) -> list[Target]:
    """Targets in the order given.

    Raises InputError naming every object of unknown kind, without a namespace, or given twice.
    """
    for item in items:
        if item.obj["kind"] == "CustomResourceDefinition":
            kinds.learn(item.obj)
    found = _kinds_of(items, kinds)
    targets, problems = [], []
    for item in items:
        kind = found[(item.obj["apiVersion"], item.obj["kind"])]
        if isinstance(kind, str):
            problems.append(f"{item.origin}: {item.obj['metadata']['name']}: {kind}")
            continue
        target = _target(item, kind, request)
        if kind.namespaced and not target.key.namespace:
            problems.append(f"{item.origin}: {target.key} has no metadata.namespace")
        targets.append(target)
    problems += duplicates((target.key, Item(target.obj, target.origin)) for target in targets)
    if problems:
        raise InputError(_listed("the desired objects cannot be applied", problems))
    return targets


def _kinds_of(items: Iterable[Item], kinds: Kinds) -> dict[tuple[str, str], Kind | str]:
    """The kind, or the text of what is wrong with it, for each apiVersion and kind."""
    found: dict[tuple[str, str], Kind | str] = {}
    for item in items:
        pair = (item.obj["apiVersion"], item.obj["kind"])
        if pair not in found:
            try:
                found[pair] = kinds.find(*pair)
            except UnknownKindError as error:
                found[pair] = str(error)
    return found


def _target(item: Item, kind: Kind, request: ApplyRequest) -> Target:
    metadata = dict(item.obj["metadata"])
    if not kind.namespaced:
        metadata.pop("namespace", None)
    elif not metadata.get("namespace") and request.set_namespace:
        metadata["namespace"] = request.set_namespace
    obj: dict[str, Any] = {**item.obj, "metadata": metadata}
    if kind.kind in _STATUS_IGNORED:
        obj.pop("status", None)
    if kind.kind == "Secret" and not kind.group:
        obj = without_string_data(obj)
    if request.applyset is not None:
        obj = with_label(obj, request.applyset)
    key = ObjectKey(kind.group, kind.kind, metadata.get("namespace") or "", metadata["name"])
    return Target(key, obj, item.origin, phase_of(kind.group, kind.kind), kind)


def without_string_data(secret: dict[str, Any]) -> dict[str, Any]:
    """A Secret with its stringData as data: the server stores it so, and then we own what is there.

    https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data and the note there on
    stringData and server-side apply.
    """
    texts = secret.get("stringData")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        return secret
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    rest = {key: value for key, value in secret.items() if key != "stringData"}
    return {**rest, "data": {**(secret.get("data") or {}), **encoded}}


def kinds_created(targets: Iterable[Target]) -> dict[tuple[str, str], ObjectKey]:
    """(group, kind) -> key of the CRD among the targets that defines it."""
    created = {}
    for target in targets:
        if target.phase == CRDS:
            spec = target.obj.get("spec") or {}
            names = spec.get("names") or {}
            created[(spec.get("group", ""), names.get("kind", ""))] = target.key
    return created


def group_of(api_version: str) -> str:
    """The API group in an apiVersion."""
    return split_api_version(api_version)[0]


def _listed(head: str, lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    shown = list(lines[:20])
    if len(lines) > 20:
        shown.append(f"and {len(lines) - 20} more")
    return "\n".join([head + ":", *(f"  - {line}" for line in shown)])
