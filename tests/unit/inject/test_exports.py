"""The injector's configuration from exported texts, files and ConfigMaps; terms of the lookup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.exports import from_exports
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.terms import read_terms
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

_TEXTS = {"config": "templates: {}\npolicy: enabled\n", "values": "{}", "mesh": "a: 1\n"}


def _config_map(name: str, *keys: str) -> dict[str, Any]:
    data = {key: _TEXTS[key] for key in keys}
    return {"kind": "ConfigMap", "metadata": {"name": name}, "data": data}


_INJECTOR = _config_map("istio-sidecar-injector", "config", "values")
_MESH = _config_map("istio", "mesh")


def _parts(source: Source) -> dict[str, str]:
    return {name: getattr(source, name) for name in _TEXTS}


@pytest.mark.parametrize(
    "options",
    [
        {
            "injector_config": _TEXTS["config"],
            "injector_values": "{}",
            "injector_mesh_config": "a: 1\n",
        },
        {"injector_config": _INJECTOR, "injector_mesh_config": _MESH},
        {"injector_config": [_INJECTOR, {"kind": "Secret"}, _MESH]},
        {"injector_config": {"kind": "List", "items": [_MESH, _INJECTOR]}},
        {"injector_config": json.dumps({"kind": "List", "items": [_MESH, _INJECTOR]})},
        {"injector_config": "file", "injector_values": "{}", "injector_mesh_config": _MESH},
    ],
)
def test_forms(options: dict[str, Any]) -> None:
    files = {"file": _TEXTS["config"]}
    assert _parts(from_exports(options, files.__getitem__)) == _TEXTS


def test_an_option_of_its_own_counts_more() -> None:
    options = {
        "injector_config": _INJECTOR,
        "injector_values": {"global": {}},
        "injector_mesh_config": _MESH,
    }
    assert from_exports(options, str).values == '{"global": {}}'


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"injector_config": _INJECTOR}, "injector_mesh_config is missing.*key mesh"),
        ({"injector_config": {"kind": "ConfigMap", "data": {"x": "y"}}}, "has no key config nor"),
        ({"injector_config": 5}, "injector_config is a int"),
    ],
)
def test_what_is_missing_or_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(MeshError, match=message):
        from_exports(options, str)


_SOURCE = Source("", "", "", "test")


@pytest.mark.parametrize(
    ("known", "native"),
    [
        ({}, False),
        ({"kube_version": "v1.33.1"}, True),
        ({"kube_version": "1.32"}, False),
        ({"kube_version": "1.34", "version": "1.26.8"}, False),
        ({"kube_version": "1.34", "version": "1.27.0"}, True),
        ({"environment": {"ENABLE_NATIVE_SIDECARS": "true"}}, True),
        ({"environment": {"ENABLE_NATIVE_SIDECARS": "false"}, "kube_version": "1.34"}, False),
    ],
)
def test_native_sidecars(known: dict[str, Any], native: bool) -> None:
    source = Source("", "", "", "test", **known)
    assert source.native_sidecars is native


def test_terms(tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text("kind: A\n---\nkind: B\n")
    terms = [
        "web.yaml",
        "apiVersion: v1\nkind: C\n",
        '{"kind": "D"}',
        {"kind": "E", "metadata": {"name": "e"}},
        [{"kind": "F"}, [{"kind": "G"}]],
        {"waypoint": {"name": "w", "for": "all"}},
    ]
    documents = read_terms(terms, lambda name: str(tmp_path / name))
    kinds = [document.value["kind"] for document in documents]
    assert kinds == ["A", "B", "C", "D", "E", "F", "G", "Gateway"]
    assert [document.where for document in documents[:5]] == [
        "web.yaml",
        "web.yaml, line 3",
        "term 2",
        "term 3",
        "term 4 (E e)",
    ]


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("nothing.yaml", "term 1: there is no file nothing.yaml"),
        ("", "term 1 is empty"),
        (5, "term 1 is 5"),
        ({"waypoint": {"nmae": "x"}}, "a waypoint has no 'nmae'; did you mean name"),
        ({"waypoint": {"name": "none"}}, "cannot be called none"),
        ({"waypoint": {"for": "pods"}}, "for is 'pods'.*all, none, service or workload"),
        ({"a": {1: 2}}, "term 1.a: has the key 1"),
    ],
)
def test_bad_terms(term: Any, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        read_terms([term], lambda _name: None)
