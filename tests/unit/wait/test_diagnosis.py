"""How long a problem is borne, and which events and pods count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey
from ansible_collections.meshops.istio.plugins.module_utils._wait import diagnosis
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import (
    Surroundings,
    event_time,
    parse_time,
    problems_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.report import WaitResult, explain

Object = dict[str, Any]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def ago(**past: float) -> str:
    return (NOW - timedelta(**past)).strftime("%Y-%m-%dT%H:%M:%SZ")


def daemon_set(changed: str) -> Object:
    managed = [
        {"manager": "us", "time": changed},
        {"manager": "controller", "time": ago(seconds=0), "subresource": "status"},
    ]
    metadata = {
        "name": "ds",
        "uid": "u1",
        "managedFields": managed,
        "annotations": {"deprecated.daemonset.template.generation": "3"},
    }
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata}


def event(reason: str, seen: str, uid: str = "u1", **more: Any) -> Object:
    target = {"uid": uid, "kind": "DaemonSet", "name": "ds"}
    return {
        "type": "Warning",
        "reason": reason,
        "message": "exceeded quota",
        "involvedObject": target,
        "lastTimestamp": seen,
        **more,
    }


def pod(created: str, generation: str = "3", **status: Any) -> Object:
    metadata = {
        "name": f"ds-{generation}",
        "uid": f"p{generation}",
        "creationTimestamp": created,
        "labels": {"pod-template-generation": generation},
        "ownerReferences": [{"uid": "u1"}],
    }
    return {"kind": "Pod", "metadata": metadata, "status": {"phase": "Pending", **status}}


def look(workload: Object, *events: Object, pods: tuple[Object, ...] = ()) -> list[Any]:
    began = NOW - timedelta(seconds=30)
    return problems_of(workload, Surroundings([], list(pods), list(events), NOW, began))


def test_events_since_the_last_change_count() -> None:
    changed = daemon_set(ago(seconds=60))
    (problem,) = look(changed, event("FailedCreate", ago(seconds=50)))
    assert problem.text == "event FailedCreate: exceeded quota"
    assert problem.patience == diagnosis.QUOTA
    assert look(changed, event("FailedCreate", ago(seconds=70))) == []
    assert look(changed, event("FailedCreate", ago(seconds=50), uid="other")) == []


def test_old_events_do_not_count() -> None:
    """The quota may have been raised; the controller tries again after minutes."""
    assert look(daemon_set(ago(hours=1)), event("FailedCreate", ago(minutes=10))) == []


def test_webhooks_that_do_not_answer_get_more_time() -> None:
    down = event("FailedCreate", ago(seconds=5))
    down["message"] = 'failed calling webhook "x": connection refused'
    (problem,) = look(daemon_set(ago(seconds=60)), down)
    assert problem.patience == diagnosis.LATER


def test_a_full_quota_gets_more_time_while_pods_go() -> None:
    changed, full = daemon_set(ago(seconds=60)), event("FailedCreate", ago(seconds=5))
    going = pod(ago(minutes=5), generation="2")
    going["metadata"]["deletionTimestamp"] = ago(seconds=1)
    (problem,) = look(changed, full, pods=(going,))
    assert problem.patience == diagnosis.QUOTA_WHILE_PODS_GO


def test_a_namespace_that_openshift_has_not_annotated_yet_gets_more_time() -> None:
    early = event("FailedCreate", ago(seconds=5))
    early["message"] = "pods is forbidden: unable to find annotation openshift.io/sa.scc.uid-range"
    (problem,) = look(daemon_set(ago(seconds=60)), early)
    assert problem.patience == diagnosis.LATER


def test_a_pod_for_which_a_node_is_being_added_is_waited_for() -> None:
    no_node = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    lonely = pod(ago(seconds=5), conditions=[no_node])
    (problem,) = look(daemon_set(ago(seconds=60)), pods=(lonely,))
    assert problem.patience == diagnosis.SCHEDULING
    added = event("TriggeredScaleUp", ago(seconds=1), uid="p3", type="Normal")
    (problem,) = look(daemon_set(ago(seconds=60)), added, pods=(lonely,))
    assert problem.patience is None
    assert "adding a node" in problem.text


def test_a_pod_on_a_lost_node_is_named() -> None:
    lost = pod(ago(seconds=5), conditions=[{"type": "Ready", "status": "False"}])
    lost["spec"] = {"nodeName": "worker-7"}
    lost["status"].update(phase="Running", containerStatuses=[{"name": "c", "ready": True}])
    (problem,) = look(daemon_set(ago(seconds=60)), pods=(lost,))
    assert problem.text == "pod ds-3 on node worker-7: not ready, its node may be lost"
    assert problem.patience is None


def test_a_job_decides_itself_how_often_it_may_crash() -> None:
    last = {"terminated": {"exitCode": 1, "finishedAt": ago(seconds=5)}}
    crashed = pod(ago(seconds=20), **waiting("CrashLoopBackOff", restartCount=5, lastState=last))
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "uid": "u1"}}
    (problem,) = look(job, pods=(crashed,))
    assert problem.patience is None
    (problem,) = look(daemon_set(ago(seconds=60)), pods=(crashed,))
    assert problem.patience == diagnosis.AT_ONCE


def pulling(message: str) -> Object:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    return {"containerStatuses": [{"name": "c", "state": state, "ready": False}]}


def waiting(reason: str, **more: Any) -> Object:
    state = {"waiting": {"reason": reason}}
    return {"containerStatuses": [{"name": "c", "state": state, "ready": False, **more}]}


@pytest.mark.parametrize(
    ("created", "status", "patience"),
    [
        (ago(seconds=10), waiting("ImagePullBackOff"), diagnosis.PULL_AGAIN),
        (ago(seconds=10), pulling("toomanyrequests: try again"), diagnosis.PULL_AGAIN),
        (ago(seconds=10), pulling("TLS handshake timeout"), diagnosis.PULL_AGAIN),
        (ago(seconds=10), pulling("docker.io/x:1: not found"), diagnosis.PULL),
        (ago(seconds=10), pulling("401 Unauthorized"), diagnosis.PULL),
        (ago(minutes=10), pulling("docker.io/x:1: not found"), diagnosis.OLD_POD),
        (ago(seconds=10), waiting("InvalidImageName"), diagnosis.AT_ONCE),
        (ago(seconds=10), waiting("CreateContainerConfigError"), diagnosis.LATER),
        (ago(seconds=10), waiting("SomethingNew"), None),
        (
            ago(seconds=10),
            waiting(
                "CrashLoopBackOff",
                restartCount=3,
                lastState={"terminated": {"exitCode": 1, "finishedAt": ago(seconds=5)}},
            ),
            diagnosis.AT_ONCE,
        ),
        (
            ago(seconds=10),
            waiting(
                "CrashLoopBackOff",
                restartCount=2,
                lastState={"terminated": {"exitCode": 1, "finishedAt": ago(seconds=5)}},
            ),
            None,
        ),
        (
            ago(hours=1),
            waiting(
                "CrashLoopBackOff",
                restartCount=30,
                lastState={"terminated": {"exitCode": 1, "finishedAt": ago(seconds=60)}},
            ),
            None,
        ),
    ],
)
def test_patience_with_containers(created: str, status: Object, patience: float | None) -> None:
    (problem,) = look(daemon_set(ago(hours=2)), pods=(pod(created, **status),))
    assert problem.patience == patience


def test_starting_containers_are_no_problem() -> None:
    assert (
        look(daemon_set(ago(hours=2)), pods=(pod(ago(seconds=1), **waiting("PodInitializing")),))
        == []
    )


def test_pods_of_an_older_template_do_not_count() -> None:
    old = pod(ago(hours=1), "2", **waiting("InvalidImageName"))
    new = pod(ago(seconds=1), "3", **waiting("CreateContainerConfigError"))
    (problem,) = look(daemon_set(ago(seconds=60)), pods=(old, new))
    assert "ds-3" in problem.text


def test_the_same_problem_of_many_pods_is_told_once() -> None:
    pods = tuple(pod(ago(seconds=1), **waiting("ErrImagePull")) for _number in range(20))
    assert len(look(daemon_set(ago(seconds=60)), pods=pods)) == 1


def test_times() -> None:
    assert parse_time("2026-11-21T12:00:00Z") == NOW
    assert parse_time("2026-11-21T12:00:00.123456Z") == NOW
    assert parse_time("nonsense").year == 1970
    series = {"series": {"lastObservedTime": "2026-11-21T12:00:00.000000Z"}}
    assert event_time({**event("x", ago(hours=1)), **series}) == NOW
    assert event_time({"eventTime": "2026-11-21T12:00:00.5Z", "lastTimestamp": None}) == NOW


def result(name: str, state: str, reason: str = "r") -> WaitResult:
    return WaitResult(ObjectKey("", "Pod", "ns", name), state, reason, 1.0)


def test_explain() -> None:
    assert explain([result("a", "ready"), result("b", "gone")], 5) == ""
    text = explain([result("a", "failed", "x\ny"), result("b", "stopped"), result("c", "ready")], 5)
    assert text == (
        "1 of 3 objects cannot become ready:\n"
        "  - Pod ns/a: x\n"
        "      y\n"
        "  (another 1 were not there yet when waiting stopped)"
    )
    many = explain([result(str(n), "timeout") for n in range(25)], 2.5)
    assert many.startswith("timed out after 2.5 s waiting for 25 of 25 objects:\n")
    assert many.endswith("\n  ... and 5 more")


def test_what_an_older_replica_set_is_refused_is_not_said_of_the_newest() -> None:
    revision = "deployment.kubernetes.io/revision"

    def refused(uid: str, number: str, message: str) -> Object:
        metadata = {
            "name": uid,
            "uid": uid,
            "annotations": {revision: number},
            "ownerReferences": [{"uid": "d"}],
        }
        failure = {"type": "ReplicaFailure", "status": "True", "message": message}
        return {"metadata": metadata, "status": {"conditions": [failure] if message else []}}

    failure = {"type": "ReplicaFailure", "status": "True", "message": "of old"}
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "web", "uid": "d", "annotations": {revision: "2"}},
        "status": {"conditions": [failure]},
    }

    def said(newest: str) -> list[str]:
        sets = [refused("a", "1", "of old"), refused("b", "2", newest)]
        around = Surroundings(sets, [], [], NOW, NOW - timedelta(seconds=30))
        return [problem.text for problem in problems_of(deployment, around)]

    assert said("of new") == ["of new"]
    assert said("") == []
