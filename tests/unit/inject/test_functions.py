"""Functions of injection templates; the differential tests compare them with Istio's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import TypedMap
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.functionmap import (
    template_functions,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.telemetry import (
    otel_resource_attributes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_mesh_config,
    default_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import NEWEST

FUNCTIONS: dict[str, Callable[..., Any]] = template_functions(NEWEST, {"SET": "yes", "EMPTY": ""})


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("excludeInboundPort", (15020.0, ""), "15020"),
        ("excludeInboundPort", (15020, "80, 81"), "80,81,15020"),
        ("excludeInboundPort", ("81", "80, 81,81"), "80, 81,81"),
        ("excludeInboundPort", ("0", "80"), "80"),
        ("valueOrDefault", ("", "d"), "d"),
        ("valueOrDefault", (None, "d"), "d"),
        ("valueOrDefault", (False, "d"), False),
        ("indent", (2, "a\nb\n"), "a\n  b\n  "),
        ("contains", ("/", "a/b"), True),
        ("directory", ("/a/b.c",), "/a/"),
        ("directory", ("b",), ""),
        ("toLower", ("A\u0130",), "ai"),
        ("toYaml", ({"a": 1.0},), "a: 1\n"),
        ("fromJSON", ("{",), "{}"),
        ("toJSON", (None,), "{}"),
        ("structToJSON", (None,), "{}"),
        ("omitNil", ({"a": {"b": None}},), None),
        ("omitNil", ({"a": [None, {"b": None}, 1]},), {"a": [1]}),
        ("omitNil", ({},), {}),
        ("strdict", ("a", "b", "c"), {"a": "b", "c": ""}),
        ("mergeMaps", (), None),
        ("toJsonMap", ({"a": "1"}, {"a": "<"}), '{"a":"\\u003c"}'),
        ("env", ("SET", "d"), "yes"),
        ("env", ("EMPTY", "d"), "d"),
        ("env", ("HOME", "d"), "d"),
        ("appendMultusNetwork", ("a, b", "c"), "a, b, c"),
        ("appendMultusNetwork", ("a, b", "b"), "a, b"),
        ("appendMultusNetwork", ('[{"name":"a"}]', "n/c"),
         '[{"name":"a"}, {"name": "c", "namespace": "n"}]'),
        ("appendMultusNetwork", ("[bad]", "c"), "[bad]"),
    ],
)  # fmt: skip
def test_results(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    assert FUNCTIONS[name](*arguments) == expected


def test_maps_of_texts_stay_such() -> None:
    for result in (FUNCTIONS["omit"]({"a": "1", "b": "2"}, "b"), FUNCTIONS["strdict"]("a", "1")):
        assert isinstance(result, TypedMap)
        assert result == {"a": "1"}


def test_no_function_of_helm_alone() -> None:
    assert not {"include", "tpl", "required", "fromYaml", "lookup"} & FUNCTIONS.keys()
    assert {"fromJson", "fail", "quote", "dict", "nindent", "trimSuffix"} <= FUNCTIONS.keys()


def test_a_proxy_configuration_is_written_without_its_defaults() -> None:
    proxy = default_proxy_config() | {"concurrency": 2}
    write = FUNCTIONS["protoToJSON"]
    assert write(message_view(PROXY_CONFIG, proxy)) == '{"concurrency":2}'
    # Until 1.17 two threads were the default.
    old = template_functions((1, 17), {})["protoToJSON"]
    assert old(message_view(PROXY_CONFIG, default_proxy_config((1, 17)))) == "{}"
    mesh = message_view(MESH_CONFIG, default_mesh_config())
    assert '"discoveryAddress":"istiod.istio-system.svc:15012"' in write(mesh)


MESH = {"extensionProviders": [{"name": "o", "opentelemetry": {
    "serviceAttributeEnrichment": "OTEL_SEMANTIC_CONVENTIONS"}}]}  # fmt: skip


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("nginx", ""),
        ("nginx:1.21", "service.version=1.21,"),
        ("registry:5000/nginx", ""),
        ("registry:5000/nginx:1@sha256:a", "service.version=1@sha256:a,"),
        ("nginx@sha256:a", "service.version=sha256:a,"),
    ],
)
def test_open_telemetry_takes_the_version_from_the_image(image: str, version: str) -> None:
    found = otel_resource_attributes(MESH, {}, {}, "shop", [("web", image)])
    expected = f"service.namespace=shop,{version}service.instance.id=shop.$(POD_NAME).web"
    assert found == expected


def test_open_telemetry_prefers_what_the_pod_says() -> None:
    prefix = "resource.opentelemetry.io/service."
    annotations = {f"{prefix}namespace": "n", f"{prefix}version": "v", f"{prefix}instance.id": "i"}
    found = otel_resource_attributes(MESH, annotations, {}, "shop", [])
    assert found == "service.namespace=n,service.version=v,service.instance.id=i"
    assert otel_resource_attributes({}, annotations, {}, "shop", []) == ""
