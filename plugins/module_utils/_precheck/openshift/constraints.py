# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SCCs that a plan grants and that nobody has made, and roles of OpenShift that are not there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.grants import Grant
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import all_sccs
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import role_of

_NAME = "sccs"
Scc = dict[str, Any]


def read_sccs(client: Client) -> list[Scc] | None:
    """All SCCs of the cluster; None when the account may not look."""
    try:
        return all_sccs(client)
    except ApiError as error:
        if error.status == 403:
            return None
        raise


def check_constraints(
    client: Client, kinds: Kinds, plan: Plan, grants: Sequence[Grant], sccs: list[Scc] | None
) -> Finding:
    """Every SCC that is granted must be there, and so must every role of OpenShift's."""
    if sccs is None:
        return Finding(_NAME, OK, "not looked at: the account may not list SCCs")
    made = {
        o["metadata"]["name"] for o in plan.objects if o["kind"] == "SecurityContextConstraints"
    }
    there = {scc["metadata"]["name"] for scc in sccs}
    unknown = [grant for grant in grants if grant.scc not in made | there]
    if unknown:
        lines = "\n".join(f"      - {_missing(grant, there)}" for grant in unknown)
        return Finding(
            _NAME,
            FAILED,
            f"SCCs are granted that the cluster does not have:\n{lines}\n"
            f"    It has {', '.join(sorted(there))}",
            "Name those it has in mesh_openshift, or make the SCC first.",
        )
    roles = {grant.role for grant in grants if grant.role == role_of(grant.scc)}
    absent = sorted(roles - _roles_there(client, kinds, roles))
    if absent:
        return Finding(
            _NAME,
            FAILED,
            f"roles are bound that the cluster does not have: {', '.join(absent)}",
            "Make a ClusterRole of that name with verb use on the SCC, or set "
            "mesh_openshift.grant_by: scc_lists.",
        )
    names = sorted({grant.scc for grant in grants})
    return Finding(_NAME, OK, f"the SCCs that are granted are there: {', '.join(names)}")


def _missing(grant: Grant, there: Collection[str]) -> str:
    close = difflib.get_close_matches(grant.scc, sorted(there), n=1, cutoff=0.6)
    return f"{grant.scc}, by {grant.where}" + (f": did you mean {close[0]}?" if close else "")


def _roles_there(client: Client, kinds: Kinds, names: Collection[str]) -> set[str]:
    """Those of the ClusterRoles that exist, or that the account may not read."""
    kind = kinds.find("rbac.authorization.k8s.io/v1", "ClusterRole")

    def exists(name: str) -> bool:
        try:
            return client.get(kind, "", name) is not None
        except ApiError as error:
            if error.status != 403:
                raise
            return True

    ordered = sorted(names)
    return {name for name, found in zip(ordered, client.map(exists, ordered)) if found}
