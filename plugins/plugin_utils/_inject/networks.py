# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that Multus attaches to a pod, and the one of Istio's CNI among them."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import loads
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import trim_space


def append_multus_network(existing: str, network: str) -> str:
    """Return the annotation ``k8s.v1.cni.cncf.io/networks`` with one more network.

    ``existing`` is a list of names with commas between, or a JSON array, which stays one;
    ``network`` is ``name`` or ``namespace/name``. Text that is no such array stays as it is.
    """
    if not existing:
        return network
    end = existing.rfind("]")
    if end >= 0:
        return _append_json(existing, end, network)
    if network in map(trim_space, existing.split(",")):
        return existing
    return f"{existing}, {network}"


def _append_json(existing: str, end: int, network: str) -> str:
    try:
        networks = loads(existing)
    except GoDataError:
        return existing
    if not isinstance(networks, list) or not all(map(_is_object, networks)):
        return existing
    namespace, name = _split(network)
    for item in networks:
        if item is not None and item.get("name") == name:
            found = item.get("namespace")
            if (found if found is not None else "") == namespace:
                return existing
    place = f', "namespace": "{namespace}"' if namespace else ""
    return f'{existing[:end]}, {{"name": "{name}"{place}}}{existing[end:]}'


def _is_object(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _split(network: str) -> tuple[str, str]:
    """Return namespace (may be empty) and name; what follows a second slash is lost, as in Go."""
    parts = network.split("/")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", network)
