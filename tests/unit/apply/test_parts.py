"""Owned parts, sets, phases, run-time fields, options: the engine's small rules."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply import applyset, fields, phases
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import InputError
from ansible_collections.meshops.istio.plugins.module_utils._apply.gates import (
    gated,
    namespace_blockers,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import render_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import ApplyRequest
from ansible_collections.meshops.istio.plugins.module_utils._apply.plan import prune_limit
from ansible_collections.meshops.istio.plugins.module_utils._apply.runtime_fields import (
    without_runtime_fields,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.targets import (
    without_string_data,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.task import shown
from ansible_collections.meshops.istio.plugins.module_utils._apply.webhooks import without_bundle

SET = applyset.ApplySet("one", "ns")


def test_projection_keeps_owned_fields_only() -> None:
    obj = {
        "apiVersion": "v1",
        "kind": "Thing",
        "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}, "uid": "u"},
        "spec": {"ports": [{"port": 1, "p": "T"}, {"port": 2, "p": "T"}], "set": ["a", "b"]},
        "status": {"ready": True},
    }
    owned = {
        "f:metadata": {"f:labels": {"f:x": {}}},
        "f:spec": {"f:ports": {'k:{"port":2}': {".": {}}}, "f:set": {'v:"b"': {}}},
    }
    assert fields.project_object(obj, owned) == {
        "apiVersion": "v1",
        "kind": "Thing",
        "metadata": {"name": "a", "labels": {"x": "1"}},
        "spec": {"ports": [{"port": 2, "p": "T"}], "set": ["b"]},
    }
    assert fields.project_object(obj, {})["metadata"] == {"name": "a"}


def test_set_id_is_that_of_kubectl() -> None:
    # From kubectl's own tests: pkg/cmd/apply, parent Secret "my-set" in namespace "test".
    assert (
        applyset.set_id("my-set", "test", "Secret", "")
        == "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"
    )


def test_scope_survives_the_parent() -> None:
    scope = applyset.scope_of_members(
        [
            (applyset.GroupKind("apps", "Deployment"), "b"),
            (applyset.GroupKind("", "ConfigMap"), "ns"),
            (applyset.GroupKind("networking.istio.io", "Gateway"), "a"),
            (applyset.GroupKind("", "Namespace"), ""),
        ],
        SET,
    )
    parent = applyset.parent_object(SET, scope, {"l": "1"}, {"n": "2"})
    notes = parent["metadata"]["annotations"]
    assert notes[applyset.CONTAINS] == (
        "ConfigMap,Deployment.apps,Gateway.networking.istio.io,Namespace"
    )
    assert notes[applyset.NAMESPACES] == "a,b"
    assert notes["n"] == "2"
    assert applyset.scope_of(parent, SET) == scope
    assert applyset.problem_with_parent(parent, SET) is None


@pytest.mark.parametrize(
    ("labels", "notes", "text"),
    [
        ({}, {}, "is not the parent of a set"),
        ({applyset.ID_LABEL: "x"}, {}, "which is not its own"),
        ({applyset.ID_LABEL: SET.id}, {applyset.TOOLING: "kubectl/v1"}, 'by "kubectl/v1"'),
        ({applyset.ID_LABEL: SET.id}, {}, "an unnamed tool"),
    ],
)
def test_foreign_parents_are_refused(
    labels: dict[str, str], notes: dict[str, str], text: str
) -> None:
    parent = {"metadata": {"name": "one", "labels": labels, "annotations": notes}}
    assert text in (applyset.problem_with_parent(parent, SET) or "")


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({}, None),
        ({"labels": {applyset.PART_OF_LABEL: SET.id}}, None),
        ({"labels": {applyset.PART_OF_LABEL: "other"}}, "the set with id other"),
        ({"annotations": {"meta.helm.sh/release-name": "r"}}, 'Helm release "r"'),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "app:g/k:n/x"}}, 'application "app"'),
        ({"ownerReferences": [{"kind": "Istio", "name": "default", "controller": True}]}, "Istio"),
        ({"ownerReferences": [{"kind": "Istio", "name": "default"}]}, None),
    ],
)
def test_owners_are_recognized(metadata: dict[str, Any], owner: str | None) -> None:
    found = applyset.foreign_owner({"metadata": metadata}, SET)
    assert (found is None) if owner is None else (owner in (found or ""))


@pytest.mark.parametrize(
    ("group", "kind", "phase"),
    [
        ("", "Namespace", "namespaces"),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "crds"),
        ("rbac.authorization.k8s.io", "ClusterRole", "config"),
        ("security.openshift.io", "SecurityContextConstraints", "config"),
        ("", "Service", "services"),
        ("policy", "PodDisruptionBudget", "workloads"),
        ("apps", "DaemonSet", "workloads"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "webhooks"),
        ("networking.istio.io", "Gateway", "resources"),
        ("unheard.of", "Secret", "resources"),
    ],
)
def test_phases(group: str, kind: str, phase: str) -> None:
    assert phases.phase_of(group, kind) == phase


def hook(bundle: str | None, **more: Any) -> dict[str, Any]:
    config = {"service": {"name": "istiod"}, **({"caBundle": bundle} if bundle else {})}
    return {"name": "a", "clientConfig": config, **more}


def configuration(kind: str, *hooks: dict[str, Any], owned: Any = None) -> dict[str, Any]:
    entry = {"manager": "m", "operation": "Apply", "fieldsV1": owned or {}}
    metadata = {"name": "w", "managedFields": [entry]}
    return {"kind": kind, "metadata": metadata, "webhooks": list(hooks)}


def test_run_time_fields_that_others_wrote_are_not_sent() -> None:
    kind = "ValidatingWebhookConfiguration"
    desired = configuration(kind, hook("ours", failurePolicy="Ignore"))
    live = configuration(kind, hook("theirs", failurePolicy="Fail"))
    sent = without_runtime_fields(desired, live, "m")["webhooks"][0]
    assert sent == {"name": "a", "clientConfig": {"service": {"name": "istiod"}}}
    assert without_runtime_fields(desired, None, "m") is desired
    ours: dict[str, Any] = {"f:webhooks": {'k:{"name":"a"}': {"f:failurePolicy": {}}}}
    owned = configuration(kind, hook(None, failurePolicy="Fail"), owned=ours)
    assert without_runtime_fields(desired, owned, "m")["webhooks"][0]["failurePolicy"] == "Ignore"
    weakened = configuration(kind, hook(None, failurePolicy="Ignore"))
    strict = configuration(kind, hook(None, failurePolicy="Fail"))
    assert without_runtime_fields(strict, weakened, "m")["webhooks"][0]["failurePolicy"] == "Fail"


def test_webhooks_without_a_bundle() -> None:
    kind = "MutatingWebhookConfiguration"
    some = configuration(kind, hook(None), hook("x"))
    assert without_bundle(some) == [{"service": {"name": "istiod"}}]
    assert without_bundle(configuration(kind, hook("x"))) == []
    assert without_bundle({"kind": "ValidatingAdmissionPolicy"}) == []
    assert gated("config", [{"kind": "Secret"}]) == []


def test_blockers_of_a_namespace() -> None:
    condition = {"type": "NamespaceContentRemaining", "status": "True", "message": "has pods"}
    namespace = {"metadata": {"name": "a"}, "status": {"conditions": [condition]}}
    assert namespace_blockers(namespace) == "has pods"
    assert "still being deleted" in namespace_blockers({"metadata": {"name": "a"}})


@pytest.mark.parametrize(
    ("limit", "members", "number"), [(20, 5, 20), ("3", 9, 3), ("50%", 9, 4), ("0", 9, 0)]
)
def test_prune_limit(limit: int | str, members: int, number: int) -> None:
    assert prune_limit(limit, members) == number


@pytest.mark.parametrize("limit", ["many", "-1", "", "5%%"])
def test_bad_prune_limit(limit: str) -> None:
    with pytest.raises(InputError, match="prune_limit"):
        prune_limit(limit, 10)


def test_string_data_becomes_data() -> None:
    secret = {"kind": "Secret", "data": {"a": "eA=="}, "stringData": {"b": "ü"}}
    assert without_string_data(secret) == {"kind": "Secret", "data": {"a": "eA==", "b": "w7w="}}


def test_rendering_needs_no_cluster() -> None:
    objects = [
        {"apiVersion": "x.example.com/v1", "kind": "Widget", "metadata": {"name": "w"}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}},
    ]
    rendered = render_set(ApplyRequest(objects=objects, set_name="one", set_namespace="ns"))
    assert [obj["kind"] for obj in rendered] == ["Namespace", "Widget"]
    assert rendered[0]["metadata"]["labels"] == {applyset.PART_OF_LABEL: SET.id}
    with pytest.raises(InputError, match="given twice"):
        render_set(ApplyRequest(objects=[*objects, objects[0]]))


def test_invocation_shows_neither_objects_nor_credentials() -> None:
    params = {"objects": [1, 2], "api_key": "k", "kubeconfig": {"users": []}, "name": "n"}
    assert shown(params) == {
        "objects": "(a list of 2)",
        "api_key": "(hidden)",
        "kubeconfig": "(hidden: given as data)",
        "name": "n",
    }
