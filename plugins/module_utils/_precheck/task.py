# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of mesh_precheck where the cluster is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._mesh.facts import gather_facts
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.task import (
    Planner,
    Result,
    with_client,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.run import run_checks

# What the controller finds out from the cluster's facts, as {"findings": [...]}.
Judge = Callable[[dict[str, Any]], Mapping[str, Any]]


def execute(
    params: Mapping[str, Any], planner: Planner | None = None, judge: Judge | None = None
) -> Result:
    """Run the checks; the result is failed when one of them is."""

    def work(client: Client, plan: Plan) -> Result:
        given = params.get("findings") or ()
        if judge is not None:
            given = judge(gather_facts(client)).get("findings") or ()
        before = [Finding(**entry) for entry in given]
        may_take_over, may_step_back = bool(params["adopt"]), bool(params["allow_downgrade"])
        return result_of(run_checks(client, plan, before, may_take_over, may_step_back))

    return with_client(params, planner, work)


def result_of(findings: list[Finding]) -> Result:
    """The module's result for these findings."""
    failed = [finding for finding in findings if finding.level == FAILED]
    warned = [finding for finding in findings if finding.level == WARNING]
    result: Result = {
        "changed": False,
        "findings": [finding.as_dict() for finding in findings],
        "summary": [f"{finding.level:8}{finding.check}: {finding.message}" for finding in findings],
    }
    if warned:
        result["warnings"] = [str(finding) for finding in warned]
    if failed:
        lines = "\n".join(f"  - {finding}" for finding in failed)
        # The message says it all; a failed result is shown to people as a whole.
        del result["summary"]
        result["findings"] = [finding.as_dict() for finding in failed + warned]
        result.update(failed=True, msg=f"the cluster is not ready for the mesh:\n{lines}")
    return result
