# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookup's terms stand for: objects, YAML texts, files of them, and waypoints to make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import (
    Document,
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.waypoints import waypoint
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.plain import plain
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    Problem,
    raise_for,
)

_WAYPOINT: Final = "waypoint"
# Gives the path of a file that a term names; None when there is none.
Find = Callable[[str], str | None]


class TermError(MeshError):
    """A term that is nothing the lookup can inject."""


def read_terms(terms: Sequence[Any], find: Find) -> list[Document]:
    """Return the documents that the terms stand for, in order.

    A term is an object, a list of objects, a YAML text of several lines, the path of a file with
    one or many documents, or ``{waypoint: {name, namespace, for, revision}}``.
    Raises MeshError, with the term's place.
    """
    documents: list[Document] = []
    for index, term in enumerate(terms):
        where = f"term {index + 1}"
        if isinstance(term, str):
            documents += _of_text(term, where, find)
        else:
            documents += _of_data(term, where)
    return documents


def read_file(path: str, find: Find, what: str) -> str:
    """Return the text of a file. Raises TermError for one that is not there or no text."""
    found = find(path)
    if found is None:
        raise TermError(
            f"{what}: there is no file {path}",
            "Give a path from the playbook's folder, or the YAML itself, in several lines.",
        )
    try:
        return Path(found).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TermError(f"{what}: {path} cannot be read: {error}", "") from error


def _of_text(term: str, where: str, find: Find) -> list[Document]:
    text = term.strip()
    if not text:
        raise TermError(f"{where} is empty", "Give an object, YAML or the path of a file.")
    if "\n" in text or text.startswith("{"):
        return read_documents(term, where)
    return read_documents(read_file(text, find, where), text)


def _of_data(term: Any, where: str) -> list[Document]:
    problems: list[Problem] = []
    value = plain(term, where, problems)
    raise_for(problems)
    if isinstance(value, list):
        return [
            found
            for index, item in enumerate(value)
            for found in _of_data(item, f"{where}[{index}]")
        ]
    if not isinstance(value, Mapping):
        raise TermError(
            f"{where} is {value!r}", "Give an object, a list of objects, YAML or a file's path."
        )
    if set(value) == {_WAYPOINT}:
        wish = value[_WAYPOINT]
        if not isinstance(wish, Mapping):
            wish = {"name": wish} if isinstance(wish, str) else {}
        return [Document(waypoint(wish, f"{where}.{_WAYPOINT}"), where)]
    return [Document(dict(value), _titled(value, where))]


def _titled(value: Mapping[str, Any], where: str) -> str:
    """``term 2 (Deployment web)``: with many terms, names help more than numbers."""
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"{where} ({value.get('kind')} {name})" if name else where
