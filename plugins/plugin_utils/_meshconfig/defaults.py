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
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    ALIASES_SORTED,
    FIELDS_DROPPED,
    METADATA_MERGED,
    NEWEST,
    PROVIDERS_MERGED,
    Minor,
    is_before,
    mesh_defaults,
    proxy_defaults,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.validation import (
    mesh_config_problems,
)

_DEFAULT_PROVIDERS: Final = "istio.mesh.v1alpha1.MeshConfig.DefaultProviders"
# Parts of the proxy's headers that an overlay keeps when it does not set them.
_KEPT_HEADERS: Final = (
    "forwardedClientCert",
    "requestId",
    "attemptCount",
    "server",
    "envoyDebugHeaders",
)


@cache
def _defaults(message: str, release: Minor) -> MessageDict:
    written = mesh_defaults(release) if message == MESH_CONFIG else proxy_defaults(release)
    return parse(message, written, older=True)


def default_mesh_config(release: Minor = NEWEST) -> MessageDict:
    """Return ``mesh.DefaultMeshConfig`` of a release, a copy of the caller's own."""
    return copy.deepcopy(_defaults(MESH_CONFIG, release))


def default_proxy_config(release: Minor = NEWEST) -> MessageDict:
    """Return ``mesh.DefaultProxyConfig`` of a release, a copy of the caller's own."""
    return copy.deepcopy(_defaults(PROXY_CONFIG, release))


def mesh_config(
    source: str | Mapping[str, Any] | None,
    *,
    release: Minor = NEWEST,
    where: str = "meshConfig",
) -> MessageDict:
    """Return a mesh configuration (YAML text or what it holds) with Istio's defaults.

    As ``mesh.ApplyMeshConfigDefaults``: a field replaces the default, but the proxy configuration,
    the default providers and the trust domain's aliases are merged into it, extension providers
    by name. Defaults and merging are those of the release ((1, 17) for 1.17.8). Fields that Istio
    does not know are kept aside.
    Raises MeshError for what is not YAML, MessageError with all problems otherwise.
    """
    given = load_yaml(source, where) if isinstance(source, str) else source
    base = default_mesh_config(release)
    older = is_before(release, FIELDS_DROPPED)
    result = apply(MESH_CONFIG, base, given, older=older, where=where)
    written: Mapping[str, Any] = given or {}
    # Istio merges these from the field of the JSON name only; one of the other name has no effect.
    result["defaultConfig"] = base["defaultConfig"]
    proxy = written.get("defaultConfig")
    if proxy is not None:
        result["defaultConfig"] = merge_proxy_config(
            base["defaultConfig"], proxy, release=release, where=f"{where}.defaultConfig"
        )
    if not is_before(release, PROVIDERS_MERGED):
        _merge_providers(result, base, written, where)
    aliases = result.get("trustDomainAliases")
    if aliases and not is_before(release, ALIASES_SORTED):
        result["trustDomainAliases"] = sorted(set(aliases))
    problems = mesh_config_problems(result, where)
    if problems:
        raise MessageError(problems)
    return result


def with_proxy_config(
    annotation: str | Mapping[str, Any] | None,
    mesh: Mapping[str, Any],
    *,
    release: Minor = NEWEST,
    where: str = "annotation proxy.istio.io/config",
) -> MessageDict:
    """Return a mesh configuration with a workload's proxy configuration merged into its default.

    As ``mesh.ApplyProxyConfig``; ``annotation`` is YAML text or what it holds. ``mesh`` stays
    unchanged. Raises MeshError for what is not YAML, MessageError with all problems otherwise.
    """
    given = load_yaml(annotation, where) if isinstance(annotation, str) else annotation
    result = MessageDict(mesh, unknown_of(mesh))
    below = mesh.get("defaultConfig", {})
    result["defaultConfig"] = merge_proxy_config(below, given, release=release, where=where)
    return result


def merge_proxy_config(
    base: Mapping[str, Any], overlay: Any, *, release: Minor = NEWEST, where: str
) -> MessageDict:
    """Return a proxy configuration with another one merged into it (``mesh.MergeProxyConfig``).

    A field replaces the one below it, but proxyMetadata is merged (from 1.10 on), and some of the
    proxyHeaders are kept. Raises MessageError with all problems.
    """
    older = is_before(release, FIELDS_DROPPED)
    result = apply(PROXY_CONFIG, base, overlay, older=older, where=where)
    metadata = base.get("proxyMetadata", {}) | result.get("proxyMetadata", {})
    if metadata and not is_before(release, METADATA_MERGED):
        result["proxyMetadata"] = metadata
    below, headers = base.get("proxyHeaders"), result.get("proxyHeaders")
    if below is not None and headers is not None:
        kept = {name: below[name] for name in _KEPT_HEADERS if name in below}
        result["proxyHeaders"] = MessageDict(kept | headers, unknown_of(headers))
    return result


def _merge_providers(
    result: dict[str, Any], base: Mapping[str, Any], written: Mapping[str, Any], where: str
) -> None:
    """Merge the default providers, and the extension providers by name, into those of ``base``."""
    result["defaultProviders"] = apply(
        _DEFAULT_PROVIDERS,
        base["defaultProviders"],
        written.get("defaultProviders"),
        where=f"{where}.defaultProviders",
    )
    merged = {provider.get("name", ""): provider for provider in base["extensionProviders"]}
    for provider in result.get("extensionProviders", []):
        merged[provider.get("name", "")] = provider
    result["extensionProviders"] = list(merged.values())
