"""Waiting against a real control plane; containers do not run, so their states are patched in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._wait.report import explain
from ansible_collections.meshops.istio.plugins.module_utils._wait.waiter import Pace, Waiter
from tests.integration.kube_support import Api, config_map, connect
from tests.labs import Cluster

pytestmark = pytest.mark.lab

Object = dict[str, Any]


@pytest.fixture
def api(cluster: Cluster) -> Iterator[Api]:
    with connect(kubeconfig=cluster.kubeconfig) as client:
        yield Api(client)


@pytest.fixture
def waiter(api: Api) -> Waiter:
    return Waiter(api.client, api.kinds, pace=Pace(diagnose=0.5, report=1.0, patience=0.2))


def workload(kind: str, namespace: str, name: str, **spec: Any) -> Object:
    pod = spec.pop("pod", {})
    labels = {"app": name}
    container = {"name": "main", "image": "example.com/app:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}}
    base: Object = {"template": template}
    group = "apps/v1"
    if kind == "Job":
        group = "batch/v1"
        template["spec"]["restartPolicy"] = "Never"
    else:
        base["selector"] = {"matchLabels": labels}
    if kind == "StatefulSet":
        base["serviceName"] = name
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": {**base, **spec}}


NOWHERE = {"nodeSelector": {"example.com/no": "such-node"}}


def states(results: Any) -> list[str]:
    return [result.state for result in results]


def test_everything_becomes_ready(api: Api, waiter: Waiter, namespace: str) -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{namespace}.example.com"},
        "spec": {
            "group": f"{namespace}.example.com",
            "scope": "Cluster",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                }
            ],
        },
    }
    objects = [
        workload("Deployment", namespace, "d", replicas=3),
        workload("DaemonSet", namespace, "ds"),
        workload("StatefulSet", namespace, "s", replicas=2),
        workload("Job", namespace, "j"),
        *(config_map(namespace, f"c-{n}") for n in range(6)),
        crd,
    ]
    try:
        for obj in objects:
            api.apply(obj)
        results = waiter.until_ready(objects, 30)
        assert states(results) == ["ready"] * len(objects), explain(results, 30)
        assert [result.key for result in results] == [key_of(obj) for obj in objects]
        assert explain(results, 30) == ""
    finally:
        api.delete(crd)


def test_rollout_is_waited_for_not_the_old_state(api: Api, waiter: Waiter, namespace: str) -> None:
    deployment = workload("Deployment", namespace, "d", replicas=2)
    api.apply(deployment)
    assert states(waiter.until_ready([deployment], 30)) == ["ready"]
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "example.com/app:2"
    api.apply(deployment)
    (result,) = waiter.until_ready([deployment], 30)
    assert result.state == "ready", result.reason
    live = api.client.get(api.kinds.of(deployment), namespace, "d")
    assert live is not None
    assert live["status"]["updatedReplicas"] == live["status"]["replicas"] == 2
    assert live["status"]["observedGeneration"] == live["metadata"]["generation"]


def quota(namespace: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small", "namespace": namespace},
        "spec": {"hard": {"pods": "1"}},
    }


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "StatefulSet", "Job"])
def test_quota_stops_the_waiting(api: Api, waiter: Waiter, namespace: str, kind: str) -> None:
    api.apply(quota(namespace))
    path = f"/api/v1/namespaces/{namespace}/resourcequotas/small"
    until = time.monotonic() + 10
    while "hard" not in (api.client.request("GET", path).get("status") or {}):
        assert time.monotonic() < until
        time.sleep(0.05)
    size: Object = {"DaemonSet": {}, "Job": {"parallelism": 3, "completions": 3}}.get(
        kind, {"replicas": 3}
    )
    if kind == "Job":
        # Else the first pod completes and makes room for the next.
        size["pod"] = NOWHERE
    obj = workload(kind, namespace, "w", **size)
    api.apply(obj)
    began = time.monotonic()
    results = waiter.until_ready([config_map(namespace, "absent"), obj], 60)
    text = explain(results, 60)
    assert states(results) == ["stopped", "failed"], text
    assert time.monotonic() - began < 30
    assert text.startswith("1 of 2 objects cannot become ready:\n  - " + f"{kind} {namespace}/w:")
    assert "exceeded quota: small" in text
    assert "FailedCreate" in text


def patch_pods(api: Api, namespace: str, status: Object) -> list[str]:
    """Write a status into all pods of a namespace as a kubelet would; names of the pods."""
    pods = api.client.list(api.kinds.find("v1", "Pod"), namespace).items
    for pod in pods:
        api.merge(pod, {"status": status}, "/status")
    return [pod["metadata"]["name"] for pod in pods]


def container_status(state: Object, **more: Any) -> Object:
    entry = {
        "name": "main",
        "image": "example.com/app:1",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": state,
        **more,
    }
    return {"phase": "Pending", "containerStatuses": [entry]}


def patched_soon(api: Api, namespace: str, status: Object) -> threading.Thread:
    def patch() -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if patch_pods(api, namespace, status):
                return
            time.sleep(0.1)

    thread = threading.Thread(target=patch)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            container_status(
                {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling x: 404"}}
            ),
            "container main: ImagePullBackOff: Back-off pulling x: 404",
        ),
        (
            container_status(
                {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                restartCount=4,
                lastState={
                    "terminated": {
                        "exitCode": 2,
                        "reason": "Error",
                        "message": "no such flag",
                        "finishedAt": "2099-01-01T00:00:00Z",
                    }
                },
            ),
            "CrashLoopBackOff: back-off 40s (4 restarts; ended with exit code 2: no such flag)",
        ),
        (
            container_status({"waiting": {"reason": "InvalidImageName", "message": "bad"}}),
            "container main: InvalidImageName: bad",
        ),
    ],
)
def test_container_states_stop_the_waiting(
    api: Api, waiter: Waiter, namespace: str, status: Object, says: str
) -> None:
    deployment = workload("Deployment", namespace, "d", replicas=2, pod=NOWHERE)
    api.apply(deployment)
    thread = patched_soon(api, namespace, status)
    results = waiter.until_ready([deployment], 60)
    thread.join()
    text = explain(results, 60)
    assert states(results) == ["failed"], text
    assert f"Deployment {namespace}/d: " in text
    assert says in text


def test_pods_of_an_old_revision_do_not_count(api: Api, waiter: Waiter, namespace: str) -> None:
    deployment = workload("Deployment", namespace, "d", replicas=1, pod=NOWHERE)
    api.apply(deployment)
    bad = container_status({"waiting": {"reason": "InvalidImageName", "message": "bad"}})
    patched_soon(api, namespace, bad).join()
    del deployment["spec"]["template"]["spec"]["nodeSelector"]
    api.apply(deployment)
    (result,) = waiter.until_ready([deployment], 30)
    assert result.state == "ready", result.reason


def test_unschedulable_pods(api: Api, waiter: Waiter, namespace: str) -> None:
    deployment = workload("Deployment", namespace, "d", pod=NOWHERE)
    api.apply(deployment)
    lines: list[str] = []
    results = waiter.until_ready([deployment], 3, lines.append)
    assert states(results) == ["timeout"]
    text = explain(results, 3)
    assert text.startswith("timed out after 3 s waiting for 1 of 1 objects:")
    assert "Unschedulable: 0/3 nodes are available" in text
    assert lines
    assert f"1 of 1 not ready: Deployment {namespace}/d (0 of 1 replicas are available)" in lines[0]
    hasty = Waiter(api.client, api.kinds, pace=Pace(diagnose=0.2, patience=0.02))
    results = hasty.until_ready([deployment], 60)
    assert states(results) == ["failed"]
    assert results[0].seconds < 10


def test_a_pod_that_gets_a_new_node_is_waited_for(api: Api, namespace: str) -> None:
    deployment = workload("Deployment", namespace, "d", pod=NOWHERE)
    api.apply(deployment)
    pods = api.kinds.find("v1", "Pod")
    until = time.monotonic() + 10
    while not api.client.list(pods, namespace).items:
        assert time.monotonic() < until
        time.sleep(0.05)
    (pod,) = api.client.list(pods, namespace).items
    event: Object = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "scaling", "namespace": namespace},
        "type": "Normal",
        "reason": "TriggeredScaleUp",
        "message": "pod triggered scale-up: [{group-1 1->2 (max: 3)}]",
        "involvedObject": {
            "kind": "Pod",
            "namespace": namespace,
            "name": pod["metadata"]["name"],
            "uid": pod["metadata"]["uid"],
        },
    }
    api.apply(event)
    hasty = Waiter(api.client, api.kinds, pace=Pace(diagnose=0.2, patience=0.02))
    results = hasty.until_ready([deployment], 4)
    assert states(results) == ["timeout"]
    assert "(the autoscaler is adding a node)" in results[0].reason


def test_failing_webhook_on_pods(api: Api, namespace: str) -> None:
    """An injector that is down: worth waiting for a while, and named when it stays down."""
    hook: Object = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [
            {
                "name": "injector.example.com",
                "clientConfig": {"url": "https://127.0.0.1:1/inject"},
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                    }
                ],
            }
        ],
    }
    waiter = Waiter(api.client, api.kinds, pace=Pace(diagnose=0.3, patience=0.1))
    api.apply(hook)
    try:
        time.sleep(1.5)
        deployment = workload("Deployment", namespace, "d")
        api.apply(deployment)
        results = waiter.until_ready([deployment], 60)
        assert states(results) == ["failed"]
        assert 'failed calling webhook "injector.example.com"' in explain(results, 60)
        # Without a CA bundle it is not ready itself.
        (own,) = waiter.until_ready([hook], 0.2)
        assert own.state == "timeout"
        assert own.reason == "no caBundle yet in injector.example.com"
    finally:
        api.delete(hook)


def test_progress_deadline(api: Api, waiter: Waiter, namespace: str) -> None:
    spec = {"progressDeadlineSeconds": 1, "pod": NOWHERE}
    deployment = workload("Deployment", namespace, "d", **spec)
    api.apply(deployment)
    (result,) = waiter.until_ready([deployment], 60)
    assert result.state == "failed"
    assert "ProgressDeadlineExceeded" in result.reason
    assert "Unschedulable" in result.reason


def test_names_taken_by_another_crd(api: Api, waiter: Waiter, namespace: str) -> None:
    def crd(plural: str) -> Object:
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{namespace}.example.com"},
            "spec": {
                "group": f"{namespace}.example.com",
                "scope": "Cluster",
                "names": {"plural": plural, "kind": "Thing"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"type": "object"}},
                    }
                ],
            },
        }

    first, second = crd("things"), crd("otherthings")
    try:
        api.apply(first)
        assert states(waiter.until_ready([first], 20)) == ["ready"]
        api.apply(second)
        (result,) = waiter.until_ready([second], 20)
        assert result.state == "failed"
        assert "is already in use" in result.reason
    finally:
        api.delete(first)
        api.delete(second)


def test_until_gone(api: Api, waiter: Waiter, namespace: str) -> None:
    objects = [config_map(namespace, f"c-{n}") for n in range(5)]
    for obj in objects:
        api.apply(obj)
    keys = [key_of(obj) for obj in objects]
    results = waiter.until_gone(keys, 0.3)
    assert states(results) == ["timeout"] * 5
    assert "is there and nobody has deleted it" in explain(results, 0.3)
    for obj in objects:
        api.delete(obj)
    assert states(waiter.until_gone(keys, 10)) == ["gone"] * 5


def test_a_successor_is_not_the_deleted_object(api: Api, waiter: Waiter, namespace: str) -> None:
    obj = config_map(namespace, "c")
    uid = api.apply(obj)["metadata"]["uid"]
    api.delete(obj)
    api.apply(obj)
    assert states(waiter.until_gone([key_of(obj)], 0.3, uids={key_of(obj): uid})) == ["gone"]
    assert states(waiter.until_gone([key_of(obj)], 0.3)) == ["timeout"]


def test_finalizer_is_named(api: Api, waiter: Waiter, namespace: str) -> None:
    obj = config_map(namespace, "c")
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    api.apply(obj)
    api.delete(obj)
    results = waiter.until_gone([key_of(obj)], 0.3)
    text = explain(results, 0.3)
    assert "finalizer example.com/hold: whoever set it has not finished" in text
    api.merge(obj, {"metadata": {"finalizers": None}})
    assert states(waiter.until_gone([key_of(obj)], 10)) == ["gone"]


def test_namespace_stuck_terminating(api: Api, waiter: Waiter, namespace: str) -> None:
    stuck = f"{namespace}-stuck"
    space: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": stuck}}
    api.apply(space)
    held = config_map(stuck, "held")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    api.apply(held)
    api.delete(space)
    try:
        with pytest.raises(ApiError) as caught:
            api.apply(config_map(stuck, "late"))
        assert caught.value.namespace_terminating
        # The namespace controller waits five seconds before it begins.
        results = waiter.until_gone([key_of(space)], 8)
        text = explain(results, 8)
        assert "configmaps. has 1 resource instances" in text
        assert f"ConfigMap {stuck}/held is being deleted since" in text
        assert "finalizer example.com/hold: whoever set it" in text
        (result,) = waiter.until_ready([space], 5)
        assert result.state == "failed"
        assert "is being deleted since" in result.reason
        assert "example.com/hold" in result.reason
    finally:
        api.merge(held, {"metadata": {"finalizers": None}})
    assert states(waiter.until_gone([key_of(space)], 60)) == ["gone"]


def test_waiting_without_the_right_to_look_around(
    cluster: Cluster, api: Api, namespace: str
) -> None:
    """Somebody who may read Deployments but no pods or events still gets a result."""
    cluster.kubectl(
        "create", "role", "r", "--verb=get,list", "--resource=deployments", "-n", namespace
    )
    cluster.kubectl("create", "rolebinding", "r", "--role=r", "--user=jane", "-n", namespace)
    deployment = workload("Deployment", namespace, "d", pod=NOWHERE)
    api.apply(deployment)
    with connect(kubeconfig=cluster.kubeconfig, impersonate_user="jane") as client:
        jane = Api(client)
        results = Waiter(client, jane.kinds, pace=Pace(diagnose=0.2)).until_ready([deployment], 2)
        assert states(results) == ["timeout"]
        assert results[0].reason == "0 of 1 replicas are available"
        with pytest.raises(ApiError, match="cannot get resource"):
            Waiter(client, jane.kinds).until_ready([config_map(namespace, "c")], 2)
