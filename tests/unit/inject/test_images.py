"""Images of the proxy."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.images import (
    image_url,
    proxy_image,
    proxy_init_image,
)

TYPE = "sidecar.istio.io/proxyImageType"
VALUES: dict[str, Any] = {"global": {"hub": "h", "tag": "1.31.1", "variant": "debug"}}


@pytest.mark.parametrize(
    ("tag", "image_type", "expected"),
    [
        ("1.31", "", "h/n:1.31"),
        ("1.31", "distroless", "h/n:1.31-distroless"),
        ("1.31-debug", "distroless", "h/n:1.31-distroless"),
        ("1.31-debug", "default", "h/n:1.31"),
        ("1.31-debug", "", "h/n:1.31-debug"),
        ("1.31-distroless-debug", "debug", "h/n:1.31-distroless-debug"),
        ("1.31-asm.1", "custom", "h/n:1.31-asm.1-custom"),
    ],
)
def test_a_type_replaces_the_one_in_the_tag(tag: str, image_type: str, expected: str) -> None:
    assert image_url("h", "n", tag, image_type) == expected


def test_the_annotation_wins_over_the_proxy_configuration_and_that_over_the_values() -> None:
    configured = {"image": {"imageType": "distroless"}}
    assert proxy_image(VALUES, {}, {}) == "h/proxyv2:1.31.1-debug"
    assert proxy_image(VALUES, configured, {}) == "h/proxyv2:1.31.1-distroless"
    assert proxy_image(VALUES, configured, {TYPE: "default"}) == "h/proxyv2:1.31.1"
    # An empty annotation is one all the same.
    assert proxy_image(VALUES, configured, {TYPE: ""}) == "h/proxyv2:1.31.1"


def test_the_init_container_does_not_follow_the_proxy_configuration() -> None:
    assert proxy_init_image(VALUES, {}) == "h/proxyv2:1.31.1-debug"
    assert proxy_init_image(VALUES, {TYPE: "distroless"}) == "h/proxyv2:1.31.1-distroless"


def test_names_and_tags_of_the_values() -> None:
    values = {"global": {"hub": "h", "tag": 1.9, "proxy": {"image": "p"}, "proxy_init": {}}}
    assert proxy_image(values, {}, {}) == "h/p:1.9"
    assert proxy_init_image(values, {}) == "h/proxyv2:1.9"
    assert proxy_image({"global": {"tag": 2.0}}, {}, {}) == "/proxyv2:2"
    assert proxy_image({"global": {"tag": None}}, {}, {}) == "/proxyv2:<nil>"
    assert proxy_image({}, {}, {}) == "/proxyv2:"
