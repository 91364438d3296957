# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is an object ready? Judged by what is in the object alone, as read from the cluster.

The rules are those of kstatus (sigs.k8s.io/cli-utils) and of Helm's waiting for the built-in
kinds, and kstatus' conventions (observedGeneration, conditions) for all others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._routes.status import admissions

READY = "ready"
PROGRESSING = "progressing"
FAILED = "failed"

Object = Mapping[str, Any]


class Status(NamedTuple):
    """`state` is `ready`, `progressing` or `failed`; `reason` says in words what is missing."""

    state: str
    reason: str


def status_of(obj: Object) -> Status:
    """Readiness of an object read from the cluster.

    `failed` is returned only when the object itself says that it will not become ready; a caller
    that wants to know why something does not move looks at pods and events (diagnosis.py).
    """
    metadata = obj.get("metadata") or {}
    if metadata.get("deletionTimestamp") and obj.get("kind") != "Namespace":
        return Status(PROGRESSING, "is being deleted")
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    rule = _RULES.get((group, str(obj.get("kind"))), _generic)
    return rule(obj)


def condition(obj: Object, kind: str) -> Mapping[str, Any]:
    """The condition of a type in `status.conditions`, empty when there is none."""
    for entry in (obj.get("status") or {}).get("conditions") or ():
        if entry.get("type") == kind:
            return dict(entry)
    return {}


def is_true(obj: Object, kind: str) -> bool:
    """True when the condition is there and True."""
    return condition(obj, kind).get("status") == "True"


def text_of(entry: Mapping[str, Any], otherwise: str) -> str:
    """Reason and message of a condition as one text."""
    parts = [str(entry[key]) for key in ("reason", "message") if entry.get(key)]
    return ": ".join(parts) or otherwise


def _observed(obj: Object) -> Status | None:
    """Progressing as long as the controller has not seen the newest spec."""
    generation = (obj.get("metadata") or {}).get("generation")
    observed = (obj.get("status") or {}).get("observedGeneration")
    if isinstance(generation, int) and (not isinstance(observed, int) or observed < generation):
        return Status(PROGRESSING, "its controller has not seen the change yet")
    return None


def _count(obj: Object, name: str) -> int:
    value = (obj.get("status") or {}).get(name)
    return value if isinstance(value, int) else 0


def _wanted(obj: Object) -> int:
    value = (obj.get("spec") or {}).get("replicas")
    return value if isinstance(value, int) else 1


def _deployment(obj: Object) -> Status:
    progress = condition(obj, "Progressing")
    unseen = _observed(obj)
    if unseen:
        return unseen
    if progress.get("reason") == "ProgressDeadlineExceeded":
        return Status(FAILED, text_of(progress, "ProgressDeadlineExceeded"))
    wanted, updated = _wanted(obj), _count(obj, "updatedReplicas")
    if updated < wanted:
        return Status(PROGRESSING, f"{updated} of {wanted} replicas are of the newest revision")
    surplus = _count(obj, "replicas") - updated
    if surplus > 0:
        return Status(PROGRESSING, f"{surplus} replicas of an old revision are still there")
    available = _count(obj, "availableReplicas")
    if available < wanted:
        return Status(PROGRESSING, f"{available} of {wanted} replicas are available")
    return Status(READY, f"{available} of {wanted} replicas are available")


def _replica_set(obj: Object) -> Status:
    unseen = _observed(obj)
    if unseen:
        return unseen
    wanted, available = _wanted(obj), _count(obj, "availableReplicas")
    state = READY if available >= wanted and _count(obj, "replicas") == wanted else PROGRESSING
    return Status(state, f"{available} of {wanted} replicas are available")


def _stateful_set(obj: Object) -> Status:
    unseen = _observed(obj)
    if unseen:
        return unseen
    wanted, ready = _wanted(obj), _count(obj, "readyReplicas")
    if ready < wanted:
        return Status(PROGRESSING, f"{ready} of {wanted} replicas are ready")
    strategy = (obj.get("spec") or {}).get("updateStrategy") or {}
    status = obj.get("status") or {}
    if strategy.get("type") != "OnDelete":
        partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
        due, updated = max(wanted - int(partition), 0), _count(obj, "updatedReplicas")
        newest = status.get("currentRevision") == status.get("updateRevision")
        if updated < due and not newest:
            return Status(PROGRESSING, f"{updated} of {due} replicas are of the newest revision")
    return Status(READY, f"{ready} of {wanted} replicas are ready")


def _daemon_set(obj: Object) -> Status:
    unseen = _observed(obj)
    if unseen:
        return unseen
    wanted = _count(obj, "desiredNumberScheduled")
    strategy = ((obj.get("spec") or {}).get("updateStrategy") or {}).get("type")
    updated = _count(obj, "updatedNumberScheduled")
    if strategy != "OnDelete" and updated < wanted:
        return Status(PROGRESSING, f"{updated} of {wanted} pods are of the newest revision")
    available = _count(obj, "numberAvailable")
    state = READY if available >= wanted else PROGRESSING
    return Status(state, f"{available} of {wanted} pods are available")


def _job(obj: Object) -> Status:
    failed = condition(obj, "Failed")
    if failed.get("status") == "True":
        return Status(FAILED, text_of(failed, "the job has failed"))
    if is_true(obj, "Complete") or is_true(obj, "SuccessCriteriaMet"):
        return Status(READY, "complete")
    if (obj.get("spec") or {}).get("suspend"):
        return Status(READY, "suspended")
    done, wanted = _count(obj, "succeeded"), (obj.get("spec") or {}).get("completions") or 1
    return Status(PROGRESSING, f"{done} of {wanted} completions, {_count(obj, 'failed')} failures")


def _pod(obj: Object) -> Status:
    status = obj.get("status") or {}
    phase = status.get("phase")
    if phase == "Succeeded":
        return Status(READY, "succeeded")
    if phase == "Failed":
        return Status(FAILED, text_of(status, "the pod has failed"))
    if phase == "Running" and is_true(obj, "Ready"):
        return Status(READY, "running")
    return Status(PROGRESSING, text_of(condition(obj, "Ready"), f"phase {phase or 'Pending'}"))


def _crd(obj: Object) -> Status:
    names = condition(obj, "NamesAccepted")
    if names.get("status") == "False":
        return Status(FAILED, text_of(names, "its names are taken"))
    if is_true(obj, "Established"):
        return Status(READY, "established")
    return Status(PROGRESSING, text_of(condition(obj, "Established"), "not established yet"))


def _by_condition(kind: str, missing: str) -> Callable[[Object], Status]:
    """A rule: ready when one condition is True for the newest generation."""

    def rule(obj: Object) -> Status:
        entry = condition(obj, kind)
        generation = (obj.get("metadata") or {}).get("generation")
        seen = entry.get("observedGeneration", generation)
        if entry.get("status") == "True" and seen == generation:
            return Status(READY, kind.lower())
        return Status(PROGRESSING, text_of(entry, missing))

    return rule


def _namespace(obj: Object) -> Status:
    phase = (obj.get("status") or {}).get("phase")
    if phase == "Terminating" or (obj.get("metadata") or {}).get("deletionTimestamp"):
        return Status(FAILED, "is being deleted")
    return Status(READY if phase == "Active" else PROGRESSING, f"phase {phase}")


def _claim(obj: Object) -> Status:
    phase = (obj.get("status") or {}).get("phase")
    if phase == "Lost":
        return Status(FAILED, "its volume is lost")
    return Status(READY if phase == "Bound" else PROGRESSING, f"phase {phase or 'Pending'}")


def _webhooks(obj: Object) -> Status:
    """Ready when each webhook has a CA bundle (istiod writes it into its own at run time)."""
    without = [
        str(hook.get("name"))
        for hook in obj.get("webhooks") or ()
        if not (hook.get("clientConfig") or {}).get("caBundle")
    ]
    if without:
        return Status(PROGRESSING, f"no caBundle yet in {', '.join(without)}")
    return Status(READY, "each webhook has a caBundle")


def _service(obj: Object) -> Status:
    spec = obj.get("spec") or {}
    if spec.get("type") == "LoadBalancer" and not spec.get("clusterIP"):
        return Status(PROGRESSING, "has no cluster address yet")
    return Status(READY, "exists")


def _route(obj: Object) -> Status:
    """Ready when a router has admitted it; one that is rejected may yet be (see routes.py)."""
    words = admissions(obj)
    admitted = next((word for word in words if word.admitted), None)
    if admitted:
        return Status(READY, str(admitted))
    if words:
        return Status(PROGRESSING, str(words[0]))
    return Status(
        PROGRESSING, "no router has spoken on it yet (does an IngressController select it?)"
    )


def _gateway(obj: Object) -> Status:
    accepted = condition(obj, "Accepted")
    if accepted.get("status") == "False" and accepted.get("reason") != "Pending":
        return Status(FAILED, f"not accepted: {text_of(accepted, 'no reason given')}")
    return _by_condition("Programmed", "not programmed yet")(obj)


def _exists(obj: Object) -> Status:
    return Status(READY, "exists")


def _generic(obj: Object) -> Status:
    """The conventions of kstatus: Stalled, Reconciling, Ready, observedGeneration."""
    status = obj.get("status")
    if not isinstance(status, Mapping):
        return Status(READY, "exists")
    if isinstance(status.get("observedGeneration"), int):
        unseen = _observed(obj)
        if unseen:
            return unseen
    stalled = condition(obj, "Stalled")
    if stalled.get("status") == "True":
        return Status(FAILED, text_of(stalled, "stalled"))
    reconciling = condition(obj, "Reconciling")
    if reconciling.get("status") == "True":
        return Status(PROGRESSING, text_of(reconciling, "reconciling"))
    ready = condition(obj, "Ready")
    if ready and ready.get("status") != "True":
        return Status(PROGRESSING, text_of(ready, "not ready"))
    return Status(READY, "ready" if ready else "exists")


_ADMISSION = "admissionregistration.k8s.io"
_RULES: dict[tuple[str, str], Callable[[Object], Status]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "ReplicaSet"): _replica_set,
    ("", "ReplicationController"): _replica_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("batch", "Job"): _job,
    ("batch", "CronJob"): _exists,
    ("", "Pod"): _pod,
    ("", "Namespace"): _namespace,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
    ("apiregistration.k8s.io", "APIService"): _by_condition("Available", "not available yet"),
    (_ADMISSION, "MutatingWebhookConfiguration"): _webhooks,
    (_ADMISSION, "ValidatingWebhookConfiguration"): _webhooks,
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
    ("gateway.networking.k8s.io", "GatewayClass"): _by_condition("Accepted", "not accepted yet"),
    ("route.openshift.io", "Route"): _route,
}
