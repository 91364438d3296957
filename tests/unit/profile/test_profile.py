"""Profiles of a release: names, merging, places in them, components, differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.catalog import Catalog
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.diff import (
    NOTHING,
    changes,
    unified,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.matrix import (
    as_text,
    components,
    filled,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.paths import parts_of, pick
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.unit.release.charts import below, chart_files, write_files

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"
DEFAULT = f"""{HEAD}metadata:
  namespace: istio-system
spec:
  components:
    base: {{enabled: true}}
    pilot: {{enabled: true}}
    ingressGateways:
    - name: istio-ingressgateway
      enabled: true
      k8s: {{hpaSpec: {{maxReplicas: 5}}, env: [{{name: A, value: a}}]}}
  values:
    global: {{proxy: {{logLevel: warning, ports: [1, 2]}}}}
"""
DEMO = f"""{HEAD}spec:
  components:
    cni: {{enabled: true}}
    ingressGateways:
    - name: istio-ingressgateway
      k8s: {{resources: {{requests: {{cpu: 10m}}}}}}
    - name: second
      enabled: false
  values:
    profile: ambient
    global: {{platform: openshift, proxy: {{ports: [3]}}}}
"""


def catalog(folder: Path, version: str = "1.31.1", files: bool = True) -> Catalog:
    for name in ("base", "istiod"):
        write_files(folder / "charts", below(name, chart_files(name, version)))
    if files:
        texts = {"default.yaml": DEFAULT.encode(), "demo.yaml": DEMO.encode()}
        write_files(folder / "profiles", texts)
    return Catalog(load_release(folder, version=version))


def test_a_profile_is_merged_onto_the_default_one(tmp_path: Path) -> None:
    document = catalog(tmp_path).document("demo", "profile")
    assert document["metadata"] == {"namespace": "istio-system"}
    assert document["spec"]["hub"] == "docker.io/istio"
    assert document["spec"]["tag"] == "1.31.1"
    assert document["spec"]["values"] == {
        "profile": "ambient",
        "global": {"platform": "openshift", "proxy": {"logLevel": "warning", "ports": [3]}},
    }
    resources = {"resources": {"requests": {"cpu": "10m"}}}
    assert document["spec"]["components"]["ingressGateways"] == [
        {"name": "istio-ingressgateway", "k8s": resources},
        {"name": "second", "enabled": False},
    ]


def test_before_1_24_gateways_are_merged_by_their_names(tmp_path: Path) -> None:
    document = catalog(tmp_path, "1.17.8").document("demo", "profile")
    assert document["spec"]["components"]["ingressGateways"] == [
        {
            "name": "istio-ingressgateway",
            "enabled": True,
            "k8s": {
                "hpaSpec": {"maxReplicas": 5},
                "env": [{"name": "A", "value": "a"}],
                "resources": {"requests": {"cpu": "10m"}},
            },
        },
        {"name": "second", "enabled": False},
    ]


def test_values_of_the_charts_lie_under_those_of_the_profile(tmp_path: Path) -> None:
    plain = catalog(tmp_path).document("demo", "profile")
    full = catalog(tmp_path).document("demo", "profile", chart_values=True)
    # The charts of these tests set b for profile ambient, and c for OpenShift.
    assert full["spec"]["values"] == {"b": 1, "c": 1, **plain["spec"]["values"]}
    assert full["spec"]["components"] == plain["spec"]["components"]


def test_charts_without_profile_files_have_our_table(tmp_path: Path) -> None:
    bare = catalog(tmp_path, files=False)
    assert bare.names() == [
        "ambient",
        "default",
        "empty",
        "minimal",
        "openshift",
        "openshift-ambient",
    ]
    row = components(bare.document("ambient", "profile"), "1.31.1")
    assert {name for name, on in row.items() if on} == {"base", "istiod", "cni", "ztunnel"}
    older = catalog(tmp_path / "older", "1.23.6", files=False)
    assert older.names() == ["ambient", "default", "empty", "minimal", "openshift"]


def test_an_unknown_profile_is_an_error_with_the_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no profile 'demmo'.*default or demo.*did you mean demo"):
        catalog(tmp_path).document("demmo", "profile")


def test_every_profile_has_a_line_about_it(tmp_path: Path) -> None:
    bare = catalog(tmp_path, files=False)
    lines = [bare.purpose(name) for name in bare.names()]
    assert len(set(lines)) == len(lines)
    assert bare.purpose("mine") not in lines


def test_the_matrix_names_gateways_and_addons() -> None:
    document: dict[str, Any] = {
        "spec": {
            "components": {
                "pilot": {"enabled": False},
                "ingressGateways": [{"name": "a"}, {"name": "b", "enabled": False}],
                "egressGateways": [{"name": "c", "enabled": True}],
            },
            "addonComponents": {"kiali": {"enabled": True}, "grafana": {}},
        }
    }
    row = components(document, "1.7.8")
    assert {name for name, on in row.items() if on} == {"base", "a", "c", "kiali"}
    assert {"istiod", "b", "cni", "istiodRemote", "grafana"} <= set(row)


def test_the_matrix_as_text_has_a_column_for_each_profile() -> None:
    matrix = {"default": {"base": True, "istiod": True}, "x": {"base": False, "cni": True}}
    assert filled(matrix)["x"] == {"base": False, "istiod": False, "cni": True}
    assert as_text(matrix) == (
        "component  default  x\n"
        "base       x        -\n"
        "istiod     x        -\n"
        "cni        -        x\n"
    )


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ["a", "b"]),
        ("a[0].b", ["a", 0, "b"]),
        ('a["x.y/z"][12]', ["a", "x.y/z", 12]),
        ("['a.b'].c", ["a.b", "c"]),
    ],
)
def test_paths(path: str, parts: list[str | int]) -> None:
    assert parts_of(path) == parts


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[", "a[x]", "a]"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(MeshError, match="is no path"):
        parts_of(path)


def test_a_part_of_a_document() -> None:
    document = {"spec": {"a": {"b.c": [{"d": None}]}}}
    assert pick(document, "", "p") is document
    assert pick(document, 'spec.a["b.c"][0]', "p") == {"d": None}
    assert pick(document, 'a["b.c"][0].d', "p") is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "alpha.bets",
            "p has no spec.alpha.bets; spec.alpha has beta or gamma. Did you mean beta?",
        ),
        ("alpha.beta[2]", "p has no spec.alpha.beta[2], spec.alpha.beta has 1 items"),
        ("alpha.beta.x", "p has no spec.alpha.beta.x, spec.alpha.beta is no mapping"),
        ("alpha.gamma.x", "spec.alpha.gamma has nothing. With chart_values: true"),
    ],
)
def test_a_part_that_is_not_there(path: str, words: str) -> None:
    with pytest.raises(MeshError) as caught:
        pick({"spec": {"alpha": {"beta": [1], "gamma": {}}}}, path, "p")
    assert words in str(caught.value)


def test_changes_name_every_place() -> None:
    old = {"a": {"x": 1, "y": [1, 2]}, "b": 1, "same": {"z": [None]}, "k.l": 1}
    new = {"a": {"x": 2, "y": [1]}, "c": {"d": 1}, "same": {"z": [None]}, "k.l": True}
    assert changes(old, new) == [
        {"path": "a.x", "change": "changed", "old": 1, "new": 2},
        {"path": "a.y[1]", "change": "removed", "old": 2},
        {"path": "b", "change": "removed", "old": 1},
        {"path": "c", "change": "added", "new": {"d": 1}},
        {"path": '["k.l"]', "change": "changed", "old": 1, "new": True},
    ]
    assert changes(NOTHING, 1, "a") == [{"path": "a", "change": "added", "new": 1}]
    assert changes({"a": []}, {"a": {}}) == [
        {"path": "a", "change": "changed", "old": [], "new": {}}
    ]


def test_the_text_is_a_unified_diff() -> None:
    assert unified({"a": 1, "b": 2}, {"a": 1, "b": 3}, "one", "two") == (
        "--- one\n+++ two\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n"
    )
    assert unified({"a": 1}, {"a": 1}, "one", "two") == ""
    assert unified(NOTHING, {"a": 1}, "one", "two").endswith("@@ -0,0 +1 @@\n+a: 1\n")
