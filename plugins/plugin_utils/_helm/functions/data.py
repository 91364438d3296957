# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helm's own functions for YAML, JSON and TOML in templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps, loads


def json_type(value: Any) -> str:
    """Return how encoding/json names the type of a JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "string"


def _as_map(value: Any, prefix: str) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    wrong = f"json: cannot unmarshal {json_type(value)} into Go value of type map[string]"
    return {"Error": f"{prefix}{wrong}interface {{}}"}


def _as_list(value: Any, prefix: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    wrong = f"json: cannot unmarshal {json_type(value)} into Go value of type []interface {{}}"
    return [f"{prefix}{wrong}"]


_YAML_STEP: Final = "error unmarshaling JSON: while decoding JSON: "


def read_yaml(text: str) -> Any:
    """Read YAML; PyYAML is imported only when a template needs it."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load

    return load(text)


def yaml_map(value: Any) -> dict[str, Any]:
    """Return what ``fromYaml`` makes of a document that has been read."""
    return _as_map(value, _YAML_STEP)


@gofunc("fromYaml", (str,))
def from_yaml(text: str) -> dict[str, Any]:
    """A YAML map; an error's text under the key Error."""
    try:
        return yaml_map(read_yaml(text))
    except GoDataError as error:
        return {"Error": str(error)}


@gofunc("fromYamlArray", (str,))
def from_yaml_array(text: str) -> list[Any]:
    """A YAML list; an error's text as its only item."""
    try:
        return _as_list(read_yaml(text), _YAML_STEP)
    except GoDataError as error:
        return [str(error)]


@gofunc("toYaml", (object,))
def to_yaml(value: Any) -> str:
    """Any value as YAML; an empty text if that cannot be."""
    try:
        return dump(value).removesuffix("\n")
    except GoDataError:
        return ""


@gofunc("toYamlPretty", (object,))
def to_yaml_pretty(value: Any) -> str:
    """Any value as YAML with indented lists, as go-yaml v3 writes it."""
    try:
        return dump(value, pretty=True).removesuffix("\n")
    except GoDataError:
        return ""


@gofunc("fromJson", (str,))
def from_json(text: str) -> dict[str, Any]:
    """A JSON object; an error's text under the key Error."""
    try:
        return _as_map(loads(text), "")
    except GoDataError as error:
        return {"Error": str(error)}


@gofunc("fromJsonArray", (str,))
def from_json_array(text: str) -> list[Any]:
    """A JSON array; an error's text as its only item."""
    try:
        return _as_list(loads(text), "")
    except GoDataError as error:
        return [str(error)]


@gofunc("mustFromJson", (str,))
def must_from_json(text: str) -> Any:
    """Any JSON value."""
    try:
        return loads(text)
    except GoDataError as error:
        raise FunctionError(str(error)) from None


@gofunc("toJson", (object,))
def to_json(value: Any) -> str:
    """Any value as JSON; an empty text if that cannot be."""
    try:
        return dumps(value)
    except GoDataError:
        return ""


@gofunc("toPrettyJson", (object,))
def to_pretty_json(value: Any) -> str:
    """Any value as indented JSON; an empty text if that cannot be."""
    try:
        return dumps(value, indent="  ")
    except GoDataError:
        return ""


def _must(value: Any, **options: Any) -> str:
    try:
        return dumps(value, **options)
    except GoDataError as error:
        raise FunctionError(str(error)) from None


@gofunc("toRawJson", (object,))
def to_raw_json(value: Any) -> str:
    """Any value as JSON without HTML escapes."""
    return _must(value, html=False)


@gofunc("mustToJson", (object,))
def must_to_json(value: Any) -> str:
    """Any value as JSON."""
    return _must(value)


@gofunc("mustToPrettyJson", (object,))
def must_to_pretty_json(value: Any) -> str:
    """Any value as indented JSON."""
    return _must(value, indent="  ")


@gofunc("toToml", (object,))
def to_toml(value: Any) -> str:
    """A map as TOML; the error's text if that cannot be."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.toml import write_toml

    try:
        return write_toml(value)
    except GoDataError as error:
        return str(error)


@gofunc("fromToml", (str,))
def from_toml(text: str) -> dict[str, Any]:
    """A TOML table; an error's text under the key Error."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.toml import read_toml

    try:
        return read_toml(text)
    except GoDataError as error:
        return {"Error": str(error)}


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            from_json, from_json_array, from_toml, from_yaml, from_yaml_array, must_from_json,
            must_to_json, must_to_pretty_json, to_json, to_pretty_json, to_raw_json, to_toml,
            to_yaml, to_yaml_pretty,
        )
    },
    "mustToRawJson": to_raw_json,
}  # fmt: skip
