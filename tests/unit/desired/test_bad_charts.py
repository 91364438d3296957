"""What a chart does wrong is told with its file, its line and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.errors import RenderError
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from tests.older.charts import up_to_1_20, write

PLACE = "charts/istio-control/istio-discovery/templates"


def state(folder: Path, template: str = "", **options: Any) -> Any:
    files = up_to_1_20()
    if template:
        files[f"{PLACE}/own.yaml"] = template
    write(folder, files)
    return desired_state({"charts": str(folder), "version": "1.17.8", **options})


@pytest.mark.parametrize(
    ("template", "words", "remedy"),
    [
        (
            "a: 1\n\nb: {{ lookAhead 5 }}\n",
            ["istiod/templates/own.yaml:3", 'function "lookAhead" not defined'],
            "Update the collection",
        ),
        (
            "{{ range 1000000000 }}a{{ end }}\n",
            ["istiod/templates/own.yaml:1:", "does it end?"],
            "take the charts from a source you trust",
        ),
        (
            "a: {{ .Values.pilot.image.name }}\n",
            ["istiod/templates/own.yaml:1:", "can't evaluate field name in type"],
            "Correct mesh_values",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {}}\n",
            ["istiod/templates/own.yaml", "an object ConfigMap without", "metadata.name"],
            "Correct mesh_values",
        ),
        ("apiVersion: v1\nkind: A\nmetadata: []\n", ["own.yaml"], "Correct mesh_values"),
        (
            "apiVersion: v1\nkind: List\nitems: [5]\n",
            ["own.yaml", "an object without apiVersion"],
            "Correct mesh_values",
        ),
        (
            "apiVersion: v1\nkind: A\nmetadata: {name: a}\na: [b\n",
            ["own.yaml"],
            "Correct mesh_values",
        ),
        (
            "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n"
            "apiVersion: v1\nkind: A\nmetadata: {name: a}\n",
            ["Chart istiod makes A istio-system/a twice"],
            "Look for a name given twice",
        ),
    ],
)
def test_a_chart_that_cannot_be_rendered(
    tmp_path: Path, template: str, words: list[str], remedy: str
) -> None:
    with pytest.raises(RenderError) as caught:
        state(tmp_path, template)
    for word in words:
        assert word in caught.value.message
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"global": "text"}, ["templates/", "<.Values.global.", "Correct mesh_values"]),
        ({"pilot": ["a"]}, ["istiod/templates/deployment.yaml:", "<.Values.pilot."]),
        ({"meshConfig": {"rootNamespace": {}}, "pilot": {"env": "x"}}, ["range can't iterate"]),
    ],
)
def test_values_of_the_wrong_type(tmp_path: Path, values: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(RenderError) as caught:
        state(tmp_path, values=values)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"profile": "defalt"}, r"mesh_profile: no profile 'defalt'.*did you mean default\?"),
        ({"components": {"istio": {}}}, r"mesh_components\.istio: no such key; did you mean"),
        (
            {
                "components": {
                    "ingress_gateways": [{"name": "a"}],
                    "egress_gateways": [{"name": "a"}],
                }
            },
            r"egress_gateways\[0\]\.name: 'a' is also the name of .*ingress_gateways\[0\]",
        ),
        ({"jwt_policy": "third"}, r"mesh_jwt_policy: 'third' is not possible; write auto,"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        state(tmp_path, **options)
