"""Gateways of the wrong shape are told by path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateway_shape import (
    check_gateway,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        ({"spec": {"listeners": [{"name": "a", "port": "x"}]}}, "spec.listeners[0].port"),
        ({"spec": {"listeners": [3]}}, "spec.listeners[0]: must be a mapping, is 3"),
        ({"spec": {"listeners": "zz"}}, "spec.listeners: must be a list"),
        ({"metadata": "g"}, "Gateway.metadata: must be a mapping"),
        ({"metadata": {"labels": {"a": True}}}, "metadata.labels.a: must be a text, is True"),
        ({"spec": {"infrastructure": [1]}}, "spec.infrastructure: must be a mapping"),
        ({"spec": {"infrastructure": {"parametersRef": 3}}}, "parametersRef: must be a mapping"),
    ],
)
def test_what_is_wrong_is_named(gateway: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_gateway(gateway, "term 1")
    text = str(caught.value)
    assert "term 1: " in text
    assert all(part in text for part in said.split(": "))


def test_a_gateway_passes() -> None:
    listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]
    spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
    check_gateway({"metadata": {"name": "w", "labels": {"a": "b"}}, "spec": spec}, "term 1")
