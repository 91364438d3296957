# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take a whole set away as pruning does: namespaces and CRDs are given up, never deleted."""

from __future__ import annotations

import time

from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyReport,
    ApplyRequest,
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
from ansible_collections.meshops.istio.plugins.module_utils._apply.waiting import Waiting
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import Writer
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import object_of

_PROTECTED = ("Namespace", "CustomResourceDefinition")


def release_set(
    client: Client, kinds: Kinds, request: ApplyRequest, progress: Progress
) -> ApplyReport:
    """Give up the set's namespaces and CRDs, then delete the rest of it and its parent.

    Raises ApplyError (with the report) or KubeError.
    """
    applyset = request.applyset
    if applyset is None:
        raise ValueError("a set is needed")
    report = ApplyReport(check_mode=request.check_mode)
    phase = PhaseResult("release")
    report.phases.append(phase)
    began = time.monotonic()
    plan = Plan([], applyset)
    read_parent(client, kinds, plan)
    if plan.parent is not None:
        found = Reader(client, kinds).read([], applyset, plan.old_scope)
        protected = [
            Leftover(key, live) for key, live in found.members.items() if key.kind in _PROTECTED
        ]
        writer = Writer(client, request.field_manager, request.check_mode)
        waiting = Waiting(client, kinds, request, progress)
        remover = Remover(client, kinds, request, writer, waiting, report)
        remover.prune(protected, applyset.id)
        phase.objects = phase.changed = len(protected)
    phase.seconds = time.monotonic() - began
    rest = delete_set(client, kinds, request, progress)
    # In check mode what was released is still there, and seems to be deleted once more.
    released = {result.key for result in report.results}
    report.results += [result for result in rest.results if result.key not in released]
    report.phases += rest.phases
    report.warnings += rest.warnings
    names = {str(key) for key in released}
    report.diff += [entry for entry in rest.diff if object_of(entry) not in names]
    return report
