# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delete a whole set, or given objects."""

from __future__ import annotations

import time

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import foreign_owner
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import owned
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    DELETED,
    KEPT,
    ApplyReport,
    ApplyRequest,
    ObjectResult,
    PhaseResult,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.plan import (
    Leftover,
    Plan,
    read_parent,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.reader import Reader
from ansible_collections.meshops.istio.plugins.module_utils._apply.removal import Remover
from ansible_collections.meshops.istio.plugins.module_utils._apply.targets import (
    items_of,
    make_targets,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.waiting import Waiting
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import Writer, refusal
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey


def delete_set(
    client: Client, kinds: Kinds, request: ApplyRequest, progress: Progress = lambda _line: None
) -> ApplyReport:
    """Delete every member of the request's set and its parent; without a set, the given objects.

    What the request says to keep stays, and the parent with it, so that a later run finds both.

    Waits until they are gone unless `wait` is off. Deleting what is not there is no change. Raises
    InputError, ApplyError (with the report) or KubeError.
    """
    report = ApplyReport(check_mode=request.check_mode)
    phase = PhaseResult("delete")
    report.phases.append(phase)
    began = time.monotonic()
    writer = Writer(client, request.field_manager, request.check_mode)
    waiting = Waiting(client, kinds, request, progress)
    remover = Remover(client, kinds, request, writer, waiting, report)
    try:
        if request.applyset is None:
            doomed = _given(client, kinds, request)
            phase.objects = len(doomed)
            progress(f"deleting {len(doomed)} objects")
            remover.delete(doomed, "")
        else:
            plan = Plan([], request.applyset)
            read_parent(client, kinds, plan)
            if plan.parent is not None:
                doomed = _members(client, kinds, request, plan, report)
                phase.objects = len(doomed)
                progress(f"deleting the {len(doomed)} objects of {plan.applyset}")
                kept = remover.delete(doomed, request.applyset.id)
                if not kept:
                    _delete_parent(kinds, plan, writer, report)
    finally:
        phase.seconds = time.monotonic() - began
        phase.changed = sum(1 for result in report.results if result.changed)
    return report


def _given(client: Client, kinds: Kinds, request: ApplyRequest) -> list[Leftover]:
    items = items_of(request)
    if not items:
        raise InputError("nothing to delete: give objects, or the name and namespace of a set")
    targets = make_targets(items, kinds, request)
    found = Reader(client, kinds).read(targets)
    problems, doomed = [], []
    for target in targets:
        live = found.objects.get(target.key)
        if live is None:
            continue
        owner = foreign_owner(live, None)
        if owner is not None and not request.adopt:
            problems.append(f"{target.key} belongs to {owner}. Delete it there, or set adopt: true")
        doomed.append(Leftover(target.key, live))
    if problems:
        raise ApplyError("nothing was deleted, because:", problems)
    return doomed


def _members(
    client: Client, kinds: Kinds, request: ApplyRequest, plan: Plan, report: ApplyReport
) -> list[Leftover]:
    found = Reader(client, kinds).read([], plan.applyset, plan.old_scope)
    doomed = []
    for key, live in found.members.items():
        if owned(live, request.field_manager):
            keep = request.keep(live) if request.keep is not None else ""
            doomed.append(Leftover(key, live, keep, bool(keep)))
        else:
            reason = "carries the set's label but was never applied by it"
            report.results.append(ObjectResult(key, KEPT, reason, live.get("apiVersion", "")))
    return doomed


def _delete_parent(kinds: Kinds, plan: Plan, writer: Writer, report: ApplyReport) -> None:
    if plan.parent is None or plan.applyset is None:
        return
    key = ObjectKey("", "ConfigMap", plan.applyset.namespace, plan.applyset.name)
    try:
        writer.delete(kinds.find("v1", "ConfigMap"), plan.parent)
    except KubeError as error:
        raise ApplyError(
            f"{plan.applyset}: its parent cannot be deleted:",
            [refusal(key, error, plan.parent)],
            report,
        ) from error
    report.results.append(ObjectResult(key, DELETED, "parent of the set", "v1"))
