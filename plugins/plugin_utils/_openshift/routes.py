# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes to a gateway's Service, as `oc expose service` and `oc create route` make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.routes import RouteSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_entries import (
    NONE,
    PASSTHROUGH,
    REENCRYPT,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.ports import (
    chosen_port,
    default_port,
    described,
    target_of,
    tcp_ports,
)

Object = dict[str, Any]

API_VERSION = "route.openshift.io/v1"
# Who reads the Secrets that Routes refer to (library-go, pkg/route/validation).
_ROUTER = {"kind": "ServiceAccount", "name": "router", "namespace": "openshift-ingress"}
_RBAC = "rbac.authorization.k8s.io"
_POLICIES = {"none": "None", "allow": "Allow", "redirect": "Redirect"}
# Labels of a chart's objects that say nothing of what a Route is, and change with each release.
_CHARTS_OWN = ("helm.sh/chart", "app.kubernetes.io/version", "app.kubernetes.io/managed-by")
_CERTIFICATES = {
    "certificate": "certificate",
    "key": "key",
    "ca_certificate": "caCertificate",
    "destination_ca_certificate": "destinationCACertificate",
}


def refuse_elsewhere(routes: Sequence[RouteSpec], platform: str, prefix: str) -> None:
    """Raise InputError for Routes on another platform, with what does their work there."""
    if not routes:
        return
    where = routes[0].where.rpartition("[")[0]
    hosts = ", ".join(dict.fromkeys(route.host for route in routes if route.host))
    raise_for(
        [
            Problem(
                where,
                f"only OpenShift has Routes, and the platform is {platform}",
                "there the gateway's Service has an address of its own: set its "
                "values.service.type to LoadBalancer or NodePort (the summary prints the address)"
                + (f", let DNS point {hosts} at it" if hosts else "")
                + f" and remove routes; or set {prefix}platform: openshift if it is one",
            )
        ]
    )


def route_objects(
    routes: Sequence[RouteSpec], gateway: str, namespace: str, objects: Sequence[Object]
) -> list[Object]:
    """The Routes of a gateway and what they need, to the Service among its rendered objects.

    Raises InputError when it has no Service, or the Service no such port.
    """
    if not routes:
        return []
    services = [item for item in objects if item["kind"] == "Service"]
    service = next((s for s in services if s["metadata"]["name"] == gateway), None)
    service = service or next(iter(services), None)
    problems: list[Problem] = []
    if service is None:
        problems.append(
            Problem(
                routes[0].where.rpartition("[")[0],
                f"gateway {gateway} has no Service that a Route could go to",
                "set its values.service.type to ClusterIP instead of None",
            )
        )
        raise_for(problems)
        return []
    made = [_route(route, service, namespace, problems) for route in routes]
    raise_for(problems)
    secrets = sorted({route.external_certificate for route in routes} - {""})
    return [*_grants(gateway, namespace, secrets), *made]


def _route(route: RouteSpec, service: Object, namespace: str, problems: list[Problem]) -> Object:
    labels = service["metadata"].get("labels") or {}
    kept = {key: value for key, value in labels.items() if key not in _CHARTS_OWN}
    metadata: Object = {
        "name": route.name,
        "namespace": namespace,
        "labels": {**kept, **route.labels},
    }
    if route.annotations:
        metadata["annotations"] = dict(route.annotations)
    spec: Object = {"host": route.host} if route.host else {}
    if route.path:
        spec["path"] = route.path
    spec["to"] = {"kind": "Service", "name": service["metadata"]["name"]}
    spec["port"] = {"targetPort": _target(route, service, problems)}
    if route.termination != NONE:
        spec["tls"] = _tls(route)
    spec["wildcardPolicy"] = "Subdomain" if route.wildcard else "None"
    return {"apiVersion": API_VERSION, "kind": "Route", "metadata": metadata, "spec": spec}


def _target(route: RouteSpec, service: Object, problems: list[Problem]) -> str | int:
    ports = tcp_ports(service)
    encrypted = route.termination in (PASSTHROUGH, REENCRYPT)
    found = chosen_port(ports, route.port) if route.port else default_port(ports, encrypted)
    if found is not None:
        return target_of(found)
    name = service["metadata"]["name"]
    if route.port:
        message = f"Service {name} has no TCP port {route.port}"
        remedy = f"its ports are {described(ports)}"
    else:
        kind = "HTTPS" if encrypted else "HTTP"
        message = f"Service {name} has no port that is known to be for {kind}"
        remedy = f"name one of {described(ports)} as port"
    problems.append(Problem(f"{route.where}.port", message, remedy))
    return ""


def _tls(route: RouteSpec) -> Object:
    tls: Object = {"termination": route.termination}
    for ours, theirs in _CERTIFICATES.items():
        if getattr(route, ours):
            tls[theirs] = getattr(route, ours)
    if route.external_certificate:
        tls["externalCertificate"] = {"name": route.external_certificate}
    if route.insecure_policy:
        tls["insecureEdgeTerminationPolicy"] = _POLICIES[route.insecure_policy]
    return tls


def _grants(gateway: str, namespace: str, secrets: Sequence[str]) -> list[Object]:
    """The router's right to read the Secrets that Routes refer to, and no others.

    OpenShift refuses a Route whose Secret the router may not get, list and watch.
    """
    if not secrets:
        return []
    metadata = {"name": f"{gateway}-route-certificates", "namespace": namespace}
    rule: Mapping[str, Any] = {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": list(secrets),
        "verbs": ["get", "list", "watch"],
    }
    return [
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "Role",
            "metadata": dict(metadata),
            "rules": [dict(rule)],
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": dict(metadata),
            "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": metadata["name"]},
            "subjects": [dict(_ROUTER)],
        },
    ]
