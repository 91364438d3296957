"""Inputs for the comparison with helm: what charts ship, and values made from their defaults."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load

CHARTS = {
    "base": "base",
    "istiod": "istio-control/istio-discovery",
    "cni": "istio-cni",
    "gateway": "gateway",
    "ztunnel": "ztunnel",
    "default": "default",
    "ingress": "gateways/istio-ingress",
    "egress": "gateways/istio-egress",
}
# How many generated sets each chart gets: the base chart takes helm five times as long.
SHARES = {
    "istiod": 150,
    "gateway": 90,
    "cni": 45,
    "ztunnel": 40,
    "ingress": 30,
    "egress": 20,
    "default": 20,
    "base": 10,
}
TEXTS = [
    "",
    "x",
    "true",
    "8080",
    "1.5",
    "a: b",
    "# no",
    "it's",
    'say "hi"',
    "null",
    "multi\nline",
    "é",
    "{{ .Release.Name }}",
    "registry.example/istio",
    "REGISTRY_ONLY",
    "canary",
    "1-31",
    "ends with space ",
    "long " * 30,
    "<tag>",
    "10Mi",
    "openshift",
    "ALL",
    "~",
    "0123",
]
EXTRAS: list[dict[str, Any]] = [
    {"global": {"platform": "openshift"}},
    {"profile": "ambient"},
    {"profile": "no-such"},
    {"global": {"proxy": {"resources": None}}},
    {"revision": "canary"},
    {"revision": "1-31-1", "revisionTags": ["prod", "stage"]},
    {
        "meshConfig": {
            "accessLogFile": "/dev/stdout",
            "defaultConfig": {"tracing": {"sampling": 12.5}},
        }
    },
    {"meshConfig": {"extensionProviders": [{"name": "otel", "opentelemetry": {"port": 4317}}]}},
    {"global": {"imagePullSecrets": ["one", "two"], "logging": {"level": "all:debug"}}},
    {"global": {"multiCluster": {"clusterName": "c1"}, "network": "n1", "meshID": "mesh1"}},
    {"global": {"remotePilotAddress": "10.0.0.1", "externalIstiod": True}},
    {"env": {"A": "1", "B": 2, "C": True, "D": None}},
    {"pilot": {"env": {"X": "y"}, "replicaCount": 3, "autoscaleEnabled": False}},
    {"cni": {"provider": "multus", "chained": False}},
    {"ambient": {"enabled": True}},
    {"service": {"type": "NodePort", "ports": [{"name": "http", "port": 80, "nodePort": 30080}]}},
    {"service": {"type": "None"}},
    {"kind": "DaemonSet"},
    {"kind": "Nothing"},
    {"autoscaling": {"enabled": False}, "replicaCount": 2},
    {"labels": {"app": "gw", "n": 5}, "podAnnotations": {"x/y": "z", "n": 1}},
    {"gateways": {"istio-ingressgateway": {"injectionTemplate": "gateway", "env": {"Q": "r"}}}},
    {"gateways": {"istio-egressgateway": {"nodeSelector": {"a": "b"}, "autoscaleMin": 4}}},
    {"affinity": {"nodeAffinity": {"weights": [1, 2.5, 1e9]}}},
    {"tolerations": [{"key": "k", "operator": "Exists"}, None]},
    {"defaultRevision": "canary"},
    {"defaultRevision": ""},
    {"base": {"excludedCRDs": ["wasmplugins.extensions.istio.io"], "enableCRDTemplates": True}},
    {"_internal_defaults_do_not_set": {"x": 1}},
    {"defaults": {"hub": "x"}},
    {"global": None},
    {"global": {"proxy": None}},
    {
        "sidecarInjectorWebhook": {
            "templates": {"custom": "spec: {}\n"},
            "rewriteAppHTTPProbe": False,
        }
    },
    {"telemetry": {"enabled": False}},
    {"unknownField": {"deep": [1, {"a": None}]}},
]


@dataclass(frozen=True)
class Case:
    """One rendering: chart, values files in order, ``--set`` expressions."""

    chart: str
    values: tuple[dict[str, Any], ...] = ()
    sets: tuple[str, ...] = ()
    label: str = field(default="", compare=False)


def shipped(charts: Path) -> Iterator[Case]:
    """Every profile, platform and compatibility version that a chart has files for."""
    for name, folder in CHARTS.items():
        files = sorted((charts / folder / "files").glob("profile-*.yaml"))
        for file in files:
            what = file.stem.removeprefix("profile-")
            if what.startswith("platform-"):
                values: dict[str, Any] = {"global": {"platform": what.removeprefix("platform-")}}
            elif what.startswith("compatibility-version-"):
                values = {"compatibilityVersion": what.removeprefix("compatibility-version-")}
            else:
                values = {"profile": what}
            yield Case(name, (values,), label=what)
        for bad in (
            {"profile": "nope"},
            {"global": {"platform": "nope"}},
            {"compatibilityVersion": "0.1"},
        ):
            yield Case(name, (bad,), label="unknown name")
        both: dict[str, Any] = {
            "profile": "ambient",
            "global": {"platform": "openshift"},
            "compatibilityVersion": "1.29",
        }
        yield Case(name, (both,), label="profile, platform and version")


def generated(charts: Path, seed: int, shares: Mapping[str, int]) -> Iterator[Case]:
    """Value sets made from the charts' own defaults by a seeded generator."""
    for name, count in shares.items():
        rng = random.Random(f"{seed}-{name}")
        text = (charts / CHARTS[name] / "values.yaml").read_text("utf-8")
        defaults = load(text, keep_integers=True)
        defaults = defaults.get("_internal_defaults_do_not_set", defaults)
        for index in range(count):
            yield _one(rng, name, defaults, index)


def _one(rng: random.Random, chart: str, defaults: dict[str, Any], index: int) -> Case:
    overlays: list[dict[str, Any]] = []
    wild = rng.random() < 0.25
    # The gateway chart's schema refuses most of what is changed at random.
    changes = rng.choice((1, 1, 2)) if chart == "gateway" else rng.randint(1, 6)
    for _number in range(1 if chart == "gateway" else rng.choice((1, 1, 1, 2, 3))):
        overlay: dict[str, Any] = {}
        for _number in range(changes):
            _mutate(rng, overlay, defaults, wild)
        overlays.append(overlay)
    fitting = [extra for extra in EXTRAS if extra.keys() <= defaults.keys()]
    extras = EXTRAS if rng.random() < 0.15 or not fitting else fitting
    overlays.extend(rng.sample(extras, min(len(extras), rng.choice((0, 0, 1, 1, 2)))))
    sets = tuple(_set(rng, defaults) for _number in range(rng.choice((0, 0, 0, 1, 2))))
    return Case(chart, tuple(overlays), sets, label=f"generated {index}")


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, item in value.items():
        yield (*path, key), item
        if isinstance(item, dict):
            yield from _paths(item, (*path, key))


def _mutate(
    rng: random.Random, overlay: dict[str, Any], defaults: dict[str, Any], wild: bool
) -> None:
    path, old = rng.choice(list(_paths(defaults)))
    table = overlay
    for name in path[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[path[-1]] = _other(rng, old, wild)


def _other(rng: random.Random, old: Any, wild: bool) -> Any:
    if wild and rng.random() < 0.35:
        return rng.choice(
            (None, "wrong", 7, 1.5, True, [], ["a"], {}, {"k": "v"}, [None], [{"a": 1}])
        )
    if wild and rng.random() < 0.2:
        return None
    if isinstance(old, bool):
        return rng.choice(("true", "false")) if wild and rng.random() < 0.3 else not old
    if isinstance(old, (int, float)):
        return rng.choice((0, 1, 5, 80, 15021, 1000000, 2**31, 100.0, -1, 0.5 if wild else 12))
    if isinstance(old, str):
        return rng.choice(TEXTS)
    if isinstance(old, list):
        return rng.choice(
            (
                [],
                ["a", "b"],
                [rng.choice(TEXTS)],
                [{"name": "x", "port": 80, "targetPort": 8080, "protocol": "TCP"}],
                [{"key": "node", "operator": "In", "values": "a,b", "topologyKey": "zone"}],
            )
        )
    if isinstance(old, dict):
        return rng.choice(
            (
                {},
                {"a": "b"},
                {"cpu": "100m", "memory": rng.choice(TEXTS)},
                {"n": 5, "f": 1.5, "t": True},
                {"limits": {"cpu": 2}, "requests": None},
                {"x": {"y": {"z": [1, "two", None]}}},
            )
        )
    return rng.choice((rng.choice(TEXTS), 3, True, {"a": 1}, ["x"]))


def _set(rng: random.Random, defaults: dict[str, Any]) -> str:
    path, old = rng.choice(list(_paths(defaults)))
    name = ".".join(part.replace(".", "\\.") for part in path)
    if isinstance(old, list):
        return rng.choice((f"{name}={{a,b}}", f"{name}[0]=x", f"{name}[1].key=v"))
    if isinstance(old, dict):
        return f"{name}.added={rng.choice(('1', 'text', 'true', 'null', '007'))}"
    plain = ("1", "15", "true", "null", "text", "0", "1.5", "{x}", "a\\,b", "1000000")
    return f"{name}={rng.choice(plain)}"
