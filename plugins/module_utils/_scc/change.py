# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the grant of an SCC, or its end, in the way that was asked for."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._scc.bind import bind
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC, read_scc
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.lists import (
    add_entries,
    remove_entries,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    CONFIGURED,
    GRANTED,
    REVOKED,
    UNCHANGED,
    Change,
    Request,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    GROUP,
    USER,
    Subject,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.record import records
from ansible_collections.meshops.istio.plugins.module_utils._scc.rights import SCC_LISTS, refusal
from ansible_collections.meshops.istio.plugins.module_utils._scc.roles import ensure_role
from ansible_collections.meshops.istio.plugins.module_utils._scc.unbind import unbind

# An entry of this owner stays when an installation goes that has wanted it too.
_OWNER = "mesh_scc"


def carry_out(client: Client, request: Request, scc: str, changes: list[Change]) -> None:
    """Grant one SCC to the subjects, or revoke it; `changes` gets what was done, also on failure.

    SccError names the right that our account lacks.
    """
    try:
        if request.by == SCC_LISTS:
            changes.append(_by_lists(client, request, scc))
        elif request.state == GRANTED:
            role = ensure_role(client, scc, request.check_mode)
            if role is not None:
                changes.append(role)
            changes.append(
                bind(
                    client,
                    scc,
                    request.namespace,
                    request.subjects,
                    request.check_mode,
                    role is not None,
                )
            )
        else:
            for change in unbind(
                client, scc, request.namespace, request.subjects, request.check_mode
            ):
                changes.append(change)
    except ApiError as error:
        if error.status == 404 and error.details.get("kind") == "namespaces":
            raise SccError(
                f"namespace {request.namespace!r} is not there: make it before you grant in it"
            ) from error
        if error.status != 403:
            raise
        revoking = request.state == REVOKED
        text = refusal(client, scc, request.namespace, request.by, str(error), revoking)
        raise SccError(text) from error


def _by_lists(client: Client, request: Request, scc: str) -> Change:
    users = [subject.name for subject in request.subjects if subject.kind == USER]
    groups = [subject.name for subject in request.subjects if subject.kind == GROUP]
    if request.state == GRANTED:
        done = add_entries(client, scc, users, groups, owner=_OWNER, check_mode=request.check_mode)
    else:
        _refuse_installed(client, scc, {*users, *groups})
        done = remove_entries(client, scc, users, groups, check_mode=request.check_mode)
    return Change(
        scc,
        SCC.kind,
        "",
        scc,
        CONFIGURED if done.changed else UNCHANGED,
        added=_names(done.added_users, done.added_groups),
        removed=_names(done.removed_users, done.removed_groups),
        before=_lists(done.before_users, done.before_groups),
        after=_lists(done.after_users, done.after_groups),
    )


def _refuse_installed(client: Client, scc: str, names: set[str]) -> None:
    for owner, entry in records(read_scc(client, scc)).items():
        theirs = sorted(names.intersection(entry["users"] + entry["groups"]))
        if theirs and owner != _OWNER:
            raise SccError(
                f"SCC {scc}: {', '.join(theirs)} is in its lists for {owner}, an installation that"
                " would put it back: change what is installed (variable mesh_openshift)"
            )


def _names(users: tuple[str, ...], groups: tuple[str, ...]) -> tuple[str, ...]:
    found = [Subject(GROUP, name) for name in groups] + [Subject(USER, name) for name in users]
    return tuple(str(subject) for subject in found)


def _lists(users: tuple[str, ...], groups: tuple[str, ...]) -> dict[str, list[str]]:
    return {"groups": list(groups), "users": list(users)}
