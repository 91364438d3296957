"""Patches by path: what each form of a path reaches, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.overlays import (
    OverlayError,
    apply_patch,
    to_object,
    to_plain,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.paths import (
    index_of,
    key_value_of,
    split_path,
    value_of,
)


def patched(tree: Any, *patches: tuple[str, Any]) -> Any:
    root = to_object(tree)
    for path, value in patches:
        apply_patch(root, path, value)
    return to_plain(root)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b.c", ["a", "b", "c"]),
        ("a[0].b", ["a", "[0]", "b"]),
        ("a.[name:x].b", ["a", "[name:x]", "b"]),
        (r"metadata.annotations.a\.b/c", ["metadata", "annotations", "a.b/c"]),
        ("/a//b/", ["/a/b"]),
        (".a.", ["a"]),
        ("a..b", ["a", "b"]),
        ("", []),
    ],
)
def test_paths_are_split_as_go_does(path: str, parts: list[str]) -> None:
    assert split_path(path) == parts


def test_kinds_of_parts() -> None:
    assert [index_of(part) for part in ("[0]", "[-1]", "[-2]", "[a]", "0")] == [
        0,
        -1,
        None,
        None,
        None,
    ]
    assert key_value_of("[name:a:b]") is None
    assert key_value_of("[name:x/y]") == ("name", "x/y")
    assert value_of("[:--log.*]") == "--log.*"
    assert value_of("[30m]") == "30m"
    assert value_of("[]") is None


@pytest.mark.parametrize(
    ("tree", "path", "value", "expected"),
    [
        ({"a": {"b": 1}}, "a.b", 2, {"a": {"b": 2}}),
        ({"a": {}}, "a.b.c", 2, {"a": {"b": {"c": 2}}}),
        ({"a": {"b": 1}}, "a.b", None, {"a": {}}),
        ({"a": [{"n": "x", "v": 1}]}, "a.[n:x].v", 2, {"a": [{"n": "x", "v": 2}]}),
        ({"a": [{"n": 1}, {"n": 2}]}, "a.[n:2]", None, {"a": [{"n": 1}]}),
        ({"a": [{"n": 1}]}, "a.[n:1]", {"m": 3}, {"a": [{"m": 3}]}),
        ({"a": ["--log=1", "b"]}, r"a.[:--l\.*]", "--log=2", {"a": ["--log=2", "b"]}),
        ({"a": ["x", "y"]}, "a.[y]", None, {"a": ["x"]}),
        ({"a": ["x"]}, "a[-1]", "y", {"a": ["x", "y"]}),
        ({"a": ["x"]}, "a[7]", "y", {"a": ["x", "y"]}),
        ({"a": ["x"]}, "a[3].b", "y", {"a": ["x", {"b": "y"}]}),
        ({"a": ["x", "y"]}, "a[0]", None, {"a": ["y"]}),
        # A list that is missing becomes a mapping, as istioctl makes one.
        ({}, "a.[0]", "x", {"a": {"[0]": "x"}}),
        ({"a": None}, "a.b", 1, {"a": {"b": 1}}),
        ({"a": 1}, "a", "k: v\nl: w", {"a": {"k": "v", "l": "w"}}),
        ({"a": 1}, "a", '{"k": "v"}', {"a": '{"k": "v"}'}),
        ({"a": 1}, "a", "no colon", {"a": "no colon"}),
        ({"a": [1, 2]}, "a", [3], {"a": [3]}),
    ],
)
def test_a_patch(tree: Any, path: str, value: Any, expected: Any) -> None:
    assert patched(tree, (path, value)) == expected


def test_later_patches_see_mappings_of_earlier_ones_differently() -> None:
    first = ("a", {"list": ["x"], "m": {"k": 1}})
    assert patched({"a": 0}, first, ("a.list", "y")) == {"a": {"list": ["x", "y"], "m": {"k": 1}}}
    assert patched({"a": 0}, first, ("a.m", "b: c")) == {"a": {"list": ["x"], "b": "c"}}
    assert patched({"a": 0}, first, ("a.more[0]", "z"))["a"]["more"] == ["z"]


@pytest.mark.parametrize(
    ("tree", "path", "value"),
    [
        ({"a": [{"n": 1}]}, "a.[n:2].v", 1),
        ({"a": [{"n": 1}]}, "a.[x].v", 1),
        ({"a": "text"}, "a.b", 1),
        ({"a": ["x"]}, "a.[(]", 1),
        ({"a": ["x"]}, "a[5]", None),
        ({"a": [["x"]]}, "a[0][0]", 1),
        ({"a": None}, "a.[k:v].b", 1),
        ({"a": 1}, "", None),
    ],
)
def test_a_patch_that_leads_nowhere_is_refused(tree: Any, path: str, value: Any) -> None:
    with pytest.raises(OverlayError):
        patched(tree, (path, value))


def test_the_object_given_is_left_alone() -> None:
    tree = {"a": [{"n": 1}]}
    patched(tree, ("a.[n:1].n", 2))
    assert tree == {"a": [{"n": 1}]}
