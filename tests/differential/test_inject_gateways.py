"""Gateways and waypoints beside what istiod's own deployment controller applies for them."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateways import (
    Surroundings,
    make_gateway,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.waypoints import (
    GatewayError,
    waypoint,
)
from tests import figures, reference
from tests.differential.inject_variants import VARIANTS, Variant
from tests.differential.upstream import Upstream

Object = dict[str, Any]
_GATEWAYS = 25  # for each control plane
_AMBIENT = {"PILOT_ENABLE_AMBIENT": "true", "AMBIENT_ENABLE_MULTI_NETWORK": "true"}
_CLASSES = ("istio", "istio", "istio-waypoint", "istio-waypoint", "istio-east-west", "other")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """Istio's code, running."""
    with Upstream() as running:
        yield running


@pytest.mark.parametrize("variant", VARIANTS, ids=[variant.name for variant in VARIANTS])
def test_gateways_are_those_of_istiod(variant: Variant, upstream: Upstream) -> None:
    """Random Gateways: listeners, addresses, infrastructure, annotations, ConfigMaps."""
    made = random.Random(variant.name)
    source = variant.source()
    source = replace(source, environment={**source.environment, **_AMBIENT})
    config, failures = variant.injector().config, []
    for number in range(_GATEWAYS):
        gateway = _gateway(made, number)
        if source.revision:
            # Without the label another control plane would make it.
            gateway["metadata"]["labels"]["istio.io/rev"] = source.revision
        maps = _config_maps(made)
        minor = made.choice((27, 31, 34))
        theirs = upstream.ask(
            "gateway",
            **{**variant.asked(), "native_sidecars": True},
            gateway=gateway,
            namespace=_NAMESPACE,
            config_maps=maps,
            kube_minor=minor,
            cluster_id="Kubernetes",
            multi_network=True,
        )
        around = Surroundings(maps, {"shop": _NAMESPACE}, "Kubernetes", minor)
        try:
            ours = list(make_gateway(gateway, config, source, around, "test").objects)
        except GatewayError:
            # istiod writes it to its log, and applies nothing.
            ours = []
        if _without_nothing(ours) != _without_nothing(theirs):
            failures.append((gateway, ours, theirs))
    figures.record("gateways and waypoints of istiod", _GATEWAYS - len(failures), _GATEWAYS)
    assert not failures, failures[0]


_WAYPOINTS: tuple[Object, ...] = (
    {},
    {"namespace": "shop"},
    {"name": "mine", "namespace": "shop", "for": "service"},
    {"for": "all"},
    {"for": "workload", "revision": "canary"},
    {"name": "none-too", "for": "none", "namespace": "x"},
)


@pytest.mark.parametrize("wish", _WAYPOINTS)
def test_waypoints_are_those_of_istioctl(wish: Object, tmp_path: Path) -> None:
    """The Gateway itself, as the real program writes it."""
    command = [str(reference.istioctl_path()), "waypoint", "generate"]
    for key, value in wish.items():
        command += [f"--{key}", value]
    kubeconfig = {"KUBECONFIG": str(tmp_path / "none")}
    done = subprocess.run(
        command, env={**os.environ, **kubeconfig}, capture_output=True, text=True, check=True
    )
    theirs = load(done.stdout, keep_integers=True)
    ours = waypoint(wish, "test")
    figures.record("istioctl waypoint generate", int(ours == theirs), 1)
    assert ours == theirs


_NAMESPACE: Object = {
    "metadata": {
        "name": "shop",
        "annotations": {"openshift.io/sa.scc.uid-range": "1000620000/10000"},
    }
}


def _gateway(made: random.Random, number: int) -> Object:
    def some(chance: float, choices: dict[str, Any]) -> Object:
        return {key: value for key, value in choices.items() if made.random() < chance}

    listeners = [
        {
            "name": made.choice(("http", "https", "a.b.c", "x" * 70, "status-port", f"l{index}")),
            "port": made.choice((80, 443, 8080, 15008, 15021)),
            "protocol": made.choice(("HTTP", "HTTPS", "TCP", "TLS", "HBONE")),
        }
        for index in range(made.choice((0, 1, 2, 4)))
    ]
    spec: Object = {"gatewayClassName": made.choice(_CLASSES), "listeners": listeners}
    if made.random() < 0.25:
        spec["addresses"] = made.choice(
            (
                [{"value": "1.2.3.4"}],
                [{"type": "IPAddress", "value": "1.2.3.4"}],
                [{"type": "Hostname", "value": "there.example.com"}],
                [{"value": "1.2.3.4"}, {"value": "1.2.3.5"}],
            )
        )
    labels = {"istio.io/dataplane-mode": "ambient", "topology.istio.io/network": "n1", "a": "b"}
    reserved = {"gateway.networking.k8s.io/x": "y"}
    infrastructure = some(
        0.3,
        {
            "labels": {**some(0.5, labels), **reserved},
            "annotations": {"note": "n", **reserved},
            "parametersRef": {"group": "", "kind": "ConfigMap", "name": "gw-options"},
        },
    )
    if infrastructure:
        spec["infrastructure"] = infrastructure
    metadata: Object = {"name": f"gw-{number}", "namespace": "shop", "uid": f"uid-{number}"}
    annotations = some(
        0.2,
        {
            "networking.istio.io/service-type": made.choice(("ClusterIP", "NodePort")),
            "gateway.istio.io/name-override": "renamed",
            "gateway.istio.io/service-account": "own-account",
            "gateway.istio.io/controller-version": made.choice(("1", "5", "7", "x")),
            "sidecar.istio.io/logLevel": "debug",
            "sidecar.istio.io/proxyImageType": "debug",
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
            "plain": "text",
        },
    )
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {**metadata, "annotations": annotations, "labels": some(0.3, labels)},
        "spec": spec,
    }


def _config_maps(made: random.Random) -> list[Object]:
    choices = {
        "deployment": "metadata:\n  annotations: {mine: yes-it-is}\nspec:\n  replicas: 4\n"
        "  template:\n    spec:\n      containers:\n      - name: istio-proxy\n"
        "        resources: {requests: {cpu: 222m}}\n      - name: more\n        image: m\n",
        "service": "spec:\n  ports:\n  - $patch: delete\n    port: 15021\n",
        "serviceAccount": "metadata: {labels: {mine: 'true'}}\n",
        "horizontalPodAutoscaler": "spec: {minReplicas: 2, maxReplicas: 5}\n",
        "podDisruptionBudget": "spec: {minAvailable: 1}\n",
    }
    faulty = made.choice(({}, {}, {}, {"daemonSet": "{}"}, {"service": "metadata: {name: x}\n"}))

    def data() -> dict[str, str]:
        return {key: text for key, text in choices.items() if made.random() < 0.4}

    label = {"gateway.istio.io/defaults-for-class": made.choice(("istio", "istio-waypoint"))}
    return [
        {"metadata": {"name": "gw-options", "namespace": "shop"}, "data": {**data(), **faulty}},
        {
            "metadata": {"name": "defaults", "namespace": "istio-system", "labels": label},
            "data": data(),
        },
    ]


def _without_nothing(items: list[Object]) -> list[Object]:
    """Objects without null values, which server-side apply takes for nothing."""
    return [_tidy(item) for item in items]


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items() if item is not None}
    return [_tidy(item) for item in value] if isinstance(value, list) else value
