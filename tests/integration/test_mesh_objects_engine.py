"""The apply engine on a real API server: phases, honesty, ownership, pruning, deletion."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import ApplySet
from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import gather, verify
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from tests.integration.mesh_objects_tools import (
    Object,
    actions,
    configmap,
    connected,
    deployment,
    request,
    service,
    widget,
    widget_crd,
)
from tests.labs import Cluster

pytestmark = pytest.mark.lab

Access = tuple[Client, Kinds]


@pytest.fixture
def access(cluster: Cluster) -> Iterator[Access]:
    with connected(cluster.kubeconfig) as pair:
        yield pair


@pytest.fixture
def group(cluster: Cluster) -> Iterator[str]:
    name = f"g{uuid.uuid4().hex[:6]}.example.com"
    yield name
    cluster.kubectl("delete", "crd", f"widgets.{name}", "--ignore-not-found", "--wait=false")


@pytest.fixture
def fresh(cluster: Cluster) -> Iterator[str]:
    """Name of a namespace that does not exist yet."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    yield name
    cluster.kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def namespace_object(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def whole_set(fresh: str, group: str) -> list[Object]:
    """One object of nearly every phase, in the wrong order."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": fresh},
        "stringData": {"password": "hunter2hunter2"},
    }
    return [
        widget("w", fresh, group),
        deployment("d", fresh),
        service("d", fresh),
        secret,
        widget_crd(group),
        namespace_object(fresh),
    ]


def test_whole_life_of_a_set(access: Access, cluster: Cluster, fresh: str, group: str) -> None:
    client, kinds = access
    objects = whole_set(fresh, group)

    with cluster.audit() as seen:
        planned = apply_set(client, kinds, request(objects, fresh, check_mode=True, diff=True))
    assert seen.writes == []
    assert set(planned.as_dict()["summary"]) == {"text", "would_create"}
    assert len(planned.results) == 7  # six objects and the set's parent
    assert len(planned.diff) == 6

    first = apply_set(client, kinds, request(objects, fresh))
    assert set(actions(first).values()) == {"created"}
    names = [phase.name for phase in first.phases]
    assert names == ["read", "namespaces", "crds", "config", "services", "workloads", "resources"]
    live = cluster.get("deployment", "d", "-n", fresh)
    assert live["status"]["readyReplicas"] == 1

    with cluster.audit() as seen:
        second = apply_set(client, kinds, request(objects, fresh))
    assert not second.changed
    assert seen.writes == []
    assert set(actions(second).values()) == {"unchanged"}

    verdicts = verify(client, kinds, request(objects, fresh))
    assert [v for v in verdicts if not v.ok] == []
    shown = gather(client, kinds, request(None, fresh))
    assert [obj["kind"] for obj in shown][:2] == ["Namespace", "CustomResourceDefinition"]
    assert "hunter2" not in str(shown)
    assert "aHVudGVy" not in str(shown)  # base64 of the same
    exact = gather(client, kinds, request(None, fresh, show_secrets=True))
    apply_set(client, kinds, request(exact, fresh))
    assert gather(client, kinds, request(None, fresh, show_secrets=True)) == exact

    with cluster.audit() as seen:
        removal = delete_set(client, kinds, request(None, fresh, check_mode=True))
    assert seen.writes == []
    assert removal.changed
    removed = delete_set(client, kinds, request(None, fresh, delete_crds=True))
    assert set(actions(removed).values()) == {"deleted"}
    assert cluster.kubectl("get", "namespace", fresh, "--ignore-not-found") == ""
    assert cluster.kubectl("get", "crd", f"widgets.{group}", "--ignore-not-found") == ""
    assert not delete_set(client, kinds, request(None, fresh)).changed


def test_only_what_differs_is_sent(access: Access, cluster: Cluster, namespace: str) -> None:
    client, kinds = access
    objects = [configmap(f"c{i}", namespace, a="1") for i in range(30)]
    apply_set(client, kinds, request(objects, namespace))
    objects[3]["data"] = {"a": "2"}
    with cluster.audit() as seen:
        report = apply_set(client, kinds, request(objects, namespace, diff=True))
    assert [line for line in seen.requests if line.startswith("patch")] == seen.writes
    assert seen.writes == [f"patch /api/v1/namespaces/{namespace}/configmaps/c3: 200"]
    assert [r.key.name for r in report.results if r.changed] == ["c3"]
    assert report.diff[0]["before"].replace("'1'", "'2'") == report.diff[0]["after"]


def test_drift_of_owned_fields_is_mended_and_other_fields_are_left(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    objects = [configmap("c", namespace, mine="1")]
    apply_set(client, kinds, request(objects, namespace))
    patch = '{"data":{"theirs":"x"}}'
    cluster.kubectl("patch", "configmap", "c", "-n", namespace, "--type=merge", "-p", patch)
    assert not apply_set(client, kinds, request(objects, namespace)).changed
    objects[0]["data"] = {"other": "2"}
    report = apply_set(client, kinds, request(objects, namespace))
    assert report.changed
    assert cluster.get("configmap", "c", "-n", namespace)["data"] == {"theirs": "x", "other": "2"}


def test_what_server_spells_differently_is_asked_and_unchanged(
    access: Access, namespace: str
) -> None:
    client, kinds = access
    objects = [deployment("d", namespace)]
    container = objects[0]["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["limits"] = {"cpu": "1000m", "memory": "1024Mi"}
    container["env"].append({"name": "EMPTY", "value": ""})
    container["env"][1]["valueFrom"] = {"fieldRef": {"fieldPath": "spec.nodeName"}}
    apply_set(client, kinds, request(objects, namespace))
    for check_mode in (False, True):
        report = apply_set(client, kinds, request(objects, namespace, check_mode=check_mode))
        assert [result.action for result in report.results] == ["unchanged"]
        assert sum(phase.changed for phase in report.phases) == 0


def test_conflict_names_manager_field_and_remedy(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    objects = [configmap("c", namespace, a="1"), configmap("ok", namespace, a="1")]
    apply_set(client, kinds, request(objects, namespace))
    cluster.kubectl(
        "patch", "configmap", "c", "-n", namespace, "--type=merge",
        "--field-manager=someone", "-p", '{"data":{"a":"theirs"}}',
    )  # fmt: skip
    objects[1]["data"] = {"a": "2"}
    with pytest.raises(ApplyError) as caught:
        apply_set(client, kinds, request(objects, namespace))
    text = str(caught.value)
    assert f"ConfigMap {namespace}/c" in text
    assert '.data.a is managed by "someone"' in text
    assert "force_conflicts: true" in text
    assert actions(caught.value.report)["ConfigMap ok"] == "configured", "others go on"
    forced = apply_set(client, kinds, request(objects, namespace, force_conflicts=True))
    assert actions(forced)["ConfigMap c"] == "configured"


def test_prune_within_limit_and_never_beyond(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    objects = [configmap(f"c{i}", namespace, a="1") for i in range(6)]
    apply_set(client, kinds, request(objects, namespace))
    with cluster.audit() as seen, pytest.raises(ApplyError) as caught:
        apply_set(client, kinds, request(objects[:1], namespace, prune_limit="50%"))
    assert seen.writes == []
    assert f"ConfigMap {namespace}/c5" in str(caught.value)
    assert "prune_limit" in str(caught.value)
    kept = apply_set(client, kinds, request(objects[:1], namespace, prune=False))
    assert not kept.changed
    report = apply_set(client, kinds, request(objects[:4], namespace, prune_limit=2))
    assert [r.key.name for r in report.results if r.action == "pruned"] == ["c4", "c5"]
    with pytest.raises(InputError, match="holds no object"):
        apply_set(client, kinds, request([], namespace))


def test_pruning_releases_namespaces_and_crds(
    access: Access, cluster: Cluster, namespace: str, fresh: str, group: str
) -> None:
    client, kinds = access
    objects = [widget_crd(group), namespace_object(fresh), configmap("c", namespace, a="1")]
    objects[1]["metadata"]["labels"] = {"istio-injection": "enabled"}
    apply_set(client, kinds, request(objects, namespace))
    planned = apply_set(client, kinds, request(objects[2:], namespace, check_mode=True, diff=True))
    report = apply_set(client, kinds, request(objects[2:], namespace, diff=True))
    assert planned.diff == report.diff
    shown = {entry["before_header"]: entry for entry in report.diff}
    of_namespace = shown[f"Namespace {fresh} (live)"]
    assert "istio-injection: enabled" in of_namespace["before"]
    assert "istio-injection" not in of_namespace["after"]
    assert of_namespace["after_header"] == f"Namespace {fresh} (released)"
    of_crd = shown[f"CustomResourceDefinition widgets.{group} (live)"]
    assert "applyset.kubernetes.io/part-of" in of_crd["before"]
    assert "part-of" not in of_crd["after"]
    assert "schema" not in of_crd["before"], "only the label changes"
    assert actions(report)[f"Namespace {fresh}"] == "released"
    assert actions(report)[f"CustomResourceDefinition widgets.{group}"] == "released"
    labels = cluster.get("namespace", fresh)["metadata"]["labels"]
    assert labels == {"kubernetes.io/metadata.name": fresh}
    crd = cluster.get("crd", f"widgets.{group}")
    assert crd["spec"]["group"] == group
    assert not apply_set(client, kinds, request(objects[2:], namespace)).changed


def test_objects_of_another_set_or_tool_are_refused(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    apply_set(client, kinds, request([configmap("c", namespace, a="1")], namespace, name="one"))
    helm = configmap("h", namespace, a="1")
    helm["metadata"]["annotations"] = {"meta.helm.sh/release-name": "istiod"}
    client.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", body=helm)
    wanted = [configmap(name, namespace, a="2") for name in ("a", "c", "h")]
    with cluster.audit() as seen, pytest.raises(ApplyError) as caught:
        apply_set(client, kinds, request(wanted, namespace, name="two"))
    assert seen.writes == []
    text = str(caught.value)
    assert f"the set {namespace}/one" in text
    assert f"set {namespace}/two wants it too" in text
    assert 'Helm release "istiod"' in text
    report = apply_set(client, kinds, request(wanted, namespace, name="two", adopt=True))
    assert actions(report)["ConfigMap c"] == "configured"
    left = apply_set(client, kinds, request([configmap("z", namespace)], namespace, name="one"))
    assert "ConfigMap c" not in actions(left), "an adopted object is not pruned by its old set"


def test_kubectl_understands_the_set(
    access: Access, cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, kinds = access
    objects = [configmap("a", namespace, a="1"), configmap("b", namespace, a="1")]
    apply_set(client, kinds, request(objects, namespace))
    selector = f"applyset.kubernetes.io/part-of={ApplySet('one', namespace).id}"
    found = cluster.get("configmap", "-n", namespace, "-l", selector)
    assert [item["metadata"]["name"] for item in found["items"]] == ["a", "b"]
    # The convention lets one tool handle a set; once handed over, kubectl finds all it needs.
    cluster.kubectl(
        "annotate", "--overwrite", "configmap", "one", "-n", namespace,
        "applyset.kubernetes.io/tooling=kubectl/v1.36",
    )  # fmt: skip
    with pytest.raises(ApplyError, match=r'managed by "kubectl/v1.36"'):
        apply_set(client, kinds, request(objects, namespace))
    manifest = (
        "apiVersion: v1\nkind: ConfigMap\n"
        f"metadata: {{name: a, namespace: {namespace}}}\ndata: {{a: '1'}}\n"
    )
    monkeypatch.setenv("KUBECTL_APPLYSET", "true")
    output = cluster.kubectl(
        "apply", "-n", namespace, "--server-side", "--force-conflicts", "--prune",
        "--applyset=configmap/one", "-f", "-", stdin=manifest,
    )  # fmt: skip
    assert "configmap/b pruned" in output


def test_a_killed_run_is_completed_by_the_next(
    access: Access, cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, kinds = access
    old = [configmap(f"old{i}", namespace, a="1") for i in range(3)]
    apply_set(client, kinds, request(old, namespace))
    new = [service("svc", namespace), configmap("new", namespace, a="1")]
    real = Client.request
    budget = iter(range(2))  # the parent and one object, then the process is gone

    def dies(self: Client, method: str, path: str, **more: object) -> object:
        if method in ("PATCH", "DELETE") and next(budget, None) is None:
            raise KeyboardInterrupt
        return real(self, method, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "request", dies)
    with pytest.raises(KeyboardInterrupt):
        apply_set(client, kinds, request(new, namespace))
    monkeypatch.undo()
    # Even if the desired state changes in between, nothing of the killed run is lost.
    apply_set(client, kinds, request([configmap("last", namespace)], namespace))
    selector = f"applyset.kubernetes.io/part-of={ApplySet('one', namespace).id}"
    left = cluster.get("configmap,service", "-n", namespace, "-l", selector)["items"]
    assert [item["metadata"]["name"] for item in left] == ["last"]
    parent = cluster.get("configmap", "one", "-n", namespace)["metadata"]["annotations"]
    assert parent["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap"


def test_bad_input_is_named_and_writes_nothing(
    access: Access, cluster: Cluster, namespace: str, fresh: str
) -> None:
    client, kinds = access
    good = configmap("good", namespace, a="1")
    unknown = {"apiVersion": "nope.example.com/v1", "kind": "Nope", "metadata": {"name": "n"}}
    cases = [
        ([good, configmap("x", fresh)], ApplyError, f"namespace {fresh} does not exist"),
        ([good, unknown], InputError, "serves no kind Nope"),
        ([good, copy.deepcopy(good)], InputError, r"given twice: objects\[0\] and objects\[1\]"),
        ([good, {"kind": "ConfigMap"}], InputError, r"objects\[1\]"),
        ([good, "a: b: c"], InputError, r"objects\[1\]: not valid YAML: line 1"),
    ]
    with cluster.audit() as seen:
        for objects, error, text in cases:
            with pytest.raises(error, match=text):
                apply_set(client, kinds, request(objects, namespace))
    assert seen.writes == []


def test_refused_objects_are_all_named_and_later_phases_not_begun(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    bad = [configmap(f"bad{i}", namespace, a="1") for i in range(2)]
    for obj in bad:
        obj["data"]["in valid"] = "x"
    objects = [*bad, configmap("good", namespace, a="1"), service("late", namespace)]
    with pytest.raises(ApplyError) as caught:
        apply_set(client, kinds, request(objects, namespace))
    assert "bad0" in str(caught.value)
    assert "bad1" in str(caught.value)
    assert actions(caught.value.report)["ConfigMap good"] == "created"
    assert cluster.kubectl("get", "service", "late", "-n", namespace, "--ignore-not-found") == ""


def test_terminating_namespace_is_refused_with_its_blocker(
    access: Access, cluster: Cluster, fresh: str
) -> None:
    client, kinds = access
    stuck = configmap("stuck", fresh)
    stuck["metadata"]["finalizers"] = ["example.com/hold"]
    apply_set(client, kinds, request([namespace_object(fresh), stuck], fresh, name=None))
    cluster.kubectl("delete", "namespace", fresh, "--wait=false")
    try:
        with pytest.raises(ApplyError, match=f"namespace {fresh} is being deleted: .*"):
            apply_set(client, kinds, request([configmap("x", fresh)], fresh, name=None))
    finally:
        cluster.kubectl(
            "patch", "configmap", "stuck", "-n", fresh, "--type=merge",
            "-p", '{"metadata":{"finalizers":null}}',
        )  # fmt: skip


def test_namespace_that_was_there_or_holds_others_is_kept(
    access: Access, cluster: Cluster, namespace: str, fresh: str
) -> None:
    client, kinds = access
    objects = [namespace_object(namespace), namespace_object(fresh), configmap("c", namespace)]
    objects[0]["metadata"]["labels"] = {"istio-injection": "enabled"}
    apply_set(client, kinds, request(objects, namespace))
    apply_set(client, kinds, request([deployment("theirs", fresh)], fresh, name=None))
    report = delete_set(client, kinds, request(None, namespace))
    assert actions(report)[f"Namespace {namespace}"] == "released"
    assert actions(report)[f"Namespace {fresh}"] == "released"
    assert "still runs" in report.warnings[0]
    assert cluster.get("deployment", "theirs", "-n", fresh)["status"]["readyReplicas"] == 1
    assert "istio-injection" not in cluster.get("namespace", namespace)["metadata"]["labels"]


def test_what_istiod_writes_into_webhooks_is_left_alone(
    access: Access, cluster: Cluster, namespace: str
) -> None:
    client, kinds = access
    name = f"w-{namespace}"
    hook = {
        "name": "a.example.com",
        "failurePolicy": "Ignore",
        "clientConfig": {"service": {"name": "none", "namespace": namespace, "path": "/x"}},
        "rules": [
            {"apiGroups": ["demo"], "apiVersions": ["v1"], "operations": ["CREATE"],
             "resources": ["nothing"]},
        ],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }  # fmt: skip
    obj = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [hook],
    }
    apply_set(client, kinds, request([obj], namespace))
    bundle = "LS0tLS1CRUdJTg=="
    patch = (
        f'[{{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"{bundle}"}},'
        '{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Fail"}]'
    )
    try:
        cluster.kubectl(
            "patch", "validatingwebhookconfiguration", name, "--type=json",
            "--field-manager=pilot-discovery", "-p", patch,
        )  # fmt: skip
        assert not apply_set(client, kinds, request([obj], namespace)).changed
        hook["sideEffects"] = "NoneOnDryRun"
        assert apply_set(client, kinds, request([obj], namespace)).changed
        live = cluster.get("validatingwebhookconfiguration", name)["webhooks"][0]
        assert live["failurePolicy"] == "Fail"
        assert live["clientConfig"]["caBundle"] == bundle
    finally:
        delete_set(client, kinds, request(None, namespace))
