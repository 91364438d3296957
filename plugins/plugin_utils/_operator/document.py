# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks one document against the API: names, types, and what the API once had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    suggestion,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator import schema
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    REWRITTEN,
    components_of,
    minor_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    API_VERSION,
    KIND,
    Document,
    Path_,
    parts_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import with_integers

_LARGEST_COUNT: Final = 2**32 - 1
_ADDONS: Final = ("spec", "addonComponents")
_METADATA: Final = "meta/v1.ObjectMeta"


class Inspector:
    """Collects what is wrong with one document, and what in it has no effect."""

    def __init__(self, document: Document, version: str) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._minor = minor_of(version)
        self._version = f"{self._minor[0]}.{self._minor[1]}"
        self._types: dict[str, Callable[[Path_, Any], None]] = {
            "text": self._text,
            "texts": self._texts,
            "bool": self._bool,
            "count": self._count,
            "tag": self._tag,
            "map": self._map,
            "any": lambda _path, _value: None,
            "metadata": self._metadata,
            "spec": self._spec,
            "components": self._components,
            "k8s": self._kubernetes,
            "overlays": self._overlays,
            "patches": self._patches,
        }

    def inspect(self) -> None:
        """Check the whole document."""
        data = self.document.data
        for path, origin in self.document.repeated():
            note = self.document.problem(
                path, "is there twice, and the last one counts", "keep one"
            )
            self.notes.append(replace(note, origin=origin))
        if self.document.text and not data:
            self._note((), "is empty and says nothing", f"write an {KIND}")
            return
        self._fields((), data, schema.DOCUMENT, schema.FORMER_DOCUMENT)
        kind, api_version = data.get("kind"), data.get("apiVersion")
        if kind != KIND and (kind or self.document.text):
            said = f"is {kind!r}" if kind else "is missing"
            self._add(("kind",), said, f"write kind: {KIND}")
        if api_version not in (None, API_VERSION):
            self._add(("apiVersion",), f"is {api_version!r}", f"write apiVersion: {API_VERSION}")

    def _add(self, path: Path_, message: str, remedy: str = "") -> None:
        self.problems.append(self.document.problem(path, message, remedy))

    def _note(self, path: Path_, message: str, remedy: str = "") -> None:
        self.notes.append(self.document.problem(path, message, remedy))

    def _fields(
        self,
        path: Path_,
        value: Mapping[str, Any],
        known: Mapping[str, str],
        former: Mapping[str, schema.Former],
    ) -> None:
        for name, item in value.items():
            place = (*path, name)
            if name not in known:
                self._unknown(place, known, former.get(name))
            elif item is not None:
                self._value(place, item, known[name])

    def _unknown(self, path: Path_, known: Mapping[str, str], former: schema.Former | None) -> None:
        if former and self._minor > former.last:
            self._add(path, former.message, former.remedy)
        elif former and path == _ADDONS:
            self._addons(path, self.document.data["spec"]["addonComponents"])
        elif former:
            self._note(path, f"is not rendered: {former.message}", former.remedy)
        else:
            names = list(known)
            near = suggestion(str(path[-1]), names)
            self._add(path, "no such field", near or f"possible are {choices(names)}")

    def _value(self, path: Path_, value: Any, kind: str) -> None:
        check = self._types.get(kind)
        if check:
            check(path, value)
        elif kind.startswith("["):
            if self._is(path, value, list, "a list"):
                for number, item in enumerate(value):
                    self._typed((*path, number), item, kind[1:-1])
        else:
            self._typed(path, value, kind)

    def _typed(self, path: Path_, value: Any, type_name: str) -> None:
        if value is None:
            return
        if path[-1] == "hpaSpec" and self._minor < REWRITTEN:
            # Releases before took autoscaling/v2beta1 and v2beta2 here.
            self._map(path, value)
            return
        if not self._is(path, value, dict, "a mapping"):
            return
        try:
            decode(type_name, with_integers(value), strict=True)
        except GoTypeError as error:
            # The message begins with the path within this value.
            inside, _colon, message = error.message.partition(": ")
            remedy = error.remedy[:1].lower() + error.remedy[1:].rstrip(".")
            self._add((*path, *parts_of(inside)), message or error.message, remedy)

    def _is(self, path: Path_, value: Any, kind: type, name: str) -> bool:
        if isinstance(value, kind):
            return True
        self._add(path, f"must be {name}, is {with_integers(value)!r}")
        return False

    def _text(self, path: Path_, value: Any) -> None:
        if not isinstance(value, str):
            self._add(path, f"must be text, is {with_integers(value)!r}", "quote it")

    def _texts(self, path: Path_, value: Any) -> None:
        if self._is(path, value, dict, "a mapping of texts"):
            for key, item in value.items():
                if item is not None:
                    self._text((*path, key), item)

    def _bool(self, path: Path_, value: Any) -> None:
        if not isinstance(value, bool):
            self._add(path, f"must be true or false, is {with_integers(value)!r}")

    def _count(self, path: Path_, value: Any) -> None:
        whole = isinstance(value, float) and value.is_integer()
        if not (whole and 0 <= value <= _LARGEST_COUNT):
            self._add(
                path,
                f"must be a whole number, is {with_integers(value)!r}",
                f"write one from 0 to {_LARGEST_COUNT}",
            )

    def _tag(self, path: Path_, value: Any) -> None:
        if isinstance(value, dict | list | bool):
            self._add(path, f"must be text, is {value!r}", "write the tag of an image")
        elif isinstance(value, float) and not value.is_integer():
            text = f"{value!r}"
            self._note(path, f"is the number {text}, and zeros at its end are lost", "quote it")

    def _map(self, path: Path_, value: Any) -> None:
        self._is(path, value, dict, "a mapping")

    def _metadata(self, path: Path_, value: Any) -> None:
        if self._is(path, value, dict, "a mapping"):
            self._typed(path, value, _METADATA)

    def _spec(self, path: Path_, value: Any) -> None:
        if not self._is(path, value, dict, "a mapping"):
            return
        self._fields(path, value, schema.SPEC, schema.FORMER_SPEC)
        if "values" in value and value["values"] is None:
            self._note(
                (*path, "values"),
                "is null, which takes away all values of the profile, hub and tag included",
                "remove it or write {}",
            )

    def _components(self, path: Path_, value: Any) -> None:
        if not self._is(path, value, dict, "a mapping"):
            return
        known = {c.spec_name: c for c in components_of(self._version) if not c.addon}
        names = dict.fromkeys([*known, "istiodRemote"], "")
        for name, item in value.items():
            place = (*path, name)
            if name not in names:
                self._unknown(place, names, schema.FORMER_COMPONENTS.get(name))
            elif name in known and known[name].many:
                self._gateways(place, item)
            elif item is not None:
                self._component(place, item)
                if name not in known and isinstance(item, dict) and item.get("enabled"):
                    self._note(
                        place,
                        "has no effect: its charts are a part of istiod's since Istio 1.24",
                        "use profile: remote",
                    )

    def _addons(self, path: Path_, value: Any) -> None:
        if value is None or not self._is(path, value, dict, "a mapping"):
            return
        known = {item.spec_name for item in components_of(self._version) if item.addon}
        for name, item in value.items():
            place = (*path, name)
            if name not in known:
                dropped = schema.FORMER_SPEC["addonComponents"]
                self._add(place, f"is no addon of Istio {self._version}", dropped.remedy)
            elif item is not None and self._is(place, item, dict, "a mapping"):
                self._fields(place, item, schema.ADDON, {})

    def _component(self, path: Path_, value: Any) -> None:
        if not self._is(path, value, dict, "a mapping"):
            return
        fields = schema.COMPONENT
        if path[-1] == "base" and self._minor >= REWRITTEN:
            fields = schema.BASE
        self._fields(path, value, fields, {})

    def _gateways(self, path: Path_, value: Any) -> None:
        if not self._is(path, value, list, "a list of gateways"):
            return
        for number, item in enumerate(value):
            place = (*path, number)
            if self._is(place, item, dict, "a mapping"):
                self._fields(place, item, schema.GATEWAY, {})
                if not item.get("name") and item.get("enabled") is not False:
                    self._add(
                        (*place, "name"),
                        "is missing: istioctl writes objects without a name, of no use",
                        "give the gateway a name",
                    )

    def _kubernetes(self, path: Path_, value: Any) -> None:
        if self._is(path, value, dict, "a mapping"):
            self._fields(path, value, schema.KUBERNETES, {})

    def _overlays(self, path: Path_, value: Any) -> None:
        self._items(path, value, schema.OVERLAY)

    def _patches(self, path: Path_, value: Any) -> None:
        self._items(path, value, schema.PATCH)

    def _items(self, path: Path_, value: Any, fields: Mapping[str, str]) -> None:
        if not self._is(path, value, list, "a list"):
            return
        for number, item in enumerate(value):
            if item is not None and self._is((*path, number), item, dict, "a mapping"):
                self._fields((*path, number), item, fields, {})


def inspect(documents: Sequence[Document], version: str) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with documents for a release, and what in them has no effect."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    for document in documents:
        inspector = Inspector(document, version)
        inspector.inspect()
        problems += inspector.problems
        notes += inspector.notes
    return problems, notes
