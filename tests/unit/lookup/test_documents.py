"""Lookups with variable mesh_operator, and what all lookups do with terms, options and errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lookup.plays import ask
from tests.unit.profile.test_profile import DEFAULT
from tests.unit.release.charts import below, chart_files, write_files

PLANE, GATEWAY = "'meshops.istio.control_plane'", "'meshops.istio.gateway'"
PROXY, PROFILE = "'meshops.istio.proxy'", "'meshops.istio.profile'"
ISTIO_INGRESS = b"""
apiVersion: v1
kind: Service
metadata:
  name: {{ (index .Values.gateways "istio-ingressgateway").name }}
  labels: {of: documents, revision: {{ .Values.revision }}}
"""
CHART_GATEWAY = b"""
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{ toJson (.Values.labels | default dict) }}
  annotations:
    revision: {{ .Values.revision }}
    namespace: {{ .Values.global.istioNamespace }}
    network: {{ .Values.global.network | default "none" }}
    hub: {{ .Values.global.hub | default "none" }}
"""
INJECTOR = b"""
apiVersion: v1
kind: ConfigMap
metadata: {name: istio-sidecar-injector}
data:
  values: '{"global": {"network": "{{ .Values.global.network }}"}}'
  config: |
    policy: enabled
    defaultTemplates: [sidecar]
    templates:
      sidecar: |
        metadata:
          annotations:
            plane: {{ printf "%s.%s" .Values.revision .Values.global.istioNamespace }}
            network: {{ .Values.global.network }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio}
data: {mesh: "{}"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod}
spec: {image: "{{ .Values.global.hub }}/pilot:{{ .Values.global.tag }}", template: {spec: {}}}
"""
DOCUMENT: dict[str, Any] = {
    "apiVersion": "install.istio.io/v1alpha1",
    "kind": "IstioOperator",
    "spec": {
        "revision": "canary",
        "hub": "registry.corp/istio",
        "components": {
            "ingressGateways": [
                {"name": "istio-ingressgateway", "enabled": False},
                {"name": "mine", "namespace": "edge", "enabled": True},
            ]
        },
        "values": {"global": {"istioNamespace": "plane", "network": "n1"}},
    },
}
POD = "{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'a'}, 'spec': {'containers': []}}"
ASKED = {
    "gateways": f"query({GATEWAY})",
    "as_components": f"query({PLANE}, 'gateway')",
    "by_name": f"query({GATEWAY}, ['edge/mine', ['new']], namespace='')",
    "over_it": f"query({GATEWAY}, {{'name': 'mine', 'namespace': 'edge', 'labels': {{'a': 'b'}}}})",
    "argument": f"query({GATEWAY}, operator={{'spec': {{'revision': 'other'}}}})"
    " | map(attribute='metadata.labels.revision')",
    "proxy": f"query({PROXY}, [{POD}]) | map(attribute='metadata.annotations')",
    "flat": f"query({PLANE}, ['istiod', ['base']]) | map(attribute='kind')",
    "profiles": f"query({PROFILE}, ['default', ['demo']], path='hub')",
    "dumped": f"query({PLANE}, 'istiod', operator=lookup({PROFILE}, 'demo'))"
    " | selectattr('kind', 'eq', 'Deployment') | map(attribute='spec.image')",
    "plain": f"query({GATEWAY}, 'one', {{'name': 'two'}}, operator=[], mesh_namespace='m')"
    " | map(attribute='metadata.namespace')",
    "placed": f"query({GATEWAY}, 'one', operator=[], mesh_namespace='m', namespace='n')"
    " | map(attribute='metadata.namespace')",
}
REFUSED = {
    "labels": f"query({GATEWAY}, 'mine', labels={{'a': 'b'}}, ports=[{{'port': 1}}])",
    "all": f"query({GATEWAY}, service_type='ClusterIP')",
    "nowhere": f"query({GATEWAY}, 'edge/other')",
    "key": f"query({GATEWAY}, {{'name': 'a', 'bogus': 1}})",
    "option": f"query({GATEWAY}, oprator={{}})",
    "plane": f"query({PLANE}, profil='demo')",
    "profile": f"query({PROFILE}, zzz=1)",
    "proxies": f"query({PROXY}, {POD}, nativ_sidecars=true)",
    "crds": f"query({PLANE}, 'gateway-api')",
    "cause": f"query({PLANE}, operator={{'spec': {{'profile': 'nope'}}}})",
}
WORDS = [
    ("labels", "labels: cannot change gateway 'mine', which operator describes; write it as label"),
    ("labels", "ports: cannot change gateway 'mine', which operator describes; write it as k8s."),
    ("all", "service_type: cannot change gateway 'mine'"),
    ("nowhere", "no gateway 'other' in namespace 'edge'; it has edge/mine; for a new one write"),
    (
        "key",
        "_terms[0].bogus: no such key; possible are name, namespace, enabled, values, labels,"
        " revision, routes, kind, egress, service_type or ports",
    ),
    ("option", "oprator: this lookup has no such option. Did you mean operator?"),
    ("plane", "profil: this lookup has no such option. Did you mean profile?"),
    ("profile", "zzz: this lookup has no such option. It has action, cache_dir, chart_values, "),
    ("proxies", "nativ_sidecars: this lookup has no such option. Did you mean native_sidecars?"),
    ("crds", "gateway_api does not ask for them. Set gateway_api.source to their file"),
    ("cause", "no profile 'nope'"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one play gets for all that is asked."""
    folder = tmp_path_factory.mktemp("documents")
    places = {
        "base": "base",
        "istiod": "istio-control/istio-discovery",
        "gateway": "gateway",
        "istio-ingress": "gateways/istio-ingress",
    }
    texts = {"istiod": INJECTOR, "gateway": CHART_GATEWAY, "istio-ingress": ISTIO_INGRESS}
    for name, place in places.items():
        files = chart_files(name, "1.31.1")
        files["templates/a.yaml"] = texts.get(name, files["templates/a.yaml"])
        write_files(folder / "charts", below(place, files))
    # As in Istio's sources: placeholders where a release has its images.
    images = "spec:\n  hub: gcr.io/istio-testing\n  tag: latest\n"
    profiles = {
        "default.yaml": DEFAULT.replace("spec:\n", images).replace(", ports: [1, 2]", "").encode()
    }
    profiles["demo.yaml"] = b"kind: IstioOperator\nspec: {}\n"
    write_files(folder / "profiles", profiles)
    variables = {
        "mesh_charts": "charts",
        "mesh_operator": [DOCUMENT],
        "mesh_values": [{"global": {"meshID": "m"}}],
    }
    return ask(folder, ASKED, variables, REFUSED)


def test_gateways_of_documents_are_those_of_the_control_plane(answers: dict[str, Any]) -> None:
    assert answers["gateways"] == answers["as_components"]
    (service,) = answers["gateways"]
    assert service["metadata"]["name"] == "mine"
    assert service["metadata"]["namespace"] == "edge"
    assert service["metadata"]["labels"]["of"] == "documents"
    assert service["metadata"]["labels"]["revision"] == "canary"


def test_a_new_gateway_belongs_to_the_plane_of_the_documents(answers: dict[str, Any]) -> None:
    mine, new = answers["by_name"]
    assert [mine] == answers["gateways"]
    assert new["metadata"]["namespace"] == "plane"
    assert new["metadata"]["annotations"] == {
        "revision": "canary",
        "namespace": "plane",
        "network": "n1",
        "hub": "registry.corp/istio",
    }


def test_a_dictionary_describes_another_gateway(answers: dict[str, Any]) -> None:
    (service,) = answers["over_it"]
    assert service["metadata"]["labels"] == {"a": "b"}


def test_documents_may_be_an_argument(answers: dict[str, Any]) -> None:
    assert answers["argument"] == ["other"]


def test_proxies_are_those_of_the_documents(answers: dict[str, Any]) -> None:
    (annotations,) = answers["proxy"]
    assert annotations["plane"] == "canary.plane"
    assert annotations["network"] == "n1"


def test_lists_as_terms_stand_for_what_is_in_them(answers: dict[str, Any]) -> None:
    assert sorted(set(answers["flat"])) == ["ConfigMap", "Deployment"]
    assert answers["profiles"] == ["docker.io/istio", "docker.io/istio"]


def test_a_dump_has_the_images_of_the_release(answers: dict[str, Any]) -> None:
    assert answers["dumped"] == ["docker.io/istio/pilot:1.31.1"]


def test_a_gateway_without_a_namespace_is_with_the_control_plane(answers: dict[str, Any]) -> None:
    assert answers["plain"] == ["m", "m"]
    assert answers["placed"] == ["n"]


@pytest.mark.parametrize(("name", "words"), WORDS)
def test_errors_say_what_to_do_once(answers: dict[str, Any], name: str, words: str) -> None:
    assert answers[name]["failed"]
    message = answers[name]["msg"]
    assert words in message
    assert message.count(words) == 1


def test_a_message_is_not_said_again_by_its_cause(answers: dict[str, Any]) -> None:
    lines = answers["output"].splitlines()
    shown = [line for line in lines if "has no such option. Did you mean operator?" in line]
    # Ansible's summary, its report of where it was, and the task's result.
    assert 1 <= len(shown) <= 3
