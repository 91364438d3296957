"""Readiness rules, on objects as controllers write them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import status_of

Object = dict[str, Any]


def obj(
    api: str, kind: str, spec: Object | None = None, status: Object | None = None, **top: Any
) -> Object:
    made: Object = {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "x", "generation": 2},
        "spec": spec or {},
        **top,
    }
    if status is not None:
        made["status"] = status
    return made


def conditions(**states: str) -> list[Object]:
    return [{"type": kind, "status": state, "reason": f"{kind}R"} for kind, state in states.items()]


SEEN = {"observedGeneration": 2}
FULL = {**SEEN, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3}
DONE = {"numberAvailable": 2, "updatedNumberScheduled": 2, "desiredNumberScheduled": 2}
REV = {"currentRevision": "b", "updateRevision": "b"}
GATEWAY = "gateway.networking.k8s.io/v1"
HOOKS = "admissionregistration.k8s.io/v1"

CASES: list[tuple[str, Object, str, str]] = [
    ("new", obj("apps/v1", "Deployment", {"replicas": 3}, {}), "progressing", "not seen"),
    (
        "stale",
        obj("apps/v1", "Deployment", {"replicas": 3}, {**FULL, "observedGeneration": 1}),
        "progressing",
        "not seen",
    ),
    ("full", obj("apps/v1", "Deployment", {"replicas": 3}, FULL), "ready", "3 of 3"),
    ("default replicas", obj("apps/v1", "Deployment", {}, dict(SEEN)), "progressing", "0 of 1"),
    ("zero", obj("apps/v1", "Deployment", {"replicas": 0}, dict(SEEN)), "ready", "0 of 0"),
    (
        "updating",
        obj("apps/v1", "Deployment", {"replicas": 3}, {**FULL, "updatedReplicas": 1}),
        "progressing",
        "1 of 3 replicas are of the newest",
    ),
    (
        "old pods",
        obj("apps/v1", "Deployment", {"replicas": 3}, {**FULL, "replicas": 4}),
        "progressing",
        "1 replicas of an old",
    ),
    (
        "unavailable",
        obj("apps/v1", "Deployment", {"replicas": 3}, {**FULL, "availableReplicas": 2}),
        "progressing",
        "2 of 3 replicas are available",
    ),
    (
        "deadline",
        obj(
            "apps/v1",
            "Deployment",
            {"replicas": 3},
            {
                **SEEN,
                "conditions": [
                    {
                        "type": "Progressing",
                        "status": "False",
                        "reason": "ProgressDeadlineExceeded",
                        "message": "timed out",
                    }
                ],
            },
        ),
        "failed",
        "ProgressDeadlineExceeded: timed out",
    ),
    (
        "deadline of the generation before",
        obj(
            "apps/v1",
            "Deployment",
            {"replicas": 3},
            {
                "observedGeneration": 1,
                "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}],
            },
        ),
        "progressing",
        "not seen",
    ),
    ("ds", obj("apps/v1", "DaemonSet", {}, {**SEEN, **DONE}), "ready", "2 of 2"),
    (
        "ds updating",
        obj("apps/v1", "DaemonSet", {}, {**SEEN, **DONE, "updatedNumberScheduled": 1}),
        "progressing",
        "1 of 2 pods are of the newest",
    ),
    (
        "ds on delete",
        obj(
            "apps/v1",
            "DaemonSet",
            {"updateStrategy": {"type": "OnDelete"}},
            {**SEEN, **DONE, "updatedNumberScheduled": 0},
        ),
        "ready",
        "2 of 2",
    ),
    ("sts", obj("apps/v1", "StatefulSet", {"replicas": 3}, {**FULL, **REV}), "ready", "3 of 3"),
    (
        "sts updating",
        obj(
            "apps/v1",
            "StatefulSet",
            {"replicas": 3},
            {**FULL, **REV, "currentRevision": "a", "updatedReplicas": 2},
        ),
        "progressing",
        "2 of 3 replicas are of the newest",
    ),
    (
        "sts partition",
        obj(
            "apps/v1",
            "StatefulSet",
            {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
            {**FULL, **REV, "currentRevision": "a", "updatedReplicas": 1},
        ),
        "ready",
        "3 of 3",
    ),
    ("rs", obj("apps/v1", "ReplicaSet", {"replicas": 3}, FULL), "ready", "3 of 3"),
    (
        "job",
        obj("batch/v1", "Job", {}, {"conditions": conditions(Complete="True")}),
        "ready",
        "complete",
    ),
    (
        "job failed",
        obj("batch/v1", "Job", {}, {"conditions": conditions(Failed="True")}),
        "failed",
        "FailedR",
    ),
    (
        "job running",
        obj("batch/v1", "Job", {"completions": 4}, {"succeeded": 1, "failed": 2}),
        "progressing",
        "1 of 4 completions, 2 failures",
    ),
    ("job suspended", obj("batch/v1", "Job", {"suspend": True}, {}), "ready", "suspended"),
    (
        "pod",
        obj("v1", "Pod", {}, {"phase": "Running", "conditions": conditions(Ready="True")}),
        "ready",
        "running",
    ),
    (
        "pod not ready",
        obj("v1", "Pod", {}, {"phase": "Running", "conditions": conditions(Ready="False")}),
        "progressing",
        "ReadyR",
    ),
    ("pod done", obj("v1", "Pod", {}, {"phase": "Succeeded"}), "ready", "succeeded"),
    (
        "pod failed",
        obj("v1", "Pod", {}, {"phase": "Failed", "reason": "Evicted", "message": "disk"}),
        "failed",
        "Evicted: disk",
    ),
    (
        "crd",
        obj(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            {},
            {"conditions": conditions(NamesAccepted="True", Established="True")},
        ),
        "ready",
        "established",
    ),
    (
        "crd new",
        obj("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        "progressing",
        "not established",
    ),
    (
        "crd names",
        obj(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            {},
            {"conditions": conditions(NamesAccepted="False")},
        ),
        "failed",
        "NamesAcceptedR",
    ),
    (
        "apiservice",
        obj(
            "apiregistration.k8s.io/v1",
            "APIService",
            {},
            {"conditions": conditions(Available="False")},
        ),
        "progressing",
        "AvailableR",
    ),
    ("namespace", obj("v1", "Namespace", {}, {"phase": "Active"}), "ready", "Active"),
    ("namespace going", obj("v1", "Namespace", {}, {"phase": "Terminating"}), "failed", "deleted"),
    ("pvc", obj("v1", "PersistentVolumeClaim", {}, {"phase": "Bound"}), "ready", "Bound"),
    ("pvc lost", obj("v1", "PersistentVolumeClaim", {}, {"phase": "Lost"}), "failed", "lost"),
    ("pvc new", obj("v1", "PersistentVolumeClaim"), "progressing", "Pending"),
    (
        "webhooks",
        obj(
            HOOKS,
            "MutatingWebhookConfiguration",
            webhooks=[
                {"name": "a", "clientConfig": {"caBundle": "x"}},
                {"name": "b", "clientConfig": {}},
            ],
        ),
        "progressing",
        "no caBundle yet in b",
    ),
    (
        "webhooks done",
        obj(
            HOOKS,
            "ValidatingWebhookConfiguration",
            webhooks=[{"name": "a", "clientConfig": {"caBundle": "x"}}],
        ),
        "ready",
        "caBundle",
    ),
    (
        "gateway",
        obj(
            GATEWAY,
            "Gateway",
            {},
            {"conditions": [{"type": "Programmed", "status": "True", "observedGeneration": 2}]},
        ),
        "ready",
        "programmed",
    ),
    (
        "gateway stale",
        obj(
            GATEWAY,
            "Gateway",
            {},
            {"conditions": [{"type": "Programmed", "status": "True", "observedGeneration": 1}]},
        ),
        "progressing",
        "not programmed",
    ),
    (
        "gateway refused",
        obj(GATEWAY, "Gateway", {}, {"conditions": conditions(Accepted="False")}),
        "failed",
        "not accepted: AcceptedR",
    ),
    (
        "gateway untouched",
        obj(
            GATEWAY,
            "Gateway",
            {},
            {"conditions": [{"type": "Accepted", "status": "Unknown", "reason": "Pending"}]},
        ),
        "progressing",
        "not programmed",
    ),
    (
        "route",
        obj(
            "route.openshift.io/v1",
            "Route",
            {},
            {"ingress": [{"conditions": conditions(Admitted="True")}]},
        ),
        "ready",
        "admitted",
    ),
    (
        "route refused",
        obj(
            "route.openshift.io/v1",
            "Route",
            {},
            {"ingress": [{"routerName": "a", "conditions": conditions(Admitted="False")}]},
        ),
        "progressing",
        "not admitted by router a: AdmittedR",
    ),
    (
        "route with word on another host",
        obj(
            "route.openshift.io/v1",
            "Route",
            {"host": "new.example.com"},
            {"ingress": [{"host": "old.example.com", "conditions": conditions(Admitted="True")}]},
        ),
        "progressing",
        "no router has spoken",
    ),
    (
        "route that one of two routers admits",
        obj(
            "route.openshift.io/v1",
            "Route",
            {"host": "a.example.com"},
            {
                "ingress": [
                    {"host": "a.example.com", "conditions": conditions(Admitted="False")},
                    {
                        "host": "a.example.com",
                        "routerName": "b",
                        "conditions": conditions(Admitted="True"),
                    },
                ]
            },
        ),
        "ready",
        "admitted by router b",
    ),
    ("generic", obj("example.com/v1", "Thing"), "ready", "exists"),
    ("generic empty", obj("example.com/v1", "Thing", {}, {}), "ready", "exists"),
    (
        "generic stale",
        obj("example.com/v1", "Thing", {}, {"observedGeneration": 1}),
        "progressing",
        "not seen",
    ),
    (
        "generic not ready",
        obj("example.com/v1", "Thing", {}, {"conditions": conditions(Ready="Unknown")}),
        "progressing",
        "ReadyR",
    ),
    (
        "generic stalled",
        obj("example.com/v1", "Thing", {}, {"conditions": conditions(Stalled="True")}),
        "failed",
        "StalledR",
    ),
    (
        "generic reconciling",
        obj(
            "example.com/v1",
            "Thing",
            {},
            {"conditions": conditions(Reconciling="True", Ready="True")},
        ),
        "progressing",
        "ReconcilingR",
    ),
    ("config map", obj("v1", "ConfigMap"), "ready", "exists"),
]


@pytest.mark.parametrize(
    ("live", "state", "reason"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_status(live: Object, state: str, reason: str) -> None:
    status = status_of(live)
    assert status.state == state, status
    assert reason in status.reason


def test_what_is_being_deleted_is_not_ready() -> None:
    live = obj("apps/v1", "Deployment", {"replicas": 3}, FULL)
    live["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert status_of(live) == ("progressing", "is being deleted")
