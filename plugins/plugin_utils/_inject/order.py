# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of containers in an injected pod (``reorderPod`` of Istio)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    CORE_DUMP,
    INIT,
    PROXY,
    PROXY_CONFIG,
    VALIDATION,
    Container,
    Pod,
    containers_of,
    find_container,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    with_proxy_config,
)


def holds_application(
    annotations: Mapping[str, str], mesh: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """Return whether the application waits for the proxy, so that the proxy goes first.

    Asked for by the mesh's or the workload's proxy configuration, or by the injector's values.
    ``annotations`` are those of the pod before injection. Raises MeshError for a bad
    ``proxy.istio.io/config``.
    """
    text = annotations.get(PROXY_CONFIG)
    if text is not None:
        mesh = with_proxy_config(text, mesh)
    field = "holdApplicationUntilProxyStarts"
    proxy = (values.get("global") or {}).get("proxy") or {}
    return (mesh.get("defaultConfig") or {}).get(field) is True or proxy.get(field) is True


def reorder(pod: Pod, *, hold: bool) -> None:
    """Put the containers of an injected pod in order, in place.

    The proxy is last, so that ``kubectl exec`` goes to the application, or first with ``hold``.
    With a native sidecar the init containers begin with those of Istio, so that the others have the
    mesh; without one the redirection comes last, so that the others have the network.
    """
    spec = pod.setdefault("spec", {})
    spec["containers"] = _moved(containers_of(pod), PROXY, first=hold)
    inits = containers_of(pod, "initContainers")
    if find_container(PROXY, inits) is not None:
        for name in (CORE_DUMP, PROXY, VALIDATION, INIT):
            inits = _moved(inits, name, first=True)
    else:
        inits = _moved(inits, VALIDATION, first=True)
        for name in (INIT, CORE_DUMP):
            inits = _moved(inits, name, first=False)
    if inits:
        spec["initContainers"] = inits
    else:
        spec.pop("initContainers", None)


def _moved(containers: list[Container], name: str, *, first: bool) -> list[Container]:
    """Return the containers with the (last) one of that name first or last."""
    others = [item for item in containers if item.get("name") != name]
    named = [item for item in containers if item.get("name") == name][-1:]
    return named + others if first else others + named
