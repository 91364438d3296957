"""Routes of gateways that IstioOperator documents describe, with charts as of Istio 1.7."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import check_options
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from tests.older.v1_7 import charts, control_plane

OPENSHIFT = ClusterFacts(platform="openshift")
NAME = "istio-ingressgateway"
DOCUMENT = {
    "profile": "default",
    "components": {"pilot": {"enabled": False}},
    "values": yaml.safe_load(control_plane.GLOBAL),
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(charts.release(tmp_path_factory.mktemp("release")))


def options(release: str, *gateways: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "charts": release,
        "version": charts.VERSION,
        "operator": {"spec": DOCUMENT},
        "components": {"ingress_gateways": list(gateways)},
        **more,
    }


def test_a_document_says_the_gateway_and_the_variable_its_routes(release: str) -> None:
    routes = [{"termination": "passthrough"}, "shop.example.com"]
    wish = options(release, {"name": NAME, "namespace": "istio-system", "routes": routes})
    component = next(
        c
        for c in desired_state(wish, facts=OPENSHIFT).components
        if c.title == f"Ingress gateway {NAME}"
    )
    found = {
        item["metadata"]["name"]: (item["spec"]["to"]["name"], item["spec"]["port"]["targetPort"])
        for item in component.objects
        if item["kind"] == "Route"
    }
    assert found == {NAME: (NAME, "https"), "shop.example.com": (NAME, "http2")}


def test_a_gateway_that_no_document_has_is_told(release: str) -> None:
    wish = options(release, {"name": "public", "routes": [{}]})
    with pytest.raises(InputError) as raised:
        desired_state(wish, facts=OPENSHIFT)
    words = f"[0]: the documents have no gateway public; they have istio-system/{NAME}"
    assert words in str(raised.value)


@pytest.mark.parametrize(
    "components",
    [
        {"ingress_gateways": []},
        {"ingress_gateways": [{"name": NAME}]},
        {"ingress_gateways": [{"name": NAME, "routes": [{}], "labels": {"a": "b"}}]},
        {"ingress_gateways": [{"name": NAME, "routes": [{}]}], "cni": {"enabled": False}},
    ],
)
def test_nothing_but_routes_has_a_place_beside_documents(components: dict[str, Any]) -> None:
    document = {"spec": {"profile": "default"}}
    found = [str(p) for p in check_options({"operator": document, "components": components})]
    assert len(found) == 1
    assert "cannot be combined with mesh_operator" in found[0]
    assert "only routes of its gateways have a place here" in found[0]
