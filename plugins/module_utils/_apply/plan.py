# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is going to do, and every reason not to begin it: read everything, write nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    CREATED_ANNOTATION,
    EMPTY,
    ID_LABEL,
    ApplySet,
    GroupKind,
    Scope,
    foreign_owner,
    problem_with_parent,
    scope_of,
    scope_of_members,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.compare import doubt
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import owned
from ansible_collections.meshops.istio.plugins.module_utils._apply.gates import namespace_blockers
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyRequest,
    Target,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import (
    BINDINGS,
    CRDS,
    NAMESPACES,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.reader import Found, Reader
from ansible_collections.meshops.istio.plugins.module_utils._apply.runtime_fields import (
    without_runtime_fields,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.targets import (
    items_of,
    kinds_created,
    make_targets,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey


@dataclass
class Leftover:
    """A member of the set that is not desired any more; `keep` says why it is not to be deleted.

    It is `needed` when that is the caller's reason, and nothing is wrong with it being there.
    """

    key: ObjectKey
    live: dict[str, Any]
    keep: str = ""
    needed: bool = False


@dataclass
class Plan:
    """Targets with their live objects and doubts, and what is left over from earlier runs."""

    targets: list[Target]
    applyset: ApplySet | None = None
    parent: dict[str, Any] | None = None
    old_scope: Scope = EMPTY
    new_scope: Scope = EMPTY
    leftovers: list[Leftover] = field(default_factory=list)
    late: set[ObjectKey] = field(default_factory=set)


def make_plan(client: Client, kinds: Kinds, request: ApplyRequest, strict: bool = True) -> Plan:
    """Read what is needed and decide.

    With `strict` raises InputError or ApplyError for everything that would stop the run before
    its first write: nothing desired, foreign owners, missing namespaces and kinds.
    """
    items = items_of(request)
    if not items:
        raise InputError(
            'the desired state holds no object. An empty list never means "delete all": '
            "use state: absent to remove a set"
        )
    targets = make_targets(items, kinds, request)
    reader = Reader(client, kinds)
    plan = Plan(targets, request.applyset)
    if plan.applyset is not None:
        read_parent(client, kinds, plan)
        plan.new_scope = scope_of_members(
            ((GroupKind(t.kind.group, t.kind.kind), t.key.namespace) for t in targets),
            plan.applyset,
        )
    scope = plan.old_scope.union(plan.new_scope) if plan.parent is not None else None
    found = reader.read(targets, plan.applyset, scope)
    for target in targets:
        consider(target, found.objects.get(target.key), request)
    problems = _missing_kinds(plan, kinds, found)
    if strict:
        problems += _foreign(client, kinds, plan, request)
        problems += _namespaces(client, kinds, plan, request)
        if problems:
            raise ApplyError("nothing was written, because:", problems)
    plan.leftovers = _leftovers(plan, found, request)
    if strict and request.prune:
        check_prune_limit(plan, found, request)
    return plan


def read_parent(client: Client, kinds: Kinds, plan: Plan) -> None:
    """Read the set's parent into the plan; ApplyError when it is not ours."""
    applyset = plan.applyset
    if applyset is None:
        return
    plan.parent = client.get(kinds.find("v1", "ConfigMap"), applyset.namespace, applyset.name)
    problem = problem_with_parent(plan.parent, applyset)
    if problem:
        raise ApplyError(f"{applyset}: {problem}")
    plan.old_scope = scope_of(plan.parent, applyset)


def consider(target: Target, live: dict[str, Any] | None, request: ApplyRequest) -> None:
    """Set the live object of a target, and what is to be asked about it."""
    target.live = live
    target.force = request.force_conflicts
    if target.phase == NAMESPACES:
        target.obj = _with_created(target.obj, live)
    target.obj = without_runtime_fields(target.obj, live, request.field_manager)
    target.doubt = "absent" if live is None else doubt(target.obj, live, request.field_manager)


def _with_created(obj: dict[str, Any], live: dict[str, Any] | None) -> dict[str, Any]:
    """A namespace remembers whether we made it: only then do we ever delete it."""
    if live is not None and CREATED_ANNOTATION not in (live["metadata"].get("annotations") or {}):
        return obj
    metadata = obj["metadata"]
    notes = {**(metadata.get("annotations") or {}), CREATED_ANNOTATION: "true"}
    return {**obj, "metadata": {**metadata, "annotations": notes}}


def _missing_kinds(plan: Plan, kinds: Kinds, found: Found) -> list[str]:
    """Messages for kinds nobody serves; those this run creates are marked as late instead."""
    created = kinds_created(plan.targets)
    problems: dict[str, list[str]] = {}
    for target in plan.targets:
        if target.kind not in found.not_served:
            crd = created.get((target.kind.group, target.kind.kind))
            if crd is not None and target.live is None:
                plan.late.add(target.key)
            continue
        if (target.kind.group, target.kind.kind) in created:
            plan.late.add(target.key)
            target.not_askable = f"this run creates the kind {target.kind.group_kind}"
        else:
            text = kinds.explain_missing(target.kind)
            problems.setdefault(text, []).append(str(target.key))
    return [f"{_some(names)}: {text}" for text, names in problems.items()]


def _foreign(client: Client, kinds: Kinds, plan: Plan, request: ApplyRequest) -> list[str]:
    """Messages for live objects that belong to another set or tool; with `adopt` they are taken."""
    problems = []
    for target in plan.targets:
        owner = foreign(target, plan.applyset)
        if owner is None:
            continue
        if request.adopt or set_of(target.live or {"metadata": {}}) in request.movable:
            target.force = True
            target.doubt = target.doubt or "to be adopted"
            continue
        if target.live is not None and set_of(target.live):
            owner = _name_of_set(client, kinds, set_of(target.live) or "", owner)
        wanted = f"; {plan.applyset} wants it too" if plan.applyset else ""
        problems.append(
            f"{target.key} belongs to {owner}{wanted}. Remove it there, or set adopt: true to "
            "take it"
        )
    return problems


def foreign(target: Target, applyset: ApplySet | None) -> str | None:
    """Who else owns the target's live object; namespaces may be shared with other tools."""
    if target.live is None:
        return None
    if target.phase == NAMESPACES and not set_of(target.live):
        return None
    return foreign_owner(target.live, applyset)


def _name_of_set(client: Client, kinds: Kinds, identity: str, fallback: str) -> str:
    """The set's name, from the parent that carries the id; kubectl keeps parents as Secrets too."""
    for kind in ("ConfigMap", "Secret"):
        try:
            parents = client.list(kinds.find("v1", kind), labels=f"{ID_LABEL}={identity}").items
        except ApiError:
            continue  # no right to look everywhere: the id has to do
        if parents:
            metadata = parents[0]["metadata"]
            return f"the set {metadata['namespace']}/{metadata['name']} ({identity})"
    return fallback


def _namespaces(client: Client, kinds: Kinds, plan: Plan, request: ApplyRequest) -> list[str]:
    """Messages for namespaces that are missing or terminating."""
    wanted: dict[str, list[Target]] = {}
    for target in plan.targets:
        if target.key.namespace and (target.live is None or request.check_mode):
            wanted.setdefault(target.key.namespace, []).append(target)
    if plan.applyset is not None and plan.parent is None:
        wanted.setdefault(plan.applyset.namespace, [])
    ours = {t.key.name: t for t in plan.targets if t.phase == NAMESPACES}
    others = [name for name in wanted if name not in ours]
    kind = kinds.find("v1", "Namespace")
    lives = dict(zip(others, client.map(_namespace_reader(client, kind), others)))
    problems = []
    for name, targets in wanted.items():
        if name in ours and ours[name].live is None:
            for target in targets:
                target.not_askable = target.not_askable or f"this run creates the namespace {name}"
            continue
        live = ours[name].live if name in ours else lives[name]
        if live is None:
            who = _some([str(t.key) for t in targets]) if targets else f"{plan.applyset}"
            problems.append(
                f"{who}: the namespace {name} does not exist; add a Namespace object to the set, "
                "or create it first"
            )
    for name, live in [*lives.items(), *((n, t.live) for n, t in ours.items())]:
        if live and live["metadata"].get("deletionTimestamp"):
            problems.append(
                f"the namespace {name} is being deleted: {namespace_blockers(live)}. "
                "Let the deletion finish (or remove what blocks it) and run again"
            )
    return problems


def _namespace_reader(client: Client, kind: Any) -> Callable[[str], dict[str, Any] | None]:
    def read(name: str) -> dict[str, Any] | None:
        try:
            return client.get(kind, "", name)
        except ApiError as error:
            if error.status == 403:  # no right to look: the apply itself will tell
                return {"metadata": {"name": name}}
            raise

    return read


def _leftovers(plan: Plan, found: Found, request: ApplyRequest) -> list[Leftover]:
    wanted = {target.key for target in plan.targets}
    leftovers = []
    for key, live in found.members.items():
        if key in wanted:
            continue
        keep, needed = "", False
        if not request.prune:
            keep = "prune is off"
        elif not owned(live, request.field_manager):
            keep = "carries the set's label but was never applied by it"
        elif request.keep is not None:
            keep = request.keep(live)
            needed = bool(keep)
        leftovers.append(Leftover(key, live, keep, needed))
    return leftovers


def check_prune_limit(plan: Plan, found: Found, request: ApplyRequest) -> None:
    """Raise ApplyError when more would be deleted than the limit allows."""
    doomed = [
        left.key
        for left in plan.leftovers
        if not left.keep and left.key.kind not in ("Namespace", "CustomResourceDefinition")
    ]
    limit = prune_limit(request.prune_limit, len(found.members))
    if len(doomed) > limit:
        raise ApplyError(
            f"{plan.applyset}: {len(doomed)} of its {len(found.members)} objects are not desired "
            f"any more, and prune_limit is {request.prune_limit}. Nothing was written. If they are "
            "to be deleted, raise prune_limit",
            [str(key) for key in sorted(doomed)],
        )


def prune_limit(limit: int | str, members: int) -> int:
    """The limit as a number of objects; InputError when it is neither a number nor a percentage."""
    text = str(limit).strip()
    number = text[:-1] if text.endswith("%") else text
    if not number.isdigit():
        raise InputError(
            f"prune_limit must be a number of objects or a share like 50%, not {limit!r}"
        )
    return members * int(number) // 100 if text.endswith("%") else int(number)


def crd_would_change(plan: Plan, target: Target) -> bool:
    """Whether this run also changes the CRD of the target's kind."""
    key = kinds_created(plan.targets).get((target.kind.group, target.kind.kind))
    return any(t.phase == CRDS and t.key == key and t.doubt for t in plan.targets)


def role_is_new(plan: Plan, target: Target) -> bool:
    """Whether the target binds a role that this run creates."""
    if target.phase != BINDINGS:
        return False
    role = target.obj.get("roleRef") or {}
    namespace = target.key.namespace if role.get("kind") == "Role" else ""
    key = ObjectKey(target.key.group, role.get("kind", ""), namespace, role.get("name", ""))
    return any(other.key == key and other.live is None for other in plan.targets)


def router_may_read_soon(plan: Plan, target: Target, message: str) -> bool:
    """Whether a Route is refused as the router may not read its Secret, and this run lets it.

    OpenShift asks for the router's rights on a Secret that a Route refers to.
    """
    if (
        target.key.kind != "Route"
        or "router serviceaccount does not have permission" not in message
    ):
        return False
    grants = [t for t in plan.targets if t.key.kind == "RoleBinding"]
    return any(t.doubt and t.key.namespace == target.key.namespace for t in grants)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
