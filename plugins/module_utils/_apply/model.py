# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes into the engine, and what comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import ApplySet
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

FIELD_MANAGER = "meshops.istio"
DEFAULT_PRUNE_LIMIT = 20

Progress = Callable[[str], None]
# Why a live member that nobody desires any more is not deleted yet; empty when it may go.
Keep = Callable[[Mapping[str, Any]], str]

# What happened to an object. In check mode `would_create` and so on, see ObjectResult.in_words.
CREATED = "created"
CONFIGURED = "configured"
UNCHANGED = "unchanged"
PRUNED = "pruned"
DELETED = "deleted"
RELEASED = "released"
KEPT = "kept"
FAILED = "failed"

_WOULD = {
    CREATED: "would_create",
    CONFIGURED: "would_configure",
    PRUNED: "would_prune",
    DELETED: "would_delete",
    RELEASED: "would_release",
}
_CHANGES = frozenset(_WOULD)


@dataclass
class ApplyRequest:
    """What to do with which objects.

    `objects` is anything documents.read_items accepts, or a list of its Items. With `set_name` and
    `set_namespace` the objects are members of that set, and `set_namespace` is where namespaced
    objects go that name no namespace. `labels` and `annotations` are put on the set's parent.
    `prune_limit` is a number of objects or a share of the set such as `50%`. `wait_timeout` is in
    seconds, for each phase. `wait_webhooks`: `auto` waits for the CA bundle of webhooks that call a
    Service of this cluster, `always` of all, `never` of none. `keep` is asked before a member is
    pruned, or deleted with its set, which then stays too. With `prune_later` nothing is pruned, but
    everything is checked and counted as `ApplyReport.postponed`: the caller applies once more.
    Objects move over from the sets whose ids are `movable`, for these are sets of the same owner.
    Secrets and ConfigMaps in no set that are `expendable` do not keep a namespace.
    """

    objects: Any = None
    set_name: str | None = None
    set_namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    field_manager: str = FIELD_MANAGER
    force_conflicts: bool = False
    adopt: bool = False
    prune: bool = True
    prune_limit: int | str = DEFAULT_PRUNE_LIMIT
    prune_later: bool = False
    keep: Keep | None = None
    movable: frozenset[str] = frozenset()
    expendable: Callable[[Mapping[str, Any]], bool] | None = None
    wait: bool = True
    wait_timeout: float = 300.0
    wait_webhooks: str = "auto"
    delete_crds: bool = False
    check_mode: bool = False
    diff: bool = False
    show_secrets: bool = False

    @property
    def applyset(self) -> ApplySet | None:
        """The set, or None when the objects belong to none."""
        if self.set_name and self.set_namespace:
            return ApplySet(self.set_name, self.set_namespace)
        return None


@dataclass
class Target:
    """One desired object on its way: `kind` is None as long as the cluster does not serve it."""

    key: ObjectKey
    obj: dict[str, Any]
    origin: str
    phase: str
    kind: Kind
    live: dict[str, Any] | None = None
    doubt: str | None = None
    not_askable: str | None = None
    force: bool = False


@dataclass
class ObjectResult:
    """What happened to one object; `reason` says why where that is not plain."""

    key: ObjectKey
    action: str
    reason: str = ""
    api_version: str = ""

    @property
    def changed(self) -> bool:
        """Whether the cluster was (or would be) written."""
        return self.action in _CHANGES

    def as_dict(self, check_mode: bool = False) -> dict[str, Any]:
        """The form modules return."""
        result = {
            "api_version": self.api_version,
            "kind": self.key.kind,
            "namespace": self.key.namespace,
            "name": self.key.name,
            "action": _WOULD.get(self.action, self.action) if check_mode else self.action,
        }
        if self.reason:
            result["reason"] = self.reason
        return result


@dataclass
class PhaseResult:
    """Time of one phase in seconds, its waiting included and also told apart."""

    name: str
    objects: int = 0
    changed: int = 0
    seconds: float = 0.0
    waited: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The form modules return."""
        return {
            "name": self.name,
            "objects": self.objects,
            "changed": self.changed,
            "seconds": round(self.seconds, 3),
            "waited": round(self.waited, 3),
        }


@dataclass
class ApplyReport:
    """What a run did (or, in check mode, would do)."""

    check_mode: bool = False
    results: list[ObjectResult] = field(default_factory=list)
    phases: list[PhaseResult] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    diff: list[dict[str, str]] = field(default_factory=list)
    postponed: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was (or would be) written; known before any waiting."""
        return any(result.changed for result in self.results)

    def counts(self) -> dict[str, int]:
        """Number of objects for each action."""
        counter = Counter(result.action for result in self.results)
        return {
            (_WOULD.get(action, action) if self.check_mode else action): number
            for action, number in sorted(counter.items())
        }

    def text(self) -> str:
        """One line for people."""
        parts = [f"{n} {action.replace('_', ' ')}" for action, n in self.counts().items()]
        seconds = sum(phase.seconds for phase in self.phases)
        total = len(self.results)
        head = f"{total} object{'' if total == 1 else 's'}"
        return f"{head}: {', '.join(parts) or 'nothing to do'} in {seconds:.1f} s"

    def as_dict(self, every: bool = True) -> dict[str, Any]:
        """The form modules return; `every` also lists what did not change."""
        shown = [r for r in self.results if every or r.action != UNCHANGED]
        result: dict[str, Any] = {
            "changed": self.changed,
            "objects": [r.as_dict(self.check_mode) for r in shown],
            "phases": [phase.as_dict() for phase in self.phases],
            "summary": {"text": self.text(), **self.counts()},
        }
        if self.warnings:
            result["warnings"] = list(self.warnings)
        if self.diff:
            result["diff"] = self.diff
        return result
