# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    OPTIONS,
    RULES,
    control_plane_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.task import execute
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml
from ansible_collections.meshops.istio.plugins.plugin_utils._job.action import MeshAction
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner


class ActionModule(MeshAction):
    module_name = "meshops.istio.mesh_control_plane"
    rules = RULES

    def argument_spec(self) -> dict[str, Any]:
        return control_plane_argument_spec(env_fallback)

    def mesh_result(self, tmp: str | None) -> dict[str, Any]:
        args = self._task.args
        state, scope = args.get("state", "present"), args.get("scope", OPTIONS)
        self.planner = Planner(
            args, render=state != "absent" or scope == OPTIONS, folders=self.folders
        )
        if state == "rendered":
            return self._rendered()
        return super().mesh_result(tmp)

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        return execute(params, self.check_mode, self.diff_mode, self.progress, self.planner)

    def _rendered(self) -> dict[str, Any]:
        """The desired objects, without asking any cluster."""
        plan = self.planner({})
        readable = boolean(self._task.args.get("show_secrets", False))
        shown = plan if readable else plan.redacted()
        components = [
            {"name": c.name, "kind": c.kind, "namespace": c.namespace, "objects": c.objects}
            for c in shown.components
        ]
        return {
            "changed": False,
            "namespace": plan.namespace,
            "revision": plan.revision,
            "version": plan.version,
            "components": components,
            "rendered": to_yaml(shown.objects),
        }
