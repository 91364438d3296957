# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desired objects from what a user gives: dicts, Kubernetes lists, JSON text, YAML text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import InputError
from ansible_collections.meshops.istio.plugins.module_utils._apply.yamltext import load_all

# Written by the API server, never desired; dropped so that what `gathered` returns can be applied.
_SERVER_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


class Item(NamedTuple):
    """One desired object, and where it came from (for messages)."""

    obj: dict[str, Any]
    origin: str


def plain(value: Any) -> Any:
    """Copy of JSON-like data in plain Python types, without the tags ansible-core puts on values.

    Raises TypeError for what JSON cannot say.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None or kind is float:
        return value
    if isinstance(value, Mapping):
        return {_plain_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return _exactly(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for basic in (int, float):
        if isinstance(value, basic):
            return basic(value)
    if kind.__name__ in ("AnsibleVaultEncryptedUnicode", "EncryptedString"):
        return str(value)
    raise TypeError(f"a value of type {kind.__name__} has no place in a Kubernetes object")


def _plain_key(key: Any) -> str:
    return _exactly(key) if isinstance(key, str) else json.dumps(plain(key))


def _exactly(text: str) -> str:
    """The text as a str proper; str() of ansible-core 2.18's unsafe texts is unsafe again."""
    return str.__str__(text)


def read_items(given: Any, origin: str = "objects") -> list[Item]:
    """Read desired objects of any accepted form; order is kept, empty documents are skipped.

    `given` is a dict, a text (YAML or JSON, any number of documents) or a list of such. Objects of
    a kind that ends in `List` and has `items` are replaced by their items. Raises InputError that
    names the place of the first bad object.
    """
    return [
        Item(_checked(obj, where), where)
        for raw, where in _walk(given, origin)
        for obj, where in _flatten(raw, where)
    ]


def _walk(given: Any, origin: str) -> Iterator[tuple[Any, str]]:
    if isinstance(given, str):
        yield from parse_text(_exactly(given), origin)
    elif isinstance(given, (list, tuple)):
        for index, entry in enumerate(given):
            yield from _walk(entry, f"{origin}[{index}]")
    elif given is not None:
        try:
            yield plain(given), origin
        except TypeError as error:
            raise InputError(f"{origin}: {error}") from error


def parse_text(text: str, origin: str) -> Iterator[tuple[Any, str]]:
    """Yield each document of a YAML or JSON text with its place; raise InputError with the line."""
    if text.lstrip()[:1] in ("{", "["):
        documents = _parse_json(text)
        if documents is not None:
            for index, document in enumerate(documents):
                yield document, origin if len(documents) == 1 else f"{origin} document {index + 1}"
            return
    try:
        for document, line in load_all(text):
            yield document, f"{origin} line {line}"
    except ImportError as error:
        raise InputError(f"{origin}: reading YAML needs the Python library PyYAML") from error
    except ValueError as error:
        raise InputError(f"{origin}: not valid YAML: {error}") from error


def _parse_json(text: str) -> list[Any] | None:
    """Every JSON value of the text; None when it is not JSON (flow-style YAML begins alike)."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique_pairs)
    documents: list[Any] = []
    position = 0
    try:
        while True:
            while position < len(text) and text[position] in " \t\r\n":
                position += 1
            if position == len(text):
                return documents
            document, position = decoder.raw_decode(text, position)
            documents.append(document)
    except ValueError:
        return None


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("repeated key")  # the YAML reader then says which and where
    return result


def _flatten(raw: Any, origin: str) -> Iterator[tuple[Any, str]]:
    if isinstance(raw, list):
        for index, entry in enumerate(raw):
            yield from _flatten(entry, f"{origin}[{index}]")
        return
    if raw is None:
        return
    items = raw.get("items") if isinstance(raw, dict) else None
    if isinstance(items, list) and str(raw.get("kind", "")).endswith("List"):
        for index, entry in enumerate(items):
            yield from _flatten(entry, f"{origin} items[{index}]")
        return
    yield raw, origin


def _checked(obj: Any, origin: str) -> dict[str, Any]:
    if not isinstance(obj, dict):
        raise InputError(
            f"{origin}: expected a Kubernetes object (a mapping with apiVersion, kind and "
            f"metadata), got {type(obj).__name__}"
        )
    metadata = obj.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    missing = [key for key in ("apiVersion", "kind") if not _text(obj.get(key))]
    if isinstance(metadata, dict) and not name and metadata.get("generateName"):
        raise InputError(
            f"{origin}: {obj.get('kind')} has metadata.generateName; a desired state needs objects "
            "with a fixed metadata.name"
        )
    if not _text(name):
        missing.append("metadata.name")
    if missing or not isinstance(metadata, dict):
        known = f"{obj.get('kind') or 'object'} {name or ''}".strip()
        raise InputError(f"{origin}: {known} has no {' and no '.join(missing)} (it must be a text)")
    namespace = metadata.get("namespace")
    if namespace is not None and not isinstance(namespace, str):
        raise InputError(f"{origin}: {obj['kind']} {name}: metadata.namespace must be a text")
    return _without_server_fields(obj)


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _without_server_fields(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {k: v for k, v in obj["metadata"].items() if k not in _SERVER_METADATA}
    # The server treats an empty map here as absent and records no owner for it.
    for key in ("labels", "annotations", "finalizers", "ownerReferences"):
        if key in metadata and not metadata[key]:
            del metadata[key]
    return {**obj, "metadata": metadata}


def duplicates(items: Iterable[tuple[Any, Item]]) -> list[str]:
    """Messages about keys that occur more than once in (key, item) pairs."""
    first: dict[Any, Item] = {}
    messages = []
    for key, item in items:
        if key in first:
            messages.append(f"{key} is given twice: {first[key].origin} and {item.origin}")
        else:
            first[key] = item
    return messages
