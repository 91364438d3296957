"""The injector's configuration."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
)

CONFIG = """
policy: enabled
defaultTemplates: [a, b]
aliases: {both: [a, b]}
neverInjectSelector:
- matchLabels: {x: "y"}
alwaysInjectSelector: null
injectedAnnotations: {k: v}
template: "{{ Template_Version_And_Istio_Version_Mismatched_Check_Installation }}"
templates:
  a: |
    metadata: {}
"""
VALUES = '{"global": {"hub": "h", "tag": 1.31, "port": 15020, "logAsJson": true}}'


def test_what_the_texts_of_the_config_maps_hold() -> None:
    config = injector_config(CONFIG, "rootNamespace: mesh", VALUES)
    assert config.policy == "enabled"
    assert config.default_templates == ("a", "b")
    assert config.aliases == {"both": ("a", "b")}
    assert config.never_inject_selector == ({"matchLabels": {"x": "y"}},)
    assert config.always_inject_selector == ()
    assert config.injected_annotations == {"k": "v"}
    assert config.templates.names == ("a",)
    assert config.mesh_config["rootNamespace"] == "mesh"
    assert config.mesh_config["trustDomain"] == "cluster.local"
    assert config.values["global"]["hub"] == "h"


@pytest.mark.parametrize("values", [VALUES, "global: {hub: h, tag: 1.31, port: 15020}"])
def test_templates_see_numbers_of_the_values_as_floats(values: str) -> None:
    port = injector_config(CONFIG, None, values).values_map["global"]["port"]
    assert (port, type(port)) == (15020.0, float)


def test_values_that_are_data_already() -> None:
    config = injector_config({}, None, {"global": {"port": 5, "on": True, "list": [1]}})
    found = config.values_map["global"]
    assert [type(found["port"]), found["on"], type(found["list"][0])] == [float, True, float]


def test_defaults() -> None:
    config = injector_config("policy: disabled", "", "{}")
    assert config.default_templates == ("sidecar",)
    assert config.templates.names == ()
    assert config.values_map == {}


def test_defaults_of_the_mesh_are_those_of_the_release() -> None:
    old = injector_config({}, None, {}, release=(1, 17))
    assert old.mesh_config["defaultConfig"]["concurrency"] == 2
    assert "concurrency" not in injector_config({}, None, {}).mesh_config["defaultConfig"]


def test_all_problems_are_named() -> None:
    config: dict[str, Any] = {
        "policy": True,
        "defaultTemplates": "sidecar",
        "templates": {"a": ["x"]},
        "aliases": {"b": "a"},
        "neverInjectSelector": ["x"],
        "injectedAnnotations": [],
    }
    with pytest.raises(InputError) as caught:
        injector_config(config, None, {}, where="exported")
    assert [problem.where for problem in caught.value.problems] == [
        "exported: config: templates.a",
        "exported: config: policy",
        "exported: config: defaultTemplates",
        "exported: config: aliases.b",
        "exported: config: neverInjectSelector[0]",
        "exported: config: injectedAnnotations",
    ]


@pytest.mark.parametrize(
    ("config", "mesh", "values", "expected"),
    [
        ("", None, "{}", "config is empty"),
        ("- a", None, "{}", "config is no mapping"),
        ("a: b: c", None, "{}", "config is not YAML"),
        ("{}", None, "null", "values is empty"),
        ("{}", None, "{", "values is not YAML"),
        ("{}", "a: b: c", "{}", "mesh"),
        ("{}", "defaultConfig: 5", "{}", "mesh.defaultConfig"),
        ("{}", None, "global: 5", "values.global"),
    ],
)
def test_bad_texts_are_named(config: str, mesh: str | None, values: str, expected: str) -> None:
    with pytest.raises(MeshError, match=expected.replace(".", r"\.")):
        injector_config(config, mesh, values)
