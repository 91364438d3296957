# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protobuf messages of Istio's configuration as a table: fields, Go names, enums.

``messages.json`` is written by ``make types`` from the descriptors in Istio's Go modules. It has
every message that can be reached from MeshConfig, MeshNetworks, ProxyConfig and istioctl's Values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

MESH_CONFIG: Final = "istio.mesh.v1alpha1.MeshConfig"
PROXY_CONFIG: Final = "istio.mesh.v1alpha1.ProxyConfig"
VALUES: Final = "istio.operator.v1alpha1.Values"

INT_OR_STRING: Final = "istio.operator.v1alpha1.IntOrString"
_ANY_VALUE: Final = "google.protobuf.Value"
# A null sets these fields; it leaves out all others.
_TAKE_NULL: Final = frozenset((INT_OR_STRING, _ANY_VALUE))
_ZERO: Final[dict[str, Any]] = {
    "bool": False,
    "double": 0.0,
    "int32": 0,
    "int64": "0",
    "string": "",
    "uint32": 0,
}
# Fields that Istio had in releases from 1.7 on and dropped since, after which field they stood, and
# their kind (istio.io/api, mesh/v1alpha1/*.proto). Selecting them in a template of such a release
# gives their zero value; reading them is asked for (``older``).
_DROPPED: Final = {
    PROXY_CONFIG: (("drain_duration", "parent_shutdown_duration", "google.protobuf.Duration"),),
    MESH_CONFIG: (
        ("", "mixer_check_server", "string"),
        ("", "mixer_report_server", "string"),
        ("", "disable_policy_checks", "bool"),
        ("", "disable_mixer_http_reports", "bool"),
        ("", "policy_check_fail_open", "bool"),
        ("", "sidecar_to_telemetry_session_affinity", "bool"),
        ("", "rds_refresh_delay", "google.protobuf.Duration"),
        ("", "mixer_address", "string"),
        ("", "enable_client_side_policy_check", "bool"),
        ("", "sds_uds_path", "string"),
        ("", "sds_refresh_delay", "google.protobuf.Duration"),
        ("", "enable_sds_token_mount", "bool"),
        ("", "sds_use_k8s_sa_jwt", "bool"),
        ("", "disable_report_batch", "bool"),
        ("", "report_batch_max_entries", "uint32"),
        ("", "report_batch_max_time", "google.protobuf.Duration"),
    ),
}
_PATH: Final = Path(__file__).with_name("messages.json")


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum: ``go`` is its Go type, ``numbers`` its numbers by name, ``names`` the reverse."""

    name: str
    go: str
    numbers: dict[str, int]
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message.

    ``name`` is the one of the .proto file, ``json`` that in JSON, ``go`` that of the Go struct.
    ``kind`` is ``bool``, ``int32``, ``int64``, ``uint32``, ``double``, ``string``, ``enum`` or
    ``message``; the latter two are named by ``type``. Of a map it is the values' kind, its keys
    are strings. ``card`` is ``list``, ``map`` or empty. ``oneof`` is the Go name of the oneof that
    holds the field, ``wrapper`` the Go type of its member, ``rivals`` the JSON names of the other
    members. ``index`` is the place in the order of declaration.

    ``presence`` says that a zero value counts as set; else it is the same as an absent one.
    ``zero`` is then the canonical JSON form of that value. ``takes_null`` says that a JSON null
    sets the field. ``dropped`` fields are those of older releases only.
    """

    name: str
    json: str
    go: str
    kind: str
    type: str
    card: str
    oneof: str
    wrapper: str
    index: int
    presence: bool
    takes_null: bool
    zero: Any
    rivals: tuple[str, ...]
    dropped: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its fields in order, and by their names in JSON and .proto files, and in Go."""

    name: str
    go: str
    fields: tuple[Field, ...]
    by_key: dict[str, Field] = field(repr=False)
    by_go: dict[str, Field] = field(repr=False)
    oneofs: frozenset[str] = field(repr=False)


@cache
def table() -> dict[str, Any]:
    """Return the whole table as it is in the file."""
    content: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return content


@cache
def enum(name: str) -> Enum:
    """Return the enum of that full name; KeyError if the table has none."""
    entry = table()["enums"][name]
    numbers: dict[str, int] = entry["values"]
    return Enum(name, entry["go"], numbers, {number: text for text, number in numbers.items()})


@cache
def message(name: str) -> Message:
    """Return the message of that full name; KeyError if the table has none."""
    entry = table()["messages"][name]
    items = _with_dropped(name, entry["fields"])
    members: dict[str, list[str]] = {}
    for item in items:
        if "oneof" in item:
            members.setdefault(item["oneof"], []).append(item["json"])
    fields = tuple(_field(index, item, members) for index, item in enumerate(items))
    by_key = {each.name: each for each in fields}
    by_key.update((each.json, each) for each in fields)
    by_go = {each.go: each for each in fields}
    return Message(name, entry["go"], fields, by_key, by_go, frozenset(members))


def _with_dropped(message: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = list(items)
    for after, name, kind in _DROPPED.get(message, ()):
        first, *rest = name.split("_")
        camel = first + "".join(map(str.capitalize, rest))
        item = {"name": name, "json": camel, "go": camel[0].upper() + camel[1:], "dropped": True}
        item |= {"kind": kind} if kind in _ZERO else {"kind": "message", "type": kind}
        at = next((n for n, each in enumerate(result, 1) if each["name"] == after), len(result))
        result.insert(at, item)
    return result


def _field(index: int, item: dict[str, Any], members: dict[str, list[str]]) -> Field:
    kind, card, full_name = item["kind"], item.get("card", ""), item.get("type", "")
    oneof = item.get("oneof", "")
    if kind == "enum":
        zero = enum(full_name).names.get(0, 0)
    elif kind == "message":
        zero = None
    else:
        zero = _ZERO[kind]
    single = not card
    return Field(
        name=item["name"],
        json=item["json"],
        go=item["go"],
        kind=kind,
        type=full_name,
        card=card,
        oneof=oneof,
        wrapper=item.get("wrapper", ""),
        index=index,
        presence=single and bool(oneof or kind == "message" or item.get("optional")),
        takes_null=single and full_name in _TAKE_NULL,
        zero=zero,
        rivals=tuple(other for other in members.get(oneof, ()) if other != item["json"]),
        dropped="dropped" in item,
    )
