# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.basic import env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._apply.task import (
    RULES,
    argument_spec,
    execute,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._action import InProcessAction


class ActionModule(InProcessAction):
    module_name = "meshops.istio.mesh_objects"
    rules = RULES
    raw_options = ("objects",)

    def argument_spec(self) -> dict[str, Any]:
        return argument_spec(env_fallback)

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        return execute(params, self.check_mode, self.diff_mode, self.progress)

    def prepare(self, args: dict[str, Any], local: bool) -> dict[str, Any]:
        """Find the files of `src` on the controller; a remote module gets their content."""
        sources = args.get("src")
        if not sources:
            return args
        names = [sources] if isinstance(sources, str) else list(sources)
        try:
            paths = [self._find_needle("files", name) for name in names]
        except AnsibleError as error:
            raise AnsibleActionFail(f"src: {error}") from error
        if local:
            return {**args, "src": paths}
        texts = [Path(path).read_text(encoding="utf-8") for path in paths]
        return {**{k: v for k, v in args.items() if k != "src"}, "objects": texts}
