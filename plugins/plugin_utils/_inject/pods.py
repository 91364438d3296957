# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and parts of pods that injection looks for. Pods are plain JSON, in canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

PROXY: Final = "istio-proxy"
INIT: Final = "istio-init"
VALIDATION: Final = "istio-validation"
CORE_DUMP: Final = "enable-core-dump"

INJECT: Final = "sidecar.istio.io/inject"
STATUS: Final = "sidecar.istio.io/status"
PROXY_CONFIG: Final = "proxy.istio.io/config"
REVISION: Final = "istio.io/rev"
NETWORK: Final = "topology.istio.io/network"

Pod = dict[str, Any]
Container = dict[str, Any]


def annotations_of(pod: Mapping[str, Any]) -> dict[str, str]:
    """Return the pod's annotations; an empty dict that is not the pod's when it has none."""
    return (pod.get("metadata") or {}).get("annotations") or {}


def own_annotations(pod: Pod) -> dict[str, str]:
    """Return the pod's annotations to change them; a pod without any gets an empty dict."""
    metadata = pod.setdefault("metadata", {})
    if metadata.get("annotations") is None:
        metadata["annotations"] = {}
    annotations: dict[str, str] = metadata["annotations"]
    return annotations


def labels_of(pod: Mapping[str, Any]) -> dict[str, str]:
    """Return the pod's labels; an empty dict that is not the pod's when it has none."""
    return (pod.get("metadata") or {}).get("labels") or {}


def containers_of(pod: Mapping[str, Any], field: str = "containers") -> list[Container]:
    """Return the pod's containers (or ``initContainers``)."""
    return (pod.get("spec") or {}).get(field) or []


def find_container(name: str, containers: Iterable[Container]) -> Container | None:
    """Return the first container of that name, the very dict of the list."""
    return next((item for item in containers if item.get("name") == name), None)


def find_sidecar(pod: Mapping[str, Any]) -> Container | None:
    """Return the proxy's container: a regular one, else a native sidecar."""
    return find_container(PROXY, containers_of(pod)) or find_container(
        PROXY, containers_of(pod, "initContainers")
    )


def pod_name(pod: Mapping[str, Any]) -> str:
    """Return the name to show: the pod's own, or what its name will begin with; may be empty."""
    metadata = pod.get("metadata") or {}
    return metadata.get("name") or metadata.get("generateName") or ""
