"""Where a gateway is reached: URLs of Routes, load balancers, ports of nodes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.addresses import (
    gateway_addresses,
    route_addresses,
    service_addresses,
)

PORTS = [
    {"name": "status-port", "port": 15021, "nodePort": 31021},
    {"name": "http2", "port": 80, "nodePort": 31080},
    {"port": 443, "nodePort": 31443},
]


def service(kind: str, *ingress: dict[str, str], **spec: Any) -> dict[str, Any]:
    return {
        "kind": "Service",
        "spec": {"type": kind, "clusterIP": "10.96.0.9", "ports": PORTS, **spec},
        "status": {"loadBalancer": {"ingress": list(ingress)}},
    }


def route(admitted: str = "", host: str = "shop.example.com", **spec: Any) -> dict[str, Any]:
    condition = {"type": "Admitted", "status": admitted, "reason": "HostAlreadyClaimed"}
    ingress = [{"host": host, "conditions": [condition]}] if admitted else []
    return {
        "kind": "Route",
        "metadata": {"name": "shop"},
        "spec": {"host": host, **spec},
        "status": {"ingress": ingress},
    }


def nodes() -> list[str]:
    return ["192.0.2.1", "192.0.2.2"]


def nobody() -> list[str]:
    raise AssertionError("nodes are asked for only where their ports count")


@pytest.mark.parametrize(
    ("live", "text"),
    [
        (service("LoadBalancer", {"ip": "203.0.113.7"}), "203.0.113.7"),
        (service("LoadBalancer", {"hostname": "lb.example.com", "ip": ""}), "lb.example.com"),
        (service("ClusterIP", externalIPs=["203.0.113.8"]), "203.0.113.8"),
        (service("ClusterIP"), "10.96.0.9 (ClusterIP)"),
        (service("LoadBalancer", ports=[]), "no address from the load balancer yet"),
    ],
)
def test_a_service_has_the_address_it_was_given(live: dict[str, Any], text: str) -> None:
    assert service_addresses(live, nobody) == [text]


def test_ports_of_nodes_are_an_address_too() -> None:
    where = "192.0.2.1, 192.0.2.2 at http2 31080, 443 31443"
    assert service_addresses(service("NodePort"), nodes) == [f"{where} (NodePort)"]
    waiting = f"no address from the load balancer yet, until then {where}"
    assert service_addresses(service("LoadBalancer"), nodes) == [waiting]
    unknown = service_addresses(service("NodePort"), list)
    assert unknown == ["any node at http2 31080, 443 31443 (NodePort)"]


@pytest.mark.parametrize(
    ("live", "text"),
    [
        (route("True"), "http://shop.example.com"),
        (route("True", tls={"termination": "edge"}, path="/v1"), "https://shop.example.com/v1"),
        (route("True", wildcardPolicy="Subdomain"), "http://*.example.com"),
        (route("False"), "http://shop.example.com (no router admits it: HostAlreadyClaimed)"),
        (route(), "http://shop.example.com (no router admits it yet)"),
        (route(host=""), "Route shop (no router admits it yet)"),
    ],
)
def test_a_route_is_reached_where_a_router_admits_it(live: dict[str, Any], text: str) -> None:
    assert route_addresses(live) == [text]


def test_behind_a_route_a_service_that_is_not_reached_is_no_news() -> None:
    for inner in (service("ClusterIP"), service("LoadBalancer")):
        assert gateway_addresses([inner], [route("True")], nobody) == ["http://shop.example.com"]
    outer = service("LoadBalancer", {"ip": "203.0.113.7"})
    assert gateway_addresses([outer], [route("True")], nobody)[1:] == ["203.0.113.7"]
    assert gateway_addresses([service("ClusterIP")], [route("False")], nobody)[1:] == [
        "10.96.0.9 (ClusterIP)"
    ]
