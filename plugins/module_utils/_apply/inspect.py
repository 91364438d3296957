# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look without writing: gather a set, verify it, render what would be applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import with_label
from ansible_collections.meshops.istio.plugins.module_utils._apply.documents import (
    Item,
    duplicates,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import InputError
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyRequest,
    Target,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import PHASES, phase_of
from ansible_collections.meshops.istio.plugins.module_utils._apply.plan import (
    Leftover,
    Plan,
    foreign,
    make_plan,
    read_parent,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.reader import Reader
from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import redact
from ansible_collections.meshops.istio.plugins.module_utils._apply.targets import (
    items_of,
    make_targets,
    without_string_data,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.webhooks import (
    Webhooks,
    without_bundle,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import Writer, refusal
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import (
    ObjectKey,
    key_of,
    split_api_version,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import status_of

_NOISE = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Verdict(NamedTuple):
    """What verify found about one object.

    `equal` is False when an apply would change it, `ready` when it is not (yet) doing its job;
    `reason` says why, or what was left out of the judgement. `extra` marks a member of the set
    that nobody desires; one that stays for a reason (ApplyRequest.keep) is `kept` instead.
    """

    key: ObjectKey
    present: bool
    equal: bool
    ready: bool
    reason: str = ""
    extra: bool = False
    kept: bool = False

    @property
    def ok(self) -> bool:
        """Present, equal, ready, and desired."""
        return self.present and self.equal and self.ready and not self.extra

    def as_dict(self) -> dict[str, Any]:
        """The form modules return."""
        return {
            "kind": self.key.kind,
            "namespace": self.key.namespace,
            "name": self.key.name,
            "present": self.present,
            "equal": self.equal,
            "ready": self.ready,
            "extra": self.extra,
            "reason": self.reason,
        }


def verify(client: Client, kinds: Kinds, request: ApplyRequest) -> list[Verdict]:
    """Compare the desired objects with the live ones; writes nothing (doubts are dry runs).

    Members of the set that are not desired come last, with `extra`.
    """
    plan = make_plan(client, kinds, request, strict=False)
    writer = Writer(client, request.field_manager, check_mode=True)
    webhooks = Webhooks(client, kinds, request.wait_webhooks)

    def look(target: Target) -> Verdict:
        live = target.live
        if live is None:
            return Verdict(target.key, False, False, False, "it is not there")
        status = status_of(live)
        ready = status.state == "ready"
        missing = "" if ready else status.reason or status.state
        if missing and without_bundle(live):
            excuse = webhooks.excuse(live)
            if excuse is not None:
                ready, missing = True, f"{missing}, which does not count: {excuse.text}"
        unequal = _why_unequal(target, plan, writer)
        reason = "; ".join(text for text in (unequal, missing) if text)
        return Verdict(target.key, True, not unequal, ready, reason)

    verdicts = client.map(look, plan.targets)
    return verdicts + [_undesired(left) for left in plan.leftovers]


def _undesired(left: Leftover) -> Verdict:
    if left.needed:
        return Verdict(left.key, True, True, True, left.keep, kept=True)
    return Verdict(left.key, True, False, True, "it is a member of the set and not desired", True)


def _why_unequal(target: Target, plan: Plan, writer: Writer) -> str:
    owner = foreign(target, plan.applyset)
    if owner is not None:
        return f"it belongs to {owner}"
    if target.doubt is None or target.live is None:
        return ""
    if target.live["metadata"].get("deletionTimestamp"):
        return "it is being deleted"
    try:
        after = writer.apply(target)
    except KubeError as error:
        return refusal(target.key, error, target.obj)
    if writer.changed(target.live, after):
        return f"it differs at {target.doubt.lstrip('.')}"
    return ""


def gather(client: Client, kinds: Kinds, request: ApplyRequest) -> list[dict[str, Any]]:
    """Live objects of the set, or of the objects given, without status and server bookkeeping.

    Secrets are hidden unless the request shows them. Sorted by phase, kind, namespace and name.
    """
    reader = Reader(client, kinds)
    if request.applyset is not None:
        plan = Plan([], request.applyset)
        read_parent(client, kinds, plan)
        lives = list(reader.read([], plan.applyset, plan.old_scope).members.values())
    else:
        targets = make_targets(items_of(request), kinds, request)
        lives = list(reader.read(targets).objects.values())
    lives.sort(key=_order)
    cleaned = [_clean(live) for live in lives]
    return cleaned if request.show_secrets else [redact(obj) for obj in cleaned]


def render_set(request: ApplyRequest) -> list[dict[str, Any]]:
    """The desired objects as they would be sent, in order of their phases; asks no cluster.

    Secrets are hidden unless the request shows them. Raises InputError.
    """
    items = items_of(request)
    problems = duplicates((key_of(item.obj), Item(item.obj, item.origin)) for item in items)
    if problems:
        raise InputError("; ".join(problems))
    objects = [
        without_string_data(item.obj) if item.obj["kind"] == "Secret" else item.obj
        for item in items
    ]
    if request.applyset is not None:
        applyset = request.applyset
        objects = [with_label(obj, applyset) for obj in objects]
    objects.sort(key=lambda obj: PHASES.index(_phase(obj)))
    return objects if request.show_secrets else [redact(obj) for obj in objects]


def _phase(obj: Mapping[str, Any]) -> str:
    return phase_of(split_api_version(obj["apiVersion"])[0], obj["kind"])


def _order(obj: Mapping[str, Any]) -> tuple[int, str, str, str]:
    metadata = obj["metadata"]
    namespace = metadata.get("namespace") or ""
    return PHASES.index(_phase(obj)), obj["kind"], namespace, metadata["name"]


def _clean(live: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in live["metadata"].items() if key not in _NOISE}
    notes = metadata.get("annotations")
    if notes and _LAST_APPLIED in notes:
        metadata["annotations"] = {k: v for k, v in notes.items() if k != _LAST_APPLIED}
    head = {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}
    rest = {k: v for k, v in live.items() if k not in ("status", *head)}
    return {**head, **rest}
