# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that objects name: those of their containers, and those that istiod will inject.

The injected ones are put together as istiod does it: pkg/kube/inject/inject.go, functions
ProxyImage, ProxyInitImage, AgentgatewayImage and imageURL, read at 1.31.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load

# Gateways are injected: the webhook replaces the word by the proxy's image.
_INJECTED: Final = "auto"
_KNOWN_TYPES = ("distroless", "debug")
_DEFAULT_TYPE: Final = "default"
_LITERAL = re.compile(r"(?m)^[ \t-]*image:[ \t]*[\"']?([^\s\"'{}]+)[\"']?[ \t]*(?:#.*)?$")
_AGENTGATEWAY: Final = "PILOT_ENABLE_AGENTGATEWAY"


def images_of(objects: Iterable[Object]) -> list[str]:
    """The images in order and once each."""
    items = list(objects)
    types = {kind for item in items for kind in _mesh_types(item)}
    found: set[str] = set()
    for item in items:
        if item.get("kind") == "ConfigMap":
            found |= set(_injected(item, types, _agentgateway(items)))
        elif item.get("kind") != "CustomResourceDefinition":
            found |= set(_named(item))
    return sorted(found - {_INJECTED, ""})


def _named(node: Any) -> Iterator[str]:
    """Images of all containers below a node."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("containers", "initContainers") and isinstance(value, list):
                for container in value:
                    if isinstance(container, Mapping) and isinstance(container.get("image"), str):
                        yield container["image"]
            else:
                yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)


def _injected(item: Object, types: set[str], agentgateway: bool) -> Iterator[str]:
    """Images that the injector described by a ConfigMap gives to pods."""
    data = item.get("data") or {}
    config, text = data.get("config"), data.get("values")
    if not isinstance(config, str) or not isinstance(text, str) or "template" not in config:
        return
    try:
        values: Any = json.loads(text)
    except ValueError:
        return
    # What templates name outright, as the one for proxyless gRPC does.
    yield from _LITERAL.findall(config)
    settings = values.get("global") or {}
    proxy = (settings.get("proxy") or {}).get("image") or "proxyv2"
    init = (settings.get("proxy_init") or {}).get("image") or "proxyv2"
    wanted = [(proxy, kind) for kind in types or {""}] + [(init, "")]
    if agentgateway:
        wanted += [("agentgateway", kind) for kind in types or {""}]
    for name, kind in wanted:
        variant = kind or str(settings.get("variant") or "")
        yield name if "/" in name else _url(settings, name, variant)


def _url(settings: Mapping[str, Any], name: str, kind: str) -> str:
    tag = str(settings.get("tag") or "")
    if kind:
        for known in _KNOWN_TYPES:
            if tag.endswith(f"-{known}"):
                tag = tag.removesuffix(f"-{known}")
                break
        if kind != _DEFAULT_TYPE:
            tag = f"{tag}-{kind}"
    return f"{settings.get('hub')}/{name}{f':{tag}' if tag else ''}"


def _mesh_types(item: Object) -> Iterator[str]:
    """The image type that a mesh configuration sets for all proxies."""
    text = (item.get("data") or {}).get("mesh") if item.get("kind") == "ConfigMap" else None
    if not isinstance(text, str):
        return
    try:
        config = load(text)
        kind = config["defaultConfig"]["image"]["imageType"]
    except (YamlError, KeyError, TypeError):
        return
    if isinstance(kind, str):
        yield kind


def _agentgateway(items: Iterable[Object]) -> bool:
    """Whether istiod is told to run that kind of gateway."""
    text = json.dumps([item for item in items if item.get("kind") == "Deployment"])
    return bool(re.search(rf'"name": "{_AGENTGATEWAY}", "value": "true"', text))
