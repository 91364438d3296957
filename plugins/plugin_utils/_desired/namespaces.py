# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces: those the components live in, and the members with their injection labels."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MemberSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.kubernetes_names import (
    is_system_namespace,
)

_INJECTION = "istio-injection"
_REVISION = "istio.io/rev"
_DATAPLANE = "istio.io/dataplane-mode"
_NETWORK = "topology.istio.io/network"
_POD_SECURITY = "pod-security.kubernetes.io/enforce"


def component_namespaces(mesh: Mesh) -> list[Object]:
    """Namespaces the components need, sorted; those of the platform are left alone.

    One that is also a member carries the member's labels, as an object has but one owner.
    """
    labels: dict[str, dict[str, str]] = {mesh.spec.namespace: {}}
    if mesh.network:
        labels[mesh.spec.namespace][_NETWORK] = mesh.network
    for enabled, namespace in (
        (mesh.cni, mesh.cni_namespace),
        (mesh.ztunnel, mesh.ztunnel_namespace),
    ):
        if enabled:
            # Both mount host paths; a cluster that enforces less by default would refuse their
            # pods.
            labels.setdefault(namespace, {})[_POD_SECURITY] = "privileged"
    for gateway in mesh.gateways:
        labels.setdefault(gateway.namespace, {})
    members = {member.name: member for member in mesh.spec.members}
    result = []
    for name in sorted(labels):
        if is_system_namespace(name):
            continue
        member = members.get(name)
        own = member_namespace(mesh, member) if member else _namespace(name, {}, {})
        own["metadata"].setdefault("labels", {}).update(labels[name])
        result.append(_tidy(own))
    return result


def member_namespaces(mesh: Mesh) -> list[Object]:
    """Namespaces of the members, in the order given, less those the components live in."""
    taken = {item["metadata"]["name"] for item in component_namespaces(mesh)} if mesh.base else {}
    return [
        _tidy(member_namespace(mesh, member))
        for member in mesh.spec.members
        if member.name not in taken
    ]


def member_namespace(mesh: Mesh, member: MemberSpec) -> Object:
    """The namespace of one member with the labels that decide about its pods."""
    labels = {**member.labels, **_injection_labels(mesh, member)}
    return _namespace(member.name, labels, dict(member.annotations))


def _injection_labels(mesh: Mesh, member: MemberSpec) -> dict[str, str]:
    injection = member.injection or ("ambient" if mesh.profile.ambient else "enabled")
    revision = member.revision or mesh.spec.revision
    if injection == "none":
        return {}
    if injection == "disabled":
        return {_INJECTION: "disabled"}
    if injection == "ambient":
        # The revision label chooses who serves the namespace's waypoints.
        return {_DATAPLANE: "ambient", **({_REVISION: revision} if revision else {})}
    # istio-injection beats istio.io/rev, so there is only ever one of them.
    return {_REVISION: revision} if revision else {_INJECTION: "enabled"}


def _namespace(name: str, labels: dict[str, str], annotations: dict[str, str]) -> Object:
    metadata: dict[str, Any] = {"name": name, "labels": labels, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _tidy(namespace: Object) -> Object:
    metadata = {key: value for key, value in namespace["metadata"].items() if value}
    return {**namespace, "metadata": metadata}
