"""Strategic merge patches; more is in tests/differential."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.strategic import (
    strategic_merge,
)

SPEC = "core/v1.PodSpec"
META = "meta/v1.ObjectMeta"
CONTAINERS = [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]


def _names(spec: dict[str, Any]) -> list[str]:
    return [each["name"] for each in spec["containers"]]


def test_containers_merge_by_name_and_new_ones_come_first() -> None:
    patch = {"containers": [{"name": "new"}, {"name": "b", "image": "3"}]}
    got = strategic_merge(SPEC, {"containers": CONTAINERS}, patch)
    assert got == {
        "containers": [{"name": "new"}, {"name": "a", "image": "1"}, {"name": "b", "image": "3"}]
    }
    assert CONTAINERS[1] == {"name": "b", "image": "2"}, "the argument stays as it is"


@pytest.mark.parametrize(
    ("type_name", "original", "patch", "expected"),
    [
        (META, {"labels": {"a": "1", "b": "2"}}, {"labels": {"a": None}}, {"labels": {"b": "2"}}),
        (
            META,
            {"name": "x"},
            {"labels": {"a": None, "b": "1"}},
            {"name": "x", "labels": {"b": "1"}},
        ),
        (META, {"finalizers": ["a"]}, {"finalizers": ["b", "a"]}, {"finalizers": ["b", "a"]}),
        (
            META,
            {"finalizers": ["a", "b"]},
            {"$deleteFromPrimitiveList/finalizers": ["a"]},
            {"finalizers": ["b"]},
        ),
        (
            SPEC,
            {"nodeName": "a", "hostPID": True},
            {"$patch": "replace", "nodeName": "b"},
            {"nodeName": "b"},
        ),
        (
            SPEC,
            {"securityContext": {"fsGroup": 1}},
            {"securityContext": {"$patch": "delete"}},
            {"securityContext": {}},
        ),
        (
            "core/v1.Volume",
            {"name": "v", "emptyDir": {}},
            {"$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}},
            {"name": "v", "hostPath": {"path": "/x"}},
        ),
        (
            "core/v1.Container",
            {"args": ["a", "b"], "env": [{"name": "X", "value": "1"}]},
            {"args": ["c"], "env": [{"name": "X", "$patch": "delete"}]},
            {"args": ["c"], "env": []},
        ),
    ],
)
def test_rules(
    type_name: str, original: dict[str, Any], patch: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert strategic_merge(type_name, original, patch) == expected


def test_lists_are_put_in_the_order_asked_for() -> None:
    order = [{"name": "b"}, {"name": "c"}, {"name": "a"}]
    patch = {"$setElementOrder/containers": order, "containers": [{"name": "c"}]}
    assert _names(strategic_merge(SPEC, {"containers": CONTAINERS}, patch)) == ["b", "c", "a"]


def test_an_element_replaces_the_whole_list() -> None:
    patch = {"containers": [{"name": "x"}, {"$patch": "replace"}]}
    assert _names(strategic_merge(SPEC, {"containers": CONTAINERS}, patch)) == ["x"]


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"containers": [{"image": "x"}]}, r"^containers: .* without its merge key name"),
        ({"containers": ["x"]}, r"^containers: .* kinds map, string"),
        ({"containers": [{"name": "a", "$patch": "merge"}]}, r"^containers: .* unknown \$patch"),
        ({"$patch": "merge"}, r"^has an unknown \$patch"),
        ({"$retainKeys": ["x"], "nodeName": "y"}, r"nodeName"),
        (
            {"$setElementOrder/containers": [{"name": "a"}], "containers": [{"name": "b"}]},
            r"^containers: is not in the order",
        ),
        ({"unknown": {"a": 1}}, r"^unknown: cannot be patched: v1.PodSpec has no field unknown"),
    ],
)
def test_wrong_patches_are_refused(patch: dict[str, Any], message: str) -> None:
    original = {"containers": CONTAINERS, "unknown": {"a": 2}}
    with pytest.raises(GoTypeError, match=message):
        strategic_merge(SPEC, original, patch)
