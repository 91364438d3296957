"""The lookup gateway in a play: terms, options, variables and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lookup.plays import ask
from tests.unit.release.charts import below, chart_files, write_files

CHART = b"""
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{ toJson (.Values.labels | default dict) }}
spec:
  type: {{ dig "type" "LoadBalancer" (.Values.service | default dict) }}
  ports: {{ toJson (dig "ports" list (.Values.service | default dict)) }}
  replicas: {{ .Values.replicas | default 1 }}
  revision: {{ .Values.revision | default "none" }}
"""
LOOKUP = "'meshops.istio.gateway'"
ASKED = {
    "all": f"query({LOOKUP}) | map(attribute='metadata')",
    "named": f"query({LOOKUP}, 'public', values={{'replicas': 5}}, service_type='ClusterIP')",
    "elsewhere": f"query({LOOKUP}, 'out/twin') | map(attribute='metadata.namespace')",
    "new": f"query({LOOKUP}, 'publik', kind='egress', namespace='net', ports=[{{'port': 1}}])",
    "described": (
        f"query({LOOKUP}, {{'name': 'a', 'egress': true, 'values': {{'replicas': 7}}}},"
        " {'name': 'b', 'namespace': 'n', 'service_type': 'NodePort', 'labels': {'x': 'y'}},"
        " {'name': 'c', 'enabled': false}, values={'replicas': 5}, labels={'z': 'z'})"
    ),
    "text": f"lookup({LOOKUP}, 'public', output='yaml')",
}
REFUSED = {
    "twice": f"query({LOOKUP}, {{'name': 'a'}}, {{'name': 'a'}})",
    "again": f"query({LOOKUP}, 'public', 'public')",
    "off": f"query({LOOKUP}, 'resting')",
    "misspelt": f"query({LOOKUP}, {{'name': 'a', 'namspace': 'b', 'kind': 'both'}})",
    "ports": f"query({LOOKUP}, 'a', ports=[{{'name': 'x'}}])",
    "number": f"query({LOOKUP}, 7)",
    "service": f"query({LOOKUP}, {{'name': 'a', 'service_type': 'nodeport'}})",
    "contradiction": f"query({LOOKUP}, {{'name': 'a', 'egress': true, 'kind': 'ingress'}})",
}
WORDS = [
    ("twice", "'a' is also the name of _terms[0], in the same namespace"),
    ("again", "'public' is also the name of _terms[0]"),
    ("off", "gateway 'resting' is turned off in components; set its enabled to true"),
    ("misspelt", "_terms[0].namspace: no such key; did you mean namespace?"),
    ("ports", "failed: ports[0].port: is missing"),
    ("number", "_terms[0]: must be text, is a number: 7"),
    ("service", "_terms[0].service_type: 'nodeport' is not possible; write LoadBalancer"),
    ("contradiction", "_terms[0].egress: contradicts kind 'ingress'"),
]
VARIABLES = {
    "mesh_charts": "charts",
    "mesh_namespace": "mesh",
    "mesh_revision": "{{ 'ca' ~ 'nary' }}",
    "mesh_components": {
        "ingress_gateways": [
            {"name": "public", "namespace": "edge", "values": {"replicas": 2}},
            {"name": "twin", "revision": "old"},
            {"name": "resting", "enabled": False},
        ],
        "egress_gateways": [{"name": "twin", "namespace": "out"}],
    },
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one play gets for all that is asked."""
    folder = tmp_path_factory.mktemp("gateway")
    for name in ("base", "istiod", "gateway"):
        files = chart_files(name, "1.31.1")
        if name == "gateway":
            files["templates/a.yaml"] = CHART
        write_files(folder / "charts", below(name, files))
    return ask(folder, ASKED, VARIABLES, REFUSED)


def test_without_terms_it_is_every_gateway_of_the_mesh(answers: dict[str, Any]) -> None:
    places = [(item["namespace"], item["name"]) for item in answers["all"]]
    assert places == [("edge", "public"), ("mesh", "twin"), ("out", "twin")]


def test_arguments_come_over_a_gateway_of_the_mesh(answers: dict[str, Any]) -> None:
    (service,) = answers["named"]
    assert service["metadata"]["namespace"] == "edge"
    assert service["spec"] == {
        "type": "ClusterIP",
        "ports": [],
        "replicas": 5,
        "revision": "canary",
    }


def test_a_namespace_tells_two_of_one_name_apart(answers: dict[str, Any]) -> None:
    assert answers["elsewhere"] == ["out"]


def test_an_unknown_name_is_a_new_gateway_and_a_near_one_a_warning(answers: dict[str, Any]) -> None:
    (service,) = answers["new"]
    assert service["metadata"] == {"name": "publik", "namespace": "net", "labels": {}}
    assert service["spec"]["type"] == "ClusterIP"
    assert service["spec"]["ports"] == [{"port": 1}]
    assert "did you mean public?" in " ".join(answers["output"].split())


def test_a_dictionary_comes_over_the_arguments(answers: dict[str, Any]) -> None:
    first, second = answers["described"]
    assert first["metadata"] == {"name": "a", "namespace": "mesh", "labels": {"z": "z"}}
    assert (first["spec"]["type"], first["spec"]["replicas"]) == ("ClusterIP", 7)
    assert second["metadata"] == {"name": "b", "namespace": "n", "labels": {"x": "y", "z": "z"}}
    assert (second["spec"]["type"], second["spec"]["replicas"]) == ("NodePort", 5)


def test_yaml_is_one_text(answers: dict[str, Any]) -> None:
    assert answers["text"].startswith("---\napiVersion: v1\nkind: Service\n")


@pytest.mark.parametrize(("name", "words"), WORDS)
def test_errors_say_where_and_what(answers: dict[str, Any], name: str, words: str) -> None:
    assert answers[name]["failed"]
    assert words in answers[name]["msg"]
