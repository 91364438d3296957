# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh and proxy configuration with defaults, merged as istiod does (``pkg/config/mesh``).

All configurations here are in the canonical form of :mod:`.._gotypes.protojson`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageDict,
    MessageError,
    apply,
    load_yaml,
    parse,
    unknown_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.validation import (
    mesh_config_problems,
)

_DEFAULT_PROVIDERS: Final = "istio.mesh.v1alpha1.MeshConfig.DefaultProviders"
_PROXY_DEFAULTS: Final = {
    "configPath": "./etc/istio/proxy",
    "serviceCluster": "istio-proxy",
    "drainDuration": "45s",
    "terminationDrainDuration": "5s",
    "proxyAdminPort": 15000,
    "controlPlaneAuthPolicy": "MUTUAL_TLS",
    "discoveryAddress": "istiod.istio-system.svc:15012",
    "binaryPath": "/usr/local/bin/envoy",
    "statNameLength": 189,
    "statusPort": 15020,
}
_MESH_DEFAULTS: Final = {
    "enableTracing": True,
    "protocolDetectionTimeout": "0s",
    "ingressService": "istio-ingressgateway",
    "ingressControllerMode": "STRICT",
    "ingressClass": "istio",
    "trustDomain": "cluster.local",
    "enableAutoMtls": True,
    "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
    "inboundTrafficPolicy": {"mode": "PASSTHROUGH"},
    "localityLbSetting": {"enabled": True},
    "defaultConfig": _PROXY_DEFAULTS,
    "rootNamespace": "istio-system",
    "proxyListenPort": 15001,
    "proxyInboundListenPort": 15006,
    "connectTimeout": "10s",
    "defaultServiceExportTo": ["*"],
    "defaultVirtualServiceExportTo": ["*"],
    "defaultDestinationRuleExportTo": ["*"],
    "dnsRefreshRate": "60s",
    "enablePrometheusMerge": True,
    "defaultProviders": {},
    "extensionProviders": [
        {"name": "prometheus", "prometheus": {}},
        {"name": "stackdriver", "stackdriver": {}},
        {"name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"}},
    ],
}
# Parts of the proxy's headers that an overlay keeps when it does not set them.
_KEPT_HEADERS: Final = (
    "forwardedClientCert",
    "requestId",
    "attemptCount",
    "server",
    "envoyDebugHeaders",
)


@cache
def _defaults(message: str) -> MessageDict:
    return parse(message, _MESH_DEFAULTS if message == MESH_CONFIG else _PROXY_DEFAULTS)


def default_mesh_config() -> MessageDict:
    """Return ``mesh.DefaultMeshConfig`` of Istio 1.31, a copy of the caller's own."""
    return copy.deepcopy(_defaults(MESH_CONFIG))


def default_proxy_config() -> MessageDict:
    """Return ``mesh.DefaultProxyConfig`` of Istio 1.31, a copy of the caller's own."""
    return copy.deepcopy(_defaults(PROXY_CONFIG))


def mesh_config(
    source: str | Mapping[str, Any] | None, *, where: str = "meshConfig"
) -> MessageDict:
    """Return a mesh configuration (YAML text or what it holds) with Istio's defaults.

    As ``mesh.ApplyMeshConfigDefaults``: a field replaces the default, but the proxy configuration,
    the default providers and the trust domain's aliases are merged into it, extension providers
    by name. Fields that Istio does not know (any more) are kept aside.
    Raises MeshError for what is not YAML, MessageError with all problems otherwise.
    """
    given = load_yaml(source, where) if isinstance(source, str) else source
    base = default_mesh_config()
    result = apply(MESH_CONFIG, base, given, where=where)
    written: Mapping[str, Any] = given or {}
    # Istio merges these from the field of the JSON name only; one of the other name has no effect.
    result["defaultConfig"] = base["defaultConfig"]
    proxy = written.get("defaultConfig")
    if proxy is not None:
        result["defaultConfig"] = merge_proxy_config(
            base["defaultConfig"], proxy, where=f"{where}.defaultConfig"
        )
    result["defaultProviders"] = apply(
        _DEFAULT_PROVIDERS,
        base["defaultProviders"],
        written.get("defaultProviders"),
        where=f"{where}.defaultProviders",
    )
    result["extensionProviders"] = _merge_providers(
        base["extensionProviders"], result.get("extensionProviders", [])
    )
    aliases = result.get("trustDomainAliases")
    if aliases:
        result["trustDomainAliases"] = sorted(set(aliases))
    problems = mesh_config_problems(result, where)
    if problems:
        raise MessageError(problems)
    return result


def with_proxy_config(
    annotation: str | Mapping[str, Any] | None,
    mesh: Mapping[str, Any],
    *,
    where: str = "annotation proxy.istio.io/config",
) -> MessageDict:
    """Return a mesh configuration with a workload's proxy configuration merged into its default.

    As ``mesh.ApplyProxyConfig``; ``annotation`` is YAML text or what it holds. ``mesh`` stays
    unchanged. Raises MeshError for what is not YAML, MessageError with all problems otherwise.
    """
    given = load_yaml(annotation, where) if isinstance(annotation, str) else annotation
    result = MessageDict(mesh, unknown_of(mesh))
    result["defaultConfig"] = merge_proxy_config(mesh.get("defaultConfig", {}), given, where=where)
    return result


def merge_proxy_config(base: Mapping[str, Any], overlay: Any, *, where: str) -> MessageDict:
    """Return a proxy configuration with another one merged into it (``mesh.MergeProxyConfig``).

    A field replaces the one below it, but proxyMetadata is merged, and some of the proxyHeaders
    are kept. Raises MessageError with all problems.
    """
    result = apply(PROXY_CONFIG, base, overlay, where=where)
    metadata = base.get("proxyMetadata", {}) | result.get("proxyMetadata", {})
    if metadata:
        result["proxyMetadata"] = metadata
    below, headers = base.get("proxyHeaders"), result.get("proxyHeaders")
    if below is not None and headers is not None:
        kept = {name: below[name] for name in _KEPT_HEADERS if name in below}
        result["proxyHeaders"] = MessageDict(kept | headers, unknown_of(headers))
    return result


def _merge_providers(
    base: list[dict[str, Any]], overlay: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return extension providers; one of a name that is there already replaces its settings."""
    merged = {provider.get("name", ""): provider for provider in base}
    merged.update((provider.get("name", ""), provider) for provider in overlay)
    return list(merged.values())
