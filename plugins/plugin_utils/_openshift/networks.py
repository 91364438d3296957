# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network `istio-cni` of Multus, which pods ask for where the CNI plugin is not chained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
)

KIND: Final = "NetworkAttachmentDefinition"
NAME: Final = "istio-cni"
SHARED: Final = "default"


def network(namespace: str) -> Object:
    """The network in a namespace. Without `spec` Multus reads the node's file istio-cni.conf."""
    return {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": KIND,
        "metadata": {"name": NAME, "namespace": namespace},
    }


def is_network(item: Object) -> bool:
    """Whether the object is such a network, wherever it is."""
    return bool(item["kind"] == KIND and item["metadata"]["name"] == NAME)


def rendered_in(components: Iterable[Component]) -> set[str]:
    """The namespaces for which charts bring the network."""
    return {
        item["metadata"]["namespace"]
        for component in components
        for item in component.objects
        if is_network(item)
    }
