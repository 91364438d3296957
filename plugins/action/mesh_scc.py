# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._scc.options import (
    RULES,
    argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.task import execute
from ansible_collections.meshops.istio.plugins.plugin_utils._action import InProcessAction


class ActionModule(InProcessAction):
    module_name = "meshops.istio.mesh_scc"
    rules = RULES

    def argument_spec(self) -> dict[str, Any]:
        return argument_spec(env_fallback)

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        return execute(params, self.check_mode, self.diff_mode)
