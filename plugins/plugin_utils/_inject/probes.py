# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of applications, sent through the proxy's agent (``app_probe.go`` of Istio 1.31).

The kubelet has no certificate of the mesh, so that its probes would fail with strict mTLS. The
agent answers them instead: it is told the original probes in its environment, and the pod's
probes are rewritten to ask the agent.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered, dumps
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import (
    parse_bool,
    parse_int,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    PROXY,
    STATUS,
    Container,
    Pod,
    annotations_of,
    containers_of,
    find_sidecar,
)

ENV: Final = "ISTIO_KUBE_APP_PROBERS"
REWRITE: Final = "sidecar.istio.io/rewriteAppHTTPProbers"
STATUS_PORT: Final = "status.sidecar.istio.io/port"
# Where a container has its probes and handlers, and the path at which the agent serves each.
PROBES: Final = {
    "readinessProbe": "/app-health/{}/readyz",
    "livenessProbe": "/app-health/{}/livez",
    "startupProbe": "/app-health/{}/startupz",
}
_HANDLERS: Final = {
    "preStop": "/app-lifecycle/{}/prestopz",
    "postStart": "/app-lifecycle/{}/poststartz",
}
# Fields in the order of the Go types: the agent's JSON is compared byte for byte.
_ACTIONS: Final = {
    "httpGet": ("path", "port", "host", "scheme", "httpHeaders"),
    "tcpSocket": ("port", "host"),
    "grpc": ("port", "service"),
}


def rewrites_probes(annotations: Mapping[str, str], setting: bool) -> bool:
    """Return whether probes are rewritten: an annotation says, else the injector's setting."""
    said = parse_bool(annotations[REWRITE]) if REWRITE in annotations else None
    return setting if said is None else said


def apply_rewrite(pod: Pod, *, setting: bool, status_port: int) -> None:
    """Rewrite the probes of an injected pod, in place; without a proxy there is nothing to do.

    ``setting`` is the injector's ``rewriteAppHTTPProbe``, ``status_port`` that of the mesh.
    """
    sidecar = find_sidecar(pod)
    if sidecar is None or not rewrites_probes(annotations_of(pod), setting):
        return
    probers = app_probers(pod, status_port)
    if probers:
        _tell_agent(sidecar, dumps(probers), merge=STATUS in annotations_of(pod))
    port = status_port
    said = annotations_of(pod).get(STATUS_PORT)
    if said is not None:
        port = parse_int(said) or 0  # as Istio does with " 15020", which its validation lets pass
    rewrite_probes(pod, port)


def app_probers(pod: Mapping[str, Any], status_port: int | None) -> dict[str, Ordered]:
    """Return the probes that the agent takes over, by path (``DumpAppProbers``).

    Named ports become numbers; a probe of an unknown name or of the agent's own port is left out.
    Without that port there are no probes of it.
    """
    probers: dict[str, Ordered] = {}
    for field in ("initContainers", "containers"):
        for container in containers_of(pod, field):
            if container.get("name") == PROXY:
                continue
            ports = {
                port["name"]: port.get("containerPort", 0)
                for port in container.get("ports") or ()
                if port.get("name")
            }
            for path, owner, key in _handlers(container):
                prober = _prober(owner[key], ports, status_port, probe=key in PROBES)
                if prober is not None:
                    probers[path] = prober
    return probers


def rewrite_probes(pod: Pod, port: int) -> None:
    """Make the kubelet ask the agent at that port, in place (``patchRewriteProbe``)."""
    for field in ("containers", "initContainers"):
        for container in containers_of(pod, field):
            if container.get("name") != PROXY:
                for path, owner, key in list(_handlers(container)):
                    owner[key] = _converted(owner[key], path, port, probe=key in PROBES)


def _handlers(container: Container) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the agent's path of each probe and handler, and where it is: a dict and its key."""
    name = container.get("name", "")
    for key, path in PROBES.items():
        if container.get(key) is not None:
            yield path.format(name), container, key
    lifecycle = container.get("lifecycle") or {}
    for key, path in _HANDLERS.items():
        if lifecycle.get(key) is not None:
            yield path.format(name), lifecycle, key


def _action_of(handler: Mapping[str, Any], *, probe: bool) -> str | None:
    """Return which action the agent can take over; handlers of the lifecycle have no gRPC."""
    names = ("httpGet", "tcpSocket", "grpc") if probe else ("httpGet", "tcpSocket")
    return next((name for name in names if handler.get(name) is not None), None)


def _prober(
    handler: Mapping[str, Any], ports: Mapping[str, int], status_port: int | None, *, probe: bool
) -> Ordered | None:
    name = _action_of(handler, probe=probe)
    if name is None:
        return None
    action = _ordered_action(name, handler[name])
    port = action["port"]
    if name != "grpc":
        if isinstance(port, str):
            if port not in ports:
                return None
            action["port"] = ports[port]
        elif port == status_port:
            return None  # rewritten before
    prober = Ordered({name: action})
    if probe and handler.get("timeoutSeconds"):
        prober["timeoutSeconds"] = handler["timeoutSeconds"]
    return prober


def _ordered_action(name: str, action: Mapping[str, Any]) -> Ordered:
    """Return an action as Go writes it: in order, empty fields left out, but never the port."""
    result = Ordered()
    for field in _ACTIONS[name]:
        value = action.get(field)
        if field == "port":
            result[field] = 0 if value is None else value
        elif field == "httpHeaders" and value:
            result[field] = [
                Ordered(name=header.get("name", ""), value=header.get("value", ""))
                for header in value
            ]
        elif name == "grpc" or value:
            result[field] = value  # gRPC's service is a pointer: null when not set
    return result


def _converted(handler: dict[str, Any], path: str, port: int, *, probe: bool) -> dict[str, Any]:
    name = _action_of(handler, probe=probe)
    if name is None:
        return handler
    http = copy.deepcopy(handler["httpGet"]) if name == "httpGet" else {}
    http |= {"path": path, "port": port}
    if http.get("scheme") == "HTTPS":
        http["scheme"] = "HTTP"  # the agent asks the application with TLS
    return {key: value for key, value in handler.items() if key != name} | {"httpGet": http}


def _tell_agent(sidecar: Container, probers: str, *, merge: bool) -> None:
    """Put the probers into the proxy's environment; ``merge`` with those of an injection before."""
    env: list[dict[str, Any]] = sidecar.setdefault("env", [])
    for index, variable in enumerate(env if merge else ()):
        if variable.get("name") == ENV:
            known = _read_probers(variable.get("value", ""))
            if known is not None:
                merged = {**json.loads(probers), **known}
                value = dumps({path: _reordered(prober) for path, prober in merged.items()})
                env[index] = {"name": ENV, "value": value}
            return
    env.append({"name": ENV, "value": probers})


def _read_probers(text: str) -> dict[str, Any] | None:
    """Return the probers of an earlier injection; None for what Istio cannot read either."""
    try:
        probers = json.loads(text)
    except ValueError:
        return None
    if probers is None:
        return {}
    if not isinstance(probers, dict) or not all(map(_is_prober, probers.values())):
        return None
    return probers


def _is_prober(prober: Any) -> bool:
    if prober is None:
        return True
    if not isinstance(prober, dict) or not isinstance(prober.get("timeoutSeconds") or 0, int):
        return False
    return all(isinstance(prober.get(name) or {}, dict) for name in _ACTIONS)


def _reordered(prober: Mapping[str, Any] | None) -> Ordered | None:
    if prober is None:
        return None
    result = Ordered()
    for name in _ACTIONS:
        if prober.get(name) is not None:
            result[name] = _ordered_action(name, prober[name])
    if prober.get("timeoutSeconds"):
        result["timeoutSeconds"] = prober["timeoutSeconds"]
    return result
