"""The lookup control_plane in a play: options, variables, terms, output and errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lookup.plays import ask
from tests.unit.release.charts import below, chart_files, write_files

LOOKUP = "'meshops.istio.control_plane'"
ASKED = {
    "names": f"query({LOOKUP}) | map(attribute='metadata.name')",
    "istiod": f"query({LOOKUP}, 'istiod') | map(attribute='metadata.name')",
    "gateways": f"query({LOOKUP}, 'gateway', 'base', profile='demo') | map(attribute='kind')",
    "text": f"lookup({LOOKUP}, 'members', output='yaml')",
}
REFUSED = {
    "component": f"query({LOOKUP}, 'ingress')",
    "revision": f"query({LOOKUP}, revision='a.b', namespace='C')",
    "charts": f"query({LOOKUP}, charts='/no/such')",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one play gets for all that is asked."""
    folder = tmp_path_factory.mktemp("lookup")
    for name in ("base", "istiod", "cni", "gateway"):
        write_files(folder / "charts", below(name, chart_files(name, "1.31.1")))
        demo = folder / "charts" / name / "files" / "profile-demo.yaml"
        demo.write_text("a: 1\n")
    variables = {
        "mesh_charts": "charts",
        "mesh_revision": "{{ 'ca' ~ 'nary' }}",
        "mesh_members": ["shop"],
    }
    return ask(folder, ASKED, variables, REFUSED)


def test_options_come_from_the_variables_of_the_mesh(answers: dict[str, Any]) -> None:
    gateway = "istio-ingressgateway"
    assert answers["names"] == ["istio-system", "istio-base", "istiod-canary", gateway, "shop"]


def test_terms_choose_by_name_or_kind(answers: dict[str, Any]) -> None:
    assert answers["istiod"] == ["istiod-canary"]
    # In the order of installation, whatever the order of the terms.
    assert answers["gateways"] == ["Namespace", "ConfigMap", "ConfigMap", "ConfigMap"]


def test_yaml_is_one_text(answers: dict[str, Any]) -> None:
    assert answers["text"] == (
        "---\napiVersion: v1\nkind: Namespace\nmetadata:\n"
        "  labels:\n    istio.io/rev: canary\n  name: shop\n"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("component", "no component 'ingress'; it has base, istiod-canary"),
        ("revision", "2 problems in the variables"),
        ("revision", "write a-b"),
        ("charts", "there is no /no/such"),
    ],
)
def test_errors_say_what_to_do(answers: dict[str, Any], name: str, words: str) -> None:
    assert answers[name]["failed"]
    assert words in answers[name]["msg"]
