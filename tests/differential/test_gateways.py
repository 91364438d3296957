"""Gateways asked for one by one are what `helm template` makes of the gateway charts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import decided_mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateway_terms import (
    Wishes,
    gateways_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateways import (
    gateway_objects,
)
from tests.differential import mesh_reference as real
from tests.differential.gateway_cases import OPTIONS, SINGLE, mixtures
from tests.figures import record

pytestmark = pytest.mark.reference

KUBE = "1.36.0"
HTTPS = {"name": "https", "port": 443, "targetPort": 8443, "protocol": "TCP"}
CASES = [*SINGLE, *mixtures(4, 30)]
OLDER: list[dict[str, Any]] = [
    {},
    {"type": "NodePort"},
    {"replicaCount": 3, "autoscaleEnabled": False},
    {"ports": [HTTPS], "serviceAnnotations": {"a": "b"}},
    {"resources": {"requests": {"cpu": "1"}}, "nodeSelector": {"a": "b"}, "runAsRoot": True},
]


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real.stamped_charts(tmp_path_factory.mktemp("release") / "manifests")


@pytest.fixture(scope="module")
def older_charts(charts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without chart gateway, as those before 1.12 are."""
    folder = tmp_path_factory.mktemp("older") / "manifests"
    shutil.copytree(charts, folder)
    shutil.rmtree(folder / "charts" / "gateway")
    return folder


def render(
    charts: Path, terms: list[Any], wishes: dict[str, Any] | None = None, **options: Any
) -> list[dict[str, Any]]:
    """What the lookup gives."""
    mesh = decided_mesh({"charts": str(charts), "kubernetes_version": KUBE, **options})
    gateways, _warnings = gateways_for(mesh, terms, Wishes.from_options(mesh, wishes or {}))
    return [item for gateway in gateways for item in gateway_objects(mesh, gateway)]


def same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    mine, other = real.by_key(ours), real.by_key(theirs)
    equal = sum(mine.get(key) == item for key, item in other.items())
    record("gateways against helm template", equal, len(mine.keys() | other))
    assert mine == other


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_described_gateway_is_what_helm_makes_of_its_values(charts: Path, number: int) -> None:
    values, options = CASES[number], OPTIONS[number % len(OPTIONS)]
    ours = render(charts, [{"name": "edge", "namespace": "net", "values": values}], **options)
    theirs = dict(values)
    if options.get("revision"):
        theirs["revision"] = options["revision"]
    if options.get("platform"):
        theirs["platform"] = options["platform"]
    same(ours, real.helm_objects(charts, "gateway", "edge", "net", theirs, KUBE))


def test_wishes_are_values_of_the_chart(charts: Path) -> None:
    wishes = {
        "namespace": "net",
        "kind": "egress",
        "labels": {"istio": "shared"},
        "values": {"replicaCount": 2},
        "ports": [HTTPS],
    }
    own = {
        "name": "own",
        "service_type": "NodePort",
        "values": {"replicaCount": 4},
        "kind": "ingress",
    }
    ours = render(charts, ["plain", own], wishes, revision="r")
    shared = {"labels": {"istio": "shared"}, "revision": "r"}
    plain = {**shared, "replicaCount": 2, "service": {"type": "ClusterIP", "ports": [HTTPS]}}
    other = {**shared, "replicaCount": 4, "service": {"type": "NodePort", "ports": [HTTPS]}}
    theirs = [
        *real.helm_objects(charts, "gateway", "plain", "net", plain, KUBE),
        *real.helm_objects(charts, "gateway", "own", "net", other, KUBE),
    ]
    same(ours, theirs)


@pytest.mark.parametrize("egress", [False, True])
@pytest.mark.parametrize("own", OLDER, ids=str)
def test_releases_without_the_chart_use_the_older_ones(
    older_charts: Path, own: dict[str, Any], egress: bool
) -> None:
    key = "istio-egressgateway" if egress else "istio-ingressgateway"
    term = {"name": "edge", "namespace": "net", "values": {"gateways": {key: own}}}
    ours = render(older_charts, [{**term, "egress": egress, "labels": {"x": "y"}}], revision="r")
    labels = {"app": "edge", "istio": "edge", "x": "y"}
    theirs = {
        "gateways": {key: {"name": "edge", "labels": labels, **own}},
        "revision": "r",
        "global": {"hub": "docker.io/istio", "tag": real.VERSION},
    }
    chart = "istio-egress" if egress else "istio-ingress"
    same(ours, real.helm_objects(older_charts, chart, "edge", "net", theirs, KUBE))
