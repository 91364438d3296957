# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's documents wish for, first without a release, then merged onto its profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    DEFAULT_NAMESPACE,
    REWRITTEN,
    ComponentSettings,
    components_of,
    minor_of,
    wanted,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.document import inspect
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    Document,
    Path_,
    parts_of,
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.merge import (
    Defaults,
    add_last,
    add_unvalidated,
    merge_all,
    merge_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.profiles import Profiles
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    TreeError,
    text_at,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.validation import (
    gateway_problems,
    merged_problems,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

_UNKNOWN = re.compile(r'unknown field "([^"]+)"')


@dataclass(frozen=True)
class Wish:
    """Documents, merged in their order with what the user's variables say on top of them.

    ``where`` is the option that named them, for messages.
    """

    documents: tuple[Document, ...]
    user: Tree
    where: str
    base_dir: Path | None = None

    @property
    def revision(self) -> str:
        """The revision of the control plane; empty for none."""
        values = text_at(self.user, "spec.values.revision")
        revision = values or text_at(self.user, "spec.revision")
        return "" if revision == "default" else revision

    @property
    def namespace(self) -> str:
        """The namespace of the control plane, if no profile of one's own sets another."""
        return namespace_of(self.user)

    @property
    def package_path(self) -> str:
        """``installPackagePath``, made absolute if it is there from the document's own folder."""
        text = text_at(self.user, "spec.installPackagePath")
        folder = self._folder(("spec", "installPackagePath"))
        return str(folder / text) if text and folder and (folder / text).exists() else text

    def profile(self, release: Release) -> tuple[Tree, list[Document]]:
        """The profile, and the documents that users may have written of it. Raises InputError."""
        name = text_at(self.user, "spec.profile")
        place = ("spec", "profile")
        owner = self._owner(place)
        where = f"{owner.name}: spec.profile" if owner else f"{self.where}: spec.profile"
        tree, document = Profiles(release, self.base_dir).merged(name, where, self._folder(place))
        return tree, [document] if document.folder else []

    def locate(self, problem: Problem) -> Problem:
        """The problem of the merged document, with the file and line that it comes from."""
        path = _path_of(problem.where, self.user)
        owner = self._owner(path)
        if owner is None:
            return replace(problem, where=f"{self.where}: {problem.where}")
        located = owner.problem(path, problem.message, problem.remedy)
        unknown = _UNKNOWN.search(problem.message)
        if unknown:
            # The place is that of the mapping; the line that matters is the field's.
            located = replace(located, origin=owner.origin((*path, unknown[1])))
        return located

    def _owner(self, path: Path_) -> Document | None:
        """The last document that says something of the place, or else of one above it."""
        for length in range(len(path), 1, -1):
            for document in reversed(self.documents):
                if _reaches(document.data, path[:length]):
                    return document
        return None

    def _folder(self, path: Path_) -> Path | None:
        owner = self._owner(path)
        return owner.folder if owner else None


@dataclass(frozen=True)
class Resolved:
    """The merged document, what it wants, and what in it looks like a mistake."""

    tree: Tree
    components: tuple[ComponentSettings, ...]
    notes: tuple[str, ...]


def read_wish(
    value: Any, where: str, last: Mapping[str, Any], base_dir: Path | None = None
) -> Wish:
    """The documents that an option's value names, and on top of them a specification of ours.

    Raises InputError and MeshError for what cannot be read.
    """
    documents = read_documents(value, where, base_dir)
    problems = [
        document.problem(("spec",), "must be a mapping", "write it as in the documentation")
        for document in documents
        if not isinstance(document.data.get("spec") or {}, dict)
    ]
    raise_for(problems)
    user = merge_documents(documents)
    if last:
        add_last(user, dict(last))
    return Wish(tuple(documents), user, where, base_dir)


def namespace_of(tree: Tree) -> str:
    """The namespace of the control plane, as a document says it."""
    places = ("spec.values.global.istioNamespace", "metadata.namespace")
    return next(filter(None, (text_at(tree, place) for place in places)), DEFAULT_NAMESPACE)


def resolve(wish: Wish, release: Release, defaults: Defaults) -> Resolved:
    """Check the wish and merge it onto its profile. Raises InputError with every problem found."""
    profile, more = wish.profile(release)
    checked = [*more, *wish.documents]
    problems, notes = inspect(checked, release.version)
    raise_for(problems)
    try:
        tree = merge_all(profile, wish.user, defaults)
    except TreeError as error:
        raise_for([Problem(wish.where, str(error), "correct the document")])
    found, looks = merged_problems(tree, release.version)
    components = _components(tree, release.version)
    found += gateway_problems(components)
    raise_for([wish.locate(problem) for problem in found])
    add_unvalidated(tree)
    notes += [wish.locate(problem) for problem in looks]
    notes += _namespace_notes(wish, tree, release)
    # Enablement may come from values that are not checked, so look again.
    return Resolved(tree, _components(tree, release.version), tuple(map(str, notes)))


def _components(tree: Tree, version: str) -> tuple[ComponentSettings, ...]:
    minor = minor_of(version)
    return tuple(item for kind in components_of(version) for item in wanted(kind, tree, minor))


def _namespace_notes(wish: Wish, tree: Tree, release: Release) -> list[Problem]:
    said = text_at(tree, "spec.namespace")
    if not said or minor_of(release.version) < REWRITTEN or said == namespace_of(tree):
        return []
    return [
        wish.locate(
            Problem(
                "spec.namespace",
                f"{said!r} has no effect: since Istio 1.24 nothing reads it, and the control plane "
                f"is in {namespace_of(tree)}",
                "set values.global.istioNamespace instead",
            )
        )
    ]


def _reaches(data: Any, path: Path_) -> bool:
    value = data
    for part in path:
        value, missing = _child(value, part), not _has_child(value, part)
        if missing:
            return False
    return True


def _path_of(where: str, tree: Tree) -> Path_:
    """The path that a text such as ``spec.a[0].b.c`` means in a document; keys may have dots."""
    words = list(parts_of(where))
    path: list[str | int] = []
    value: Any = tree
    while words:
        word, words = words[0], words[1:]
        while isinstance(word, str) and isinstance(value, Mapping) and word not in value and words:
            joined = f"{word}.{words[0]}"
            if not any(str(key).startswith(joined) for key in value):
                break
            word, words = joined, words[1:]
        path.append(word)
        value = _child(value, word)
    return tuple(path)


def _has_child(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _child(value: Any, part: str | int) -> Any:
    return value[part] if _has_child(value, part) else None
