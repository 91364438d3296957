"""Reading values into Go types and writing them again; more is in tests/differential."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError

POD = "core/v1.Pod"


def test_fields_are_in_the_order_of_the_struct_and_unknown_ones_gone() -> None:
    given: dict[str, Any] = {
        "spec": {"nodeName": "n", "containers": [{"image": "x", "name": "a", "who": 1}]},
        "metadata": {"labels": {"b": "1", "a": "2"}, "name": "p"},
        "apiVersion": "v1",
        "kind": "Pod",
    }
    got = decode(POD, given)
    assert list(got) == ["kind", "apiVersion", "metadata", "spec", "status"]
    assert list(got["metadata"]) == ["name", "labels"]
    assert list(got["metadata"]["labels"]) == ["a", "b"]
    assert got["spec"] == {
        "containers": [{"name": "a", "image": "x", "resources": {}}],
        "nodeName": "n",
    }
    assert given["spec"]["containers"][0]["who"] == 1, "the argument stays as it is"


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("core/v1.Container", {}, {"name": "", "resources": {}}),
        ("core/v1.Container", {"ports": None, "name": None}, {"name": "", "resources": {}}),
        ("core/v1.Container", {"NAME": "a"}, {"name": "a", "resources": {}}),
        ("core/v1.PodSpec", {"containers": []}, {"containers": []}),
        ("core/v1.PodSpec", {}, {"containers": None}),
        ("core/v1.PodSpec", {"hostNetwork": False}, {"containers": None}),
        (
            "core/v1.PodSpec",
            {"shareProcessNamespace": False},
            {"containers": None, "shareProcessNamespace": False},
        ),
        ("core/v1.ServicePort", {"port": 80.0}, {"port": 80, "targetPort": 0}),
        ("core/v1.ServicePort", {"targetPort": "http"}, {"port": 0, "targetPort": "http"}),
        (
            "core/v1.ResourceRequirements",
            {"limits": {"memory": "2048Mi", "cpu": 0.5, "x": None}},
            {"limits": {"cpu": "500m", "memory": "2Gi", "x": "0"}},
        ),
        ("core/v1.Secret", {"data": {"a": "aGk="}}, {"metadata": {}, "data": {"a": "aGk="}}),
        (
            "meta/v1.ObjectMeta",
            {"creationTimestamp": None, "deletionTimestamp": "2026-01-02T03:04:05.9+01:00"},
            {"deletionTimestamp": "2026-01-02T02:04:05Z"},
        ),
        (
            "core/v1.PodSpec",
            {"containers": [None]},
            {"containers": [{"name": "", "resources": {}}]},
        ),
    ],
)
def test_canonical_forms(type_name: str, value: dict[str, Any], expected: dict[str, Any]) -> None:
    assert decode(type_name, value) == expected


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"containers": [{"ports": [{"containerPort": "80"}]}]},
            "spec.containers[0].ports[0].containerPort: must be a whole number, is the text '80'",
        ),
        ({"containers": {"a": 1}}, "spec.containers: must be a list, is a mapping"),
        ({"nodeSelector": {"a/b": 1}}, "spec.nodeSelector.a/b: must be text, is the number 1"),
        ({"hostNetwork": "true"}, "spec.hostNetwork: must be true or false, is the text 'true'"),
        ({"priority": 2**31}, "spec.priority: is out of range: 2147483648 does not fit 32 bits"),
        ({"overhead": {"cpu": "many"}}, "spec.overhead.cpu: the text 'many' must be a number"),
        ({"nodeSelector": {1: "a"}}, "spec.nodeSelector: has a key that must be text"),
        ([], "spec: must be a mapping, is a list"),
    ],
)
def test_wrong_values_are_refused_with_their_path(spec: Any, message: str) -> None:
    with pytest.raises(GoTypeError) as caught:
        decode(POD, {"spec": spec}, where="web.yml")
    assert str(caught.value).startswith(f"web.yml: {message}")


def test_strict_names_what_is_unknown() -> None:
    wrong = {"spec": {"containers": [{"name": "a", "imge": "x"}]}}
    with pytest.raises(GoTypeError, match=r"^spec\.containers\[0\]\.imge: .* did you mean image"):
        decode(POD, wrong, strict=True)


def test_yaml_gives_texts_where_it_knows_the_type() -> None:
    pod = {"metadata": {"annotations": {"port": 8080, "on": True, "ratio": 1.5}}}
    got = decode(POD, pod, from_yaml=True)
    assert got["metadata"]["annotations"] == {"on": "true", "port": "8080", "ratio": "1.5"}
    with pytest.raises(GoTypeError):
        decode(POD, pod)
    with pytest.raises(GoTypeError, match=r"apiVersion: must be text"):
        decode(POD, {"apiVersion": 1}, from_yaml=True)


def test_nothing_of_the_result_is_shared_with_the_argument() -> None:
    given: dict[str, Any] = {"spec": {"containers": [{"name": "a", "env": [{"name": "x"}]}]}}
    decode(POD, given)["spec"]["containers"][0]["env"][0]["name"] = "y"
    assert given["spec"]["containers"][0]["env"] == [{"name": "x"}]
