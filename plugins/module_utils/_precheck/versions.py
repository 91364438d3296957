# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of what is installed against those of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import (
    steps_back,
    version_key,
    why_no_step_back,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)


def check_versions(plan: Plan, lives: Sequence[LiveSet], may_step_back: bool) -> Finding:
    """No control plane goes back unless allowed; what stays newer and what skips a minor is told.

    `plan` is one that keep_newer has settled.
    """
    back = steps_back(plan, lives)
    if back and not may_step_back:
        return Finding("versions", FAILED, *why_no_step_back(plan, back))
    kept = [f"{c.name} {c.kept}" for c in plan.components if c.kept]
    skipping = [live for live in lives if _skips(live, plan)]
    if skipping:
        live = skipping[0]
        return Finding(
            "versions",
            WARNING,
            f"{live.name} goes from {live.version} to {plan.version} in place and skips a minor "
            "version, which Istio does not support",
            "Go by one minor version at a time, or give the new one a mesh_revision of its own.",
        )
    if kept:
        return Finding("versions", WARNING, "; ".join(kept))
    if back:
        return Finding("versions", WARNING, f"{back[0].name} goes back from {back[0].version}")
    return Finding("versions", OK, f"nothing installed is newer than {plan.version}")


def _skips(live: LiveSet, plan: Plan) -> bool:
    """Whether a control plane of the plan is more than one minor version behind it."""
    if live.set_name not in {c.set_name for c in plan.components if c.kind == "istiod"}:
        return False
    old, new = version_key(live.version), version_key(plan.version)
    return old[0] == new[0] and new[1] - old[1] > 1
