# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of the desired state that are in the way: of another manager, or going away."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ID_LABEL,
    ApplySet,
    foreign_owner,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.adopt import INSTALLERS
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)

# Managers that apply whole objects and would undo ours; istiod's own writes are no ownership.
_SHOWN = 5
_SET_ID = re.compile(r"the set with id (\S+)")


def check_owners(
    client: Client,
    kinds: Kinds,
    sets: Iterable[tuple[ApplySet, Iterable[Mapping[str, Any]]]],
    may_take_over: bool,
    movable: Mapping[str, Collection[str]],
) -> Finding:
    """Look for objects of the desired state that somebody else keeps; namespaces may be shared.

    `movable` has by the id of a set those of sets from which objects move to it just so.
    """
    wanted = [
        (applyset, obj)
        for applyset, objects in sets
        for obj in objects
        if obj["kind"] != "Namespace"
    ]

    def owner(pair: tuple[ApplySet, Mapping[str, Any]]) -> str | None:
        applyset, obj = pair
        live = _get(client, kinds, obj)
        # What was taken over once still carries the marks of who had it before.
        if live is None or set_of(live) in (applyset.id, *movable[applyset.id]):
            return None
        return foreign_owner(live, applyset) or _applier(live)

    found: dict[str, list[str]] = {}
    for (_applyset, obj), whose in zip(wanted, client.map(owner, wanted)):
        if whose:
            found.setdefault(whose, []).append(str(key_of(obj)))
    found = _with_names_of_sets(client, kinds, found)
    if not found:
        return Finding("owners", OK, f"none of {len(wanted)} objects belongs to another manager")
    total = sum(len(names) for names in found.values())
    shown = "\n".join(f"      - {whose}: {_some(names)}" for whose, names in found.items())
    message = f"{total} of {len(wanted)} objects are not ours:\n{shown}"
    if may_take_over:
        remedy = "They will be taken over (mesh_adopt)."
        if any(whose.startswith("Helm") for whose in found):
            remedy += (
                " Then delete Helm's records of these releases (Secrets sh.helm.release.v1.*), or "
                "a later helm upgrade or uninstall would change or remove the mesh."
            )
        return Finding("owners", WARNING, message, remedy)
    return Finding(
        "owners",
        FAILED,
        message,
        "Remove that installation, choose another mesh_namespace or mesh_revision, leave the "
        "component to them (mesh_components.<name>.enabled: false), or set mesh_adopt: true to "
        "take the objects over.",
    )


def _with_names_of_sets(
    client: Client, kinds: Kinds, found: dict[str, list[str]]
) -> dict[str, list[str]]:
    """The same with sets by the names of their parents, as far as they can be found."""
    if not any(_SET_ID.search(whose) for whose in found):
        return found
    try:
        parents = client.list(kinds.find("v1", "ConfigMap"), labels=ID_LABEL).items
    except ApiError as error:
        if error.status != 403:
            raise
        return found
    names = {
        parent["metadata"]["labels"][ID_LABEL]: "the set {namespace}/{name}".format(
            **parent["metadata"]
        )
        for parent in parents
    }
    return {
        _SET_ID.sub(lambda match: names.get(match[1], match[0]), whose): objects
        for whose, objects in found.items()
    }


def _some(names: list[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _applier(live: Mapping[str, Any]) -> str | None:
    for entry in live["metadata"].get("managedFields") or ():
        name = str(entry.get("manager", ""))
        if name in INSTALLERS:
            return f'{INSTALLERS[name]} (field manager "{name}")'
    return None


def _get(client: Client, kinds: Kinds, obj: Mapping[str, Any]) -> Any:
    kind, metadata = kinds.of(obj), obj["metadata"]
    namespace = metadata.get("namespace") or ""
    try:
        return client.request("GET", kind.path(namespace, metadata["name"]))
    except ApiError as error:
        # Rights are a check of their own.
        if error.status in (403, 404):
            return None
        raise


def check_namespaces(client: Client, plan: Plan) -> Finding:
    """Find namespaces that nobody makes, or that are being deleted, and say what holds them."""
    made = {o["metadata"]["name"] for o in plan.objects if o["kind"] == "Namespace"}
    used = {
        str(obj["metadata"]["namespace"]): f"{obj['kind']} {obj['metadata']['name']}"
        for obj in reversed(plan.objects)
        if obj["metadata"].get("namespace")
    }
    names = sorted(made | {plan.namespace} | set(used))

    def read(name: str) -> Any:
        try:
            return client.request("GET", f"/api/v1/namespaces/{name}")
        except ApiError as error:
            if error.status == 404:
                return {}
            if error.status == 403:
                return None
            raise

    lives = dict(zip(names, client.map(read, names)))
    absent = [
        f"      - {name}, for {used[name]}"
        for name, live in lives.items()
        if live == {} and name in used and name not in made
    ]
    if absent:
        return Finding(
            "namespaces",
            FAILED,
            "namespaces are not there, and the mesh does not make them:\n" + "\n".join(absent),
            "Make them, or take out of the variables what belongs into them.",
        )
    stuck = [
        f"      - {name}: {_holds(live)}"
        for name, live in lives.items()
        if live and live["metadata"].get("deletionTimestamp")
    ]
    if not stuck:
        return Finding("namespaces", OK, f"none of {', '.join(names)} is being deleted")
    return Finding(
        "namespaces",
        FAILED,
        "namespaces are being deleted, nothing can be made in them:\n" + "\n".join(stuck),
        "Wait until they are gone. If they stay, remove what holds them: the named objects and "
        "their finalizers.",
    )


def _holds(namespace: Mapping[str, Any]) -> str:
    """What keeps a terminating namespace, from the conditions the namespace controller writes."""
    texts = [
        str(condition.get("message", ""))
        for condition in (namespace.get("status") or {}).get("conditions") or ()
        if condition.get("status") == "True" and condition.get("message")
    ]
    finalizers = (namespace["metadata"].get("finalizers") or []) + (
        (namespace.get("spec") or {}).get("finalizers") or []
    )
    if not texts and finalizers:
        texts.append(f"finalizers {', '.join(finalizers)}")
    since = namespace["metadata"]["deletionTimestamp"]
    return f"since {since}; " + ("; ".join(texts) or "nothing says what holds it")
