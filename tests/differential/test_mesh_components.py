"""A mesh of ours is what helm and istioctl make of the same wishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired import values as chart_values
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
    DesiredState,
    desired_state,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.errors import RenderError
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh, decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import find_profile
from tests.differential import mesh_reference as real
from tests.figures import record

pytestmark = pytest.mark.reference

PROFILES = ("default", "demo", "minimal", "remote", "preview", "stable", "ambient")
PLATFORMS = ("kubernetes", "openshift", "gke", "k3d", "k3s", "microk8s", "minikube")
KUBE = "1.36.0"
# Settings of the CNI plugin, and what one would write into the charts' values for them.
CNI_SETTINGS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    (
        "openshift",
        {"chained": True, "conf_file": "10-net.conflist", "repair": "delete"},
        {
            "cni": {
                "chained": True,
                "provider": "default",
                "cniConfFileName": "10-net.conflist",
                "repair": {
                    "enabled": True,
                    "deletePods": True,
                    "labelPods": False,
                    "repairPods": False,
                },
            },
            "pilot": {"cni": {"enabled": True, "provider": "default"}},
        },
    ),
    (
        "openshift",
        {"bin_dir": "/bin/cni", "conf_dir": "/etc/multus", "exclude_namespaces": ["net", "a"]},
        {
            "cni": {
                "cniBinDir": "/bin/cni",
                "cniConfDir": "/etc/multus",
                "excludeNamespaces": ["net", "a"],
            },
            "pilot": {"cni": {"enabled": True}},
        },
    ),
    (
        "kubernetes",
        {"enabled": True, "chained": False, "repair": "none"},
        {
            "cni": {
                "chained": False,
                "repair": {
                    "enabled": False,
                    "deletePods": False,
                    "labelPods": False,
                    "repairPods": False,
                },
            },
            "pilot": {"cni": {"enabled": True}},
        },
    ),
    ("openshift", {"enabled": False}, {"pilot": {"cni": {"enabled": False}}}),
)


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real.stamped_charts(tmp_path_factory.mktemp("release") / "manifests")


def render(charts: Path, facts: ClusterFacts | None = None, **options: Any) -> DesiredState:
    options = {"charts": str(charts), "kubernetes_version": KUBE, **options}
    return desired_state(options, facts=facts)


def test_our_table_of_profiles_is_that_of_istioctl() -> None:
    files = real.profile_files()
    default = files["default"]["components"]
    for name, spec in files.items():
        mine = find_profile(name, PROFILES[1:], "")
        components = {**default, **spec.get("components", {})}
        theirs = {
            part: (components.get(upstream) or {}).get("enabled", False)
            for part, upstream in (
                ("base", "base"),
                ("istiod", "pilot"),
                ("cni", "cni"),
                ("ztunnel", "ztunnel"),
            )
        }
        for part, upstream in (("ingress", "ingressGateways"), ("egress", "egressGateways")):
            theirs[part] = components[upstream][0]["enabled"]
        assert {part: getattr(mine, part) for part in theirs} == theirs, name
        values = spec.get("values", {})
        assert mine.chart_profile == values.get("profile", ""), name
        assert mine.platform == values.get("global", {}).get("platform", ""), name


def cases() -> Iterator[dict[str, Any]]:
    for profile in PROFILES:
        yield {"profile": profile}
        yield {"profile": profile, "revision": "1-31-1", "namespace": "mesh"}
    for platform in PLATFORMS:
        yield {"platform": platform, "profile": "demo"}
        yield {"platform": platform, "profile": "ambient", "revision": "canary"}
    yield {
        "hub": "registry.example:5000/istio",
        "tag": "1.31.1-distroless",
        "mesh_config": {"accessLogFile": "/dev/stdout", "defaultConfig": {"concurrency": 2}},
        "values": [
            {"global": {"network": "east", "imagePullSecrets": ["one"], "logAsJson": True}},
            {"pilot": {"traceSampling": 12.5, "autoscaleMax": 7}, "replicaCount": 2},
            {"global": {"logAsJson": None}, "compatibilityVersion": "1.29"},
        ],
        "components": {
            "cni": {"enabled": True, "namespace": "net", "values": {"cni": {"chained": False}}},
            "ingress_gateways": [
                {"name": "public", "namespace": "edge", "labels": {"istio": "ingressgateway"}},
                {"name": "private", "values": {"replicaCount": 2, "kind": "DaemonSet"}},
            ],
            "egress_gateways": [{"name": "public", "namespace": "out", "revision": "other"}],
        },
    }


def expected(charts: Path, state: DesiredState, mesh: Mesh) -> dict[real.Key, Any]:
    """What helm makes of the charts of the mesh, with the values we hand them."""
    gateways = {(item.name, item.namespace): item for item in mesh.gateways}
    result: dict[real.Key, Any] = {}
    for component in state.components:
        if component.kind in ("default", "platform", "members"):
            continue
        if component.kind == "gateway":
            gateway = gateways[component.release_name, component.namespace]
            values = chart_values.gateway_values(mesh, gateway)
        else:
            values = getattr(chart_values, f"{component.kind}_values")(mesh)
        made = real.helm_objects(
            charts, component.chart, component.release_name, component.namespace, values, KUBE
        )
        result |= real.by_key(made)
    return result


@pytest.mark.parametrize("options", list(cases()), ids=str)
def test_components_are_what_helm_renders(charts: Path, options: dict[str, Any]) -> None:
    state = render(charts, **options)
    mesh = decide(state.spec, state.release, ClusterFacts())
    # No chart has what OpenShift needs besides.
    ours = real.by_key(
        [
            item
            for component in state.components
            if component.kind != "platform"
            for item in component.objects
            if item["kind"] != "Namespace"
        ]
    )
    theirs = expected(charts, state, mesh)
    if mesh.remote:
        # A validator for a Service that another cluster has would freeze all configuration.
        del theirs["ValidatingWebhookConfiguration", "", "istiod-default-validator"]
    equal = sum(ours.get(key) == item for key, item in theirs.items())
    record("objects of whole meshes against helm template", equal, len(theirs.keys() | ours))
    assert ours == theirs


@pytest.mark.parametrize(("platform", "cni", "raw"), CNI_SETTINGS, ids=str)
def test_settings_of_the_cni_plugin_are_what_one_would_write_as_values(
    charts: Path, platform: str, cni: dict[str, Any], raw: dict[str, Any]
) -> None:
    state = render(charts, platform=platform, components={"cni": cni})
    common: dict[str, Any] = {
        "global": {"hub": "docker.io/istio", "tag": real.VERSION, "istioNamespace": "istio-system"},
        "base": {"validationFailurePolicy": "Fail"},
    }
    if platform != "kubernetes":
        common["global"]["platform"] = platform
    found: dict[real.Key, Any] = {}
    expected_objects: dict[real.Key, Any] = {}
    for component in state.components:
        if component.kind not in ("cni", "istiod"):
            continue
        found |= real.by_key(component.objects)
        made = real.helm_objects(
            charts,
            component.chart,
            component.release_name,
            component.namespace,
            {**common, **raw},
            KUBE,
        )
        expected_objects |= real.by_key(made)
    assert ("DaemonSet" in {key[0] for key in found}) is cni.get("enabled", True)
    for objects in (found, expected_objects):
        # Both repeat values that no template reads, as they were given.
        objects.pop(("ConfigMap", "istio-system", "values"), None)
        config = objects["ConfigMap", "istio-system", "istio-sidecar-injector"]["data"]
        values = json.loads(config.pop("values"))
        plugin = values["pilot"]["cni"]
        objects["values", "", ""] = {key: plugin[key] for key in ("enabled", "provider")}
    equal = sum(found.get(key) == item for key, item in expected_objects.items())
    record("objects of whole meshes against helm template", equal, len(expected_objects))
    assert found == expected_objects


@pytest.mark.parametrize(
    ("profile", "revision"),
    [
        ("default", ""),
        ("demo", "r-1"),
        ("minimal", "r-1"),
        ("ambient", ""),
        ("openshift", ""),
        ("openshift-ambient", "r-1"),
        ("remote", ""),
        ("empty", ""),
    ],
)
def test_objects_are_what_istioctl_makes(charts: Path, profile: str, revision: str) -> None:
    """With the values istioctl chooses: what we hand to the charts is not compared with itself."""
    state = render(charts, profile=profile, revision=revision)
    ours = real.by_key(
        [
            real.as_istioctls(item)
            for component in state.components
            # Which other charts these come from; istioctl leaves the default to its `install`.
            if component.kind not in ("gateway", "default")
            for item in component.objects
            if item["kind"] != "Namespace"
        ]
    )
    settings = [f"profile={profile}", "hub=docker.io/istio", f"tag={real.VERSION}"]
    settings += [f"revision={revision}"] if revision else []
    theirs = real.by_key(
        [
            real.as_istioctls(item)
            for item in real.istioctl_objects(*settings)
            if not item["metadata"]["name"].startswith(("istio-ingressgateway", "istio-egress"))
        ]
    )
    equal = sum(ours.get(name) == item for name, item in theirs.items())
    record("objects against istioctl", equal, len(theirs.keys() | ours))
    assert ours == theirs


def test_a_second_revision_steals_nothing(charts: Path) -> None:
    first = render(charts, revision="1-30-3")
    second = render(charts, ClusterFacts(default_revision="1-30-3"), revision="1-31-1")
    assert first.component("default")
    assert not second.component("default")
    base, again = first.component("base"), second.component("base")
    assert base
    assert again
    assert again.objects == base.objects
    old = {real.key(item) for item in first.objects}
    istiod = second.component("istiod-1-31-1")
    assert istiod
    assert not istiod.shared
    assert not {real.key(item) for item in istiod.objects} & old


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"components": {"ingress_gateways": [{"name": "a", "values": {"replicas": 2}}]}},
            ("Chart gateway for release a (", "replicas", "Correct mesh_values"),
        ),
        (
            {"values": {"compatibilityVersion": "1.3"}},
            ("Chart base for", "compatibility version 1.3"),
        ),
        (
            {"values": {"global": {"resourceScope": {"a": 1}}}},
            ("Chart base for", "templates/", ":1:"),
        ),
    ],
)
def test_what_a_chart_refuses_is_told(
    charts: Path, options: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(RenderError) as caught:
        render(charts, **options)
    for word in words:
        assert word in str(caught.value)


def test_big_whole_numbers_stay_integers(charts: Path) -> None:
    istiod = render(charts, values={"pilot": {"autoscaleMax": 1000000}}).component("istiod")
    assert istiod
    (scaler,) = (item for item in istiod.objects if item["kind"] == "HorizontalPodAutoscaler")
    assert repr(scaler["spec"]["maxReplicas"]) == "1000000"


def test_same_input_same_bytes(charts: Path) -> None:
    options: dict[str, Any] = {"profile": "demo", "members": ["a"], "revision": "x"}
    assert render(charts, **options).digest == render(charts, **options).digest
