# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes the grant of an SCC out of bindings again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import PART_OF_LABEL
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.bindings import (
    Object,
    bindings_of,
    change_of,
    kind_in,
    of_a_set,
    subjects_of,
    title,
    without_subjects,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    CONFIGURED,
    DELETED,
    Change,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject
from ansible_collections.meshops.istio.plugins.module_utils._scc.turns import (
    Turns,
    overtaken,
    patch,
    query,
)


def unbind(
    client: Client, scc: str, namespace: str, subjects: Sequence[Subject], check_mode: bool
) -> Iterator[Change]:
    """Take subjects out of every binding to the role of an SCC in a namespace, or in the cluster.

    Yields what was done to each. A binding that is left without subjects is deleted. SccError,
    before anything is written, when a binding belongs to an installation: that would put it back.
    """
    found = bindings_of(client, scc, namespace)
    affected = [obj for obj in found if not {*subjects}.isdisjoint(subjects_of(obj))]
    for obj in affected:
        if of_a_set(obj):
            raise SccError(
                f"{title(obj)} belongs to an installation (label {PART_OF_LABEL}), which would put"
                " it back: change what is installed (for a mesh the variable mesh_openshift)"
            )
    for obj in affected:
        change = _unbind(client, scc, obj, subjects, check_mode)
        if change is not None:
            yield change


def _unbind(
    client: Client, scc: str, obj: Object, subjects: Sequence[Subject], check_mode: bool
) -> Change | None:
    kind, metadata = kind_in(obj["metadata"].get("namespace", "")), obj["metadata"]
    read = partial(client.get, kind, metadata.get("namespace", ""), metadata["name"])
    turns = Turns()
    current: Object | None = obj
    lost: Change | None = None
    while current is not None:
        removed = [subject for subject in subjects if subject in subjects_of(current)]
        if not removed:
            break
        after = without_subjects(current, removed)
        gone = not after["subjects"]
        change = change_of(
            scc,
            current,
            DELETED if gone else CONFIGURED,
            removed=removed,
            before=current,
            after=None if gone else after,
        )
        try:
            if gone:
                _delete(client, kind, current, check_mode)
            else:
                operation = {"op": "add", "path": "/subjects", "value": after["subjects"]}
                patch(client, kind, current, [operation], check_mode)
            return change
        except ApiError as error:
            if not overtaken(error, current, read):
                raise
            turns.again(error)
            # Sent more than once: the first may have been taken, and only its answer lost.
            lost = change if error.attempts > 1 else None
            current = read()
    return lost


def _delete(client: Client, kind: Kind, obj: Object, check_mode: bool) -> None:
    metadata = obj["metadata"]
    body: Object = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
    }
    if check_mode:
        body["dryRun"] = ["All"]  # what counts when there is a body; the query is what logs show
    path = kind.path(metadata.get("namespace", ""), metadata["name"])
    client.request("DELETE", path, query=query(check_mode), body=body)
