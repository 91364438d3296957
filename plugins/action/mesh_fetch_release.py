# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    fetch_argument_spec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._action import InProcessAction
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import OPTIONS
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import (
    cache_folder,
    with_files,
)


class ActionModule(InProcessAction):
    """Works on the controller, whatever the connection: no cluster is asked."""

    module_name = "meshops.istio.mesh_fetch_release"

    def argument_spec(self) -> dict[str, Any]:
        return fetch_argument_spec()

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        inventory = (task_vars or {}).get("inventory_dir")
        self._folders = [Path(str(inventory))] if inventory else []
        self._folders.append(Path(self._loader.get_basedir()))
        try:
            return super().run(tmp, task_vars)
        except MeshError as error:
            return {"changed": False, "failed": True, "msg": str(error)}

    def _is_local(self, task_vars: dict[str, Any]) -> bool:
        return True

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        # The lookups and the other modules do without what fetching needs.
        from ansible_collections.meshops.istio.plugins.plugin_utils._fetch import folder, job

        # As they were written: only these still know where.
        args = self._task.args
        options = with_files(
            {name: args[name] for name in OPTIONS if args.get(name) is not None}, self._folders
        )
        dest = Path(params["dest"]).absolute()
        wanted = job.gather(options, dest, repin=params["repin"], cache_dir=cache_folder())
        changed = folder.differing(wanted.files)
        result: dict[str, Any] = {
            "changed": bool(changed),
            "dest": str(dest),
            "lock": str(wanted.lock),
            "version": wanted.release.version,
            "origin": wanted.release.origin,
            "digest": wanted.release.digest,
            "charts": dict(wanted.archives),
            "images": list(wanted.images),
            "files": [str(path) for path in wanted.files],
            "changed_files": [str(path) for path in changed],
        }
        if wanted.warnings:
            result["warnings"] = list(wanted.warnings)
        if self.diff_mode:
            result["diff"] = folder.diff_of(changed, wanted.files)
        if not self.check_mode:
            folder.write(changed, wanted.files)
        return result
