# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sets of a mesh an uninstall removes, and why others stay."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.module_utils._mesh import options as modes
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Entries, Listed
from ansible_collections.meshops.istio.plugins.module_utils._mesh.guard import PLATFORM
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import (
    OF_A_REVISION,
    LiveSet,
)


def chosen_sets(
    scope: str, plan: Plan, lives: Sequence[LiveSet]
) -> tuple[list[LiveSet], list[str], str]:
    """The sets to remove, last first, lines that say why others stay, and the lines' reason.

    The last is empty unless a whole revision is asked for that is not installed.
    """
    revision = plan.revision
    if scope == modes.PURGE:
        return list(reversed(lives)), [], ""
    if scope == modes.REVISION:
        kinds = ("istiod", "default", "gateway")
        chosen = [s for s in lives if s.kind in kinds and s.revision == revision]
        kept = [f"component {s.name}: not of this revision" for s in lives if s not in chosen]
        return list(reversed(chosen)), kept, "" if chosen else _absent(plan, lives)
    wanted = {component.set_name for component in plan.components}
    others = _other_revisions(plan, lives)
    chosen, kept = [], []
    for live in lives:
        # Rights of an older era that were still needed are in no variables any more.
        if live.set_name not in wanted and (others or live.kind != PLATFORM):
            kept.append(f"component {live.name}: not in the variables")
        elif others and (live.revision != revision or live.kind not in OF_A_REVISION):
            kept.append(f"component {live.name}: {', '.join(others)} may need it")
        else:
            chosen.append(live)
    return list(reversed(chosen)), kept, ""


def chosen_entries(
    scope: str, plan: Plan, lives: Sequence[LiveSet], entries: Entries
) -> tuple[list[Listed], list[str]]:
    """The mesh's entries in the lists of SCCs to take out, and why they stay."""
    if scope == modes.REVISION:
        return [], []
    recorded = entries.recorded()
    if entries.hidden:
        return [], ["entries in the lists of SCCs, if there are any: the account may not list them"]
    others = _other_revisions(plan, lives) if scope == modes.OPTIONS else []
    if recorded and others:
        sccs = ", ".join(sorted({one.scc for one in recorded}))
        return [], [f"entries in the lists of SCC {sccs}: {', '.join(others)} may need them"]
    return recorded, []


def _other_revisions(plan: Plan, lives: Sequence[LiveSet]) -> list[str]:
    """Names of the control planes that are not the plan's."""
    wanted = {component.set_name for component in plan.components}
    return [live.name for live in lives if live.kind == "istiod" and live.set_name not in wanted]


def _absent(plan: Plan, lives: Sequence[LiveSet]) -> str:
    """That a revision is not installed, and which ones are."""
    names = sorted({s.revision or "default" for s in lives if s.kind == "istiod"})
    there = f"installed: {', '.join(names)}" if names else "none is"
    name = plan.revision or "default"
    return f"revision {name} is not installed in namespace {plan.namespace} ({there})"
