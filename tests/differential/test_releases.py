"""Other releases than the newest against the real helm: charts of their own, and stand-ins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    as_go_values,
    merge_values,
)
from tests import figures, reference
from tests.differential.helm_cases import generated, shipped
from tests.differential.mesh_reference import by_key, parse
from tests.differential.test_helm import check, differences
from tests.older.charts import RELEASES, write

pytestmark = pytest.mark.reference

SEED = 20261122
SHARES = {
    "istiod": 25,
    "gateway": 12,
    "cni": 10,
    "ztunnel": 8,
    "ingress": 8,
    "egress": 5,
    "default": 5,
    "base": 3,
}
FOLDERS = {
    "base": "base",
    "cni": "istio-cni",
    "istiod": "istio-control/istio-discovery",
    "istiod-remote": "istiod-remote",
    "istio-ingress": "gateways/istio-ingress",
    "istio-egress": "gateways/istio-egress",
}
CLUSTER_KINDS = ("CustomResourceDefinition", "ValidatingWebhookConfiguration")
HUB = "registry.example/istio"


# 1.31.0 is nearly 1.31.1, which has hundreds of sets of its own.
@pytest.mark.parametrize(("version", "shares"), [("1.29", SHARES), ("1.31.0", {"istiod": 5})])
def test_charts_of_another_release(tmp_path: Path, version: str, shares: dict[str, int]) -> None:
    charts = reference.charts_dir(version) / "charts"
    cases = [*shipped(charts), *generated(charts, SEED, shares)]
    total, reports = differences(charts, cases, tmp_path)
    check(f"helm template, charts of Istio {version}", total, reports)


def by_helm(
    chart: Path, values: dict[str, Any], *, name: str = "rel", kube: str = "1.24.0", more: Any = ()
) -> str | None:
    command = [str(reference.helm_path()), "template", name, str(chart), "--namespace", "mesh"]
    command += ["--include-crds", "--kube-version", kube, "--values", "-", *more]
    done = subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


def by_us(chart: Path, values: dict[str, Any], kube: str, apis: frozenset[str]) -> str | None:
    try:
        capabilities = Capabilities(kube, apis)
        rendered = render(
            load_chart(chart), Release("rel", "mesh"), as_go_values(values), capabilities
        )
    except HelmError:
        return None
    return rendered.text(include_crds=True)


def value_sets(folder: Path) -> list[dict[str, Any]]:
    """Values of all kinds that these charts look at, alone and on top of `global.yaml`."""
    common = folder / "charts/global.yaml"
    under = yaml.safe_load(common.read_text()) if common.exists() else {}
    sets: list[dict[str, Any]] = [
        {},
        {"revision": "canary", "revisionTags": ["default", "prod"]},
        {"global": {"jwtPolicy": "first-party-jwt", "hub": "a/b.c", "configValidation": False}},
        {"pilot": {"env": {"A": "b", "N": 1000000}, "resources": None, "traceSampling": 0.5}},
        {"meshConfig": {"rootNamespace": "root", "accessLogFile": "/dev/stdout"}},
        {"extra": {"enabled": True}, "base": {"enableCRDTemplates": True}},
        {"cni": {"logLevel": "debug", "chained": False}, "istio_cni": {"enabled": True}},
        {"profile": "openshift"},
        {"profile": "demo", "pilot": {"traceSampling": 7}},
        {"profile": "nope"},
        {"pilot": "text"},
        {"global": []},
    ]
    for kind in ("ingress", "egress"):
        key = f"istio-{kind}gateway"
        own = {"name": "mine", "labels": {"a": "b"}, "ports": [], "resources": {"limits": {}}}
        sets.append({"gateways": {key: own}})
    with_common = [merge_values(under, item) for item in sets]
    return [*with_common, *sets[:3]] if under else sets


@pytest.mark.parametrize("version", list(RELEASES))
def test_charts_of_old_shapes(tmp_path: Path, version: str) -> None:
    folder = write(tmp_path, RELEASES[version]())
    reports, total, rendered = [], 0, 0
    for name, place in FOLDERS.items():
        chart = folder / "charts" / place
        if not chart.exists():
            continue
        for number, values in enumerate(value_sets(folder)):
            kube, apis = ("1.18.0", ["policy/v1", "a/v1"]) if number % 3 else ("1.26.1", ["b/v1"])
            more = [part for api in apis for part in ("--api-versions", api)]
            wanted = by_helm(chart, values, kube=kube, more=more)
            found = by_us(chart, values, kube, frozenset(apis))
            total += 1
            rendered += wanted is not None
            if found != wanted:
                reports.append(f"{name} {json.dumps(values)}\n ours {found}\n helm {wanted}")
    assert rendered > total / 3
    check(f"helm template, charts of the shape of Istio {version}", total, reports)


def profile_values(version: str, profile: str) -> dict[str, Any]:
    """What a user of helm would write for the profile, with these charts."""
    if version.startswith("1.22") and profile in ("demo", "openshift"):
        return {"profile": profile}
    small = {"resources": {"requests": {"cpu": "10m"}}}
    ports = [{"port": 31400, "targetPort": 31400, "name": "tcp"}]
    written: dict[str, dict[str, Any]] = {
        "demo": {
            "meshConfig": {"accessLogFile": "/dev/stdout"},
            "global": {"proxy": {"logLevel": "debug"}},
            "pilot": {**small, "traceSampling": 100, "env": {"OTHER": "a"}},
            "gateways": {"istio-ingressgateway": {**small, "ports": ports}},
        },
        "openshift": {
            "cni": {"cniConfDir": "/etc/cni/multus/net.d", "chained": False},
            "sidecarInjectorWebhook": {
                "injectedAnnotations": {"k8s.v1.cni.cncf.io/networks": "istio-cni"}
            },
        },
        "remote": {"global": {"externalIstiod": True}},
    }
    return written.get(profile, {})


WISHES: list[dict[str, Any]] = [
    {},
    {"profile": "demo"},
    {"profile": "openshift"},
    {"profile": "minimal", "revision": "canary"},
    {"profile": "remote"},
    {"jwt_policy": "first-party-jwt", "values": [{"pilot": {"env": {"A": "b"}}}]},
    {"values": {"global": {"jwtPolicy": "first-party-jwt", "proxy": {"logLevel": "x"}}}},
    {"values": {"gateways": {"istio-ingressgateway": {"type": "NodePort"}}}},
    {"components": {"cni": {"enabled": True, "values": {"cni": {"logLevel": "debug"}}}}},
]


@pytest.mark.parametrize("version", list(RELEASES))
@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_meshes_of_old_shapes(tmp_path: Path, version: str, wish: dict[str, Any]) -> None:
    folder = write(tmp_path, RELEASES[version]())
    options = {"charts": str(folder), "version": version, "hub": HUB, "namespace": "mesh"}
    options["kubernetes_version"] = "1.24.0"
    # Stamped as our release is: charts that carry no version of Istio get it from the user.
    for path in folder.rglob("Chart.yaml"):
        lines = [line for line in path.read_text().splitlines() if "ersion: 1." not in line]
        path.write_text("\n".join([*lines, f"version: {version}", f"appVersion: {version}", ""]))
    (folder / "charts/istio-control/istio-discovery/charts/extra/Chart.yaml").write_text(
        "apiVersion: v1\nname: extra\nversion: 1.0.0\n"
    )
    state = desired_state({**options, **wish})
    common = folder / "charts/global.yaml"
    values = merge_values(
        yaml.safe_load(common.read_text()) if common.exists() else {},
        profile_values(version, wish.get("profile", "default")),
        {"global": {"hub": HUB, "tag": version, "istioNamespace": "mesh"}},
        {"global": {"jwtPolicy": wish["jwt_policy"]}} if "jwt_policy" in wish else {},
    )
    said = wish.get("values", [])
    values = merge_values(values, *(said if isinstance(said, list) else [said]))
    theirs: dict[Any, Any] = {}
    for component in state.components:
        if component.kind in ("default", "platform", "members"):
            continue
        mine = dict(values)
        if component.kind == "istiod":
            mine["revision"] = wish.get("revision", "")
            if wish.get("revision") and version != "1.8.1":
                mine["revisionTags"] = ["default"]
            if state.component("cni"):
                mine = merge_values(mine, {"istio_cni": {"enabled": True}})
                mine = merge_values(mine, {"pilot": {"cni": {"enabled": True}}})
        elif component.kind == "cni":
            part = wish.get("components", {}).get("cni", {})
            mine = merge_values(mine, part.get("values", {}))
        elif component.kind == "gateway":
            key = component.release_name
            labels = {"app": key, "istio": key.removeprefix("istio-")}
            mine = merge_values(mine, {"gateways": {key: {"labels": labels}}})
        elif state.components[1].chart == "istiod-remote":
            # Chart istiod-remote has what chart base has.
            continue
        chart = folder / "charts" / FOLDERS[component.chart]
        made = by_helm(chart, mine, name=component.release_name)
        assert made is not None, component.name
        for item in parse(made):
            if item["kind"] not in (*CLUSTER_KINDS, "MutatingWebhookConfiguration"):
                # The mesh's namespace is helm's, but for the CNI plugin on OpenShift.
                inner = item["metadata"]
                if inner.get("namespace", "mesh") == "mesh":
                    inner["namespace"] = component.namespace
            theirs |= by_key([item])
    # No chart has what OpenShift needs besides.
    ours = by_key(
        [
            item
            for component in state.components
            if component.kind != "platform"
            for item in component.objects
            if item["kind"] != "Namespace"
        ]
    )
    equal = sum(ours.get(key) == item for key, item in theirs.items())
    figures.record(
        "objects of meshes of old shapes against helm template", equal, len(theirs.keys() | ours)
    )
    assert ours == theirs
