# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of the user's own on top of those that templates make.

``reapplyOverwrittenContainers`` and ``adjustInitContainerUser`` of Istio: who writes a container
``istio-proxy`` into a pod wants to change some of its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.strategic import (
    strategic_merge,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered, dumps
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    INIT,
    STATUS,
    VALIDATION,
    Container,
    Pod,
    annotations_of,
    containers_of,
    find_container,
    find_sidecar,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.strip import (
    OVERRIDES,
    Injected,
    Overrides,
    injected_before,
    read_overrides,
)

# An image of this name keeps the template's: the field is required, though a user may not care.
AUTO_IMAGE: Final = "auto"
_POD: Final = "core/v1.Pod"
_MODE: Final = "sidecar.istio.io/interceptionMode"
_TPROXY: Final = "TPROXY"
_IDS: Final = ("runAsUser", "runAsGroup")


def overlay_pod(pod: Pod, patch: Mapping[str, Any], where: str = "") -> Pod:
    """Return a pod with a part of a pod merged into it strategically, in canonical form.

    Both stay unchanged and share nothing with the result. ``where`` says what the patch is from.
    Raises GoTypeError for a patch that does not fit.
    """
    try:
        return decode(_POD, strategic_merge(_POD, pod, patch))
    except GoTypeError as error:
        message = f"{where}: {error.message}" if where else error.message
        raise GoTypeError(message, error.remedy) from None


def reapply_overrides(
    final: Pod, original: Pod, template_pod: Pod, proxy_config: Mapping[str, Any]
) -> Pod:
    """Return the final pod with the user's settings of injected containers on top.

    ``final`` is the merge of ``original`` (the pod before injection) and ``template_pod``. Settings
    are those of the containers that share their name with one of the template's, or those that an
    earlier injection remembered in an annotation. The first injection writes that annotation.
    """
    annotations = annotations_of(original)
    again = STATUS in annotations
    injected = (injected_before(original) if again else None) or Injected([], [])
    remembered = read_overrides(original)
    found = Overrides([], [])
    regular = containers_of(original)
    everywhere = regular + containers_of(original, "initContainers")
    for container in containers_of(template_pod):
        name = container["name"]
        if name not in injected.containers:
            match = find_container(name, remembered.containers) or find_container(name, regular)
            if match is not None:
                found.containers.append(_overlay(match))
    for container in containers_of(template_pod, "initContainers"):
        name = container["name"]
        if name not in injected.init_containers:
            match = find_container(name, remembered.init_containers)
            match = match or find_container(name, everywhere)
            if match is not None:
                found.init_containers.append(_overlay(match))
    for overlay in found.containers:
        final = overlay_pod(final, {"spec": {"containers": [overlay]}})
    for overlay in found.init_containers:
        final = overlay_pod(final, {"spec": {"initContainers": [overlay]}})
    if any(found) and not again:
        metadata = final.setdefault("metadata", {})
        metadata["annotations"] = annotations_of(final) | {OVERRIDES: _remember(found)}
    _adjust_init_user(final, original, proxy_config)
    return final


def _overlay(container: Container) -> Container:
    if container.get("image") == AUTO_IMAGE:
        return {key: value for key, value in container.items() if key != "image"}
    return container


def _remember(overrides: Overrides) -> str:
    """Return the annotation's JSON, byte for byte as istiod writes it."""
    lists = (("containers", overrides.containers), ("initContainers", overrides.init_containers))
    return dumps(Ordered((field, _in_order(items)) for field, items in lists if items))


def _in_order(value: Any) -> Any:
    """Return a canonical value that keeps its order: that of Go's fields, maps sorted."""
    if isinstance(value, dict):
        return Ordered((key, _in_order(item)) for key, item in value.items())
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def _adjust_init_user(final: Pod, original: Pod, proxy_config: Mapping[str, Any]) -> None:
    """Make redirection spare the user id that the user gave the proxy, in place.

    With TPROXY the proxy must stay root, whatever the user wants.
    """
    wanted = (find_sidecar(original) or {}).get("securityContext") or {}
    user, group = wanted.get("runAsUser"), wanted.get("runAsGroup")
    inits = containers_of(final, "initContainers")
    init = find_container(INIT, inits) or find_container(VALIDATION, inits)
    if init is None or (user is None and group is None):
        return
    mode = proxy_config.get("interceptionMode")
    if mode == _TPROXY or annotations_of(final).get(_MODE) == _TPROXY:
        sidecar = find_sidecar(final)
        if user is not None:
            if sidecar is None:
                return
            sidecar.setdefault("securityContext", {})["runAsUser"] = 0
    elif init["name"] == VALIDATION:
        # It runs as the proxy does; istio-init must be root.
        context = init.setdefault("securityContext", {})
        context |= {name: wanted[name] for name in _IDS if wanted.get(name) is not None}
    arguments = init.get("args") or []
    if user and "-u" in arguments[:-1]:
        arguments[arguments.index("-u") + 1] = str(user)
