# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    RULES,
    precheck_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.task import execute
from ansible_collections.meshops.istio.plugins.plugin_utils._data.kubernetes import (
    check_kubernetes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._job.action import MeshAction
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner

_LEVELS = {"ok": "ok", "warn": "warning", "refuse": "failed"}


class ActionModule(MeshAction):
    module_name = "meshops.istio.mesh_precheck"
    rules = RULES

    def argument_spec(self) -> dict[str, Any]:
        return precheck_argument_spec(env_fallback)

    def mesh_result(self, tmp: str | None) -> dict[str, Any]:
        self.planner = Planner(self._task.args, folders=self.folders)
        return super().mesh_result(tmp)

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        return execute(params, self.planner, self.findings)

    def findings(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Verdicts on the version and the platform, which only the controller has tables for."""
        desired = self.planner.desired
        if desired is None:
            return {}
        kube_version = str(facts["kube_version"])
        verdict = check_kubernetes(
            desired.release.version, kube_version, self._task.args.get("kubernetes_versions")
        )
        found = [
            {
                "check": "cluster",
                "level": "ok",
                "message": f"the API server answers, Kubernetes {kube_version}",
            },
            {
                "check": "kubernetes",
                "level": _LEVELS[verdict.level],
                "message": verdict.message,
            },
        ]
        if desired.platform not in ("", "kubernetes") or facts["platform"] != "kubernetes":
            found.append(_platform(desired.platform or "kubernetes", str(facts["platform"])))
        return {"findings": found}


def _platform(chosen: str, detected: str) -> dict[str, str]:
    if "openshift" in (chosen, detected) and chosen != detected:
        return {
            "check": "platform",
            "level": "warning",
            "message": f"mesh_platform is {chosen}, the cluster looks like {detected}",
            "remedy": "Leave mesh_platform at auto unless you know better than the cluster.",
        }
    return {"check": "platform", "level": "ok", "message": chosen}
