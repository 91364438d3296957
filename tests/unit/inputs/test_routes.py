"""Routes of gateways: what OpenShift would refuse is told beforehand, with its place."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.routes import route_specs
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import check_options

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n"
HERE = "mesh_components.ingress_gateways[0].routes"


def problems(routes: Any, **gateway: Any) -> dict[str, str]:
    """Path below `routes` -> the problem in full."""
    item = {"name": "public", "routes": routes, **gateway}
    found = check_options({"components": {"ingress_gateways": [item]}})
    return {problem.where.removeprefix(HERE): str(problem) for problem in found}


@pytest.mark.parametrize(
    "routes",
    [
        [],
        None,
        [{}],
        ["shop.example.com", "*.shop.example.com"],
        [{"host": "a.example.com"}, {"host": "a.example.com", "path": "/v2"}],
        [{"host": "www.example.com", "wildcard": "yes"}, {"wildcard": False}],
        [{"termination": "Reencrypt", "insecure_policy": "Allow", "port": "443"}],
        [{"termination": "passthrough", "insecure_policy": "redirect", "port": "tls"}],
        [{"termination": "edge", "certificate": CERTIFICATE, "key": KEY}],
        [
            {
                "termination": "reencrypt",
                "external_certificate": "shop-tls",
                "ca_certificate": CERTIFICATE,
                "destination_ca_certificate": CERTIFICATE,
                "labels": {"team": "shop"},
                "annotations": {"haproxy.router.openshift.io/timeout": "2m"},
            }
        ],
        # What templates leave empty is not there.
        [{"host": "", "path": "", "certificate": "", "key": None, "port": "", "name": ""}],
        [{"host": "*.shop.example.com", "wildcard": None}],
    ],
)
def test_sensible_routes_pass(routes: Any) -> None:
    assert problems(routes) == {}


@pytest.mark.parametrize(
    ("routes", "where", "words"),
    [
        ("shop.example.com", "", "must be a list, is text"),
        ([None], "[0]", "must be a host or a mapping, is None"),
        ([""], "[0]", "is empty; write a host, or {}"),
        ([7], "[0]", "must be a host or a mapping, is 7"),
        (["https://a.example.com"], "[0]", "has a scheme; a host has none; write the host alone"),
        (["a.example.com/v1"], "[0]", "has a path; write it as path"),
        (["a.example.com:443"], "[0]", "has a port; routers listen at 80 and 443; remove it"),
        (["Shop.example.com"], "[0]", "write shop.example.com"),
        (["a..example.com"], "[0]", "has a part that is empty"),
        (["a.*.example.com"], "[0]", "a * that is not all of its first part"),
        (["*.com"], "[0]", "every host of a top-level domain"),
        ([{"host": f"{'a' * 64}.example.com"}], "[0].host", "has 64 characters, at most 63"),
        ([{"hots": "a.example.com"}], "[0].hots", "did you mean host?"),
        ([{"wildcard": True}], "[0]", "a wildcard needs a host with the domain it is for"),
        ([{"host": "*.a.b", "wildcard": False}], "[0].wildcard", "contradicts host *.a.b"),
        ([{"termination": "tls"}], "[0].termination", "none, edge, passthrough or reencrypt"),
        ([{"port": 70000}], "[0].port", "70000 is no port"),
        ([{"port": True}], "[0].port", "must be the name or number of a port"),
        ([{"path": "v1"}], "[0].path", "'v1' does not begin with /"),
        ([{"path": "/a b"}], "[0].path", "has a # or a blank"),
        (
            [{"path": "/a", "termination": "passthrough"}],
            "[0].path",
            "the router sees no paths",
        ),
        (
            [{"termination": "passthrough", "insecure_policy": "allow"}],
            "[0].insecure_policy",
            "is not possible with termination: passthrough; write none or redirect",
        ),
        ([{"insecure_policy": "redirect"}], "[0].insecure_policy", "has no use without TLS"),
        (
            [{"termination": "edge", "certificate": CERTIFICATE}],
            "[0].key",
            "is missing, but there is a certificate",
        ),
        (
            [{"certificate": CERTIFICATE, "key": KEY}],
            "[0].key",
            "has no use without TLS; set termination: edge or reencrypt",
        ),
        (
            [{"termination": "passthrough", "external_certificate": "a"}],
            "[0].external_certificate",
            "the gateway has the certificate",
        ),
        (
            [{"termination": "edge", "destination_ca_certificate": CERTIFICATE}],
            "[0].destination_ca_certificate",
            "has a use with termination: reencrypt only; set that, as it is edge",
        ),
        (
            [{"termination": "edge", "key": KEY, "external_certificate": "a"}],
            "[0].key",
            "cannot be combined with external_certificate",
        ),
        ([{"labels": {"a b": "c"}}], "[0].labels.a b", "is no label key"),
        (
            [{}, {"termination": "edge"}],
            "[1]",
            "its name 'public' is also that of mesh_components.ingress_gateways[0].routes[0]",
        ),
        (
            ["a.example.com", {"host": "a.example.com", "name": "other"}],
            "[1]",
            "a.example.com is also the host of mesh_components.ingress_gateways[0].routes[0]",
        ),
    ],
)
def test_problems_say_where_and_what_to_do(routes: Any, where: str, words: str) -> None:
    assert words in problems(routes)[where]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("key", "hunter2", "is no private key in PEM; write its content"),
        ("key", KEY.replace("EC", "ENCRYPTED"), "is encrypted"),
        ("key", CERTIFICATE.replace("MIIB", "hunter2"), "the BEGIN line, the END line"),
        ("key", {"a": "hunter2"}, "must be text"),
        ("certificate", KEY.replace("MHcC", "hunter2"), "has a private key in it"),
        ("certificate", "hunter2", "is no certificate in PEM"),
    ],
)
def test_wrong_certificates_and_keys_are_not_repeated(field: str, value: Any, words: str) -> None:
    found = problems(
        [{"termination": "edge", "certificate": CERTIFICATE, "key": KEY, field: value}]
    )
    assert words in found[f"[0].{field}"]
    assert "hunter2" not in str(found)
    assert "MHcC" not in str(found)


def test_a_default_host_must_fit_into_a_label() -> None:
    found = problems([{}], namespace="n" * 60)
    assert "public-" in found["[0]"]
    assert "has 67 characters, at most 63" in found["[0]"]
    assert problems(["a.example.com"], namespace="n" * 60) == {}


def test_routes_of_a_gateway_that_is_turned_off_take_no_host() -> None:
    items: list[dict[str, Any]] = [
        {"name": "a", "enabled": False, "routes": ["a.example.com"]},
        {"name": "b", "routes": ["a.example.com"]},
    ]
    assert check_options({"components": {"ingress_gateways": items}}) == []
    items[0]["enabled"] = True
    assert len(check_options({"components": {"ingress_gateways": items}})) == 1


def test_names_are_made_of_what_a_route_is_for_and_stay_when_others_come() -> None:
    items = [
        {},
        "shop.example.com",
        {"host": "shop.example.com", "path": "/V2/cart_"},
        "*.shop.example.com",
        {"host": "www.api.example.com", "wildcard": True},
        {"name": "mine", "host": "a.example.com"},
    ]
    specs = route_specs(items, "public", "here")
    assert [(spec.name, spec.host, spec.wildcard) for spec in specs] == [
        ("public", "", False),
        ("shop.example.com", "shop.example.com", False),
        ("shop.example.com-v2-cart", "shop.example.com", False),
        ("wildcard.shop.example.com", "wildcard.shop.example.com", True),
        ("wildcard.api.example.com", "www.api.example.com", True),
        ("mine", "a.example.com", False),
    ]
    assert specs[3].where == "here.routes[3]"


def test_a_spec_does_not_show_its_key() -> None:
    spec = route_specs([{"termination": "edge", "certificate": CERTIFICATE, "key": KEY}], "a", "b")
    assert "MHcC" not in repr(spec)
