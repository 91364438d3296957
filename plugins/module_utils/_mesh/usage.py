# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who still uses a revision: tags, namespaces and pods.

The rule is the one of the Sail operator: a tag that points at the revision, a namespace label, or
a pod's label or annotation; pods that are done are skipped, and not knowing counts as in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds

REV = "istio.io/rev"
TAG = "istio.io/tag"
INJECTION = "istio-injection"
DEFAULT = "default"
_DONE = ("Succeeded", "Failed")


class UsageUnknownError(Exception):
    """Whether a revision is in use cannot be told."""


def users_of(
    client: Client, kinds: Kinds, revision: str, own: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What uses a revision (empty: the one without a name), each as a line for people.

    `own` are objects that go along with the revision: they and their pods do not count.
    Raises UsageUnknownError when the account may not look.
    """
    name = revision or DEFAULT
    try:
        hooks = client.list(
            kinds.find("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
        ).items
        namespaces = client.list(kinds.find("v1", "Namespace")).items
        pods = client.list(kinds.find("v1", "Pod")).items
    except ApiError as error:
        if error.status != 403:
            raise
        raise UsageUnknownError(error.message) from error
    mine = {obj["metadata"]["name"] for obj in own if obj["kind"] == "MutatingWebhookConfiguration"}
    tags = {
        _labels(hook)[TAG]: hook["metadata"]["name"]
        for hook in hooks
        if _labels(hook).get(TAG) and _labels(hook).get(REV) == name
    }
    names = {name, *tags}
    selectors = pod_selectors(own)
    return [
        *(f"revision tag {tag}" for tag, hook in sorted(tags.items()) if hook not in mine),
        *(f"namespace {n}" for n in _namespaces(namespaces, names)),
        *(f"pod {p}" for p in _pods(pods, names, selectors)),
    ]


def _namespaces(namespaces: Iterable[Mapping[str, Any]], names: set[str]) -> list[str]:
    found = []
    for namespace in namespaces:
        labels = _labels(namespace)
        injected = labels.get(INJECTION) == "enabled" and DEFAULT in names
        if injected or (INJECTION not in labels and labels.get(REV) in names):
            found.append(str(namespace["metadata"]["name"]))
    return found


def _pods(
    pods: Iterable[Mapping[str, Any]],
    names: set[str],
    selectors: Sequence[tuple[str, Mapping[str, str]]],
) -> list[str]:
    found = []
    for pod in pods:
        metadata = pod["metadata"]
        notes, labels = metadata.get("annotations") or {}, _labels(pod)
        if notes.get(REV, labels.get(REV)) not in names:
            continue
        if (pod.get("status") or {}).get("phase") in _DONE or metadata.get("deletionTimestamp"):
            continue
        if selects(selectors, pod):
            continue
        found.append(f"{metadata['namespace']}/{metadata['name']}")
    return found


def selects(selectors: Sequence[tuple[str, Mapping[str, str]]], pod: Mapping[str, Any]) -> bool:
    """Whether one of the workloads has the pod."""
    return any(
        pod["metadata"]["namespace"] == namespace and selector.items() <= _labels(pod).items()
        for namespace, selector in selectors
    )


def pod_selectors(own: Iterable[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, str]]]:
    """(namespace, labels) that choose the pods of workloads among the objects."""
    return [
        (obj["metadata"].get("namespace") or "", obj["spec"]["selector"]["matchLabels"])
        for obj in own
        if obj["kind"] in ("Deployment", "DaemonSet", "StatefulSet")
        and (obj["spec"].get("selector") or {}).get("matchLabels")
    ]


def _labels(obj: Mapping[str, Any]) -> Mapping[str, str]:
    labels: Mapping[str, str] = obj["metadata"].get("labels") or {}
    return labels
