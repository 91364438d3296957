# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of mesh_control_plane where the cluster is reached: facts, then the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import silent
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import FAILED, Progress
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._mesh import summary
from ansible_collections.meshops.istio.plugins.module_utils._mesh.facts import gather_facts
from ansible_collections.meshops.istio.plugins.module_utils._mesh.install import install
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.remove import remove
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import (
    MeshRunError,
    in_variables,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.verify import prove

Result = dict[str, Any]
# From facts of the cluster to what is to be in it.
Planner = Callable[[Mapping[str, Any]], Plan]


def execute(
    params: Mapping[str, Any],
    check_mode: bool,
    diff: bool,
    progress: Progress = silent,
    planner: Planner | None = None,
) -> Result:
    """Do what validated parameters ask; the result, with `failed` and `msg` when it went wrong.

    The plan comes from `planner` (in the controller's process) or from the parameter `plan`; with
    neither the result has only the cluster's `facts`, for the controller to make the plan of.
    """
    options = RunOptions.from_params(params, check_mode, diff)
    state, show = params["state"], params["report"]

    def work(client: Client, plan: Plan) -> Result:
        if state == "verified":
            return _verify(client, plan, options)
        if state == "absent":
            return _remove(client, plan, options, show, progress)
        report = install(client, plan, options, progress)
        return {**report.as_dict(show), "summary": summary.installed(report)}

    return with_client(params, planner, work)


def with_client(
    params: Mapping[str, Any],
    planner: Planner | None,
    work: Callable[[Client, Plan], Result],
) -> Result:
    """Connect, get the plan, do the work on it; errors become a failed result.

    What the planner raises goes through, it is not of the cluster.
    """
    result: Result = {"changed": False}
    try:
        connection = load_connection(ConnectionOptions.from_params(params))
        with Client(connection, concurrency=params.get("concurrency") or 8) as client:
            if planner is not None:
                plan = planner(gather_facts(client))
            elif params["plan"] is not None:
                plan = Plan.from_dict(params["plan"])
            else:
                return {"changed": False, "facts": gather_facts(client)}
            result = work(client, plan)
    except (ApplyError, InputError, KubeError) as error:
        result.update(failed=True, msg=in_variables(str(error)))
    except MeshRunError as error:
        result = {**error.report.as_dict(FAILED), "failed": True, "msg": str(error)}
    return result


def _verify(client: Client, plan: Plan, options: RunOptions) -> Result:
    proof = prove(client, plan, options)
    result: Result = {
        **proof.as_dict(),
        "summary": summary.proved(proof),
        "listing": summary.listing(proof),
    }
    if proof.problems:
        lines = "\n".join(f"  - {line}" for line in proof.problems)
        msg = (
            f"the mesh is not as desired:\n{lines}\nRun install-mesh.yml to bring it there; fields "
            "that others have taken come back only with mesh_force_conflicts"
        )
        result.update(failed=True, msg=msg)
    return result


def _remove(
    client: Client, plan: Plan, options: RunOptions, show: str, progress: Progress
) -> Result:
    report = remove(client, plan, options, progress)
    result = {**report.as_dict(show), "summary": summary.removed(report)}
    if report.remaining:
        lines = "\n".join(f"  - {line}" for line in report.remaining)
        result.update(failed=True, msg=f"objects of the mesh are still there:\n{lines}")
    return result
