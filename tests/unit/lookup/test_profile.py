"""The lookup profile in a play: actions, terms, variables and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lookup.plays import ask
from tests.unit.profile.test_profile import DEFAULT, DEMO
from tests.unit.release.charts import below, chart_files, write_files

LOOKUP = "'meshops.istio.profile'"
ASKED = {
    "of_mesh": f"lookup({LOOKUP})",
    "several": f"query({LOOKUP}, 'default', 'demo', path='components.ingressGateways[0].k8s')",
    "listed": f"query({LOOKUP}, action='list')",
    "list_text": f"lookup({LOOKUP}, action='list', output='text')",
    "matrix": f"lookup({LOOKUP}, action='matrix')",
    "matrix_text": f"lookup({LOOKUP}, 'demo', action='matrix', output='text')",
    "diff": f"query({LOOKUP}, 'demo', action='diff')",
    "diff_text": f"lookup({LOOKUP}, action='diff', other_charts='newer', output='text')",
    "part_of_one": f"query({LOOKUP}, 'default', 'demo', action='diff', path='components.cni')",
    "alike": f"query({LOOKUP}, 'demo', 'demo', action='diff')",
    "yaml": f"lookup({LOOKUP}, 'default', path='values', output='text')",
}
UNNAMED = "charts='unnamed', version='1.31.1'"
REFUSED = {
    "unknown": f"query({LOOKUP}, 'demmo', action='list')",
    "path": f"query({LOOKUP}, 'demo', path='components.pilot.k8s')",
    "neither": f"query({LOOKUP}, 'demo', action='diff', path='values.pilot')",
    "three": f"query({LOOKUP}, 'a', 'b', 'c', action='diff')",
    "other": f"query({LOOKUP}, other_version='1.31.0')",
    "one_release": f"query({LOOKUP}, {UNNAMED}, action='diff', other_version='1.31.0')",
}
WORDS = [
    ("unknown", "no profile 'demmo' in "),
    ("path", "profile demo of 1.31.1 has no spec.components.pilot.k8s"),
    ("neither", "profile default of 1.31.1 has no spec.values.pilot"),
    ("three", "action diff compares two profiles"),
    ("other", "other_version is for action diff only"),
    ("one_release", "is one release, whose charts say no version"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one play gets for all that is asked."""
    folder = tmp_path_factory.mktemp("profile")
    for release, default in (("charts", DEFAULT), ("newer", DEFAULT.replace("warning", "info"))):
        write_files(folder / release / "charts", below("base", chart_files("base", "1.31.1")))
        texts = {"default.yaml": default.encode(), "demo.yaml": DEMO.encode()}
        write_files(folder / release / "profiles", texts)
    write_files(folder / "unnamed" / "charts", below("base", chart_files("base", "1.0.0")))
    variables = {"mesh_charts": "charts", "mesh_profile": "{{ 'de' ~ 'mo' }}"}
    return ask(folder, ASKED, variables, REFUSED)


def test_the_profile_of_the_mesh_is_dumped(answers: dict[str, Any]) -> None:
    document = answers["of_mesh"]
    assert document["kind"] == "IstioOperator"
    assert document["spec"]["values"]["profile"] == "ambient"
    # Whole numbers are whole, not 1.0.
    assert repr(document["spec"]["values"]["global"]["proxy"]["ports"]) == "[3]"


def test_parts_of_several_profiles(answers: dict[str, Any]) -> None:
    first, second = answers["several"]
    assert first["hpaSpec"] == {"maxReplicas": 5}
    assert second == {"resources": {"requests": {"cpu": "10m"}}}


def test_list(answers: dict[str, Any]) -> None:
    assert [item["name"] for item in answers["listed"]] == ["default", "demo"]
    assert all(item["description"] for item in answers["listed"])
    assert answers["list_text"].splitlines()[1].startswith("demo     ")


def test_matrix(answers: dict[str, Any]) -> None:
    off = {"cni": False, "ztunnel": False, "second": False}
    on = {"base": True, "istiod": True, "istio-ingressgateway": True}
    assert answers["matrix"] == {"default": {**on, **off}, "demo": {**on, **off, "cni": True}}
    lines = answers["matrix_text"].splitlines()
    assert lines[0].split() == ["component", "demo"]
    assert ["second", "-"] in [line.split() for line in lines]


def test_differences_are_data(answers: dict[str, Any]) -> None:
    changed = {item["path"]: item["change"] for item in answers["diff"]}
    assert changed["components.cni"] == "added"
    assert changed["values.global.proxy.ports[0]"] == "changed"
    assert changed["values.global.proxy.ports[1]"] == "removed"
    assert answers["alike"] == []
    assert answers["part_of_one"] == [
        {"path": "components.cni", "change": "added", "new": {"enabled": True}}
    ]


def test_differences_of_two_releases_are_a_text(answers: dict[str, Any]) -> None:
    lines = answers["diff_text"].splitlines()
    assert lines[:2] == ["--- demo (1.31.1)", "+++ demo (1.31.1)"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-      logLevel: warning",
        "+      logLevel: info",
    ]


def test_a_part_as_yaml(answers: dict[str, Any]) -> None:
    assert answers["yaml"].startswith("global:\n  proxy:\n    logLevel: warning\n")


@pytest.mark.parametrize(("name", "words"), WORDS)
def test_errors_say_what_is_wrong(answers: dict[str, Any], name: str, words: str) -> None:
    assert answers[name]["failed"]
    assert words in answers[name]["msg"]
