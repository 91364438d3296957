# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio's own functions of injection templates (``InjectionFuncmap``) that need nothing else.

A superset: templates of releases from 1.7 on find their functions. Istio itself keeps
``applicationPorts``, ``includeInboundPorts`` and ``kubevirtInterfaces`` for old templates. Newer
than 1.9 are ``omit``, ``strdict``, ``toJsonMap`` and ``mergeMaps`` (1.18), ``omitNil`` (1.28) and
``otelResourceAttributes`` (1.30).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    MessageView,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import (
    DurationView,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps, loads
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import format_duration
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import trim_space
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.networks import (
    append_multus_network,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import PROXY
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.telemetry import (
    otel_resource_attributes,
)

Function = Callable[..., Any]

STRINGS: Final = "map[string]string"
CONTAINERS: Final = "[]v1.Container"
_OTHER_PROTOCOLS: Final = ("UDP", "SCTP")


@gofunc("formatDuration", ("*durationpb.Duration",))
def format_duration_(value: DurationView | None) -> str:
    """A duration as Go writes it: ``1m30s``."""
    return format_duration((value.nanos if value is not None else None) or 0)


@gofunc("isset", (STRINGS, str))
def isset(mapping: dict[str, str] | None, key: str) -> bool:
    """Tell whether a map has a key."""
    return key in (mapping or ())


@gofunc("directory", (str,))
def directory(path: str) -> str:
    """A path up to its last slash."""
    return path[: path.rfind("/") + 1]


@gofunc("contains", (str, str))
def contains(needle: str, haystack: str) -> bool:
    """Tell whether the second text contains the first."""
    return needle in haystack


@gofunc("toLower", (str,))
def to_lower(text: str) -> str:
    """A text in lower case, letter by letter."""
    # One letter makes two in Python, of which Go takes the first only.
    return "".join(char.lower()[:1] for char in text)


@gofunc("excludeInboundPort", (object, str))
def exclude_inbound_port(port: Any, excluded: str) -> str:
    """A list of ports with one more, unless it is there already; 0 adds none."""
    added = trim_space(format_value(port))
    if added in ("", "0"):
        return excluded
    ports = excluded.split(",")
    if added in ports:
        return excluded
    return ",".join([*filter(None, map(trim_space, ports)), added])


@gofunc("valueOrDefault", (object, object))
def value_or_default(value: Any, fallback: Any) -> Any:
    """The value, unless it is nil or an empty text."""
    return fallback if value is None or (value.__class__ is str and not value) else value


@gofunc("annotation", ("v1.ObjectMeta", str, object))
def annotation(meta: Any, name: str, fallback: Any) -> str:
    """An annotation's value, or the fallback as text."""
    found = meta.go_field("Annotations").get(name)
    return format_value(fallback) if found is None else str(found)


@gofunc("toJSON", (STRINGS,))
def to_json_map(mapping: dict[str, str] | None) -> str:
    """A map of texts as JSON."""
    return dumps(mapping or {})


@gofunc("fromJSON", (str,))
def from_json(text: str) -> Any:
    """Any JSON value; the text ``{}`` for what is none."""
    try:
        return loads(text)
    except GoDataError:
        return "{}"


@gofunc("structToJSON", (object,))
def struct_to_json(value: Any) -> str:
    """Any value as JSON; ``{}`` for nil and what cannot be written."""
    if value is None:
        return "{}"
    try:
        return dumps(value)
    except GoDataError:
        return "{}"


@gofunc("toYaml", (object,))
def to_yaml(value: Any) -> str:
    """Any value as YAML, with the line break at its end; an empty text if that cannot be."""
    try:
        return dump(value)
    except GoDataError:
        return ""


@gofunc("indent", (int, str))
def indent(spaces: int, text: str) -> str:
    """A text with all lines but the first indented."""
    return text.replace("\n", "\n" + " " * abs(spaces))


@gofunc("omit", (STRINGS, str), variadic=True)
def omit(mapping: dict[str, str] | None, *keys: str) -> TypedMap:
    """A map of texts without some keys."""
    return TypedMap((key, value) for key, value in (mapping or {}).items() if key not in keys)


@gofunc("strdict", (str,), variadic=True)
def strdict(*items: str) -> TypedMap:
    """A map of texts; the last key may lack its value."""
    padded = [*items, ""] if len(items) % 2 else items
    return TypedMap(zip(padded[::2], padded[1::2], strict=True))


@gofunc("mergeMaps", (STRINGS,), variadic=True)
def merge_maps(*mappings: dict[str, str] | None) -> TypedMap | None:
    """All maps of texts in one, later ones first."""
    if not mappings:
        return None
    merged = TypedMap()
    for mapping in mappings:
        merged.update(mapping or {})
    return merged


@gofunc("toJsonMap", (STRINGS,), variadic=True)
def to_json_map_merged(*mappings: dict[str, str] | None) -> str:
    """All maps of texts in one, as JSON."""
    return dumps(merge_maps(*mappings))


@gofunc("omitNil", (object,))
def omit_nil(value: Any) -> Any:
    """A value without the nils in it, and without what is then empty."""
    return value if _is_without_nil(value) else _without_nil(value)


def _is_without_nil(value: Any) -> bool:
    if value.__class__ is dict:
        return all(map(_is_without_nil, value.values()))
    if value.__class__ is list:
        return all(map(_is_without_nil, value))
    return value is not None


def _without_nil(value: Any) -> Any:
    if _is_without_nil(value):
        return value
    if value.__class__ is dict:
        kept = {key: _without_nil(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if value.__class__ is list:
        items = [_without_nil(item) for item in value]
        return [item for item in items if item is not None] or None
    return None


@gofunc("includeInboundPorts", (CONTAINERS,))
def include_inbound_ports(containers: list[Any] | None) -> str:
    """The TCP ports of all containers."""
    return ",".join(_ports(containers))


@gofunc("applicationPorts", (CONTAINERS,))
def application_ports(containers: list[Any] | None) -> str:
    """The TCP ports of all containers but the proxy's."""
    others = [item for item in containers or () if item.go_field("Name") != PROXY]
    return ",".join(_ports(others))


def _ports(containers: list[Any] | None) -> list[str]:
    return [
        str(int(port.go_field("ContainerPort")))
        for container in containers or ()
        for port in container.go_field("Ports")
        if port.go_field("Protocol") not in _OTHER_PROTOCOLS
    ]


def _same(name: str) -> Function:
    @gofunc(name, (str,))
    def same(text: str) -> str:
        return text

    return same


@gofunc("appendMultusNetwork", (str, str))
def append_multus_network_(existing: str, network: str) -> str:
    """The annotation of Multus with one more network, unless it is there already."""
    return append_multus_network(existing, network)


@gofunc(
    "otelResourceAttributes",
    ("*v1alpha1.MeshConfig", STRINGS, STRINGS, str, CONTAINERS),
)
def otel_resource_attributes_(
    mesh: MessageView | None,
    annotations: dict[str, str] | None,
    labels: dict[str, str] | None,
    namespace: str,
    containers: list[Any] | None,
) -> str:
    """What a workload is to OpenTelemetry, if the mesh asks for it."""
    named = [(str(item.go_field("Name")), str(item.go_field("Image"))) for item in containers or ()]
    content = (mesh.value if mesh is not None else None) or {}
    return otel_resource_attributes(content, annotations or {}, labels or {}, namespace, named)


FUNCTIONS: Final[dict[str, Function]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            annotation, append_multus_network_, application_ports, contains, directory,
            exclude_inbound_port, format_duration_, from_json, include_inbound_ports, indent,
            isset, merge_maps, omit, omit_nil, otel_resource_attributes_, strdict, struct_to_json,
            to_json_map, to_lower, to_yaml, value_or_default,
        )
    },
    "excludeInterfaces": _same("excludeInterfaces"),
    "kubevirtInterfaces": _same("kubevirtInterfaces"),
    "toJsonMap": to_json_map_merged,
}  # fmt: skip
