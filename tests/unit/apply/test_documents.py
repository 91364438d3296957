"""Desired objects from everything a user may give."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.documents import (
    duplicates,
    plain,
    read_items,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import InputError

CM = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
YAML = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    "given",
    [
        CM,
        [CM],
        [[CM]],
        json.dumps(CM),
        json.dumps([CM]),
        YAML,
        [YAML],
        "---\n" + YAML + "---\n---\n# nothing\n",
        {"apiVersion": "v1", "kind": "List", "items": [CM]},
        json.dumps({"apiVersion": "v1", "kind": "ConfigMapList", "items": [CM]}),
        {**CM, "metadata": {"name": "a", "uid": "u", "managedFields": [], "labels": None}},
    ],
)
def test_every_form_is_read(given: Any) -> None:
    assert [item.obj for item in read_items(given)] == [CM]


def test_nothing_is_nothing() -> None:
    assert read_items(None) == read_items([]) == read_items("") == []


def test_places_are_named() -> None:
    text = YAML + "---\n" + YAML
    assert [item.origin for item in read_items([CM, text], "objects")] == [
        "objects[0]",
        "objects[1] line 1",
        "objects[1] line 5",
    ]
    lines = json.dumps(CM) + "\n" + json.dumps(CM)
    assert read_items(lines, "f.json")[1].origin == "f.json document 2"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([CM, {"kind": "X"}], "objects[1]: X has no apiVersion and no metadata.name"),
        ({**CM, "metadata": {"generateName": "a-"}}, "generateName"),
        ({**CM, "metadata": {"name": 5}}, "no metadata.name"),
        ({**CM, "metadata": []}, "no metadata.name"),
        ("just text", "expected a Kubernetes object"),
        ("a: [", "not valid YAML: line 2"),
        (YAML + "kind: Secret\n", "line 4, column 1: the key 'kind' is there twice"),
        ('{"a": 1, "a": 2}', "the key 'a' is there twice"),
        ({**CM, "data": {"a": object()}}, "a value of type object"),
        ({**CM, "metadata": {"name": "a", "namespace": 1}}, "metadata.namespace must be a text"),
    ],
)
def test_bad_input_says_what_and_where(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        read_items(given)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-02", "2026-01-02"),
        ("12:30", "12:30"),
        ("0644", 420),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("0x10", 16),
        ("'1'", "1"),
        ("1.5", 1.5),
        ("1.2.3", "1.2.3"),
        ("true", True),
        ("~", None),
        ("-", [None]),
    ],
)
def test_scalars_are_those_of_kubernetes(text: str, value: Any) -> None:
    found = read_items(YAML + f"data:\n  {text}\n" if text == "-" else YAML + f"data: {text}\n")
    assert found[0].obj["data"] == value
    assert type(found[0].obj["data"]) is type(value)


class Tagged(str):
    """As ansible-core's tagged and unsafe texts: a subclass of str, which str() keeps."""

    def itself(self) -> str:
        return self

    __str__ = itself


def test_plain_drops_subclasses() -> None:
    class Number(int):
        pass

    value = plain({Tagged("a"): [Tagged("b"), Number(1), True, None, 0.5, ("c",)]})
    assert value == {"a": ["b", 1, True, None, 0.5, ["c"]]}
    assert next(iter(value)).__class__ is str
    assert read_items(Tagged(YAML))[0].obj == CM
    assert [type(item) for item in value["a"]][:3] == [str, int, bool]


def test_duplicates_name_both_places() -> None:
    first, second = read_items([CM, CM])
    assert duplicates([("ConfigMap a", first), ("ConfigMap a", second)]) == [
        "ConfigMap a is given twice: objects[0] and objects[1]"
    ]
