# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries in the lists of users and groups of SCCs, which everybody shares.

An entry is added or removed by one JSON patch that holds only for the version that was read; when
another writer was quicker, the lists are read again, so that no entry of theirs is lost.

Who asked for an entry is recorded on the SCC itself, in an annotation: whoever removes theirs
leaves alone what was in the list before, and what others of us still need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import (
    SCC,
    all_sccs,
    read_scc,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    check_group,
    check_user,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.record import (
    GRANTED,
    KINDS,
    Records,
    annotation,
    recorded_for,
    records,
    written,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.turns import (
    Operations,
    Turns,
    overtaken,
    patch,
)

# Changes lists (by `users` and `groups`) and record in place.
Edit = Callable[[dict[str, tuple[str, ...]], Records], None]


@dataclass(frozen=True)
class EntryChange:
    """What became (in check mode: would become) of the lists of one SCC."""

    scc: str
    before_users: tuple[str, ...]
    before_groups: tuple[str, ...]
    after_users: tuple[str, ...]
    after_groups: tuple[str, ...]
    recorded: bool = False

    @property
    def added_users(self) -> tuple[str, ...]:
        """Users that were not in the list before."""
        return _without(self.after_users, self.before_users)

    @property
    def added_groups(self) -> tuple[str, ...]:
        """Groups that were not in the list before."""
        return _without(self.after_groups, self.before_groups)

    @property
    def removed_users(self) -> tuple[str, ...]:
        """Users that are not in the list any more."""
        return _without(self.before_users, self.after_users)

    @property
    def removed_groups(self) -> tuple[str, ...]:
        """Groups that are not in the list any more."""
        return _without(self.before_groups, self.after_groups)

    @property
    def changed(self) -> bool:
        """Whether the SCC was written: its lists, or (`recorded`) the record of who needs what."""
        return self.recorded or self._lists(True) != self._lists(False)

    def _lists(self, before: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if before:
            return self.before_users, self.before_groups
        return self.after_users, self.after_groups


class _State(NamedTuple):
    """What of an SCC is ours to change."""

    users: tuple[str, ...]
    groups: tuple[str, ...]
    record: str


def add_entries(
    client: Client,
    scc: str,
    users: Iterable[str],
    groups: Iterable[str],
    *,
    owner: str = "",
    check_mode: bool = False,
) -> EntryChange:
    """Put users and groups into the lists of an SCC, and record that `owner` needs them.

    Recorded are entries that were not there before, and those that another owner has recorded;
    without an owner nothing is. Raises UnknownSccError, SubjectError, SccError, KubeError.
    """
    wanted = _Wanted(users, groups, owner)
    return _change(client, scc, wanted.added, check_mode)


def remove_entries(
    client: Client,
    scc: str,
    users: Iterable[str],
    groups: Iterable[str],
    *,
    owner: str = "",
    check_mode: bool = False,
) -> EntryChange:
    """Take users and groups out of the lists of an SCC.

    With an `owner` only what is recorded for it, and it stays in the list while another owner has
    recorded it too; without one whatever is named, with all records of it. Errors as add_entries.
    """
    wanted = _Wanted(users, groups, owner)
    return _change(client, scc, wanted.removed, check_mode)


def entries_of(client: Client, owner: str) -> list[dict[str, Any]]:
    """What is recorded for an owner: `{"scc", "users", "groups"}`, by name of the SCC.

    Empty on a cluster without SCCs.
    """
    found = []
    for obj in all_sccs(client):
        record = records(obj).get(owner)
        if record and (record["users"] or record["groups"]):
            found.append({"scc": obj["metadata"]["name"], **record})
    return sorted(found, key=lambda entry: str(entry["scc"]))


class _Wanted:
    """The entries that one owner wants to have or to be rid of."""

    def __init__(self, users: Iterable[str], groups: Iterable[str], owner: str) -> None:
        self.names = {
            "users": tuple(dict.fromkeys(check_user(name) for name in users)),
            "groups": tuple(dict.fromkeys(check_group(name) for name in groups)),
        }
        self.owner = owner

    def added(self, lists: dict[str, tuple[str, ...]], record: Records) -> None:
        for kind, names in self.names.items():
            new = _without(names, lists[kind])
            if self.owner:
                ours = recorded_for(record, kind)
                mine = record.setdefault(self.owner, {key: [] for key in KINDS})
                needed = [name for name in names if name in new or name in ours]
                mine[kind] = sorted({*mine[kind], *needed})
            lists[kind] += new

    def removed(self, lists: dict[str, tuple[str, ...]], record: Records) -> None:
        for kind, names in self.names.items():
            gone = set(names)
            if self.owner:
                gone &= set(record.get(self.owner, {}).get(kind, ()))
            for owner, entry in record.items():
                if self.owner in ("", owner):
                    entry[kind] = [name for name in entry[kind] if name not in gone]
            gone -= recorded_for(record, kind)
            lists[kind] = tuple(name for name in lists[kind] if name not in gone)


def _change(client: Client, scc: str, edit: Edit, check_mode: bool) -> EntryChange:
    turns = Turns()
    asked: _State | None = None
    change: EntryChange | None = None
    while True:
        obj = read_scc(client, scc)
        before = _state(obj)
        if change is not None and before == asked:
            # Our patch was taken; only its answer was lost.
            return change
        lists = {"users": before.users, "groups": before.groups}
        record = records(obj)
        edit(lists, record)
        after = _State(lists["users"], lists["groups"], written(record))
        recorded = after.record != before.record
        change = EntryChange(scc, *before[:2], *after[:2], recorded)
        if not change.changed:
            return change
        try:
            patch(client, SCC, obj, _operations(obj, after), check_mode)
            return change
        except ApiError as error:
            if not overtaken(error, obj, partial(read_scc, client, scc)):
                raise
            turns.again(error)
            asked = after if error.attempts > 1 else None


def _operations(obj: Mapping[str, Any], after: _State) -> Operations:
    operations: Operations = [
        {"op": "add", "path": "/users", "value": list(after.users)},
        {"op": "add", "path": "/groups", "value": list(after.groups)},
    ]
    if after.record == annotation(obj):
        return operations
    path = f"/metadata/annotations/{GRANTED.replace('/', '~1')}"
    if after.record:
        if not obj["metadata"].get("annotations"):
            operations.append({"op": "add", "path": "/metadata/annotations", "value": {}})
        operations.append({"op": "add", "path": path, "value": after.record})
    elif annotation(obj):
        operations.append({"op": "remove", "path": path})
    return operations


def _state(obj: Mapping[str, Any]) -> _State:
    return _State(
        tuple(obj.get("users") or ()), tuple(obj.get("groups") or ()), written(records(obj))
    )


def _without(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    excluded = set(others)
    return tuple(name for name in names if name not in excluded)
