# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No step back by accident: what is installed newer than the plan stays, or ends the run.

CRDs, the CNI plugin and ztunnel serve every revision. Istio's CRDs are backwards compatible, so the
newest may serve all; older ones would take fields away that a newer control plane needs.
https://istio.io/latest/docs/setup/upgrade/canary/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?")

Version = tuple[int, int, int, bool, str]


def version_key(text: str) -> Version:
    """What versions are ordered by: a release comes after its candidates, an unknown one first."""
    match = _VERSION.match(text)
    if match is None:
        return (0, 0, 0, False, "")
    major, minor, patch, candidate = match.groups()
    return (int(major), int(minor), int(patch or 0), not candidate, candidate or "")


def is_newer(one: str, other: str) -> bool:
    """Whether the first version comes after the second; unknown ones are never newer."""
    return bool(_VERSION.match(other)) and version_key(one) > version_key(other)


def steps_back(plan: Plan, lives: Sequence[LiveSet]) -> list[LiveSet]:
    """Control planes of the plan that are installed in a newer version than it has."""
    wanted = {c.set_name: c.version for c in plan.components if c.kind == "istiod"}
    return [
        live
        for live in lives
        if live.set_name in wanted and is_newer(live.version, wanted[live.set_name])
    ]


def why_no_step_back(plan: Plan, back: Sequence[LiveSet]) -> tuple[str, str]:
    """Message and remedy for steps back that nobody has allowed."""
    names = ", ".join(f"{live.name} is at {live.version}" for live in back)
    return (
        f"{names}, the variables ask for {plan.version}",
        f"Set mesh_version to {back[0].version} or later, give {plan.version} a mesh_revision of "
        "its own, or set mesh_allow_downgrade: true if this control plane is to go back. The CRDs "
        "stay as new as they are.",
    )


def keep_newer(plan: Plan, lives: Sequence[LiveSet], may_step_back: bool) -> Plan:
    """The plan less what is installed newer and shared; such a component says so in `kept`.

    Of base only the namespaces are left, which later components need. With `may_step_back` the node
    agents follow the control plane, unless a newer one of another revision needs them.
    """
    installed = {live.set_name: live for live in lives}
    newer_lives = any(
        live.kind == "istiod"
        and live.revision != plan.revision
        and is_newer(live.version, plan.version)
        for live in lives
    )

    def settled(component: PlanComponent) -> PlanComponent:
        live = installed.get(component.set_name)
        if live is None or component.kind not in ("base", "cni", "ztunnel"):
            return component
        if not is_newer(live.version, component.version):
            return component
        if may_step_back and component.kind != "base" and not newer_lives:
            return component
        return replace(
            component,
            objects=[obj for obj in component.objects if obj["kind"] == "Namespace"],
            version=live.version,
            kept=f"stays at {live.version}, which is newer than {component.version}",
        )

    return replace(plan, components=[settled(component) for component in plan.components])
