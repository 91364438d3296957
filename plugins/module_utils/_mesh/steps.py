# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A step of a run: its place in the report, its failure, and what it comes to."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    CONFIGURED,
    ApplyReport,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import (
    ComponentReport,
    MeshReport,
    MeshRunError,
)


def begin(report: MeshReport, component: PlanComponent) -> ComponentReport:
    """A new entry of the report for a component."""
    entry = ComponentReport(
        component.name,
        component.kind,
        component.title,
        component.namespace,
        component.revision,
        component.version,
    )
    report.components.append(entry)
    return entry


def run_step(report: MeshReport, entry: ComponentReport, step: Callable[[], ApplyReport]) -> None:
    """Run a step of a component; its failure ends the run and keeps what was done."""
    began = time.monotonic()
    try:
        entry.report = step()
    except ApplyError as error:
        entry.state = "failed"
        if isinstance(error.report, ApplyReport):
            entry.report = error.report
        raise MeshRunError(f"component {entry.name}: {error}", report) from error
    except InputError as error:
        entry.state = "failed"
        raise MeshRunError(f"component {entry.name}: {error}", report) from error
    finally:
        entry.seconds += time.monotonic() - began


def state_of(report: ApplyReport, known: bool) -> str:
    """The state of a component that was applied; `known` says that it was there before."""
    if not report.changed:
        return "unchanged"
    if not known and not any(result.action == CONFIGURED for result in report.results):
        return "created"
    return "changed"
