# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which a set is applied; deletion goes the other way.

Custom resources come last because their CRDs, and the webhooks that check them, must answer by
then; webhooks come after the workloads that serve them, so that a first apply is not refused by a
webhook nobody answers yet. Bindings come after their roles: the API server looks a role up before
it lets an account bind it that is not an administrator.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

NAMESPACES = "namespaces"
CRDS = "crds"
CONFIG = "config"
BINDINGS = "bindings"
SERVICES = "services"
WORKLOADS = "workloads"
WEBHOOKS = "webhooks"
RESOURCES = "resources"

PHASES = (NAMESPACES, CRDS, CONFIG, BINDINGS, SERVICES, WORKLOADS, WEBHOOKS, RESOURCES)

_CONFIG_KINDS = {
    "": {
        "ConfigMap",
        "LimitRange",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "ResourceQuota",
        "Secret",
        "ServiceAccount",
    },
    "rbac.authorization.k8s.io": {"ClusterRole", "Role"},
    "authorization.openshift.io": {"ClusterRole", "Role"},
    "scheduling.k8s.io": {"PriorityClass"},
    "storage.k8s.io": {"StorageClass"},
    "node.k8s.io": {"RuntimeClass"},
    "security.openshift.io": {"SecurityContextConstraints"},
    "k8s.cni.cncf.io": {"NetworkAttachmentDefinition"},
    "networking.k8s.io": {"NetworkPolicy", "IngressClass"},
}
_BINDING_GROUPS = {"rbac.authorization.k8s.io", "authorization.openshift.io"}
_WORKLOAD_GROUPS = {"apps", "batch", "policy", "autoscaling"}
_WORKLOAD_CORE = {"Pod", "ReplicationController"}

T = TypeVar("T")


def phase_of(group: str, kind: str) -> str:
    """The phase of a kind; unknown kinds are custom resources."""
    if group == "" and kind == "Namespace":
        return NAMESPACES
    if group == "apiextensions.k8s.io" and kind == "CustomResourceDefinition":
        return CRDS
    if kind in _CONFIG_KINDS.get(group, ()):
        return CONFIG
    if group in _BINDING_GROUPS:
        return BINDINGS
    if group == "" and kind in ("Service", "Endpoints"):
        return SERVICES
    if group in _WORKLOAD_GROUPS or (group == "" and kind in _WORKLOAD_CORE):
        return WORKLOADS
    if group == "admissionregistration.k8s.io":
        return WEBHOOKS
    return RESOURCES


def by_phase(pairs: Iterable[tuple[str, T]]) -> list[tuple[str, list[T]]]:
    """Group (phase, thing) pairs by phase, in the order of application, without empty phases."""
    groups: dict[str, list[T]] = {phase: [] for phase in PHASES}
    for phase, thing in pairs:
        groups[phase].append(thing)
    return [(phase, things) for phase, things in groups.items() if things]
