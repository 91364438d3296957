"""The component: rendered from options, pinned by a lock file, fetched for an air gap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch import folder, job
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import read_lock
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
)
from tests.unit.gatewayapi import bundles
from tests.unit.release.charts import below, chart_files, write_files


def options(tmp_path: Path, **wish: Any) -> dict[str, Any]:
    for name in ("base", "istiod", "gateway"):
        write_files(tmp_path / "charts", below(name, chart_files(name, "1.31.1")))
    source = tmp_path / "standard-install.yaml"
    source.write_bytes(bundles.install(**wish.pop("file", {})))
    return {"charts": str(tmp_path / "charts"), "gateway_api": {"source": str(source), **wish}}


def names(state: Any) -> list[str]:
    return [component.name for component in state.components]


def test_it_comes_before_all_others(tmp_path: Path) -> None:
    state = desired_state(options(tmp_path))
    assert names(state)[:2] == ["gateway-api", "base"]
    crds = state.component("gateway-api")
    assert crds
    assert (crds.version, crds.set_name, crds.shared) == ("1.6.0", "meshops-gateway-api", True)
    assert [item["metadata"]["name"] for item in crds.objects] == [
        "gateways.gateway.networking.k8s.io",
        "httproutes.gateway.networking.k8s.io",
        "safe-upgrades.gateway.networking.k8s.io",
    ]


@pytest.mark.parametrize(
    "wish", [{}, {"channel": "standard"}, {"enabled": "auto"}, {"enabled": False}]
)
def test_without_a_source_it_is_not_there(tmp_path: Path, wish: dict[str, Any]) -> None:
    given = {**options(tmp_path), "gateway_api": wish}
    assert "gateway-api" not in names(desired_state(given))


def test_a_source_may_be_turned_off(tmp_path: Path) -> None:
    assert "gateway-api" not in names(desired_state(options(tmp_path, enabled=False)))


def test_policies_are_left_out_where_kubernetes_has_none(tmp_path: Path) -> None:
    given = {**options(tmp_path), "kubernetes_version": "1.29.4"}
    crds = desired_state(given).component("gateway-api")
    assert crds
    assert {item["kind"] for item in crds.objects} == {"CustomResourceDefinition"}


def test_what_the_cluster_has_decides(tmp_path: Path) -> None:
    facts = ClusterFacts(gateway_api={"crds": {}, "protected": True})
    crds = desired_state(options(tmp_path), facts=facts).component("gateway-api")
    assert crds
    assert crds.objects == []
    assert crds.kept == "OpenShift's ingress operator owns them"


def test_an_old_source_is_a_warning(tmp_path: Path) -> None:
    state = desired_state(options(tmp_path, file={"version": "1.5.1"}))
    assert any("mesh_gateway_api has version 1.5.1" in text for text in state.warnings)


def test_misspelt_options_are_told_all_at_once(tmp_path: Path) -> None:
    wish = {"chanel": "standard", "channel": "stable", "version": 1.6, "enabled": "maybe"}
    with pytest.raises(InputError) as caught:
        desired_state({**options(tmp_path), "gateway_api": {**wish, "digest": "abc"}})
    text = str(caught.value)
    for words in (
        "mesh_gateway_api.chanel: no such key; did you mean channel?",
        "mesh_gateway_api.channel: 'stable' is not possible; write standard or experimental",
        "mesh_gateway_api.version: must be text",
        "mesh_gateway_api.enabled: must be true or false",
        "mesh_gateway_api.digest: 'abc' is no digest",
    ):
        assert words in text


def test_they_are_fetched_and_pinned_with_the_release(tmp_path: Path) -> None:
    given, dest = options(tmp_path), tmp_path / "air-gap"
    wanted = job.gather(given, dest)
    folder.write(folder.differing(wanted.files), wanted.files)
    lock = read_lock(wanted.lock)
    file = dest / "gateway-api" / "standard-1.6.0.yaml"
    assert list(lock.gateway_api["1.6.0"]) == ["standard"]
    again = {**given, "charts_lock": str(wanted.lock), "gateway_api": {"source": str(file)}}
    assert desired_state(again).component("gateway-api")
    # A second fetch has nothing to do.
    assert not folder.differing(job.gather(given, dest).files)

    file.write_bytes(file.read_bytes().replace(b"Httproutes", b"Other"))
    with pytest.raises(MeshError, match=r"the CRDs of the Gateway API 1\.6\.0 \(standard\) have"):
        desired_state(again)
    other = options(tmp_path, file={"version": "1.5.1"})
    with pytest.raises(MeshError, match="this version and channel are not pinned"):
        desired_state({**other, "charts_lock": str(wanted.lock)})
