# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults of mesh and proxy configuration, release by release since Istio 1.7.

From ``DefaultMeshConfig`` and ``DefaultProxyConfig`` in ``pkg/config/mesh/mesh.go`` at the tags of
every minor release. A workload's pod says how its proxy differs from the defaults, so an older
release needs its own.
"""

from __future__ import annotations

from typing import Any, Final

# Major and minor version of a release, such as (1, 17).
Minor = tuple[int, int]

NEWEST: Final[Minor] = (0, 0)
_OLDEST: Final[Minor] = (1, 7)

# The first release in which...
METADATA_MERGED: Final[Minor] = (1, 10)  # an overlay adds to proxyMetadata instead of replacing it
PROVIDERS_MERGED: Final[Minor] = (1, 11)  # providers are merged with the default ones
ALIASES_SORTED: Final[Minor] = (1, 12)  # trustDomainAliases are sorted, each one once
FIELDS_DROPPED: Final[Minor] = (1, 17)  # the fields of Mixer, SDS and hot restart are all gone

_PROXY: Final[dict[str, Any]] = {
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
# What releases before the one named have besides.
_PROXY_BEFORE: Final[tuple[tuple[Minor, dict[str, Any]], ...]] = (
    ((1, 9), {"envoyMetricsService": {}, "envoyAccessLogService": {}}),
    ((1, 17), {"parentShutdownDuration": "60s"}),
    ((1, 18), {"concurrency": 2}),
    ((1, 22), {"tracing": {"zipkin": {"address": "zipkin.istio-system:9411"}}}),
)

_ENVOY_LOG: Final = {"name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"}}
_MESH: Final[dict[str, Any]] = {
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
        _ENVOY_LOG,
    ],
}
# The same for the mesh, the newest first; null takes a default away.
_MESH_BEFORE: Final[tuple[tuple[Minor, dict[str, Any]], ...]] = (
    ((1, 22), {"inboundTrafficPolicy": None}),
    ((1, 18), {"proxyInboundListenPort": None, "enablePrometheusMerge": None}),
    ((1, 14), {"dnsRefreshRate": "5s"}),
    (
        (1, 12),
        {
            "defaultProviders": {"accessLogging": ["envoy"]},
            "extensionProviders": [_ENVOY_LOG],
        },
    ),
    ((1, 11), {"defaultProviders": None, "extensionProviders": None}),
    (
        (1, 8),
        {
            "protocolDetectionTimeout": "5s",
            "reportBatchMaxEntries": 100,
            "reportBatchMaxTime": "1s",
            "disableMixerHttpReports": True,
            "disablePolicyChecks": True,
            "sdsUdsPath": "unix:./etc/istio/proxy/SDS",
        },
    ),
)


def is_before(release: Minor, first: Minor) -> bool:
    """Return whether a release is older than another; what is no release of Istio is the newest."""
    return _OLDEST <= release < first


def proxy_defaults(release: Minor) -> dict[str, Any]:
    """Return the default proxy configuration of a release, as a user would write it."""
    return _with_older(_PROXY, _PROXY_BEFORE, release)


def mesh_defaults(release: Minor) -> dict[str, Any]:
    """Return the default mesh configuration of a release, as a user would write it."""
    mesh = _with_older(_MESH, _MESH_BEFORE, release)
    return {**mesh, "defaultConfig": proxy_defaults(release)}


def _with_older(
    newest: dict[str, Any], changes: tuple[tuple[Minor, dict[str, Any]], ...], release: Minor
) -> dict[str, Any]:
    result = dict(newest)
    for first, older in changes:
        if is_before(release, first):
            result.update(older)
    return result
