# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a workload does not become ready: its pods, their containers, and events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import (
    condition,
    text_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.scc_refusal import shorten

Object = Mapping[str, Any]

# Events of an hour ago may be about a state long gone.
EVENT_AGE = timedelta(minutes=2)

AT_ONCE = 0.0
SOON = 5.0
PULL = 15.0
# A quota that is full may be so only until pods that are being deleted have gone.
QUOTA, QUOTA_WHILE_PODS_GO = 15.0, 90.0
LATER = 30.0
SCHEDULING = 60.0
# Without a cause that is final: one failed attempt, then a slow one, say ImagePullBackOff as well.
PULL_AGAIN = 90.0
CRASHES = 3
# Reasons of the events in which cluster-autoscaler and Karpenter say that a node is on its way.
SCALING = ("TriggeredScaleUp", "Nominated")


class Problem(NamedTuple):
    """Something that stands in the way of a workload.

    `patience` is how long, in seconds, it may stay before waiting is pointless; None when it does
    not end the waiting and is only worth telling. `key` stays the same while the text changes
    (names of pods, counts).
    """

    key: str
    text: str
    patience: float | None


class Surroundings(NamedTuple):
    """What else is in a workload's namespace.

    `now` is the cluster's time, `began` the one when waiting began.
    """

    replica_sets: list[dict[str, Any]]
    pods: list[dict[str, Any]]
    events: list[dict[str, Any]]
    now: datetime
    began: datetime


def problems_of(workload: Object, around: Surroundings) -> list[Problem]:
    """What stands in a workload's way, the most telling first; of its newest revision only."""
    if workload.get("kind") == "Pod":
        pods: list[Object] = [workload]
        owners: list[Object] = []
    else:
        owners = [workload, *_newest_replica_sets(workload, around.replica_sets)]
        pods = _newest_pods(workload, owners, around.pods)
    problems = []
    # A Deployment's own condition may still be about the pods of an older ReplicaSet.
    for owner in owners[1:] or owners:
        failure = condition(owner, "ReplicaFailure")
        if failure.get("status") == "True":
            problems.append(_refused(text_of(failure, "ReplicaFailure"), around.pods, workload))
            break
    expected = {
        str((event.get("involvedObject") or {}).get("uid"))
        for event in around.events
        if event.get("reason") in SCALING
    }
    for pod in pods:
        problems += _pod_problems(pod, around.began, _uid(pod) in expected)
    if workload.get("kind") == "Job":
        # Its own limit says how often it may fail.
        problems = [p._replace(patience=None) if p.key.startswith("crash") else p for p in problems]
    about = {_uid(entry) for entry in (*owners, *pods)}
    problems += _event_problems(workload, around, about)
    # Pods of one template tend to have the same problem.
    unique = {problem.key: problem for problem in reversed(problems)}
    return sorted(unique.values(), key=lambda p: p.patience if p.patience is not None else 1e9)


def _uid(obj: Object) -> str:
    return str((obj.get("metadata") or {}).get("uid"))


def _owned_by(obj: Object, owners: Iterable[Object]) -> bool:
    uids = {_uid(owner) for owner in owners}
    references = (obj.get("metadata") or {}).get("ownerReferences") or ()
    return any(reference.get("uid") in uids for reference in references)


_REVISION = "deployment.kubernetes.io/revision"
_TEMPLATE = "deprecated.daemonset.template.generation"


def _newest_replica_sets(workload: Object, replica_sets: Iterable[Object]) -> list[Object]:
    if workload.get("kind") != "Deployment":
        return []
    revision = _annotation(workload, _REVISION)
    return [
        entry
        for entry in replica_sets
        if _owned_by(entry, [workload]) and _annotation(entry, _REVISION) == revision
    ]


def _newest_pods(workload: Object, owners: list[Object], pods: Iterable[Object]) -> list[Object]:
    kind = workload.get("kind")
    owned = [pod for pod in pods if _owned_by(pod, owners)]
    if kind == "StatefulSet":
        newest = (workload.get("status") or {}).get("updateRevision")
        return [pod for pod in owned if _label(pod, "controller-revision-hash") in (newest, None)]
    if kind == "DaemonSet":
        newest = _annotation(workload, _TEMPLATE)
        return [pod for pod in owned if _label(pod, "pod-template-generation") in (newest, None)]
    return owned


def _annotation(obj: Object, name: str) -> Any:
    return ((obj.get("metadata") or {}).get("annotations") or {}).get(name)


def _label(obj: Object, name: str) -> Any:
    return ((obj.get("metadata") or {}).get("labels") or {}).get(name)


def is_unscheduled(pod: Object) -> bool:
    """True when the scheduler has found no node for the pod."""
    return condition(pod, "PodScheduled").get("status") == "False"


def _refused(text: str, pods: Iterable[Object], workload: Object, intro: str = "") -> Problem:
    """A pod that could not be created: soon final, unless a webhook may still come up."""
    short = shorten(text, workload)
    if short != text:
        return Problem("refused", short, SOON)
    text = intro + text
    if "exceeded quota" in text:
        going = any((pod.get("metadata") or {}).get("deletionTimestamp") for pod in pods)
        return Problem("refused", text, QUOTA_WHILE_PODS_GO if going else QUOTA)
    transient = re.search(r"failed calling webhook|connection refused|timed? ?out|try again", text)
    # OpenShift annotates a new namespace a moment after it is there.
    missing = re.search(
        r"serviceaccount .* not found|no API token found|not yet ready|unable to find annotation",
        text,
    )
    return Problem("refused", text, LATER if transient or missing else SOON)


# What registries say when asking again will not help.
_NO_IMAGE = re.compile(
    r"not found|manifest unknown|does not exist|unauthorized|denied|forbidden|40[134]\b", re.I
)
# Why a container waits -> (key, seconds). Pulling fails under two names in turn.
_WAITING: dict[str, tuple[str, float]] = {
    "ImagePullBackOff": ("image", PULL_AGAIN),
    "ErrImagePull": ("image", PULL_AGAIN),
    "ErrImageNeverPull": ("image", SOON),
    "InvalidImageName": ("image", AT_ONCE),
    "CreateContainerConfigError": ("create", LATER),
    "CreateContainerError": ("create", LATER),
    "RunContainerError": ("run", LATER),
}
# Kubelet tries again after up to five minutes: what an older pod says may be out of date.
OLD_POD = 90.0


def _pod_problems(pod: Object, began: datetime, node_expected: bool) -> list[Problem]:
    status, metadata = pod.get("status") or {}, pod.get("metadata") or {}
    name = f"pod {metadata.get('name')}"
    if status.get("phase") == "Succeeded" or metadata.get("deletionTimestamp"):
        return []
    if status.get("phase") == "Failed":
        return [Problem("failed", f"{name}: {text_of(status, 'failed')}", None)]
    problems = []
    if is_unscheduled(pod):
        text = f"{name}: {text_of(condition(pod, 'PodScheduled'), 'not scheduled')}"
        if node_expected:
            text += " (the autoscaler is adding a node)"
        patience = None if node_expected else SCHEDULING
        problems.append(Problem(f"scheduling {name}", text, patience))
    old = parse_time(str(metadata.get("creationTimestamp"))) < began
    for field in ("initContainerStatuses", "containerStatuses"):
        for entry in status.get(field) or ():
            problem = _container_problem(name, entry, began)
            if problem and problem.patience and old:
                problem = problem._replace(patience=max(problem.patience, OLD_POD))
            if problem:
                problems.append(problem)
    ready = condition(pod, "Ready")
    if not problems and status.get("phase") == "Running" and ready.get("status") == "False":
        # Its containers are well: a node that is lost, or a readiness gate.
        node = (pod.get("spec") or {}).get("nodeName")
        text = f"{name} on node {node}: {text_of(ready, 'not ready, its node may be lost')}"
        problems.append(Problem("not ready", text, None))
    return problems


def _container_problem(pod: str, entry: Object, began: datetime) -> Problem | None:
    state = entry.get("state") or {}
    container = str(entry.get("name"))
    where = f"{pod} container {container}"
    waiting = state.get("waiting")
    if waiting:
        reason = str(waiting.get("reason") or "")
        text = f"{where}: {text_of(waiting, 'waiting')}"
        if reason == "CrashLoopBackOff":
            return _crash_problem(f"crash {container}", text, entry, began)
        if reason in _WAITING:
            key, patience = _WAITING[reason]
            if key == "image" and _NO_IMAGE.search(str(waiting.get("message"))):
                patience = min(patience, PULL)
            return Problem(f"{key} {container}", text, patience)
        if reason in ("", "PodInitializing"):
            return None
        return Problem(f"{reason} {container}", text, None)
    ended = state.get("terminated")
    if ended and ended.get("exitCode"):
        return Problem(f"ended {container}", f"{where}: {_ended(ended)}", None)
    if state.get("running") and entry.get("ready") is False and "started" in entry:
        return Problem(f"not ready {container}", f"{where}: running, but not ready", None)
    return None


def _crash_problem(key: str, text: str, entry: Object, began: datetime) -> Problem:
    restarts = entry.get("restartCount") or 0
    last = (entry.get("lastState") or {}).get("terminated") or {}
    text += f" ({restarts} restarts; {_ended(last)})" if last else f" ({restarts} restarts)"
    # What made it crash before may just have been put right.
    again = not last or parse_time(str(last.get("finishedAt"))) >= began
    return Problem(key, text, AT_ONCE if restarts >= CRASHES and again else None)


def _ended(terminated: Object) -> str:
    text = f"ended with exit code {terminated.get('exitCode')}"
    detail = text_of(terminated, "").removeprefix("Error")
    return f"{text}: {detail.lstrip(': ').strip()}" if detail.strip(": ") else text


def _event_problems(workload: Object, around: Surroundings, about: set[str]) -> list[Problem]:
    since = max(last_change(workload), around.now - EVENT_AGE)
    problems = []
    for event in around.events:
        target = event.get("involvedObject") or {}
        if target.get("uid") not in about or event.get("type") != "Warning":
            continue
        if event_time(event) < since:
            continue
        reason = str(event.get("reason"))
        text = f"event {reason}: {event.get('message')}"
        if target.get("kind") == "Pod":
            text = f"pod {target.get('name')} {text}"
        if reason == "FailedCreate":
            # The condition ReplicaFailure says the same; the key makes them one problem.
            refused = _refused(
                str(event.get("message")), around.pods, workload, f"event {reason}: "
            )
            problems.append(refused)
        elif reason not in ("BackOff", "FailedScheduling"):
            # These two repeat what the pod's status says.
            problems.append(Problem(f"event {reason}", text, None))
    return problems


def event_time(event: Object) -> datetime:
    """When an event was last seen; events of both APIs carry it in different fields."""
    series = event.get("series") or {}
    stamps = (
        series.get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        (event.get("metadata") or {}).get("creationTimestamp"),
    )
    return next((parse_time(str(stamp)) for stamp in stamps if stamp), _NEVER)


def last_change(workload: Object) -> datetime:
    """When somebody last changed what is wanted, not what is reported."""
    metadata = workload.get("metadata") or {}
    times = [
        parse_time(str(entry["time"]))
        for entry in metadata.get("managedFields") or ()
        if entry.get("time") and not entry.get("subresource")
    ]
    return max(times, default=_NEVER)


_NEVER = datetime.fromtimestamp(0, timezone.utc)


def parse_time(text: str) -> datetime:
    """RFC 3339 as Kubernetes writes it, with or without fractions; the epoch when malformed."""
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return _NEVER
