"""Choosing and running injection templates."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import (
    InjectorConfig,
    injector_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.template import (
    InjectionTemplateError,
    Templates,
    chosen_templates,
)


def _config(**config: Any) -> InjectorConfig:
    return injector_config(config, None, {})


def _chosen(annotation: str | None, defaults: tuple[str, ...] = ("sidecar",)) -> tuple[str, ...]:
    config = _config(aliases={"both": ["sidecar", "extra"], "extra": ["sidecar"]})
    params = Params(
        config=config, mesh_config={}, proxy_config={}, values={}, template_names=defaults
    )
    annotations = {} if annotation is None else {"inject.istio.io/templates": annotation}
    return chosen_templates({"metadata": {"annotations": annotations}}, params)


def test_an_annotation_chooses_and_aliases_stand_for_several() -> None:
    assert _chosen(None) == ("sidecar",)
    assert _chosen(None, ("both",)) == ("sidecar", "extra")
    assert _chosen(" a ,both") == ("a", "sidecar", "extra")
    assert _chosen("") == ("",)


def test_integers_and_floats_of_the_output() -> None:
    templates = Templates({"t": "spec: {a: 5, b: 1.5, c: {{ .x }}}"})
    assert templates.run("t", {"x": "010"}) == {"spec": {"a": 5, "b": 1.5, "c": 8}}
    assert templates.run("t", {"x": "yes"}) == {"spec": {"a": 5, "b": 1.5, "c": True}}
    assert Templates({"t": "# nothing"}).run("t", {}) == {}


def test_a_template_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = Templates({"t": "a: {{ .x }}", "broken": "{{ if }}"})
    assert templates.run("t", {"x": 1}) == {"a": 1}
    monkeypatch.setattr(templates, "texts", {})
    assert templates.run("t", {"x": 2}) == {"a": 2}


def _refusal(text: str, data: Any = None) -> str:
    with pytest.raises(InjectionTemplateError) as caught:
        Templates({"custom": text}).run("custom", {} if data is None else data)
    return str(caught.value)


def test_refusals_name_template_line_and_remedy() -> None:
    message = _refusal("a: 1\nb: {{ nothing }}")
    assert "template custom" in message
    assert "custom:2" in message
    assert '"nothing" not defined' in message
    message = _refusal("a: 1\nb: {{ index .x 5 }}", {"x": []})
    assert "custom:2:6" in message
    assert "index" in message
    assert "Correct the template" in message
    message = _refusal("a: 1\nb: [\nc: 2\n")
    assert "does not give YAML" in message
    assert "c: 2" in message
    assert "gives no mapping" in _refusal("- a")


def test_an_unknown_template_lists_those_that_are_known() -> None:
    with pytest.raises(InjectionTemplateError, match=r"sidecar.*did you mean sidecar") as caught:
        Templates({"sidecar": "", "gateway": ""}).run("sidecars", {})
    assert "gateway or sidecar" in str(caught.value)
    with pytest.raises(InjectionTemplateError, match="none at all"):
        Templates({}).run("sidecar", {})


@pytest.mark.parametrize(
    "text",
    [
        '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}',
        "{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}",
        '{{ range until 1000 }}{{ repeat 1000000 "x" }}{{ end }}',
    ],
)
def test_a_template_without_end_is_stopped(text: str) -> None:
    assert "exceeded" in _refusal(text)


def test_render_runs_a_text_with_the_pods_data() -> None:
    templates = Templates({"t": "a: {{ range .list }}{{ render . }};{{ end }}"})
    data = {"name": "web", "list": ["{{ .name }}.x", "{{", "{{ fail `no` }}", "plain"]}
    assert templates.text("t", data) == "a: web.x;;;plain;"


def test_check_parses_all() -> None:
    templates = Templates({"good": "a: 1", "broken": "{{ if }}"})
    with pytest.raises(InjectionTemplateError, match="broken cannot be parsed"):
        templates.check()
