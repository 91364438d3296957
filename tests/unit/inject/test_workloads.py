"""Workloads: where pods stand in each kind, who they belong to, and how objects are read."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import (
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.owners import Owner, owner_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.workloads import (
    WorkloadError,
    read_workload,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


def _controlled(kind: str, name: str, **labels: str) -> dict[str, Any]:
    controller = {"controller": True, "apiVersion": "x/v1", "kind": kind, "name": name}
    return {
        "name": "pod",
        "generateName": "pod-",
        "ownerReferences": [{"controller": False, "name": "other"}, controller],
        "labels": labels,
    }


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({"name": "a"}, Owner("a", "v1", "Pod")),
        ({"generateName": "a-"}, Owner("", "v1", "Pod")),
        (
            _controlled("ReplicaSet", "web-6f", **{"pod-template-hash": "6f"}),
            Owner("web", "x/v1", "Deployment"),
        ),
        (_controlled("ReplicaSet", "web-6f"), Owner("web-6f", "x/v1", "ReplicaSet")),
        (
            _controlled("ReplicaSet", "web-6f", **{"rollouts-pod-template-hash": "6f"}),
            Owner("web", "v1alpha1", "Rollout"),
        ),
        (
            _controlled("ReplicationController", "web-1", deploymentconfig="web"),
            Owner("web", "x/v1", "DeploymentConfig"),
        ),
        (_controlled("Job", "backup-28123456"), Owner("backup", "batch/v1", "CronJob")),
        (_controlled("Job", "backup-1"), Owner("backup-1", "x/v1", "Job")),
        ({**_controlled("Job", "b"), "generateName": ""}, Owner("pod", "v1", "Pod")),
    ],
)
def test_owners(metadata: dict[str, Any], owner: Owner) -> None:
    assert owner_of(metadata) == owner


_SPEC = {"containers": [{"name": "a"}]}


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "Job", "ReplicationController"])
def test_pods_of_templates(kind: str) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": _SPEC}
    workload = read_workload(
        {"kind": kind, "metadata": {"name": "w"}, "spec": {"template": template}}, "here"
    )
    assert workload is not None
    pod = workload.pod()
    assert pod["metadata"]["labels"] == {"a": "b"}
    changed = workload.with_pod({"metadata": {"labels": {"c": "d"}}, "spec": {"x": 1}})
    assert changed["spec"]["template"] == {"metadata": {"labels": {"c": "d"}}, "spec": {"x": 1}}
    assert workload.pod() == pod
    assert workload.title == f"{kind} w"


def test_cron_jobs_have_two_sorts_of_metadata() -> None:
    template = {"metadata": {"labels": {"pod": "yes"}}, "spec": _SPEC}
    job = {"metadata": {"labels": {"job": "yes"}}, "spec": {"template": template}}
    workload = read_workload(
        {"kind": "CronJob", "metadata": {"name": "c"}, "spec": {"jobTemplate": job}}, "here"
    )
    assert workload is not None
    assert workload.pod()["metadata"]["labels"] == {"job": "yes"}
    assert workload.pod(injected=False)["metadata"]["labels"] == {"pod": "yes"}
    changed = workload.with_pod({"metadata": {"a": 1}, "spec": {}}, injected=False)
    assert changed["spec"]["jobTemplate"]["spec"]["template"]["metadata"] == {"a": 1}
    assert changed["spec"]["jobTemplate"]["metadata"]["labels"] == {"job": "yes"}


def test_other_kinds_have_no_pods() -> None:
    assert read_workload({"kind": "Service"}, "here") is None
    assert read_workload({"kind": ["Deployment"]}, "here") is None
    assert read_workload({}, "here") is None


def test_yaml_numbers_become_texts_where_texts_belong() -> None:
    [document] = read_documents(
        "kind: Pod\nspec: {containers: [{name: 1, env: [{name: a, value: true}]}]}", "f.yaml"
    )
    workload = read_workload(document.value, document.where)
    assert workload is not None
    [container] = workload.pod()["spec"]["containers"]
    assert (container["name"], container["env"]) == ("1", [{"name": "a", "value": "true"}])


def test_what_is_wrong_is_said_with_place() -> None:
    with pytest.raises(MeshError, match=r"f.yaml: Pod: spec.containers\[0\].ports: must be a list"):
        read_workload({"kind": "Pod", "spec": {"containers": [{"ports": 1}]}}, "f.yaml")
    with pytest.raises(WorkloadError, match=r"f.yaml: DeploymentConfig d has no spec.template"):
        read_workload({"kind": "DeploymentConfig", "metadata": {"name": "d"}}, "f.yaml")


def test_documents_are_split_as_kubectl_does() -> None:
    text = "---\n# nothing\n---   # next\na: 1\n---\n\n---\nb: 2\nc: '---'\n"
    assert [(one.value, one.where) for one in read_documents(text, "f")] == [
        ({"a": 1}, "f, line 4"),
        ({"b": 2, "c": "---"}, "f, line 8"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n--- b: 2\n", "f, line 2: a document begins on the line of its separator"),
        ("---\n- a\n", "f, line 2: this is no Kubernetes object but a list"),
        ("a: [", "f: error converting YAML to JSON"),
    ],
)
def test_texts_that_are_no_documents(text: str, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        read_documents(text, "f")
