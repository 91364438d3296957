# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import ApplySet
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.openshift import is_openshift
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import (
    LiveSet,
    live_sets,
    movable,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import keep_newer
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.check import check_cni
from ansible_collections.meshops.istio.plugins.module_utils._precheck.control_planes import (
    check_control_planes,
    check_tags,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.networks import (
    NETWORK,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.run import (
    check_openshift,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.ownership import (
    check_namespaces,
    check_owners,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.rights import check_rights
from ansible_collections.meshops.istio.plugins.module_utils._precheck.routes import check_routes
from ansible_collections.meshops.istio.plugins.module_utils._precheck.served import check_kinds
from ansible_collections.meshops.istio.plugins.module_utils._precheck.versions import (
    check_versions,
)


def run_checks(
    client: Client,
    plan: Plan,
    before: Sequence[Finding],
    may_take_over: bool = False,
    may_step_back: bool = False,
) -> list[Finding]:
    """Every finding, those of the controller (`before`) first. Writes nothing.

    Raises KubeError when the cluster cannot be asked at all.
    """
    kinds = Kinds(client)
    for obj in plan.objects:
        if obj["kind"] == "CustomResourceDefinition":
            kinds.learn(obj)
    findings = list(before)
    lives = _live_sets(client, kinds, plan)
    plan = keep_newer(plan, lives, may_step_back)
    findings.append(check_versions(plan, lives, may_step_back))
    findings.append(check_control_planes(client, kinds, plan))
    findings.append(check_tags(client, kinds, plan))
    findings.append(check_namespaces(client, plan))
    groups = {group["name"] for group in client.request("GET", "/apis").get("groups") or ()}
    of_openshift = check_openshift(client, kinds, plan, groups)
    cni = check_cni(client, kinds, plan, is_openshift(groups))
    # A kind that is missing because of them is told once.
    told = {NETWORK} if any(f.level == FAILED and f.check == "multus" for f in of_openshift) else ()
    objects = [obj for obj in plan.objects if obj["kind"] not in told]
    findings.append(check_kinds(client, kinds, objects))
    findings.append(check_rights(client, kinds, plan.objects, [plan.namespace]))
    sets = [(ApplySet(c.set_name, c.set_namespace), c.objects) for c in plan.components]
    moves = {
        ApplySet(c.set_name, c.set_namespace).id: movable(c.kind, lives, plan.revision)
        for c in plan.components
    }
    findings.append(check_owners(client, kinds, sets, may_take_over, moves))
    findings += check_routes(client, sets, {live.applyset.id for live in lives})
    findings += of_openshift
    if cni:
        findings.append(cni)
    findings.append(_check_nodes(client))
    return findings


def _live_sets(client: Client, kinds: Kinds, plan: Plan) -> list[LiveSet]:
    """What is installed; nothing when the account may not look, which is a finding of its own."""
    try:
        return live_sets(client, kinds, plan.namespace)
    except ApiError as error:
        if error.status != 403:
            raise
        return []


def _check_nodes(client: Client) -> Finding:
    """A node that takes pods; an account that may not read nodes is not told off for it."""
    try:
        items: list[Mapping[str, Any]] = client.request("GET", "/api/v1/nodes")["items"]
    except ApiError as error:
        if error.status != 403:
            raise
        return Finding("nodes", OK, "not looked at: the account may not list nodes")
    usable = [node for node in items if _takes_pods(node)]
    if usable:
        return Finding("nodes", OK, f"{len(usable)} of {len(items)} nodes take pods")
    return Finding(
        "nodes",
        WARNING,
        f"none of {len(items)} nodes is ready and schedulable",
        "The workloads will not become ready until one is.",
    )


def _takes_pods(node: Mapping[str, Any]) -> bool:
    if (node.get("spec") or {}).get("unschedulable"):
        return False
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
