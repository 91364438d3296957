# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's documents wish for, first without a release, then merged onto its profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    Problem,
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
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.errors import (
    DocumentsError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    Document,
    Path_,
    parts_of,
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.merge import (
    TRANSLATED,
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
    clone,
    text_at,
    with_integers,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.validation import (
    TABLE_NAME,
    gateway_problems,
    is_of_table,
    merged_problems,
    unknown_field,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.variables import (
    Variables,
    variables,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

# How many values that only another release knows are named one by one.
_SHOWN: Final = 3
_VALUES: Final = "spec.values"
_FIELDS: Final[Mapping[str, Path_]] = {
    name: ("spec", "values", *path.split(".")) for name, path in TRANSLATED.items()
}


@dataclass(frozen=True)
class Wish:
    """Documents, merged in their order with what the user's variables say on top of them.

    ``where`` is the option that named them, for messages.
    """

    documents: tuple[Document, ...]
    user: Tree
    where: str
    base_dir: Path | None = None
    last: Variables = field(default_factory=lambda: Variables({}, ""))

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
        if isinstance(owner, Variables):
            where = owner.variable(place)
        else:
            where = f"{owner.name if owner else self.where}: spec.profile"
        tree, document = Profiles(release, self.base_dir).merged(name, where, self._folder(place))
        return tree, [document] if document.folder else []

    def locate(self, problem: Problem, more: Sequence[Document] = ()) -> Problem:
        """The problem of the merged document, with the variable, or file and line, it comes from.

        ``more`` are documents below the wish's own: a profile that the user wrote.
        """
        path = _path_of(problem.where, self.user)
        name = unknown_field(problem)
        exact = (*path, name) if name else path
        found = self._place(exact, more)
        if found is None:
            return replace(problem, where=f"{self.where}: {problem.where}")
        owner, place = found
        shown = place
        if name and len(place) == len(exact):
            # The place is that of the mapping; the line that matters is the field's.
            shown = place[:-1]
        elif len(place) <= len(path) and path[: len(place)] == place:
            shown = path
        located = owner.problem(shown, problem.message, problem.remedy)
        return replace(located, origin=owner.origin(place))

    def states(self, problem: Problem, more: Sequence[Document] = ()) -> bool:
        """Whether the user's documents or variables state just what the problem is about."""
        path = _path_of(problem.where, self.user)
        name = unknown_field(problem)
        exact = (*path, name) if name else path
        return any(
            _reaches(document.data, place)
            for place in spellings(exact)
            for document in (*more, *self.documents, self.last)
        )

    def raise_for(self, problems: Sequence[Problem], more: Sequence[Document] = ()) -> None:
        """Raise an error with the problems of the merged document, if there are any."""
        if not problems:
            return
        owners = [self._place(_path_of(item.where, self.user), more) for item in problems]
        located = [self.locate(item, more) for item in problems]
        if any(owner and isinstance(owner[0], Variables) for owner in owners):
            raise InputError(located)
        raise DocumentsError(located)

    def _owner(self, path: Path_) -> Document | None:
        found = self._place(path)
        return found[0] if found else None

    def _place(self, path: Path_, more: Sequence[Document] = ()) -> tuple[Document, Path_] | None:
        """The last document that says something of the place, or else of one above it; and where.

        What a value is in the document may be a field of the specification, such as `revision`.
        """
        documents = (self.last, *reversed(self.documents), *more)
        places = spellings(path)
        for cut in range(len(path)):
            for document in documents:
                for place in places:
                    reached = place[: len(place) - cut]
                    if len(reached) > 1 and _reaches(document.data, reached):
                        return document, reached
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
        document.problem(
            ("spec",),
            f"must be a mapping, is {with_integers(document.data['spec'])!r}",
            "write the fields of the mesh below it, such as profile: default",
        )
        for document in documents
        if not isinstance(document.data.get("spec") or {}, dict)
    ]
    _raise_documents(problems)
    user = merge_documents(documents)
    if last:
        add_last(user, dict(last))
    return Wish(tuple(documents), user, where, base_dir, variables(clone(last), where))


def namespace_of(tree: Tree) -> str:
    """The namespace of the control plane, as a document says it."""
    places = ("spec.values.global.istioNamespace", "metadata.namespace")
    return next(filter(None, (text_at(tree, place) for place in places)), DEFAULT_NAMESPACE)


def resolve(wish: Wish, release: Release, defaults: Defaults) -> Resolved:
    """Check the wish and merge it onto its profile. Raises InputError with every problem found."""
    profile, more = wish.profile(release)
    checked = [*more, *wish.documents]
    problems, notes = inspect(checked, release.version)
    _raise_documents(problems)
    try:
        tree = merge_all(profile, wish.user, defaults)
    except TreeError as error:
        problem = Problem(error.place, error.message, "write it as a mapping, or remove it")
        wish.raise_for([problem], more)
    found, looks = merged_problems(tree, release.version)
    components = _components(tree, release.version)
    found += gateway_problems(components)
    if not is_of_table(release.version):
        # A profile is right for its release; only what the user states may be wrong.
        stated = [item for item in found if not item.where.startswith(_VALUES)]
        inside = [item for item in found if item.where.startswith(_VALUES)]
        inside = [item for item in inside if wish.states(item, more)]
        notes += _unchecked(wish, [item for item in inside if unknown_field(item)], more)
        found = [*stated, *(item for item in inside if not unknown_field(item))]
    wish.raise_for(found, more)
    add_unvalidated(tree)
    notes += [
        wish.locate(item, more)
        for item in looks
        if not unknown_field(item) or wish.states(item, more)
    ]
    notes += _namespace_notes(wish, tree, release)
    # Enablement may come from values that are not checked, so look again.
    return Resolved(tree, _components(tree, release.version), tuple(map(str, notes)))


def _raise_documents(problems: Sequence[Problem]) -> None:
    if problems:
        raise DocumentsError(problems)


def _unchecked(wish: Wish, problems: Sequence[Problem], more: Sequence[Document]) -> list[Problem]:
    """What to say of values that another release may know."""
    notes = []
    for item in problems[:_SHOWN]:
        name = unknown_field(item)
        message = f'"{name}" is not known to the table of {TABLE_NAME}, not checked'
        located = wish.locate(item, more)
        notes.append(replace(located, message=message, remedy=""))
    rest = [unknown_field(item) for item in problems[_SHOWN:]]
    if rest:
        message = f"{len(rest)} more values are not known to the table of {TABLE_NAME}, not checked"
        notes.append(Problem(wish.where, message))
    return notes


def spellings(path: Path_) -> tuple[Path_, ...]:
    """The ways to write a value in a document: below `values`, or as a field of its own."""
    return (
        path,
        *(
            ("spec", name, *path[len(above) :])
            for name, above in _FIELDS.items()
            if path[: len(above)] == above
        ),
    )


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
