# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IstioOperator documents as users give them: files, texts, data; and where each line stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.manifests import split_manifests
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.origin import origin_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.plain import plain
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import Tree, clone

KIND: Final = "IstioOperator"
API_VERSION: Final = "install.istio.io/v1alpha1"
_LARGEST: Final = 4 * 1024 * 1024
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Keys and indexes from the top of a document down.
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One IstioOperator document.

    ``data`` is what Go reads (numbers are floats), a copy of one's own. ``name`` is what to call
    it: a file's path, or the option with its index. ``text`` is the file's, ``source`` the user's
    own data, which may still know where it was written. Relative paths count from ``folder``.
    """

    data: Tree
    name: str
    text: str = ""
    source: Any = None
    folder: Path | None = None

    def problem(self, path: Path_, message: str, remedy: str = "") -> Problem:
        """A problem at a place of the document, with file and line."""
        where = path_text(path)
        if not self.text:
            where = f"{self.name}.{where}" if where else self.name
        return Problem(where or KIND, message, remedy, self.origin(path))

    def origin(self, path: Path_) -> str:
        """``file:line:column`` of the place, or of the nearest one above it; empty if unknown."""
        if self.text:
            return _line_of(self.text, self.name, path)
        return _tagged_origin(self.source, path)

    def repeated(self) -> list[tuple[Path_, str]]:
        """Keys that a mapping of the text has twice: the path, and ``file:line:column``."""
        root = _root(self.text) if self.text else None
        return [
            (path, f"{self.name}:{mark.line + 1}:{mark.column + 1}")
            for path, mark in (_repeated(root, ()) if root else ())
        ]


def path_text(path: Path_) -> str:
    """The path as ``spec.components.ingressGateways[0].name``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def parts_of(text: str) -> Path_:
    """The path that a text such as ``spec.a[0].b`` is, as if no key had a dot."""
    parts: list[str | int] = []
    for piece in text.replace("]", "").split("."):
        name, *indexes = piece.split("[")
        parts += [name] if name else []
        parts += [int(index) if index.isdigit() else index for index in indexes]
    return tuple(parts)


def read_documents(value: Any, where: str, base_dir: Path | None = None) -> list[Document]:
    """The documents that an option's value names, in their order.

    The value is a path, a text of several lines, a mapping, or a list of these. Relative paths
    count from ``base_dir``, or else from the working directory. Raises InputError and MeshError.
    """
    if value is None or value == "":
        return []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [
            read_document(item, f"{where}[{number}]", base_dir) for number, item in enumerate(value)
        ]
    return [read_document(value, where, base_dir)]


def read_document(value: Any, where: str, base_dir: Path | None = None) -> Document:
    """One document: a path, a text of several lines, or a mapping. Raises InputError, MeshError."""
    if isinstance(value, Mapping):
        problems: list[Problem] = []
        data = plain(value, where, problems)
        raise_for(problems)
        return Document(clone(data), where, source=value, folder=base_dir)
    if not isinstance(value, str):
        raise_for(
            [
                Problem(
                    where,
                    f"must be a path or a document, is {value!r}",
                    "write the path of a file, or the document itself",
                    origin_of(value),
                )
            ]
        )
    if "\n" in value:
        return parse_document(str(value), where, folder=base_dir)
    path = find_file(str(value), base_dir)
    return parse_document(_read(path, where), str(path), folder=path.parent)


def parse_document(text: str, name: str, folder: Path | None = None) -> Document:
    """The one document of a text, empty if there is none. Raises InputError for more than one."""
    found = []
    try:
        parts = split_manifests(text)
        # One part is read from the whole text: splitting takes the newline at its end.
        for part in parts if len(parts) > 1 else [text]:
            data = load(part)
            if data is not None:
                found.append(data)
    except YamlError as error:
        raise_for([Problem(name, f"is no YAML: {error}", "correct the file")])
    if len(found) > 1:
        message = f"has {len(found)} documents; one file has one {KIND}, as in istioctl"
        raise_for([Problem(name, message, "give each document a file of its own, in their order")])
    if not found:
        # As with istioctl an empty file says nothing; the inspection tells the user.
        return Document({}, name, text=text or "\n", folder=folder)
    document = Document(found[0], name, text=text, folder=folder)
    if not isinstance(found[0], dict):
        raise_for([document.problem((), f"must be a mapping, is {found[0]!r}", f"write an {KIND}")])
    return document


def find_file(value: str, base_dir: Path | None) -> Path:
    """The file that a path names: below the folder if there, else as the system resolves it."""
    path = Path(value.strip()).expanduser()
    if base_dir and (base_dir / path).exists():
        return base_dir / path
    return path


def _read(path: Path, where: str) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise MeshError(f"{where}: {path} is larger than 4 MiB", f"Name a file with an {KIND}.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MeshError(
            f"{where}: {path}: {error.strerror or error}",
            f"Name a readable file with an {KIND}; a relative path counts from the inventory, the "
            "playbook or the working directory.",
        ) from error
    except UnicodeDecodeError as error:
        raise MeshError(f"{where}: {path} is not UTF-8: {error}", "Convert it.") from error


def _line_of(text: str, name: str, path: Path_) -> str:
    """``name:line:column`` of the node at the path, or of the last one on the way there."""
    node = _root(text)
    if node is None:
        return name
    mark = node.start_mark
    for part in path:
        step = _step(node, part)
        if step is None:
            break
        mark, node = step
    return f"{name}:{mark.line + 1}:{mark.column + 1}"


def _root(text: str) -> Any:
    """The node of the first mapping in a text; None if there is none."""
    try:
        roots = list(yaml.compose_all(text, Loader=_Loader))
    except yaml.YAMLError:
        return None
    return next((root for root in roots if isinstance(root, yaml.MappingNode)), None)


def _repeated(node: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*path, name), key.start_mark
            seen.add(name)
            yield from _repeated(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _repeated(value, (*path, number))


def _step(node: Any, part: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark, node.value[part]
    return None


def _tagged_origin(source: Any, path: Path_) -> str:
    trail = [source]
    value = source
    for part in path:
        if isinstance(value, Mapping) and part in value:
            trail.append(next(key for key in value if key == part))
            value = value[part]
        elif isinstance(value, Sequence) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
        trail.append(value)
    return origin_of(*reversed(trail))
