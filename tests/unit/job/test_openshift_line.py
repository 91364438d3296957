"""What a run says of the OpenShift it is for, and who says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._job.openshift import openshift_line
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner
from tests.older.charts import up_to_1_20, write

FACTS = {
    "version": "4.19.3",
    "network_type": "OVNKubernetes",
    "multus": True,
    "ingress_domain": "apps.example.com",
    "gateway_api_owned": True,
}


@pytest.mark.parametrize(
    ("detected", "given", "line"),
    [
        (
            FACTS,
            {},
            "OpenShift 4.19.3 (detected), OVNKubernetes, Multus, Routes under apps.example.com, "
            "Gateway API owned by the platform",
        ),
        (
            FACTS,
            {"version": "4.12.1", "multus": False, "gateway_api_owned": False},
            "OpenShift 4.12.1 (given), OVNKubernetes, no Multus (given), "
            "Routes under apps.example.com",
        ),
        ({**FACTS, "version": "", "network_type": ""}, {}, "OpenShift of unknown version, Multus"),
        (None, {"version": "4.19.3"}, "OpenShift 4.19.3 (given)"),
        (None, {}, "OpenShift of unknown version"),
    ],
)
def test_the_line(detected: dict[str, Any] | None, given: dict[str, Any], line: str) -> None:
    assert openshift_line(detected, given).startswith(line)


@pytest.mark.parametrize("platform", ["openshift", "kubernetes"])
def test_it_is_said_for_the_platform_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = write(tmp_path / "release", up_to_1_20())
    wishes = {"facts": {"version": "4.18.1"}}
    options = {"charts": str(folder), "version": "1.17.8", "openshift": wishes}
    planner = Planner({**options, "platform": platform})
    planner({"kube_version": "v1.26.9", "platform": "openshift", "openshift": FACTS})
    said = planner.openshift.startswith("OpenShift 4.18.1 (given), OVNKubernetes")
    assert said is (platform == "openshift")
