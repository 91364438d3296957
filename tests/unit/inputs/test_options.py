"""Options are checked all at once, and each problem says where it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import check_options
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError

GATEWAYS = "mesh_components.ingress_gateways"


def problems(options: dict[str, Any]) -> dict[str, str]:
    """Path -> the problem in full."""
    return {problem.where: str(problem) for problem in check_options(options)}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"version": "1.31.1", "charts": "/charts", "revision": "1-31-1"},
        {
            "version": "1.31.1-rc.0",
            "tag": "1.31.1-distroless",
            "hub": "registry.example:5000/istio",
        },
        {"charts": {"source": "/charts.tgz", "digest": "sha256:" + "0" * 64}},
        {"values": {"pilot": {"resources": {"requests": {"cpu": "500m", "memory": None}}}}},
        {"values": [{"a": 1}, {"b": 2}], "mesh_config": {"accessLogFile": "/dev/stdout"}},
        {"components": {"cni": {"enabled": False}, "ztunnel": {"enabled": "no"}}},
        {"components": {"ingress_gateways": [{"name": "a"}, {"name": "a", "namespace": "b"}]}},
        {"members": ["shop", "default", {"name": "bank", "injection": "ambient"}]},
        {"members": [{"name": "istio-system", "injection": "none"}]},
        {"members": [{"name": "shop", "revision": "default"}]},
        {"revision": "canary", "values": {"revision": "canary", "profile": "default"}},
        {
            "components": {
                "ingress_gateways": [{"name": "a", "revision": "b", "values": {"revision": "b"}}]
            }
        },
        {"version": None, "components": None, "members": None, "values": None},
    ],
)
def test_sensible_options_pass(options: dict[str, Any]) -> None:
    assert check_options(options) == []


@pytest.mark.parametrize(
    ("options", "where", "words"),
    [
        ({"profil": "demo"}, "profil", "did you mean profile?"),
        ({"version": 1.31}, "mesh_version", "must be text, is a number: 1.31; quote it"),
        ({"version": "v1.31.1"}, "mesh_version", "begins with a v"),
        ({"version": "1.31"}, "mesh_version", "'1.31' is a minor version, not a release"),
        ({"version": "latest"}, "mesh_version", "'latest' is no version"),
        ({"revision": "1.31.1"}, "mesh_revision", "character '.'"),
        ({"revision": "1.31.1"}, "mesh_revision", "write 1-31-1"),
        ({"revision": "default"}, "mesh_revision", "names the control plane without a revision"),
        ({"revision": "-a"}, "mesh_revision", "begin and end with a letter or digit"),
        ({"revision": "a" * 47}, "mesh_revision", "47 characters, at most 46"),
        ({"namespace": "Istio"}, "mesh_namespace", "character 'I'"),
        ({"namespace": "kube-system"}, "mesh_namespace", "belongs to the platform"),
        ({"hub": "https://docker.io/istio"}, "mesh_hub", "has a scheme"),
        ({"hub": "docker io"}, "mesh_hub", "no address of images"),
        ({"tag": "a:b"}, "mesh_tag", "no image tag"),
        ({"charts": {"digest": "sha256:12"}}, "mesh_charts.digest", "64 hexadecimal digits"),
        ({"charts": {"digest": "sha256:12"}}, "mesh_charts.source", "is missing"),
        ({"charts": ["/charts"]}, "mesh_charts", "must be text, is a list"),
        ({"values": ["a"]}, "mesh_values[0]", "must be a mapping, is text"),
        ({"values": {"revision": "b"}}, "mesh_values.revision", "set mesh_revision instead"),
        ({"values": [{}, {"profile": "demo"}]}, "mesh_values[1].profile", "set mesh_profile"),
        (
            {"values": {"global": {"istioNamespace": "mesh"}}},
            "mesh_values.global.istioNamespace",
            "set mesh_namespace instead",
        ),
        (
            {"values": {"pilot": {"resources": {"limits": {"memory": "512MB"}}}}},
            "mesh_values.pilot.resources.limits.memory",
            "'512MB' is no quantity; write it as",
        ),
        ({"values": {"defaults": {}}}, "mesh_values.defaults", "charts' own making"),
        ({"mesh_config": "x"}, "mesh_config", "must be a mapping"),
        ({"components": {"ingress": []}}, "mesh_components.ingress", "ingress_gateways?"),
        (
            {"components": {"istiod": {"namespace": "a"}}},
            "mesh_components.istiod.namespace",
            "no such key; possible are enabled or values",
        ),
        ({"components": {"cni": {"enabled": "maybe"}}}, "mesh_components.cni.enabled", "'maybe'"),
        ({"components": {"ingress_gateways": [{}]}}, f"{GATEWAYS}[0].name", "is missing"),
        (
            {"components": {"ingress_gateways": [{"name": "a" * 54}]}},
            f"{GATEWAYS}[0].name",
            "54 characters, at most 53",
        ),
        (
            {"components": {"ingress_gateways": [{"name": "a"}, {"name": "a.b"}]}},
            f"{GATEWAYS}[1].name",
            "character '.'",
        ),
        (
            {
                "components": {
                    "ingress_gateways": [{"name": "a"}],
                    "egress_gateways": [{"name": "a"}],
                }
            },
            "mesh_components.egress_gateways[0].name",
            f"also the name of {GATEWAYS}[0]",
        ),
        (
            {
                "namespace": "mesh",
                "components": {
                    "ingress_gateways": [{"name": "a"}, {"name": "a", "namespace": "mesh"}]
                },
            },
            f"{GATEWAYS}[1].name",
            "in the same namespace",
        ),
        (
            {"components": {"ingress_gateways": [{"name": "a", "labels": {"x": 1}}]}},
            f"{GATEWAYS}[0].labels.x",
            "must be text, is a number",
        ),
        ({"members": "shop"}, "mesh_members", "must be a list, is text"),
        ({"members": ["kube-system"]}, "mesh_members[0].name", "never injects there"),
        ({"members": ["a", "a"]}, "mesh_members[1].name", "already mesh_members[0]"),
        ({"members": ["istio-system"]}, "mesh_members[0]", "control plane's own namespace"),
        (
            {"members": [{"name": "a", "injection": "yes"}]},
            "mesh_members[0].injection",
            "write enabled, disabled, ambient or none",
        ),
        (
            {"members": [{"name": "a", "injection": "none", "revision": "b"}]},
            "mesh_members[0].revision",
            "no meaning with injection: none",
        ),
        (
            {"members": [{"name": "a", "labels": {"-": "b"}}]},
            "mesh_members[0].labels.-",
            "label key",
        ),
        (
            {"members": [{"name": "a", "label": {}}]},
            "mesh_members[0].label",
            "did you mean labels?",
        ),
    ],
)
def test_each_problem_names_its_place_and_remedy(
    options: dict[str, Any], where: str, words: str
) -> None:
    found = problems(options)
    assert where in found
    assert words in found[where]


def test_all_problems_are_told_at_once() -> None:
    options = {
        "revision": "1.31",
        "namespace": "Mesh",
        "members": ["a", "A", {"name": "b", "x": 1}],
        "components": {"cni": {"enable": True}},
    }
    with pytest.raises(InputError) as caught:
        MeshSpec.from_options(options)
    assert [problem.where for problem in caught.value.problems] == [
        "mesh_revision",
        "mesh_namespace",
        "mesh_components.cni.enable",
        "mesh_members[1].name",
        "mesh_members[2].x",
    ]
    assert str(caught.value).startswith("5 problems in the variables:\n  - mesh_revision: ")


def test_prefix_is_that_of_the_caller() -> None:
    (problem,) = check_options({"revision": "a.b"}, prefix="")
    assert problem.where == "revision"


def test_what_json_cannot_hold_is_refused_with_its_path() -> None:
    options = {"values": {"a": [{"when": date(2026, 11, 21)}], 8080: "x"}}
    with pytest.raises(InputError) as caught:
        MeshSpec.from_options(options)
    text = str(caught.value)
    assert "mesh_values.a[0].when: is a date (2026-11-21)" in text
    assert "mesh_values: has the key 8080, which YAML reads as int; quote it" in text
