"""Settings of the CNI plugin reach its chart and the injector, for every shape of charts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh, decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import (
    cni_values,
    istiod_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.rendered import NETWORKS
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.older.charts import write
from tests.older.v1_7 import charts as v1_7
from tests.unit.desired.meshes import mesh
from tests.unit.desired.test_older import mesh as older_mesh
from tests.unit.openshift.meshes import components

SETTINGS: dict[str, Any] = {
    "bin_dir": "/var/lib/cni/bin",
    "conf_dir": "/etc/kubernetes/cni/net.d",
    "conf_file": "05-istio.conf",
    "exclude_namespaces": ["istio-system", "kube-system", "net"],
}


def of(folder: Path, version: str, platform: str = "openshift", **cni: Any) -> Mesh:
    """A mesh of a stand-in with these settings of the plugin."""
    options: dict[str, Any] = {"platform": platform, "components": {"cni": cni}}
    if version != v1_7.VERSION:
        return older_mesh(folder, version, **options)
    release = load_release(str(write(folder, v1_7.files())), version=version)
    return decide(MeshSpec.from_options(options), release, ClusterFacts())


def injection(made: Mesh) -> dict[str, Any]:
    """What istiod is told of the plugin, and the annotations that it puts on pods."""
    values = istiod_values(made)
    webhook = values.get("sidecarInjectorWebhook") or {}
    return {
        "pilot": (values.get("pilot") or {}).get("cni"),
        "older": values.get("istio_cni"),
        "annotations": webhook.get("injectedAnnotations"),
    }


def test_folders_and_exceptions_are_values_of_the_chart(tmp_path: Path) -> None:
    values = cni_values(of(tmp_path, "1.8.1", **SETTINGS))["cni"]
    assert values["cniBinDir"] == "/var/lib/cni/bin"
    assert values["cniConfDir"] == "/etc/kubernetes/cni/net.d"
    assert values["cniConfFileName"] == "05-istio.conf"
    assert values["excludeNamespaces"] == ["istio-system", "kube-system", "net"]


def test_raw_values_win() -> None:
    raw = {"cni": {"cniBinDir": "/raw"}}
    made = mesh(components={"cni": {"enabled": True, **SETTINGS, "values": raw}})
    assert cni_values(made)["cni"]["cniBinDir"] == "/raw"
    assert cni_values(made)["cni"]["cniConfDir"] == "/etc/kubernetes/cni/net.d"


def test_an_empty_list_excludes_nothing(tmp_path: Path) -> None:
    made = of(tmp_path, "1.8.1", exclude_namespaces=[])
    assert cni_values(made)["cni"]["excludeNamespaces"] == []


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("none", {"enabled": False, "labelPods": False, "deletePods": False}),
        ("label", {"enabled": True, "labelPods": True, "deletePods": False}),
        ("delete", {"enabled": True, "labelPods": False, "deletePods": True}),
    ],
)
def test_one_way_of_repair_turns_the_others_off(
    tmp_path: Path, mode: str, expected: dict[str, bool]
) -> None:
    repaired = of(tmp_path, "1.7.8", repair=mode)
    assert cni_values(repaired)["cni"]["repair"] == expected


def test_a_way_of_repair_that_a_release_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        cni_values(of(tmp_path, "1.7.8", repair="repair"))
    assert str(caught.value) == (
        "mesh_components.cni.repair: chart cni of Istio 1.7.8 has no way to repair pods; "
        "write label or delete"
    )


def test_a_chained_plugin_asks_multus_for_nothing(tmp_path: Path) -> None:
    chained = of(tmp_path, "1.8.1", chained=True)
    assert cni_values(chained)["cni"]["chained"] is True
    told = injection(chained)
    assert told["older"] == {"enabled": True, "chained": True}
    assert not told["annotations"]
    parts = {"cni": {"chained": True}}
    made = components(tmp_path / "again", "1.8.1", components=parts)
    kinds = [one["kind"] for item in made for one in item.objects]
    assert "NetworkAttachmentDefinition" not in kinds


def test_an_unchained_plugin_asks_multus_by_the_name_of_its_network(tmp_path: Path) -> None:
    told = injection(of(tmp_path, "1.8.1"))
    assert told["annotations"] == {NETWORKS: "istio-cni"}
    assert told["older"]["enabled"] is True


@pytest.mark.parametrize("version", ["1.7.8", "1.8.1", "1.17.8", "1.22.8"])
def test_without_the_plugin_nothing_waits_for_it(tmp_path: Path, version: str) -> None:
    told = injection(of(tmp_path, version, enabled=False))
    assert told["pilot"] == {"enabled": False}
    assert told["older"]["enabled"] is False
    assert not told["annotations"]


def test_a_plugin_that_another_mesh_has_can_be_counted_on(tmp_path: Path) -> None:
    """Its DaemonSet is not ours, and pods need as little as with our own."""
    options = {
        "components": {"cni": {"enabled": False}},
        "values": {"istio_cni": {"enabled": True, "chained": False}},
    }
    made = {item.name: item for item in components(tmp_path, "1.22.8", **options)}
    assert not {"cni", "platform", "platform-members"} & set(made)
    config = next(one for one in made["istiod"].objects if "injector" in one["metadata"]["name"])
    assert json.loads(config["data"]["values"])["istio_cni"]["enabled"] is True
