# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants an SCC by a binding, as `oc adm policy add-scc-to-user` does today."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.bindings import (
    Object,
    bindings_of,
    binds,
    change_of,
    kind_in,
    new_binding,
    of_a_set,
    subjects_of,
    title,
    with_subjects,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    CONFIGURED,
    CREATED,
    UNCHANGED,
    Change,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject, role_of
from ansible_collections.meshops.istio.plugins.module_utils._scc.turns import (
    Turns,
    overtaken,
    patch,
    query,
)

# Whether an account may bind a role is decided by a cache of the API server's.
_NOTICED_WITHIN = 5.0


def bind(
    client: Client,
    scc: str,
    namespace: str,
    subjects: Sequence[Subject],
    check_mode: bool,
    role_is_new: bool = False,
) -> Change:
    """Let subjects use an SCC in a namespace, or (empty) in all of them.

    Who has the grant by another binding to the same role needs none of ours, unless that belongs to
    an installation, which removes it some day. `role_is_new` says that this run has made the role:
    in check mode the server cannot be asked then, else it takes a moment to notice it.
    """
    kind, name = kind_in(namespace), role_of(scc)
    turns, noticed = Turns(), Turns(_NOTICED_WITHIN)
    lost: Change | None = None
    while True:
        found = bindings_of(client, scc, namespace)
        ours = client.get(kind, namespace, name)
        _refuse_foreign(ours, scc)
        held = {who for obj in found if not of_a_set(obj) for who in subjects_of(obj)}
        missing = [subject for subject in subjects if subject not in held]
        after = with_subjects(ours or new_binding(scc, namespace), missing)
        if not missing:
            return lost or change_of(scc, after, UNCHANGED)
        action = CONFIGURED if ours else CREATED
        change = change_of(scc, after, action, added=missing, before=ours, after=after)
        if check_mode and role_is_new:
            return change
        try:
            _send(client, kind, ours, after, check_mode)
            return change
        except ApiError as error:
            absent = error.status == 404 and ours is None
            if absent and check_mode:
                # The namespace: tasks before this one would have made it.
                return change
            read = partial(client.get, kind, namespace, name)
            if error.status == 404 and role_is_new:
                noticed.again(error)
            elif error.status == 409 if ours is None else overtaken(error, ours, read):
                turns.again(error)
            else:
                raise
            # Sent more than once: the first may have been taken, and only its answer lost.
            lost = change if error.attempts > 1 else None


def _send(client: Client, kind: Kind, ours: Object | None, after: Object, check_mode: bool) -> None:
    if ours is None:
        path = kind.collection(after["metadata"].get("namespace", ""))
        client.request("POST", path, query=query(check_mode), body=after)
        return
    operation = {"op": "add", "path": "/subjects", "value": after["subjects"]}
    patch(client, kind, ours, [operation], check_mode)


def _refuse_foreign(ours: Object | None, scc: str) -> None:
    if ours is None:
        return
    if of_a_set(ours):
        raise SccError(
            f"{title(ours)} belongs to an installation, which would take out again what is added"
            " to it: give the installation's binding another name, or add the grant there"
        )
    if binds(ours, scc):
        return
    reference = ours["roleRef"]
    raise SccError(
        f"{title(ours)} binds {reference['kind']} {reference['name']}, not the ClusterRole"
        f" {role_of(scc)} that its name says; a binding's role cannot be changed. Delete that"
        f" {ours['kind']} or give it another name"
    )
