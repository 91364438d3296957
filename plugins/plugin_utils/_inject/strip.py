# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that were injected before: what injection added is taken out again, so that it can repeat.

``stripPod`` and ``reinsertOverrides`` of Istio. Their result is what templates see of the pod; the
pod that templates are merged into is the original one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    STATUS,
    Container,
    Pod,
    annotations_of,
    containers_of,
    find_container,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import (
    clear_annotations,
    scrape_port,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

OVERRIDES: Final = "proxy.istio.io/overrides"
_CONTAINER: Final = "core/v1.Container"
_REMEDY: Final = "Istio writes this annotation itself; remove it from the workload."
_STATUS_LISTS: Final = ("initContainers", "containers", "volumes", "imagePullSecrets")


class Overrides(NamedTuple):
    """Containers of the user's own that go on top of those of the templates, canonical."""

    containers: list[Container]
    init_containers: list[Container]


class Injected(NamedTuple):
    """Names of the containers that an earlier injection added."""

    containers: list[str]
    init_containers: list[str]


def strip_pod(pod: Pod, mesh: Mapping[str, Any]) -> Pod:
    """Return the pod as it was before an earlier injection; ``pod`` stays unchanged.

    Without a readable status annotation it is the pod itself. ``mesh`` tells the agent's port:
    annotations for Prometheus that point to it go as well.
    """
    injected = injected_before(pod)
    if injected is None:
        return pod
    annotations = dict(annotations_of(pod))
    port = int((mesh.get("defaultConfig") or {}).get("statusPort", 0))
    if scrape_port(annotations) == str(port):
        clear_annotations(annotations)
    annotations.pop(STATUS, None)
    spec = dict(pod.get("spec") or {})
    for field, names in (
        ("containers", injected.containers),
        ("initContainers", injected.init_containers),
    ):
        if names:
            spec[field] = [item for item in containers_of(pod, field) if item["name"] not in names]
    metadata = {**(pod.get("metadata") or {}), "annotations": annotations}
    return {**pod, "metadata": metadata, "spec": spec}


def reinsert_overrides(pod: Pod) -> Pod:
    """Return the pod with the user's containers of the overrides annotation put back.

    Stripping removes them with what was injected, as they share a name. ``pod`` stays unchanged.
    Raises MeshError for an annotation that cannot be read.
    """
    overrides = read_overrides(pod)
    if not any(overrides):
        return pod
    spec = dict(pod.get("spec") or {})
    for field, added in zip(("containers", "initContainers"), overrides, strict=True):
        present = list(containers_of(pod, field))
        for container in added:
            if find_container(container["name"], present) is None:
                present.append(container)
        if present:
            spec[field] = present
    return {**pod, "spec": spec}


def read_overrides(pod: Mapping[str, Any]) -> Overrides:
    """Return the containers of the annotation ``proxy.istio.io/overrides``.

    Raises MeshError when it cannot be read.
    """
    text = annotations_of(pod).get(OVERRIDES)
    if text is None:
        return Overrides([], [])
    where = f"annotation {OVERRIDES}"
    try:
        content = json.loads(text)
    except ValueError as error:
        raise MeshError(f"{where} is not JSON: {error}", _REMEDY) from None
    if content is not None and not isinstance(content, dict):
        raise MeshError(f"{where} is no JSON object", _REMEDY)
    return Overrides(
        *(
            _read_containers(content or {}, field, where)
            for field in ("containers", "initContainers")
        )
    )


def _read_containers(content: Mapping[str, Any], field: str, where: str) -> list[Container]:
    items = content.get(field) or []
    if not isinstance(items, list):
        raise MeshError(f"{where}: {field} is no list", _REMEDY)
    return [
        decode(_CONTAINER, item, where=f"{where}: {field}[{number}]")
        for number, item in enumerate(items)
    ]


def injected_before(pod: Mapping[str, Any]) -> Injected | None:
    """Return what the annotation ``sidecar.istio.io/status`` says; None if it says nothing.

    As Istio, which takes an annotation that it cannot read for none.
    """
    text = annotations_of(pod).get(STATUS)
    if text is None:
        return None
    try:
        status = json.loads(text)
    except ValueError:
        return None
    if status is None:
        return Injected([], [])
    if not isinstance(status, dict) or not isinstance(status.get("revision") or "", str):
        return None
    lists = [status.get(field) or [] for field in _STATUS_LISTS]
    if not all(isinstance(names, list) and _are_texts(names) for names in lists):
        return None
    return Injected(lists[1], lists[0])


def _are_texts(items: list[Any]) -> bool:
    return all(isinstance(item, str) for item in items)
