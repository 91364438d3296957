# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports as lines for people: short enough for a fleet, complete enough to act on."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import (
    ComponentReport,
    MeshReport,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.verify import Proof

_MANY = 12
# A gateway may have any number of Routes; the result has them all.
_ADDRESSES = 4


def installed(report: MeshReport) -> list[str]:
    """What an installation did, and what there is now."""
    changed = sum(1 for component in report.components if component.changed)
    verb = "would change" if report.check_mode else "changed"
    lines = [_head(report.namespace, report.revision, report.version)]
    lines += _table([_row(component) for component in report.components])
    lines += [f"kept: {text}" for text in report.kept]
    lines.append(
        f"{changed} of {len(report.components)} components {verb} in {report.seconds:.1f} s"
    )
    if report.check_mode:
        lines.append("next: run again without --check")
    elif any("no address" in address for c in report.components for address in c.addresses):
        lines.append(
            "next: give the gateways an address (a load balancer, another Service type, or routes"
            " on OpenShift)"
        )
    return lines


def removed(report: MeshReport) -> list[str]:
    """What an uninstall removed, what it kept and why, and the proof."""
    gone = sum(
        1 for c in report.components for result in c.report.results if result.action == "deleted"
    )
    verb = "would be deleted" if report.check_mode else "deleted"
    lines = [_head(report.namespace, report.revision, report.version)]
    if report.absent:
        lines.append(f"nothing to remove: {report.absent}")
    state = "would go" if report.check_mode else "removed"
    rows = [
        [c.name, c.state if c.state == "failed" else state, _counts(c)] for c in report.components
    ]
    lines += _table(rows)
    lines += _shorten([f"kept: {text}" for text in report.kept])
    lines += [f"still there: {text}" for text in report.remaining]
    lines.append(f"{gone} objects {verb} in {report.seconds:.1f} s")
    if not report.check_mode and not report.remaining:
        lines.append("nothing else of it is left in the cluster")
    return lines


def proved(proof: Proof) -> list[str]:
    """A line for each component and for each problem."""
    rows = []
    for name, verdicts in proof.components:
        total = len(verdicts)
        counts = [
            f"{sum(1 for v in verdicts if getattr(v, what))}/{total} {what}"
            for what in ("present", "equal", "ready")
        ]
        rows.append([name, "ok" if all(v.ok for v in verdicts) else "NOT OK", *counts])
    lines = [_head(proof.namespace, proof.revision, proof.version), *_table(rows)]
    lines += [f"kept: {text}" for text in proof.kept]
    lines += [f"problem: {text}" for text in proof.problems]
    good = sum(1 for verdict in proof.verdicts if verdict.ok)
    lines.append(f"{good} of {len(proof.verdicts)} objects as desired, in {proof.seconds:.1f} s")
    return lines


def listing(proof: Proof) -> list[str]:
    """A line for each object: present, equal, ready."""
    rows = [
        [
            "ok" if verdict.ok else "NOT OK",
            name,
            str(verdict.key),
            "present" if verdict.present else "missing",
            "equal" if verdict.equal else "differs" if verdict.present else "-",
            "ready" if verdict.ready else "not ready" if verdict.present else "-",
        ]
        for name, verdicts in proof.components
        for verdict in verdicts
    ]
    return _table(rows)


def _head(namespace: str, revision: str, version: str) -> str:
    return f"mesh {namespace}: Istio {version}, revision {revision or 'default'}"


def _row(component: ComponentReport) -> list[str]:
    pods = ", ".join(f"{w['ready']}/{w['pods']} pods ready" for w in component.workloads)
    shown = component.addresses[:_ADDRESSES]
    more = len(component.addresses) - len(shown)
    where = f"at {', '.join(shown)}" if shown else ""
    where += f" and {more} more" if more else ""
    return [component.name, component.state, _counts(component), pods, where]


def _counts(component: ComponentReport) -> str:
    return ", ".join(
        f"{number} {action.replace('_', ' ')}"
        for action, number in component.report.counts().items()
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; the last column is as long as it is."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows
    ]


def _shorten(lines: list[str]) -> list[str]:
    if len(lines) <= _MANY:
        return lines
    return [*lines[: _MANY - 1], f"kept: and {len(lines) - _MANY + 1} more (see `kept`)"]
