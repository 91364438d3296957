"""Routes as objects: to the right port of the Service the chart has made."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.routes import route_specs
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.routes import (
    refuse_elsewhere,
    route_objects,
)

PORTS = [
    {"name": "status-port", "port": 15021, "targetPort": 15021, "protocol": "TCP"},
    {"name": "http2", "port": 80, "targetPort": 8080, "protocol": "TCP"},
    {"name": "https", "port": 443, "targetPort": 8443, "protocol": "TCP"},
    {"name": "quic", "port": 8443, "targetPort": 443, "protocol": "UDP"},
]
LABELS = {"app": "public", "helm.sh/chart": "gateway-1.31.1", "app.kubernetes.io/version": "1.31.1"}


def service(*ports: dict[str, Any], name: str = "public") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"ports": list(ports or PORTS)},
    }


def made(route: Any, *objects: dict[str, Any]) -> list[dict[str, Any]]:
    specs = route_specs([route], "public", "mesh_components.ingress_gateways[0]")
    return route_objects(specs, "public", "istio-ingress", objects or (service(),))


def test_the_least_is_what_oc_expose_makes() -> None:
    assert made({}) == [
        {
            "apiVersion": "route.openshift.io/v1",
            "kind": "Route",
            "metadata": {
                "name": "public",
                "namespace": "istio-ingress",
                "labels": {"app": "public"},
            },
            "spec": {
                "to": {"kind": "Service", "name": "public"},
                "port": {"targetPort": "http2"},
                "wildcardPolicy": "None",
            },
        }
    ]


@pytest.mark.parametrize(
    ("route", "port"),
    [
        ({"termination": "none"}, "http2"),
        ({"termination": "edge"}, "http2"),
        ({"termination": "passthrough"}, "https"),
        ({"termination": "reencrypt"}, "https"),
        ({"termination": "passthrough", "port": 80}, "http2"),
        ({"port": "https"}, "https"),
        ({"port": "443"}, "https"),
        # As `oc expose --port` takes it; of a port for UDP no router knows.
        ({"port": 8080}, "http2"),
        ({"port": 8443}, "https"),
    ],
)
def test_the_port_goes_with_the_termination_unless_it_is_named(route: Any, port: str) -> None:
    assert made(route)[-1]["spec"]["port"] == {"targetPort": port}


def test_a_port_without_a_name_is_that_of_the_pods() -> None:
    bare = service({"port": 80, "targetPort": 8080}, {"port": 443})
    assert made({}, bare)[-1]["spec"]["port"] == {"targetPort": 8080}
    assert made({"termination": "passthrough"}, bare)[-1]["spec"]["port"] == {"targetPort": 443}


def test_every_option_has_its_field() -> None:
    everything = {
        "host": "shop.example.com",
        "path": "/v1",
        "termination": "reencrypt",
        "insecure_policy": "redirect",
        "certificate": "the certificate",
        "key": "the key",
        "ca_certificate": "the authority",
        "destination_ca_certificate": "the other authority",
        "wildcard": True,
        "labels": {"team": "shop"},
        "annotations": {"a": "b"},
    }
    route = made(everything)[-1]
    assert route["metadata"]["labels"] == {"app": "public", "team": "shop"}
    assert route["metadata"]["annotations"] == {"a": "b"}
    assert route["spec"] == {
        "host": "shop.example.com",
        "path": "/v1",
        "to": {"kind": "Service", "name": "public"},
        "port": {"targetPort": "https"},
        "tls": {
            "termination": "reencrypt",
            "insecureEdgeTerminationPolicy": "Redirect",
            "certificate": "the certificate",
            "key": "the key",
            "caCertificate": "the authority",
            "destinationCACertificate": "the other authority",
        },
        "wildcardPolicy": "Subdomain",
    }


def test_the_router_may_read_the_secret_that_a_route_refers_to_and_no_other() -> None:
    role, binding, route = made({"termination": "edge", "external_certificate": "shop-tls"})
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["shop-tls"],
            "verbs": ["get", "list", "watch"],
        }
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "router", "namespace": "openshift-ingress"}
    ]
    assert route["spec"]["tls"]["externalCertificate"] == {"name": "shop-tls"}


@pytest.mark.parametrize(
    ("route", "objects", "words"),
    [
        ({"port": "grpc"}, [service()], "routes[0].port: Service public has no TCP port grpc; its"),
        (
            {"termination": "edge"},
            [service({"name": "tcp", "port": 31400})],
            "no port that is known to be for HTTP; name one of tcp (31400) as port",
        ),
        ({}, [{"kind": "Deployment"}], "gateway public has no Service that a Route could go to"),
    ],
)
def test_what_a_route_cannot_go_to_is_told(
    route: Any, objects: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(InputError) as raised:
        made(route, *objects)
    assert words in str(raised.value)


def test_elsewhere_the_equivalent_is_named() -> None:
    specs = route_specs(["shop.example.com"], "public", "mesh_components.ingress_gateways[0]")
    with pytest.raises(InputError) as raised:
        refuse_elsewhere(specs, "gke", "mesh_")
    message = str(raised.value)
    assert message.startswith("mesh_components.ingress_gateways[0].routes: only OpenShift has")
    for words in ("the platform is gke", "LoadBalancer or NodePort", "let DNS point shop.example"):
        assert words in message
    refuse_elsewhere((), "gke", "mesh_")
