"""Equality by managedFields, without a server: what is sure, and what is a doubt."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.meshops.istio.plugins.module_utils._apply.compare import doubt

MANAGER = "meshops.istio"

DESIRED: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Thing",
    "metadata": {"name": "a", "namespace": "n", "labels": {"app": "x"}},
    "spec": {
        "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}],
        "tags": ["x", "y"],
        "atomic": [1, {"a": True}],
        "nothing": None,
    },
}
FIELDS: dict[str, Any] = {
    "f:metadata": {"f:labels": {"f:app": {}}},
    "f:spec": {
        "f:ports": {
            'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}},
            'k:{"port":53,"protocol":"UDP"}': {".": {}, "f:port": {}, "f:protocol": {}},
        },
        "f:tags": {'v:"x"': {}, 'v:"y"': {}},
        "f:atomic": {},
        "f:nothing": {},
    },
}


def live(fields: dict[str, Any] | None = None, **entry: Any) -> dict[str, Any]:
    """The object as a server would have it after our apply, and after others added to it."""
    ours = {
        "manager": MANAGER,
        "operation": "Apply",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": FIELDS if fields is None else fields,
        **entry,
    }
    return {
        "apiVersion": "v1",
        "kind": "Thing",
        "metadata": {
            "name": "a",
            "namespace": "n",
            "uid": "u",
            "resourceVersion": "1",
            "labels": {"app": "x", "theirs": "y"},
            "managedFields": [{"manager": "other", "operation": "Update"}, ours],
        },
        "spec": {
            "ports": [
                {"port": 1, "protocol": "TCP"},
                {"port": 80, "protocol": "TCP"},
                {"port": 53, "protocol": "UDP"},
            ],
            "tags": ["x", "z", "y"],
            "atomic": [1, {"a": True}],
            "defaulted": "d",
        },
    }


def test_equal_although_others_own_more() -> None:
    assert doubt(DESIRED, live(), MANAGER) is None


def at(path: str, value: Any) -> dict[str, Any]:
    """The desired object with one value replaced, or removed when the value is `...`."""
    obj = copy.deepcopy(DESIRED)
    *head, last = path.split(".")
    parent = obj
    for key in head:
        parent = parent[key]
    if value is ...:
        del parent[last]
    else:
        parent[last] = value
    return obj


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("metadata.labels", {"app": "z"}, ".metadata.labels.app"),
        ("metadata.labels", {"app": "x", "theirs": "y"}, ".metadata.labels.theirs"),
        ("metadata.labels", ..., ".metadata"),
        ("spec.ports", [{"port": 53, "protocol": "UDP"}, {"port": 80}], ".spec.ports"),
        ("spec.ports", [{"port": 80}], ".spec.ports"),
        ("spec.ports", [{"port": 80}, {"port": 80}], ".spec.ports"),
        (
            "spec.ports",
            [{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
            ".spec.ports[port=80,protocol=TCP]",
        ),
        ("spec.ports", [{"port": 80}, {"port": 53}], ".spec.ports"),
        ("spec.tags", ["y", "x"], ".spec.tags"),
        ("spec.tags", ["x", "z"], ".spec.tags"),
        ("spec.atomic", [1, {"a": 1}], ".spec.atomic"),
        ("spec.atomic", [1, {"a": True}, 2], ".spec.atomic"),
        ("spec.atomic", [True, {"a": True}], ".spec.atomic"),
        ("spec.nothing", "x", ".spec.nothing"),
        ("spec.defaulted", "d", ".spec.defaulted"),
    ],
)
def test_any_difference_is_a_doubt(path: str, value: Any, place: str) -> None:
    found = doubt(at(path, value), live(), MANAGER)
    assert found is not None
    assert found.startswith(place)


@pytest.mark.parametrize(
    "entry",
    [
        {"operation": "Update"},
        {"subresource": "status"},
        {"apiVersion": "v2"},
        {"fieldsType": "FieldsV2"},
        {"manager": "other"},
        {"fields": {"f:spec": {"i:0": {}}}},
        {"fields": {**FIELDS, "f:more": {}}},
        {"fields": {**FIELDS, "f:spec": {**FIELDS["f:spec"], 'v:"x"': {}}}},
    ],
)
def test_other_bookkeeping_is_a_doubt(entry: dict[str, Any]) -> None:
    fields = entry.pop("fields", FIELDS)
    assert doubt(DESIRED, live(fields, **entry), MANAGER) is not None


def test_a_doubt_is_never_empty() -> None:
    """Callers take an empty text for no doubt."""
    bare = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}}
    assert doubt(bare, live(), MANAGER) == ".metadata"
    assert doubt(bare, live({}), MANAGER)
    assert doubt(bare, live({"i:0": {}}), MANAGER)


def test_object_being_deleted_is_a_doubt() -> None:
    obj = live()
    obj["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert doubt(DESIRED, obj, MANAGER) == "metadata.deletionTimestamp"


scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "1"]))
maps = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), maps, min_size=1), maps)
def test_whole_lists_and_maps_are_equal_only_to_themselves(
    spec: dict[str, Any], other: Any
) -> None:
    fields: dict[str, Any] = {"f:spec": {f"f:{key}": {} for key in spec}}
    head = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}}
    stored = {**live(fields), "spec": spec}
    assert doubt({**head, "spec": spec}, stored, MANAGER) is None
    key = sorted(spec)[0]
    changed = {**head, "spec": {**spec, key: other}}
    if repr(other) != repr(spec[key]):
        different = doubt(changed, stored, MANAGER) is not None
        # Maps that differ in the order of their keys only are the same.
        assert different or other == spec[key]
