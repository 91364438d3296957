"""What helm does not show: objects, errors with their place, determinism, charts left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import (
    HelmError,
    RenderError,
    ValuesError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart, load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import Rendered, render
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    as_go_values,
    copy_tree,
    merge_values,
    read_values,
)
from tests.differential.helm_made_charts import CHARTS, write


def made(extra: str = "", **templates: str) -> Chart:
    files = {f"templates/{name}.yaml": text.encode() for name, text in templates.items()}
    files["Chart.yaml"] = f"apiVersion: v2\nname: made\nversion: 1.0.0\n{extra}".encode()
    return load_files(files, "made")


def rendered(chart: Chart, **values: Any) -> Rendered:
    return render(chart, Release("rel", "ns"), values)


def test_objects_keep_integers() -> None:
    one = rendered(
        made(a="kind: Service\nmetadata: {name: s}\nspec: {port: 80, f: 1.5, d: 2024-01-01}")
    )
    assert one.manifests[0].object == {
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"port": 80, "f": 1.5, "d": "2024-01-01"},
    }
    assert isinstance(one.manifests[0].object["spec"]["port"], int)


def test_comment_has_no_object() -> None:
    (only,) = rendered(made(a="# nothing here")).manifests
    assert (only.kind, only.object, only.text) == ("", None, "# nothing here")


def test_crds_hooks_and_notes(tmp_path: Path) -> None:
    write(CHARTS["kinds"], tmp_path)
    result = render(load_chart(tmp_path), Release("rel"), {})
    assert [path for path, _text in result.crds] == ["kinds/crds/a.yaml", "kinds/crds/b.yaml"]
    hooks = [one for one in result.manifests if one.hook_events]
    assert [(one.name, one.hook_events, one.hook_weight) for one in hooks] == [
        ("t", ("test",), 0),
        ("h", ("pre-install", "post-upgrade"), -5),
    ]
    assert result.manifests[-len(hooks) :] == hooks
    write(CHARTS["parent"], tmp_path / "p")
    assert render(load_chart(tmp_path / "p"), Release("rel"), {}).notes == "Notes of rel parent"


def test_error_names_chart_template_line_and_chain() -> None:
    chart = made(
        a='\n{{ define "inner" }}{{ .Values.a.b.c }}{{ end }}\n{{ define "outer" }}\n'
        '{{ include "inner" . }}{{ end }}\nx: {{ include "outer" . }}'
    )
    with pytest.raises(RenderError) as refusal:
        rendered(chart, a={})
    error = refusal.value
    assert (error.chart, error.template, error.line) == ("made", "made/templates/a.yaml", 5)
    assert [part.split(" in ")[1].split(":")[0] for part in error.chain] == [
        "'made/templates/a.yaml'",
        "'outer'",
        "'inner'",
    ]
    assert "nil pointer evaluating interface {}.c" in str(error)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nosuch }}", 'function "nosuch" not defined'),
        ("a\n{{ if }}", "parse error at (made/templates/b.yaml:2)"),
        ('{{ fail "no way" }}', "execution error at (made/templates/b.yaml:1:3): no way"),
        ("a: b: c", "YAML parse error on made/templates/b.yaml"),
        ('{{ genPrivateKey "rsa" }}', "genPrivateKey is not available"),
        ("{{ now }}", "now is not available"),
    ],
)
def test_no_half_charts(template: str, why: str) -> None:
    with pytest.raises(RenderError) as refusal:
        rendered(made(a="kind: ConfigMap", b=template))
    assert why in str(refusal.value)
    assert "chart made" in str(refusal.value)


def test_schema_errors_have_paths(tmp_path: Path) -> None:
    write(CHARTS["schema"], tmp_path)
    with pytest.raises(ValuesError, match="schema:\n- at '/d/x': got number, want string or null"):
        render(load_chart(tmp_path), Release("rel"), {"d": {"x": 1}})


def test_kube_version() -> None:
    chart = made("kubeVersion: '>=1.99'\n", a="x: 1")
    with pytest.raises(RenderError, match=r"requires kubeVersion: >=1\.99"):
        rendered(chart)
    assert render(chart, Release("r"), {}, Capabilities("1.99.1")).manifests
    with pytest.raises(HelmError, match="no version"):
        render(chart, Release("r"), {}, Capabilities("latest"))


@pytest.mark.parametrize("name", ["", "Upper", "a" * 54, "under_score", "-x"])
def test_release_names(name: str) -> None:
    with pytest.raises(HelmError, match="release name"):
        render(made(a="x: 1"), Release(name), {})


def test_random_texts_are_the_same_each_time_and_differ_between_releases() -> None:
    chart = made(a="a: {{ randAlphaNum 12 }} {{ randAlphaNum 12 }} {{ uuidv4 }} {{ randInt 1 9 }}")
    first = render(chart, Release("one"), {}).text()
    words = first.split()
    assert len(words[-4]) == 12
    assert words[-4] != words[-3]
    assert render(chart, Release("one"), {}).text() == first
    assert render(chart, Release("two"), {}).text() != first


def test_chart_and_values_are_left_as_they_were(tmp_path: Path) -> None:
    write(CHARTS["parent"], tmp_path)
    chart = load_chart(tmp_path)
    values = {"m": {"x": None}, "child": {"enabled": True, "more": {"a": None}}}
    before = copy_tree(values), copy_tree(chart.values), [c.name for c in chart.dependencies]
    first = render(chart, Release("rel"), values).text()
    assert (values, chart.values, [c.name for c in chart.dependencies]) == before
    assert render(chart, Release("rel"), values).text() == first


def test_values_from_inventory() -> None:
    assert as_go_values({"a": 1, "b": (True, None, "x")}) == {"a": 1.0, "b": [True, None, "x"]}
    assert isinstance(as_go_values(1), float)
    with pytest.raises(ValuesError, match="type object"):
        as_go_values({"a": object()})
    with pytest.raises(ValuesError, match=r"v\.yaml: .*line 1"):
        read_values("a: [", "v.yaml")
    with pytest.raises(ValuesError, match="must be a map"):
        read_values("- a", "v.yaml")


def test_overlays() -> None:
    one = {"a": {"x": 1, "y": [1]}, "b": 1}
    two = {"a": {"y": [2], "z": None}, "b": {"c": 1}}
    assert merge_values(one, two) == {"a": {"x": 1, "y": [2], "z": None}, "b": {"c": 1}}
    assert one == {"a": {"x": 1, "y": [1]}, "b": 1}
