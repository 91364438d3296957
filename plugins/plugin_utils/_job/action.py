# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base of the mesh actions: render here, work there or here."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ansible_collections.meshops.istio.plugins.plugin_utils._action import InProcessAction
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.known import known_variables
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.names import check_names
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    OPTIONS,
    check_options,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner

display = Display()

# Seconds of silence: a short run says nothing, a long wait tells now and then how it goes on.
_QUIET_AT_FIRST = 10.0
_QUIET_BETWEEN = 30.0


class MeshAction(InProcessAction):
    """Subclasses say when a plan needs rendering; charts never leave the controller."""

    _task_vars: dict[str, Any]
    planner: Planner
    _speaks_at = 0.0

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Plan with the facts of the cluster, then do what the module does."""
        self._task_vars = task_vars or {}
        self._speaks_at = time.monotonic() + _QUIET_AT_FIRST
        if self._task.args.get("plan") is not None:
            raise AnsibleActionFail("the option plan is filled in by the action itself")
        try:
            if self._task.args.get("check_variables"):
                raise_for(check_names(self._task_vars, known_variables()))
            # Before any cluster is asked: what is wrong with the variables is wrong everywhere.
            raise_for(check_options(self._mesh_options()))
            result = self.mesh_result(tmp)
        except MeshError as error:
            return {"changed": False, "failed": True, "msg": str(error)}
        summary = result.get("summary")
        if summary:
            # After the line that names the mesh.
            basis = (self.planner.basis, self.planner.openshift)
            summary[1:1] = [f"  {line}" for line in basis if line]
        warnings = [*result.get("warnings", ()), *self.planner.warnings]
        if warnings:
            result["warnings"] = warnings
        return result

    def progress(self, line: str) -> None:
        """Tell how a long task goes on; with -v every step of it."""
        super().progress(line)
        if time.monotonic() > self._speaks_at:
            self._speaks_at = time.monotonic() + _QUIET_BETWEEN
            display.display(f"{self._task_vars.get('inventory_hostname', '')}: {line}")

    def _mesh_options(self) -> dict[str, Any]:
        args = self._task.args
        return {name: args[name] for name in OPTIONS if args.get(name) is not None}

    @property
    def folders(self) -> list[Path]:
        """Where relative paths of charts count from: the inventory, then the playbook.

        Then it is the working directory, as for everything else.
        """
        inventory = self._task_vars.get("inventory_dir")
        found = [Path(str(inventory))] if inventory else []
        return [*found, Path(self._loader.get_basedir())]

    def mesh_result(self, tmp: str | None) -> dict[str, Any]:
        """The task's result. Raises MeshError for what is wrong with the input."""
        return super().run(tmp, self._task_vars)

    def prepare(self, args: dict[str, Any], local: bool) -> dict[str, Any]:
        """For a remote host: ask it for the cluster's facts, and send it the finished plan."""
        if local:
            return args
        answer = self._execute_module(
            module_name=self.module_name, module_args=args, task_vars=self._task_vars
        )
        if answer.get("failed"):
            answer.pop("invocation", None)
            raise AnsibleActionFail(str(answer.get("msg")), result=answer)
        plan = self.planner(answer["facts"])
        kept = {name: value for name, value in args.items() if name not in self.planner.options}
        return {**kept, "plan": plan.as_dict(), **self.findings(answer["facts"])}

    def findings(self, facts: dict[str, Any]) -> dict[str, Any]:
        """More arguments for the module, of what only the controller knows."""
        return {}
