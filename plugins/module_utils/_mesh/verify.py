# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove that a mesh is as it should be: every object present, equal and ready."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import (
    Verdict,
    gather,
    verify,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Entries
from ansible_collections.meshops.istio.plugins.module_utils._mesh.guard import PLATFORM, Guard
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import in_variables
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import (
    LiveSet,
    live_sets,
    movable,
    obsolete,
    parent_annotations,
    parent_labels,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import keep_newer

_SCALED_AWAY = "it is scaled to 0 replicas; scale it up by hand, its autoscaler does not"


@dataclass
class Proof:
    """Verdicts by component; `surplus` names components of the mesh that nobody wants.

    `kept` says what was not compared, because it is installed in a newer version; `unowned` names
    components whose set has no parent, so that nothing could be pruned or removed with it.
    """

    namespace: str
    revision: str
    version: str
    components: list[tuple[str, list[Verdict]]] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unowned: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdicts(self) -> list[Verdict]:
        """All verdicts in order."""
        return [verdict for _name, verdicts in self.components for verdict in verdicts]

    @property
    def problems(self) -> list[str]:
        """A line for each object that is not as it should be, and each surplus component."""
        lines = [
            f"{verdict.key}: {_reason(verdict)} (component {name})"
            for name, verdicts in self.components
            for verdict in verdicts
            if not verdict.ok
        ]
        # A component of which nothing is there has no parent either; that was said already.
        there = {name for name, verdicts in self.components if any(v.present for v in verdicts)}
        return [
            *lines,
            *(f"component {n}: its set has no parent" for n in self.unowned if n in there),
            *(f"component {name} is installed and not wanted" for name in self.surplus),
        ]

    def as_dict(self) -> dict[str, Any]:
        """The form the module returns."""
        return {
            "changed": False,
            "namespace": self.namespace,
            "revision": self.revision,
            "version": self.version,
            "verified": not self.problems,
            "objects": [
                {"component": name, **verdict.as_dict()}
                for name, verdicts in self.components
                for verdict in verdicts
            ],
            "problems": self.problems,
            "kept": self.kept,
            "seconds": round(self.seconds, 2),
        }


def prove(client: Client, plan: Plan, options: RunOptions) -> Proof:
    """Compare every object of the plan with the cluster; writes nothing.

    Raises ApplyError or KubeError when the cluster cannot be asked.
    """
    began = time.monotonic()
    kinds = Kinds(client)
    proof = Proof(plan.namespace, plan.revision, plan.version)
    lives = live_sets(client, kinds, plan.namespace)
    installed = {live.set_name for live in lives}
    plan = keep_newer(plan, lives, options.allow_downgrade)
    guard = Guard(client, kinds, plan, lives, check_mode=False)
    entries = Entries(client, plan.namespace, options)
    stale = entries.stale(plan.scc_entries)
    for component in plan.components:
        if component.kept:
            proof.kept.append(f"component {component.name}: {component.kept}")
            if not component.objects:
                continue
        request = options.request(
            component.objects,
            set_name=component.set_name,
            set_namespace=component.set_namespace,
            labels=parent_labels(plan, component),
            annotations=parent_annotations(component),
            keep=guard.keep(component.kind),
            movable=movable(component.kind, lives, plan.revision),
        )
        verdicts = verify(client, kinds, request) if component.objects else []
        if component.kept:
            verdicts = [verdict for verdict in verdicts if not (verdict.extra or verdict.kept)]
        verdicts = _with_pods(client, kinds, component, verdicts)
        if component.kind == PLATFORM:
            # All that is to be said of the lists, once.
            verdicts += entries.verdicts(component.scc_entries, stale, guard.keep_entry)
            stale = []
        proof.components.append((component.name, verdicts))
        if component.objects and component.set_name not in installed:
            proof.unowned.append(component.name)
    if stale:
        proof.components.append((PLATFORM, entries.verdicts([], stale, guard.keep_entry)))
    proof.kept += [f"{v.key}: {v.reason}" for v in proof.verdicts if v.kept]
    remove, _leave = obsolete(plan, lives)
    for live in remove:
        lines = _all_needed(client, kinds, options, guard, live)
        proof.kept += lines
        proof.surplus += [] if lines else [live.name]
    proof.seconds = time.monotonic() - began
    return proof


def _all_needed(
    client: Client, kinds: Kinds, options: RunOptions, guard: Guard, live: LiveSet
) -> list[str]:
    """Why each object of a set that nobody wants stays; empty when one of them may go."""
    keep = guard.keep(live.kind)
    if keep is None:
        return []
    request = options.request(set_name=live.set_name, set_namespace=live.set_namespace)
    reasons = [(key_of(obj), keep(obj)) for obj in gather(client, kinds, request)]
    return [f"{key}: {why}" for key, why in reasons] if all(why for _key, why in reasons) else []


def _reason(verdict: Verdict) -> str:
    """Why, without the object's name, which a refusal of the server begins with."""
    reason = in_variables(verdict.reason or "not as desired")
    return reason.removeprefix(f"{verdict.key}: ")


def _with_pods(
    client: Client, kinds: Kinds, component: PlanComponent, verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """A Deployment that somebody has scaled to nothing has all its replicas, and does no work."""
    idle = set()
    for obj in component.objects:
        if obj["kind"] == "Deployment" and obj["spec"].get("replicas") != 0:
            metadata = obj["metadata"]
            live = client.get(kinds.of(obj), metadata.get("namespace") or "", metadata["name"])
            if live and (live.get("spec") or {}).get("replicas") == 0:
                idle.add(key_of(obj))
    return [
        verdict._replace(ready=False, reason=_SCALED_AWAY) if verdict.key in idle else verdict
        for verdict in verdicts
    ]
