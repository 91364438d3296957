# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection by a cluster: its API server is asked what would become of the pods, in a dry run.

Two pods are asked for: one as the workload's controller would make it, and one that refuses
injection. Nothing is created, and nothing need be allowed but to create pods.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError, KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.changes import with_changes
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.cluster import read_namespaces
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.outcome import Outcome, Report
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    INJECT,
    STATUS,
    annotations_of,
    labels_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.policy import (
    Decision,
    KubeInject,
    decide,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    Webhook,
    injection_webhooks,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.workloads import (
    Object,
    Workload,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

PODS: Final = Kind("", "v1", "Pod", "pods", True)
_DRY_RUN: Final = {"dryRun": "All", "fieldManager": "meshops.istio"}
_HASH: Final = "pod-template-hash"
_CONFIG: Final = "deploymentconfig"
# Who makes a kind's pods, when it is not the object itself.
_MAKERS: Final = {
    "CronJob": ("batch/v1", "Job"),
    "Deployment": ("apps/v1", "ReplicaSet"),
    "DeploymentConfig": ("v1", "ReplicationController"),
}


class LiveError(MeshError):
    """The cluster did not say what it would make of a pod."""


@dataclass(frozen=True)
class Answer:
    """The template with what the cluster's injector changed; None when it left the pod alone."""

    pod: Object | None
    warnings: tuple[str, ...] = ()


class LiveInjector:
    """Has workloads injected by a cluster. Safe to use from several threads.

    ``source`` is the cluster's configuration, for saying why a pod is left alone; None when it may
    not be read.
    """

    def __init__(
        self,
        client: Client,
        source: Source | None,
        namespace: str,
        namespaces: Mapping[str, Object],
    ) -> None:
        self._client = client
        self._default = namespace
        self._namespaces = dict(namespaces)
        self._config = None
        self._webhooks: list[Webhook] = []
        if source is not None:
            self._config = injector_config(
                source.config, source.mesh, source.values, where=source.origin
            )
            self._webhooks = injection_webhooks(source.webhooks)

    def treat(self, workload: Workload) -> Outcome:
        """Ask for one workload. Raises LiveError."""
        place = workload.namespace or self._default
        answer = ask_cluster(self._client, workload, place)
        if answer.pod is None:
            decision = self._decision(workload, place)
            report = _report(workload, place, decision.code, decision.reason)
            return Outcome((workload.object,), (report,))
        status = json.loads(annotations_of(answer.pod)[STATUS])
        report = replace(
            _report(workload, place, "live", f"the injector of {self._client.connection.url} did"),
            injected=True,
            revision=str(status.get("revision") or ""),
            warnings=answer.warnings,
        )
        return Outcome((workload.with_pod(answer.pod, injected=False),), (report,))

    def _decision(self, workload: Workload, place: str) -> Decision:
        """Why the cluster's injector left the pods alone, as far as its configuration tells."""
        unknown = Decision(False, "live", f"the injector of {self._client.connection.url} did not")
        if self._config is None or not self._webhooks:
            # Some reasons hold in every cluster: host network, its own namespaces, an opt-out.
            known = decide(
                workload.pod(injected=False), KubeInject(), {"metadata": {"name": place}}
            )
            return unknown if known.inject else known
        if place not in self._namespaces:
            self._namespaces.update(read_namespaces(self._client, [place]))
        pod = workload.pod(injected=False)
        decision = decide(pod, self._config, self._namespaces.get(place), webhooks=self._webhooks)
        return unknown if decision.inject else decision


def _report(workload: Workload, place: str, code: str, reason: str) -> Report:
    return Report(
        title=workload.title,
        kind=workload.kind,
        name=workload.name,
        where=workload.where,
        injected=False,
        code=code,
        reason=reason,
        namespace=place,
    )


def ask_cluster(client: Client, workload: Workload, namespace: str) -> Answer:
    """Ask what the injector would make of the workload's pods in that namespace.

    Raises LiveError, with what to do about it.
    """
    template = workload.pod(injected=False)
    pod = made_of(workload, template)
    warnings: list[str] = []
    try:
        after = _ask(client, pod, namespace, warnings)
        before = _ask(client, _refusing(pod), namespace, warnings)
    except ApiError as error:
        raise LiveError(*_explained(error, workload, namespace)) from error
    except KubeError as error:
        raise LiveError(f"{workload.title}: {error}") from error
    status = annotations_of(after).get(STATUS)
    if status is None or status == annotations_of(before).get(STATUS):
        return Answer(None, tuple(dict.fromkeys(warnings)))
    return Answer(
        {
            "metadata": _metadata(template, before, after),
            "spec": with_changes(template["spec"], before["spec"], after["spec"]),
        },
        tuple(dict.fromkeys(warnings)),
    )


def made_of(workload: Workload, template: Mapping[str, Any]) -> Object:
    """The pod as the workload's controller would make it: that is how istiod knows the workload."""
    metadata = dict(template.get("metadata") or {})
    metadata.pop("namespace", None)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
    if workload.kind == "Pod":
        for field in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
            metadata.pop(field, None)
        return pod
    metadata.pop("name", None)
    metadata["generateName"] = f"{workload.name}-"
    api_version, kind = _MAKERS.get(
        workload.kind, (str(workload.object.get("apiVersion")), workload.kind)
    )
    name = workload.name
    if workload.kind == "Deployment":
        # Any text will do, if label and name agree.
        hashed = hashlib.sha256(workload.title.encode()).hexdigest()[:10]
        metadata["labels"] = {**(metadata.get("labels") or {}), _HASH: hashed}
        name = f"{name}-{hashed}"
    elif workload.kind == "CronJob":
        name = f"{name}-00000000"
    elif workload.kind == "DeploymentConfig":
        metadata["labels"] = {**(metadata.get("labels") or {}), _CONFIG: name}
        name = f"{name}-1"
    metadata["ownerReferences"] = [
        {
            "apiVersion": api_version,
            "kind": kind,
            "name": name,
            "uid": "00000000-0000-0000-0000-000000000000",
            "controller": True,
        }
    ]
    return pod


def _refusing(pod: Mapping[str, Any]) -> Object:
    """The same pod as it would be without a proxy."""
    metadata = dict(pod["metadata"])
    for field in ("labels", "annotations"):
        metadata[field] = {**(metadata.get(field) or {}), INJECT: "false"}
    return {**pod, "metadata": metadata}


def _ask(client: Client, pod: Object, namespace: str, warnings: list[str]) -> Object:
    answer: Object = client.request(
        "POST",
        PODS.collection(namespace),
        query=_DRY_RUN,
        body=pod,
        idempotent=True,
        warn=warnings.append,
    )
    return answer


def _metadata(
    template: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Object:
    """Labels and annotations are all that injection changes in it."""
    metadata = dict(template.get("metadata") or {})
    for field, read in (("labels", labels_of), ("annotations", annotations_of)):
        mine = metadata.get(field) or {}
        # The refusal was ours: it is in the pod before, and says nothing about the one after.
        old = {key: value for key, value in read(before).items() if key != INJECT}
        new = {key: value for key, value in read(after).items() if key != INJECT}
        changed = with_changes({k: v for k, v in mine.items() if k != INJECT}, old, new)
        if INJECT in mine:
            changed[INJECT] = mine[INJECT]
        if changed:
            metadata[field] = changed
        else:
            metadata.pop(field, None)
    return metadata


def _explained(error: ApiError, workload: Workload, namespace: str) -> tuple[str, str]:
    """What went wrong, and the remedy."""
    head = f"{workload.title}: the dry run of a pod in namespace {namespace} failed"
    if error.status == 404:
        return (
            f"{workload.title}: namespace {namespace} does not exist in the cluster",
            "Create it first, with its labels, as these decide on injection; or render offline.",
        )
    if error.failed_webhook:
        return (
            f"{head}: {error.message}",
            f"Webhook {error.failed_webhook} does not answer: is the workload behind it ready?",
        )
    if (
        error.status == 403
        and error.reason == "Forbidden"
        and "is forbidden: User" in error.message
    ):
        return f"{head}: {error.message}", "Live injection needs the right to create pods there."
    if error.status == 409:
        return (
            f"{head}: a pod of that name is there already",
            "Give it a generateName, or put it into a workload such as a Deployment.",
        )
    said = " ".join(error.summary.split())
    return f"{head}: {said}", "The pod itself is refused there: correct the workload."
