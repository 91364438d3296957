# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The namespaces of a plan whose pods get a sidecar, and those that run the mesh itself."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan

_WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet", "Job")


def injected_members(plan: Plan) -> set[str]:
    """Names of the namespaces whose labels ask for sidecars."""
    found = set()
    for obj in plan.objects:
        if obj["kind"] != "Namespace":
            continue
        labels = obj["metadata"].get("labels") or {}
        injection = labels.get("istio-injection")
        revision = "istio.io/rev" in labels and labels.get("istio.io/dataplane-mode") != "ambient"
        if injection == "enabled" or (injection is None and revision):
            found.add(str(obj["metadata"]["name"]))
    return found


def workload_namespaces(plan: Plan) -> set[str]:
    """Names of the namespaces in which the plan itself runs pods."""
    return {
        str(obj["metadata"].get("namespace") or "")
        for obj in plan.objects
        if obj["kind"] in _WORKLOADS
    }
