# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging of metrics: what is scraped from a pod moves behind the proxy's agent.

As ``applyPrometheusMerge`` and ``applySecurePrometheusAnnotation`` of Istio 1.31; releases before
know one target only, do not check its port, and have no secure port. Prometheus makes label names
of annotations, so ``prometheus.io/port`` and ``prometheus-io.port`` are the same to it. Where a pod
has several of these at once, Istio picks one at random; we take them by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered, dumps
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import (
    parse_bool,
    parse_int,
    trim_space,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    Pod,
    find_sidecar,
    own_annotations,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
    is_before,
)

ENV: Final = "ISTIO_PROMETHEUS_ANNOTATIONS"
SECURE_PORT_ENV: Final = "ENVOY_SECURE_MERGED_METRICS_PORT"
MERGE: Final = "prometheus.istio.io/merge-metrics"
_SECURE_PORT: Final = "prometheus.istio.io/secure-port"
_SCRAPE: Final = "prometheus_io_scrape"
_PORT: Final = "prometheus_io_port"
_PATH: Final = "prometheus_io_path"
_TARGETS: Final = "prometheus_istio_io_scrape_targets"
_MERGED: Final = frozenset((_SCRAPE, _PORT, _PATH, _TARGETS))
_SINCE: Final[Minor] = (1, 31)
_MAX_PORT: Final = 65535
# pilot/cmd/pilot-agent/status/server.go, istioReservedPorts
_RESERVED: Final = {
    15000: "Envoy's administration",
    15001: "captured outbound traffic",
    15004: "debugging of istiod",
    15006: "captured inbound traffic",
    15008: "the HBONE tunnel",
    15020: "the agent's status and the merged metrics themselves",
    15021: "Envoy's health",
    15053: "the DNS proxy",
    15090: "Envoy's own metrics, which are merged already",
}
_INVALID = re.compile("[^a-zA-Z0-9_]")


class PrometheusError(MeshError):
    """Annotations for Prometheus with which Istio refuses to inject."""


def merges_metrics(mesh: Mapping[str, Any], annotations: Mapping[str, str]) -> bool:
    """Return whether metrics are merged: an annotation says, else the mesh; the default is yes."""
    said = parse_bool(annotations[MERGE]) if MERGE in annotations else None
    if said is not None:
        return said
    return bool(mesh.get("enablePrometheusMerge", True))


def merge_metrics(pod: Pod, mesh: Mapping[str, Any], *, release: Minor = NEWEST) -> None:
    """Give the agent what the pod's annotations say, and point them to the agent, in place.

    Raises PrometheusError for a bad port.
    """
    annotations = own_annotations(pod)
    if not _is_scraped(annotations) or not merges_metrics(mesh, annotations):
        return
    agent = int((mesh.get("defaultConfig") or {}).get("statusPort", 0))
    if next((value for _key, value in _named(annotations, _PORT)), None) == str(agent):
        return  # injected before, or the user has pointed it to the agent
    scrape = _scrape_configuration(annotations)
    if not is_before(release, _SINCE):
        _add_targets(scrape, annotations, agent)
    sidecar = find_sidecar(pod)
    if sidecar is not None and any(scrape.values()):
        sidecar.setdefault("env", []).append({"name": ENV, "value": dumps(scrape)})
    clear_annotations(annotations, release=release)
    annotations["prometheus.io/port"] = str(agent)
    annotations["prometheus.io/path"] = "/stats/prometheus"
    annotations["prometheus.io/scrape"] = "true"


def announce_secure_port(pod: Pod, *, release: Minor = NEWEST) -> None:
    """Add the annotation for the port that serves merged metrics with TLS, in place.

    The proxy's environment has that port; an annotation of the user's own stays.
    """
    if is_before(release, _SINCE):
        return
    annotations = own_annotations(pod)
    sidecar = find_sidecar(pod)
    if sidecar is None or any(True for _found in _named(annotations, _label(_SECURE_PORT))):
        return
    for env in sidecar.get("env") or ():
        if env.get("name") == SECURE_PORT_ENV and env.get("value", "") not in ("", "0"):
            annotations[_SECURE_PORT] = env["value"]
            return


def clear_annotations(annotations: dict[str, str], *, release: Minor = NEWEST) -> None:
    """Remove every variant of the annotations that merging takes over, in place."""
    merged = _MERGED - {_TARGETS} if is_before(release, _SINCE) else _MERGED
    for key in [key for key in annotations if _label(key) in merged]:
        del annotations[key]


def scrape_port(annotations: Mapping[str, str]) -> str | None:
    """Return the port that the annotations name for Prometheus, None without one."""
    return next((value for _key, value in _named(annotations, _PORT)), None)


def parse_targets(text: str) -> list[Ordered] | None:
    """Return the targets of ``port:path,...``, the path being /metrics by default.

    None for a target without a port: Istio then ignores the whole annotation.
    """
    targets = []
    for entry in map(trim_space, text.split(",")):
        if not entry:
            continue
        port, _colon, path = entry.partition(":")
        if not trim_space(port):
            return None
        targets.append(Ordered(port=trim_space(port), path=trim_space(path) or "/metrics"))
    return targets


def _label(annotation: str) -> str:
    return _INVALID.sub("_", annotation)


def _named(annotations: Mapping[str, str], label: str) -> Iterator[tuple[str, str]]:
    return ((key, annotations[key]) for key in sorted(annotations) if _label(key) == label)


def _is_scraped(annotations: Mapping[str, str]) -> bool:
    said = (parse_bool(value) for _key, value in _named(annotations, _SCRAPE))
    return next((value for value in said if value is not None), True)


def _scrape_configuration(annotations: Mapping[str, str]) -> Ordered:
    """Return Istio's ``PrometheusScrapeConfiguration``."""
    scrape = Ordered(scrape="", path="", port="")
    for field, label in (("scrape", _SCRAPE), ("path", _PATH), ("port", _PORT)):
        for _key, value in _named(annotations, label):
            scrape[field] = value
    return scrape


def _add_targets(scrape: Ordered, annotations: Mapping[str, str], agent: int) -> None:
    """Add the targets, if there are several, and check all ports. Raises PrometheusError."""
    for _key, value in _named(annotations, _TARGETS):
        scrape["targets"] = parse_targets(value) or []
    targets = scrape.get("targets")
    if targets:
        # Older agents know one target only.
        scrape["port"], scrape["path"] = targets[0]["port"], targets[0]["path"]
        for target in targets:
            _check_port(target["port"], agent, "prometheus.istio.io/scrape-targets")
        return
    scrape.pop("targets", None)
    if scrape["port"]:
        _check_port(scrape["port"], agent, "prometheus.io/port")


def _check_port(text: str, agent: int, annotation: str) -> None:
    """Raise PrometheusError for what is no port, or one of Istio's own."""
    port = parse_int(text)
    problem = ""
    if port is None or not 1 <= port <= _MAX_PORT:
        problem = f"is no port (1 to {_MAX_PORT})"
    elif port == agent:
        problem = "is the port of the proxy's agent, which scrapes the others"
    elif port in _RESERVED:
        problem = f"is Istio's own port for {_RESERVED[port]}"
    if problem:
        raise PrometheusError(
            f'annotation {annotation}: "{text}" {problem}',
            "Name the port that the application serves its metrics at, or turn merging off with "
            f'the annotation {MERGE}: "false".',
        )
