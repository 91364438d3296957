# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks for OpenShift in their order."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.openshift import is_openshift
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.constraints import (
    check_constraints,
    read_sccs,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.grants import (
    grants_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.networks import (
    check_networks,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.rights import (
    check_rights_to_grant,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.user_ids import (
    check_user_ids,
)


def check_openshift(
    client: Client, kinds: Kinds, plan: Plan, groups: Collection[str]
) -> list[Finding]:
    """What must hold on OpenShift; nothing where neither cluster nor plan are one.

    `groups` are the API groups that the cluster serves.
    """
    grants = grants_of(plan)
    if not is_openshift(set(groups)):
        return [_not_openshift()] if any(c.scc_entries for c in plan.components) else []
    sccs = read_sccs(client)
    findings = []
    if grants:
        findings.append(check_constraints(client, kinds, plan, grants, sccs))
        if findings[0].level == OK:
            findings.append(check_rights_to_grant(client, kinds, plan, grants, sccs))
    networks = check_networks(client, plan, groups)
    if networks:
        findings.append(networks)
    findings.append(check_user_ids(client, kinds, plan, grants, sccs))
    return findings


def _not_openshift() -> Finding:
    return Finding(
        "sccs",
        FAILED,
        "the mesh has entries for the lists of SCCs, which only OpenShift has, and the cluster "
        "serves no API of OpenShift",
        "Set mesh_platform: auto, or see whether this is the cluster you mean.",
    )
