# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes Istio refuse a mesh configuration (``pkg/config/validation/agent``).

Configurations are in canonical form, with defaults. Every check names the field and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import (
    duration_nanos,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import Problem
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.addresses import (
    host_problem,
    port_problem,
    proxy_address_problem,
    trust_domain_problem,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.localities import (
    locality_problems,
    zone_aware_problems,
)

_MILLISECOND: Final = 10**6
_SECOND: Final = 10**9
_HOUR: Final = 3600 * _SECOND
_MIN_WINDOW: Final = 65535


class _Checks:
    """Collects problems at paths below one place."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[Problem] = []

    def add(self, path: str, message: str) -> None:
        """Add a problem, unless the message is empty."""
        if message:
            self.problems.append(Problem(f"{self.where}.{path}" if path else self.where, message))


def mesh_config_problems(mesh: Mapping[str, Any], where: str) -> list[Problem]:
    """Return why Istio refuses a mesh configuration (``ValidateMeshConfig``, without warnings)."""
    checks = _Checks(where)
    checks.add("proxyListenPort", port_problem(mesh.get("proxyListenPort", 0)))
    checks.add("connectTimeout", _connect_timeout(mesh.get("connectTimeout")))
    detection = mesh.get("protocolDetectionTimeout")
    if _nanos(detection) % _MILLISECOND:
        checks.add("protocolDetectionTimeout", _TOO_FINE)
    checks.problems += proxy_config_problems(
        mesh.get("defaultConfig", {}), f"{where}.defaultConfig"
    )
    for message in locality_problems(mesh.get("localityLbSetting", {})):
        checks.add("localityLbSetting", message)
    for message in zone_aware_problems(mesh.get("zoneAwareLbSetting", {})):
        checks.add("zoneAwareLbSetting", message)
    for index, setting in enumerate(mesh.get("serviceSettings", [])):
        for host in setting.get("hosts", []):
            checks.add(f"serviceSettings[{index}].hosts", host_problem(host, wildcard=True))
    checks.add("trustDomain", trust_domain_problem(mesh.get("trustDomain", "")))
    for index, alias in enumerate(mesh.get("trustDomainAliases", [])):
        checks.add(f"trustDomainAliases[{index}]", trust_domain_problem(alias))
    if "ecdhCurves" in mesh.get("meshMTLS", {}):
        checks.add("meshMTLS.ecdhCurves", "is not supported here: ECDH curves go into tlsDefaults")
    _traffic_policy(checks, mesh.get("defaultTrafficPolicy", {}))
    return checks.problems


def proxy_config_problems(proxy: Mapping[str, Any], where: str) -> list[Problem]:
    """Return why Istio refuses a proxy configuration (``ValidateMeshConfigProxyConfig``)."""
    checks = _Checks(where)
    for name in ("configPath", "binaryPath", "discoveryAddress"):
        if name not in proxy:
            checks.add(name, "must be set")
    if "tracingServiceName" not in proxy and not proxy.get("serviceCluster"):
        checks.add("serviceCluster", "must be set, or tracingServiceName")
    checks.add("drainDuration", _drain_duration(proxy.get("drainDuration")))
    for name in ("discoveryAddress", "statsdUdpAddress", "envoyMetricsServiceAddress"):
        if name in proxy:
            checks.add(name, proxy_address_problem(proxy[name]))
    for name in ("envoyMetricsService", "envoyAccessLogService"):
        address = proxy.get(name, {}).get("address")
        if address:
            checks.add(f"{name}.address", proxy_address_problem(address))
    _tracing(checks, proxy.get("tracing", {}))
    for name in ("proxyAdminPort", "statusPort"):
        checks.add(name, port_problem(proxy.get(name, 0)))
    policy = proxy.get("controlPlaneAuthPolicy", "NONE")
    if policy not in ("NONE", "MUTUAL_TLS"):
        checks.add("controlPlaneAuthPolicy", f"has the unknown value {policy}")
    _private_keys(checks, proxy.get("privateKeyProvider"))
    _connection_settings(checks, proxy.get("connectionSettings", {}))
    return checks.problems


_TOO_FINE: Final = "must be whole milliseconds"


def _nanos(text: str | None) -> int:
    return 0 if text is None else duration_nanos(text)


def _duration(text: str | None) -> str:
    nanos = _nanos(text)
    if nanos < _MILLISECOND:
        return "must be at least 1ms"
    return _TOO_FINE if nanos % _MILLISECOND else ""


def _connect_timeout(text: str | None) -> str:
    return _duration(text) or ("must be at most 1h" if _nanos(text) > _HOUR else "")


def _drain_duration(text: str | None) -> str:
    return _duration(text) or ("must be whole seconds" if _nanos(text) % _SECOND else "")


def _tracing(checks: _Checks, tracing: Mapping[str, Any]) -> None:
    lightstep = tracing.get("lightstep")
    if lightstep is not None:
        address = lightstep.get("address", "")
        checks.add("tracing.lightstep.address", proxy_address_problem(address))
        if "accessToken" not in lightstep:
            checks.add("tracing.lightstep.accessToken", "must be set")
    for name in ("zipkin", "datadog"):
        tracer = tracing.get(name)
        if tracer is not None:
            address = tracer.get("address", "").replace("$(HOST_IP)", "127.0.0.1", 1)
            checks.add(f"tracing.{name}.address", proxy_address_problem(address))
    if "tlsSettings" in tracing:
        for message in _tls_problems(tracing["tlsSettings"]):
            checks.add("tracing.tlsSettings", message)


def _tls_problems(settings: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the TLS settings of a tracer (``ValidateTLS``)."""
    problems: list[str] = []
    credential = settings.get("credentialName", "")
    mode = settings.get("mode", "DISABLE")
    if credential.startswith("configmap://"):
        problems.append("credentialName must not be a configmap:// here")
    if settings.get("insecureSkipVerify"):
        refused = {
            "SIMPLE": ("caCertificates", "credentialName", "subjectAltNames"),
            "MUTUAL": ("caCertificates", "subjectAltNames"),
        }.get(mode, ())
        problems += [
            f"{name} cannot be set with insecureSkipVerify" for name in refused if name in settings
        ]
    if credential and mode in ("SIMPLE", "MUTUAL"):
        files = ("clientCertificate", "caCertificates", "privateKey", "caCrl")
        return problems + [
            f"{name} cannot be set with credentialName" for name in files if name in settings
        ]
    if mode == "MUTUAL":
        needed = ("clientCertificate", "privateKey")
        problems += [f"{name} must be set for MUTUAL" for name in needed if name not in settings]
    return problems


def _private_keys(checks: _Checks, provider: Mapping[str, Any] | None) -> None:
    if provider is None:
        return
    chosen = next((name for name in ("cryptomb", "qat") if name in provider), None)
    if chosen is None:
        checks.add("privateKeyProvider", "must have cryptomb or qat")
    elif not _nanos(provider[chosen].get("pollDelay")):
        checks.add(f"privateKeyProvider.{chosen}.pollDelay", "must be set, and not zero")


def _connection_settings(checks: _Checks, settings: Mapping[str, Any]) -> None:
    least = dict.fromkeys(
        ("listenerPerConnectionBufferLimitBytes", "clusterPerConnectionBufferLimitBytes"), 0
    )
    least |= dict.fromkeys(
        ("httpMaxConcurrentStreams", "listenerConnectionLimit", "globalDownstreamConnectionLimit"),
        1,
    )
    least |= dict.fromkeys(
        ("http2InitialStreamWindowSize", "http2InitialConnectionWindowSize"), _MIN_WINDOW
    )
    for name, bound in least.items():
        if settings.get(name, bound) < bound:
            checks.add(f"connectionSettings.{name}", f"must be at least {bound}")
    for name in (
        "httpIdleTimeout",
        "httpMaxConnectionDuration",
        "httpDrainTimeout",
        "httpRequestTimeout",
        "httpRequestHeadersTimeout",
        "httpStreamIdleTimeout",
        "httpMaxStreamDuration",
    ):
        if _nanos(settings.get(name)) < 0:
            checks.add(f"connectionSettings.{name}", "must not be negative")


def _traffic_policy(checks: _Checks, policy: Mapping[str, Any]) -> None:
    """Check the mesh-wide traffic policy (``validateMeshConfigDefaultTrafficPolicy``)."""
    pool = policy.get("connectionPool")
    if pool is not None:
        if "http" not in pool and "tcp" not in pool:
            checks.add("defaultTrafficPolicy.connectionPool", "must have http or tcp")
        _http_pool(checks, pool.get("http", {}))
        _tcp_pool(checks, pool.get("tcp", {}))
    outlier = policy.get("outlierDetection", {})
    path = "defaultTrafficPolicy.outlierDetection"
    for name in ("baseEjectionTime", "interval"):
        if name in outlier:
            checks.add(f"{path}.{name}", _duration(outlier[name]))
    local_failures = outlier.get("consecutiveLocalOriginFailures", 0)
    if local_failures > 0 and not outlier.get("splitExternalLocalOriginErrors"):
        checks.add(
            f"{path}.consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors: true"
        )
    for name in ("maxEjectionPercent", "minHealthPercent"):
        if not 0 <= outlier.get(name, 0) <= 100:
            checks.add(f"{path}.{name}", "must be between 0 and 100")


def _http_pool(checks: _Checks, http: Mapping[str, Any]) -> None:
    path = "defaultTrafficPolicy.connectionPool.http"
    for name in (
        "http1MaxPendingRequests",
        "http2MaxRequests",
        "maxRequestsPerConnection",
        "maxRetries",
        "maxConcurrentStreams",
    ):
        if http.get(name, 0) < 0:
            checks.add(f"{path}.{name}", "must not be negative")
    if "idleTimeout" in http:
        checks.add(f"{path}.idleTimeout", _duration(http["idleTimeout"]))
    if http.get("h2UpgradePolicy") == "UPGRADE" and http.get("useClientProtocol"):
        checks.add(f"{path}.useClientProtocol", "must not be true with h2UpgradePolicy UPGRADE")


def _tcp_pool(checks: _Checks, tcp: Mapping[str, Any]) -> None:
    path = "defaultTrafficPolicy.connectionPool.tcp"
    if tcp.get("maxConnections", 0) < 0:
        checks.add(f"{path}.maxConnections", "must not be negative")
    for name in ("connectTimeout", "maxConnectionDuration"):
        if name in tcp:
            checks.add(f"{path}.{name}", _duration(tcp[name]))
    # Shorter than a millisecond, in either direction, means never.
    if abs(_nanos(tcp.get("idleTimeout"))) >= _MILLISECOND:
        checks.add(f"{path}.idleTimeout", _duration(tcp["idleTimeout"]))
    for name in ("time", "interval"):
        value = tcp.get("tcpKeepalive", {}).get(name)
        if value is not None:
            checks.add(f"{path}.tcpKeepalive.{name}", _duration(value))
