"""What IstioOperator documents make of charts, and how their mistakes are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests.older.charts import write

CHART = "manifests/charts"
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istiod}\nspec: {template: {spec: "
    "{containers: [{name: discovery, image: a, env: [{name: A, value: b}]}]}}}\n"
)


def state(folder: Path, spec: Any, base: str = "", **options: Any) -> Any:
    files = {
        f"{CHART}/base/Chart.yaml": "apiVersion: v1\nname: base\nversion: 1.31.1\n",
        f"{CHART}/base/values.yaml": "global: {}\n",
        f"{CHART}/base/templates/own.yaml": base,
        f"{CHART}/istio-control/istio-discovery/Chart.yaml": (
            "apiVersion: v1\nname: istiod\nversion: 1.31.1\n"
        ),
        f"{CHART}/istio-control/istio-discovery/values.yaml": "global: {}\n",
        f"{CHART}/istio-control/istio-discovery/templates/own.yaml": DEPLOYMENT,
        "manifests/profiles/default.yaml": (
            "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  components:\n"
            "    base: {enabled: true}\n    pilot: {enabled: true}\n"
            "    ingressGateways: [{name: a, enabled: false}]\n"
        ),
    }
    write(folder, files)
    document = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec}
    given = {"charts": str(folder), "version": "1.31.1", "operator": document, **options}
    return desired_state(given)


def pilot(*overlays: Any, **settings: Any) -> dict[str, Any]:
    return {"components": {"pilot": {"k8s": {"overlays": list(overlays), **settings}}}}


def overlay(*patches: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "name": "istiod", "patches": list(patches)}


def refused(folder: Path, spec: Any, base: str = "", **options: Any) -> str:
    with pytest.raises(MeshError) as caught:
        state(folder, spec, base, **options)
    return str(caught.value)


def test_null_overlays_and_patches_do_nothing(tmp_path: Path) -> None:
    made = state(tmp_path, pilot(None, overlay(None)))
    assert [item["metadata"]["name"] for item in made.objects if item["kind"] == "Deployment"] == [
        "istiod"
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata", None),
        ("metadata", "x"),
        ("kind", None),
        ("metadata.name", ["a"]),
        ("metadata.namespace", ["a"]),
        ("metadata.labels", "a"),
        ("metadata.labels.a", {"b": "c"}),
    ],
)
def test_an_overlay_must_leave_an_object(tmp_path: Path, path: str, value: Any) -> None:
    text = refused(
        tmp_path, pilot(overlay({"path": "spec.a", "value": 1}, {"path": path, "value": value}))
    )
    assert "components.pilot.k8s.overlays[0].patches[1]" in text
    assert f"path {path} leaves no usable object of Deployment istiod" in text
    assert "or remove the patch" in text


def test_a_later_patch_may_repair_the_object(tmp_path: Path) -> None:
    mended = {"path": "metadata", "value": {"name": "istiod"}}
    made = state(tmp_path, pilot(overlay({"path": "metadata", "value": "x"}, mended)))
    assert any(item["metadata"]["name"] == "istiod" for item in made.objects)


def test_a_null_item_is_named(tmp_path: Path) -> None:
    text = refused(tmp_path, pilot(env=[{"name": "B", "value": "c"}, None]))
    assert "components.pilot.k8s.env[1]: is null" in text
    assert "remove the item or write it out" in text


@pytest.mark.parametrize(
    "template",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: null\n",
        "apiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: v1\nkind: 3\nmetadata: {name: a}\n",
        "kind: ConfigMap\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 3}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: [x]}\n",
        "apiVersion: v1\nkind: List\nitems: 5\n",
    ],
)
@pytest.mark.parametrize("operator", [True, False])
def test_a_chart_must_make_objects(tmp_path: Path, template: str, operator: bool) -> None:
    options = {} if operator else {"operator": None}
    text = refused(tmp_path, {}, template, **options)
    assert "base/templates/own.yaml: makes" in text


def test_a_list_is_taken_apart(tmp_path: Path) -> None:
    item = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}"
    made = state(tmp_path, {}, f"apiVersion: v1\nkind: List\nitems: [{item}]\n")
    assert [it["metadata"]["name"] for it in made.objects if it["kind"] == "ConfigMap"] == ["x"]


@pytest.mark.parametrize(
    ("spec", "template", "words"),
    [
        (
            {"unvalidatedValues": {"global": 3}},
            "{{ .Values.global.profile }}",
            ["spec.unvalidatedValues.global: ", "charts/base)", "Correct this value"],
        ),
        (
            {"compatibilityVersion": "9.9"},
            '{{ fail "unknown version 9.9" }}',
            ["spec.compatibilityVersion: ", "unknown version 9.9"],
        ),
        (
            {},
            '{{ fail "no" }}',
            ["Correct values, unvalidatedValues", "components.base in mesh_op"],
        ),
        ({}, "{{ foobar }}", ["charts/base)", "Update the collection"]),
        ({}, "{{ until 100000000 }}", ["take the charts from a source you trust"]),
    ],
)
def test_a_chart_that_fails(tmp_path: Path, spec: Any, template: str, words: list[str]) -> None:
    text = refused(tmp_path, spec, template)
    for word in words:
        assert word in text


def test_namespaces_that_cannot_be(tmp_path: Path) -> None:
    text = refused(tmp_path, {"values": {"global": {"istioNamespace": "Bad_NS"}}})
    assert "spec.values.global.istioNamespace: 'Bad_NS' has the character 'B'" in text
    gateway = {"name": "a", "enabled": True, "namespace": "Bad NS"}
    text = refused(tmp_path, {"components": {"ingressGateways": [gateway]}})
    assert "ingressGateways[0].namespace: 'Bad NS' has the character" in text


def test_install_package_path(tmp_path: Path) -> None:
    made = state(tmp_path, {"installPackagePath": "/nonexistent"})
    assert "spec.installPackagePath: has no effect" in made.warnings[0]
    assert str(tmp_path) in made.warnings[0]
    text = refused(tmp_path, {"installPackagePath": "/nonexistent"}, charts="")
    assert "mesh_operator.spec.installPackagePath: there is no /nonexistent" in text


def test_an_overlay_for_an_object_of_the_installation(tmp_path: Path) -> None:
    """It is not patched, as by istioctl install, and the warning says whose object it is."""
    validator = (
        "{{ if .Values.defaultRevision }}\napiVersion: admissionregistration.k8s.io/v1\n"
        "kind: ValidatingWebhookConfiguration\nmetadata: {name: istiod-default-validator}\n"
        "{{ end }}\n"
    )
    patch = {"path": "metadata.labels.own", "value": "yes"}
    kind = "ValidatingWebhookConfiguration"
    wanted = {"kind": kind, "name": "istiod-default-validator", "patches": [patch]}
    spec = {"components": {"base": {"k8s": {"overlays": [wanted]}}}}
    made = state(tmp_path, spec, validator)
    (found,) = [item for item in made.objects if item["kind"] == kind]
    assert "labels" not in found["metadata"]
    assert "added for an installation" in made.warnings[0]
    assert "like istioctl install" in made.warnings[0]
