# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents out of YAML text, split and read as kubectl and istioctl do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

_SEPARATOR = "---"


@dataclass(frozen=True)
class Document:
    """One object and where it was written, such as ``web.yaml, line 12``."""

    value: dict[str, Any]
    where: str


def read_documents(text: str, where: str) -> list[Document]:
    """Return the objects of a YAML text, in order, empty documents left out.

    Raises MeshError for what is not YAML, or is no object.
    """
    documents = []
    for line, part in _split(text, where):
        origin = f"{where}, line {line}" if line > 1 else where
        try:
            value = load(part, keep_integers=True)
        except YamlError as error:
            raise MeshError(f"{origin}: {error}", "Correct the YAML.") from error
        if value is None:
            continue
        if not isinstance(value, dict):
            raise MeshError(
                f"{origin}: this is no Kubernetes object but a {_kind_of(value)}",
                "An object has apiVersion, kind and metadata.",
            )
        documents.append(Document(value, origin))
    return documents


def _split(text: str, where: str) -> Iterator[tuple[int, str]]:
    """Yield the documents' texts, each with the number of its first line."""
    begin, lines = 1, list[str]()
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.startswith(_SEPARATOR):
            rest = line[len(_SEPARATOR) :].strip()
            if rest and not rest.startswith("#"):
                raise MeshError(
                    f"{where}, line {number}: a document begins on the line of its separator",
                    f"Write {rest[:40]!r} on a line of its own, after the {_SEPARATOR}.",
                )
            if lines:
                yield begin, "".join(lines)
            begin, lines = number + 1, []
            continue
        lines.append(line)
    if lines:
        yield begin, "".join(lines)


def _kind_of(value: Any) -> str:
    return "list" if isinstance(value, list) else "single value"
