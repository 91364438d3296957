# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take objects away: prune what is no longer desired, or delete a whole set, last phase first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    CREATED_ANNOTATION,
    ID_LABEL,
    PART_OF_LABEL,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import entry, owned_parts
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    DELETED,
    FAILED,
    KEPT,
    PRUNED,
    RELEASED,
    ApplyReport,
    ApplyRequest,
    ObjectResult,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.phases import (
    CRDS,
    NAMESPACES,
    WORKLOADS,
    by_phase,
    phase_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.plan import Leftover
from ansible_collections.meshops.istio.plugins.module_utils._apply.waiting import Waiting
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import Writer, refusal
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

# Secrets by type or annotation, ConfigMaps by name: what Kubernetes, OpenShift and Helm write.
_TYPES_OF_CONTROLLERS = ("kubernetes.io/service-account-token", "helm.sh/")
_NAMES_OF_CONTROLLERS = ("kube-root-ca.crt", "openshift-service-ca.crt")
# OpenShift's credentials for its own registry, one for each service account.
_OF_ACCOUNTS = (
    "openshift.io/internal-registry-auth-token.service-account",
    "kubernetes.io/service-account.name",
)


class _Outcome(NamedTuple):
    action: str
    reason: str


class Remover:
    """Deletes or releases objects and notes it in the report."""

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        request: ApplyRequest,
        writer: Writer,
        waiting: Waiting,
        report: ApplyReport,
    ) -> None:
        self._client = client
        self._kinds = kinds
        self._request = request
        self._writer = writer
        self._waiting = waiting
        self._report = report
        self._manager = request.field_manager

    def prune(self, leftovers: Sequence[Leftover], identity: str) -> list[ObjectKey]:
        """Delete leftovers, release namespaces and CRDs; returns the keys that stay members."""
        return self._all_but_kept(leftovers, identity, PRUNED)

    def delete(self, objects: Sequence[Leftover], identity: str) -> list[ObjectKey]:
        """Delete objects; namespaces only when this collection made them, CRDs only when asked.

        Returns the keys of those that stay members.
        """
        return self._all_but_kept(objects, identity, DELETED)

    def _all_but_kept(
        self, objects: Sequence[Leftover], identity: str, action: str
    ) -> list[ObjectKey]:
        kept = [left for left in objects if left.keep]
        for left in kept:
            self._note(left, _Outcome(KEPT, left.keep))
        self._in_phases([left for left in objects if not left.keep], identity, action)
        return [left.key for left in kept]

    def _in_phases(self, objects: Sequence[Leftover], identity: str, action: str) -> None:
        ordered = sorted(objects, key=lambda left: left.key)
        groups = by_phase((phase_of(left.key.group, left.key.kind), left) for left in ordered)
        for phase, lefts in reversed(groups):
            outcomes = self._client.map(
                lambda left, phase=phase: self._remove(phase, left, identity, action),  # type: ignore[misc]
                lefts,
            )
            failures: list[str] = []
            gone: dict[ObjectKey, dict[str, Any]] = {}
            for left, outcome in zip(lefts, outcomes):
                if isinstance(outcome, str):
                    failures.append(outcome)
                    self._note(left, _Outcome(FAILED, outcome))
                else:
                    self._note(left, outcome)
                    if outcome.action == action:
                        gone[left.key] = left.live
            if failures:
                raise ApplyError(
                    f"{len(failures)} of {len(lefts)} objects could not be removed "
                    f"(phase {phase}):",
                    failures,
                    self._report,
                )
            if gone and self._request.wait and not self._request.check_mode:
                problem = self._waiting.gone(gone)
                if problem:
                    raise ApplyError(f"removing {phase}: {problem}", report=self._report)

    def _remove(self, phase: str, left: Leftover, identity: str, action: str) -> _Outcome | str:
        kind = self._kinds.find(left.live["apiVersion"], left.live["kind"])
        try:
            if phase == NAMESPACES:
                reason = self._why_keep_namespace(left, action)
                if reason:
                    after = self._writer.release(kind, left.live, empty_apply=True)
                    self._show_released(left, *owned_parts(left.live, after, self._manager))
                    return _Outcome(RELEASED, reason)
            if phase == CRDS and not (action == DELETED and self._request.delete_crds):
                if identity:
                    after = self._writer.release(kind, left.live, empty_apply=False)
                    self._show_released(left, _labels(left.live), _labels(after))
                why = "CRDs are never pruned" if action == PRUNED else "delete_crds is off"
                return _Outcome(RELEASED if identity else KEPT, f"{why}; it stays in the cluster")
            # Pods must be gone before what they need goes.
            propagation = "Foreground" if phase == WORKLOADS else "Background"
            self._writer.delete(kind, left.live, propagation, identity)
        except KubeError as error:
            return refusal(left.key, error, left.live)
        return _Outcome(action, "")

    def _why_keep_namespace(self, left: Leftover, action: str) -> str:
        """Why a namespace is released rather than deleted; empty when it may go."""
        if action == PRUNED:
            return "namespaces are never pruned"
        if (left.live["metadata"].get("annotations") or {}).get(CREATED_ANNOTATION) != "true":
            return "it was there before; only our fields are removed"
        pods = self._client.list(
            self._kinds.find("v1", "Pod"), left.key.name, fields="status.phase!=Succeeded"
        ).items
        others = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
        if others and not self._request.check_mode:
            names = ", ".join(pod["metadata"]["name"] for pod in others[:3])
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            self._report.warnings.append(
                f"namespace {left.key.name} is kept: it still runs pods that are not ours "
                f"({names}{more})"
            )
            return f"it still runs {len(others)} pods that are not ours"
        return self._why_keep_contents(left.key.name)

    def _why_keep_contents(self, namespace: str) -> str:
        """Why a namespace is kept for what people have put into it; empty when there is nothing."""
        found = [
            f"{kind} {item['metadata']['name']}"
            for kind in ("Secret", "ConfigMap")
            for item in self._client.list(self._kinds.find("v1", kind), namespace).items
            if _made_by_people(kind, item) and not self._expendable(item)
        ]
        if not found:
            return ""
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        reason = f"it holds {', '.join(found[:3])}{more}, which this collection did not make"
        self._report.warnings.append(f"namespace {namespace} is kept: {reason}")
        return reason

    def _expendable(self, obj: Mapping[str, Any]) -> bool:
        return self._request.expendable is not None and self._request.expendable(obj)

    def _show_released(
        self, left: Leftover, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        if self._request.diff:
            self._report.diff.append(entry(str(left.key), before, after, "released"))

    def _note(self, left: Leftover, outcome: _Outcome) -> None:
        api_version: Any = left.live.get("apiVersion", "")
        result = ObjectResult(left.key, outcome.action, outcome.reason, api_version)
        self._report.results.append(result)
        if self._request.diff and outcome.action in (PRUNED, DELETED):
            before = owned_parts(left.live, None, self._manager)[0]
            self._report.diff.append(entry(str(left.key), before, None))


def _made_by_people(kind: str, obj: Mapping[str, Any]) -> bool:
    """Whether an object would be lost with its namespace: no set has it, no controller made it."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    if PART_OF_LABEL in labels or ID_LABEL in labels or metadata.get("ownerReferences"):
        return False
    if kind == "Secret":
        notes = metadata.get("annotations") or {}
        of_account = any(note in notes for note in _OF_ACCOUNTS)
        return not (of_account or str(obj.get("type") or "").startswith(_TYPES_OF_CONTROLLERS))
    return metadata["name"] not in _NAMES_OF_CONTROLLERS


def _labels(obj: Mapping[str, Any]) -> dict[str, Any]:
    """The object reduced to its labels, which is all that changes when only the set's goes."""
    metadata = obj["metadata"]
    shown = {"name": metadata["name"], "labels": metadata.get("labels") or {}}
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": shown}
