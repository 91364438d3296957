# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mesh's entries in the lists of SCCs that everybody shares: added, compared, taken out.

What the mesh has added is recorded on each SCC under the mesh's name (see _scc/lists.py), so that
entries that others made are never taken out, and nothing need be remembered elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import entry
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import Verdict
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    CONFIGURED,
    FAILED,
    KEPT,
    UNCHANGED,
    ApplyReport,
    ObjectResult,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError, KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.lists import (
    EntryChange,
    add_entries,
    entries_of,
    remove_entries,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    GROUP,
    USER,
    Subject,
)

Entry = Mapping[str, Any]
# Why an entry is not to be taken out yet; empty when it may go.
KeepEntry = Callable[[str, Subject], str]


class Listed(NamedTuple):
    """One user or group in the lists of one SCC."""

    scc: str
    subject: Subject


class Entries:
    """The entries of the mesh in a namespace."""

    def __init__(self, client: Client, namespace: str, options: RunOptions) -> None:
        self._client = client
        self._owner = f"mesh/{namespace}"
        self._options = options
        # Whether there may be entries that the account cannot see.
        self.hidden = False

    def add(self, entries: Iterable[Entry], report: ApplyReport) -> None:
        """Add what is not in the lists yet. Raises ApplyError with the report."""
        for item in entries:
            self._change(add_entries, item["scc"], item["users"], item["groups"], report)

    def recorded(self) -> list[Listed]:
        """What the mesh has added so far; nothing where the account may not read SCCs.

        An API server without the kind refuses too when the account has no right to it.
        """
        try:
            return _listed(entries_of(self._client, self._owner))
        except ApiError as error:
            if error.status == 403:
                self.hidden = read_if_there(self._client, f"/apis/{SCC.group}") is not None
                return []
            raise

    def stale(self, wanted: Iterable[Entry]) -> list[Listed]:
        """What the mesh has added and nobody wants any more."""
        still = set(_listed(wanted))
        return [one for one in self.recorded() if one not in still]

    def remove(
        self, doomed: Sequence[Listed], report: ApplyReport, keep: KeepEntry | None = None
    ) -> list[str]:
        """Take entries out but for those to keep; returns a line for each of these.

        Raises ApplyError with the report.
        """
        kept = [(one, keep(one.scc, one.subject)) for one in doomed] if keep else []
        lines = [f"{_key(one.scc)}: {one.subject} in its list: {why}" for one, why in kept if why]
        staying = {one for one, why in kept if why}
        for scc in sorted({one.scc for one in doomed}):
            reasons = [line for line in lines if line.startswith(f"{_key(scc)}:")]
            if reasons:
                text = "; ".join(line.partition(": ")[2] for line in reasons)
                report.results.append(ObjectResult(_key(scc), KEPT, text, SCC.api_version))
            gone = [one.subject for one in doomed if one.scc == scc and one not in staying]
            if gone:
                users = [subject.name for subject in gone if subject.kind == USER]
                groups = [subject.name for subject in gone if subject.kind == GROUP]
                self._change(remove_entries, scc, users, groups, report)
        return lines

    def verdicts(
        self, wanted: Sequence[Entry], stale: Sequence[Listed], keep: KeepEntry
    ) -> list[Verdict]:
        """One for each SCC: whether its lists have what is wanted and not what was wanted once."""
        found = []
        for scc in sorted({item["scc"] for item in wanted} | {one.scc for one in stale}):
            live = read_if_there(self._client, SCC.path("", scc))
            if live is None:
                found.append(
                    Verdict(_key(scc), False, False, False, "there is no such SCC to read")
                )
                continue
            there = set(_listed([_lists(scc, live)]))
            missing = [
                one
                for one in _listed(item for item in wanted if item["scc"] == scc)
                if one not in there
            ]
            reasons = [f"{one.subject} is not in its list" for one in missing]
            notes: list[str] = []
            for one in stale:
                if one.scc == scc:
                    why = keep(one.scc, one.subject)
                    said = notes if why else reasons
                    said.append(f"{one.subject} is still in its list: {why or 'nobody wants it'}")
            found.append(
                Verdict(
                    _key(scc),
                    True,
                    not reasons,
                    True,
                    "; ".join([*reasons, *notes]),
                    kept=bool(notes) and not reasons,
                )
            )
        return found

    def left(self, removed: Iterable[Listed]) -> list[str]:
        """Of entries that were taken out, those that are still recorded, as lines."""
        gone = set(removed)
        return [
            f"{_key(one.scc)}: {one.subject} in its list" for one in self.recorded() if one in gone
        ]

    def _change(
        self,
        write: Callable[..., EntryChange],
        scc: str,
        users: Sequence[str],
        groups: Sequence[str],
        report: ApplyReport,
    ) -> None:
        check_mode = self._options.check_mode
        try:
            change = write(
                self._client, scc, users, groups, owner=self._owner, check_mode=check_mode
            )
        except KubeError as error:
            report.results.append(ObjectResult(_key(scc), FAILED, str(error), SCC.api_version))
            raise ApplyError(
                f"the lists of {_key(scc)} could not be changed:", [str(error)], report
            ) from error
        action = CONFIGURED if change.changed else UNCHANGED
        result = ObjectResult(_key(scc), action, _in_words(change), SCC.api_version)
        report.results.append(result)
        if self._options.diff and change.changed:
            before = _shown(scc, change.before_users, change.before_groups)
            after = _shown(scc, change.after_users, change.after_groups)
            report.diff.append(entry(str(_key(scc)), before, after))


def _listed(entries: Iterable[Entry]) -> list[Listed]:
    return [
        Listed(item["scc"], Subject(kind, name))
        for item in entries
        for kind, key in ((USER, "users"), (GROUP, "groups"))
        for name in item[key]
    ]


def _lists(scc: str, live: Mapping[str, Any]) -> Entry:
    return {"scc": scc, **{key: live.get(key) or () for key in ("users", "groups")}}


def _key(scc: str) -> ObjectKey:
    return ObjectKey(SCC.group, SCC.kind, "", scc)


def _in_words(change: EntryChange) -> str:
    parts = [
        (word, [str(Subject(kind, name)) for kind, names in pairs for name in names])
        for word, pairs in (
            ("added", ((USER, change.added_users), (GROUP, change.added_groups))),
            ("removed", ((USER, change.removed_users), (GROUP, change.removed_groups))),
        )
    ]
    said = [f"{word} {', '.join(names)}" for word, names in parts if names]
    if change.changed and not said:
        return "only the record of who needs its entries"
    return "; ".join(said)


def _shown(scc: str, users: Iterable[str], groups: Iterable[str]) -> dict[str, Any]:
    head = {"apiVersion": SCC.api_version, "kind": SCC.kind, "metadata": {"name": scc}}
    return {**head, "users": list(users), "groups": list(groups)}
