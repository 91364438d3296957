# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go structs of Kubernetes' API as a table: fields, JSON names, rules of patches.

``kubernetes.json`` is written by ``make types`` from the packages k8s.io/api and
github.com/openshift/api that Istio is built with. It has the kinds that charts of Istio install,
those that have pods, and every struct that can be reached from them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

_PATH: Final = Path(__file__).with_name("kubernetes.json")
MAP: Final = "map[string]"
LIST: Final = "[]"
SCALARS: Final = frozenset(("string", "bool", "int", "int32", "int64", "float64"))
# Types that read and write themselves.
LEAVES: Final = frozenset(("bytes", "intOrString", "microTime", "quantity", "raw", "time"))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct.

    ``go`` is its name in Go, ``json`` the one in JSON. ``type`` is one of ``SCALARS``, of
    ``LEAVES`` or a struct's name, or one of these behind ``*``, ``[]`` and ``map[string]``;
    ``named`` is Go's name of a scalar that has one (``v1.Protocol``). ``omitted`` says that an
    empty value is left out of JSON. ``strategy`` and ``merge_key`` rule how lists and maps are
    patched. ``index`` is the place in JSON. ``promoted`` fields are those of an inlined struct.
    """

    go: str
    json: str
    type: str
    named: str
    omitted: bool
    strategy: tuple[str, ...]
    merge_key: str
    index: int
    promoted: bool


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct: its Go name, and its fields in the order in which JSON has them.

    Fields of inlined structs are among them. ``inlined`` has the names of these structs by the Go
    names by which templates can select them.
    """

    name: str
    go: str
    fields: tuple[Field, ...]
    by_json: dict[str, Field] = field(repr=False)
    by_go: dict[str, Field] = field(repr=False)
    folded: dict[str, Field] = field(repr=False)
    inlined: dict[str, str] = field(repr=False)

    def find(self, key: str) -> Field | None:
        """Return the field that Go reads a key of JSON into: case matters only for preference."""
        return self.by_json.get(key) or self.folded.get(key.casefold())


@cache
def table() -> dict[str, Any]:
    """Return the table as it is in the file: ``kinds`` and ``structs``."""
    content: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return content


def struct_for(api_version: str, kind: str) -> str | None:
    """Return the name of a kind's struct (``core/v1.Pod``), None for kinds not in the table."""
    name: str | None = table()["kinds"].get(f"{api_version}/{kind}")
    return name


@cache
def struct(name: str) -> Struct:
    """Return the struct of that name; KeyError if the table has none."""
    entry = table()["structs"][name]
    fields: list[Field] = []
    inlined: dict[str, str] = {}
    _collect(entry["fields"], fields, inlined, promoted=False)
    return Struct(
        name=name,
        go=entry["go"],
        fields=tuple(fields),
        by_json={each.json: each for each in fields},
        by_go={each.go: each for each in fields},
        # The first of several wins, as with Go.
        folded={each.json.casefold(): each for each in reversed(fields)},
        inlined=inlined,
    )


def _collect(
    entries: list[dict[str, Any]], fields: list[Field], inlined: dict[str, str], promoted: bool
) -> None:
    for entry in entries:
        if entry.get("inline"):
            inlined[entry["go"]] = entry["type"]
            _collect(table()["structs"][entry["type"]]["fields"], fields, inlined, promoted=True)
            continue
        strategy = entry.get("patchStrategy", "")
        fields.append(
            Field(
                go=entry["go"],
                json=entry["json"],
                type=entry["type"],
                named=entry.get("named", ""),
                omitted=_is_omitted(entry),
                strategy=tuple(strategy.split(",")) if strategy else (),
                merge_key=entry.get("patchMergeKey", ""),
                index=len(fields),
                promoted=promoted,
            )
        )


def _is_omitted(entry: dict[str, Any]) -> bool:
    """Tell whether an empty value is left out: ``omitempty`` does nothing for structs."""
    if entry.get("omitzero"):
        return True
    return bool(entry.get("omitempty")) and not is_struct(entry["type"])


def is_struct(expression: str) -> bool:
    """Tell whether a type is a struct of Go, not a pointer to one."""
    if expression.startswith(("*", LIST, MAP)) or expression == "bytes":
        return False
    return expression not in SCALARS
