# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did to a mesh, component by component."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    FAILED,
    UNCHANGED,
    ApplyReport,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.shorten import shorten

CHANGED = "changed"
ALL = "all"


# Options of the engine, and the variables by which users of the roles know them.
_VARIABLES = {
    "force_conflicts": "mesh_force_conflicts",
    "adopt": "mesh_adopt",
    "prune_limit": "mesh_prune_limit",
    "wait_timeout": "mesh_wait_timeout",
    "delete_crds": "mesh_uninstall_crds",
}
_OPTION = re.compile(rf"(?<![\w.])({'|'.join(_VARIABLES)})(?=: | is |\.\s|[,;]|$)", re.M)
_PLACE = re.compile(r" \(objects\[\d+\]\)")


def in_variables(message: str) -> str:
    """The engine's message with the names users know, without places in lists they do not see."""
    return _OPTION.sub(lambda match: _VARIABLES[match[1]], _PLACE.sub("", message))


def _shown(action: str, show: str) -> bool:
    if show == FAILED:
        return action == FAILED
    return show == ALL or action != UNCHANGED


def object_of(entry: Mapping[str, str]) -> str:
    """The object a diff is about, in words: its header without the remark at the end."""
    return entry["before_header"].rpartition(" (")[0]


@dataclass
class ComponentReport:
    """What happened to one component; `state` is unchanged, created, changed, removed or failed."""

    name: str
    kind: str
    title: str
    namespace: str
    revision: str
    version: str
    state: str = ""
    seconds: float = 0.0
    report: ApplyReport = field(default_factory=ApplyReport)
    workloads: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the cluster was, or in check mode would be, written."""
        return self.report.changed

    def as_dict(self, show: str = CHANGED) -> dict[str, Any]:
        """The form the module returns; `show` says which objects: changed, all or failed.

        With failed it is short, as Ansible shows the whole result of a task that failed.
        """
        report = self.report
        shown = {
            "name": self.name,
            "kind": self.kind,
            "namespace": self.namespace,
            "revision": self.revision,
            "version": self.version,
            "state": self.state,
            "changed": self.changed,
            "seconds": round(self.seconds, 2),
            "counts": report.counts(),
            "objects": [
                result.as_dict(report.check_mode)
                for result in report.results
                if _shown(result.action, show)
            ],
        }
        if show == FAILED:
            return shown
        return {
            **shown,
            "phases": [phase.as_dict() for phase in report.phases],
            "workloads": self.workloads,
            "addresses": self.addresses,
        }


@dataclass
class MeshReport:
    """What a run did; `kept` says what stays on purpose, `remaining` what should not be there.

    `absent` says that what was to be removed is not installed, and what is.
    """

    namespace: str
    revision: str
    version: str
    check_mode: bool = False
    components: list[ComponentReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)
    absent: str = ""
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether any component was changed."""
        return any(component.changed for component in self.components)

    def as_dict(self, show: str = CHANGED) -> dict[str, Any]:
        """The form the module returns, without the summary for people."""
        result: dict[str, Any] = {
            "changed": self.changed,
            "namespace": self.namespace,
            "revision": self.revision,
            "version": self.version,
            "components": [component.as_dict(show) for component in self.components],
            "seconds": round(self.seconds or sum(c.seconds for c in self.components), 2),
        }
        diff = [shorten(entry) for c in self.components for entry in c.report.diff]
        warnings = [
            *self.warnings,
            *(text for component in self.components for text in component.report.warnings),
        ]
        if diff:
            result["diff"] = diff
        if warnings:
            result["warnings"] = warnings
        if self.kept:
            result["kept"] = self.kept
        if self.remaining:
            result["remaining"] = self.remaining
        return result


class MeshRunError(Exception):
    """A run stopped; `report` is what was done until then, the text says why and what to do."""

    def __init__(self, message: str, report: MeshReport) -> None:
        super().__init__(in_variables(message))
        self.report = report
