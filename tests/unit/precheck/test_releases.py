"""Plans of real releases: no false alarm, and the settings by which agents are judged."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.agents import agents_in
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.check import check_cni
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import Finding
from ansible_collections.meshops.istio.plugins.module_utils._precheck.openshift.run import (
    check_openshift,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner
from tests.older.v1_7 import charts as v1_7
from tests.reference import charts_dir
from tests.unit.precheck.api import Api, Object, obj

OPENSHIFT = {"config.openshift.io", "security.openshift.io", "k8s.cni.cncf.io"}
ROLE = "system:openshift:scc:"
VERSIONS = ("1.29", "1.31.1")
STANDARD = [
    made
    for name in ("anyuid", "privileged", "nonroot-v2", "restricted-v2")
    for made in (
        obj("SecurityContextConstraints", name, runAsUser={"type": "RunAsAny"}),
        obj("ClusterRole", f"{ROLE}{name}"),
    )
]


@cache
def rendered(version: str, platform: str = "openshift", profile: str = "default") -> Plan:
    """The plan of a mesh with the CNI plugin and a member."""
    options = {
        "charts": str(charts_dir(version)),
        "version": "1.29.0" if version == "1.29" else version,
        "platform": platform,
        "profile": profile,
        "components": {"cni": {"enabled": True}},
        "members": ["shop"],
    }
    return Planner(options)({"kube_version": "v1.33.1"})


def checked(plan: Plan, *live: Object, openshift: bool = True) -> list[Finding]:
    api = Api(live)
    kinds = Kinds(api)
    found = check_openshift(api, kinds, plan, OPENSHIFT if openshift else {"apps"})
    cni = check_cni(api, kinds, plan, openshift)
    assert cni is not None
    return [*found, cni]


def said(findings: list[Finding]) -> list[str]:
    """What is not well."""
    return [str(finding) for finding in findings if finding.level != "ok"]


def as_live(plan: Plan) -> list[Object]:
    """What of a plan is in the cluster, as far as it is looked at."""
    kinds = ("DaemonSet", "ConfigMap", "NetworkAttachmentDefinition")
    found: list[Any] = [one for one in plan.objects if one["kind"] in kinds]
    ready = {"desiredNumberScheduled": 3, "numberReady": 3}
    return [{**one, "status": ready} if one["kind"] == "DaemonSet" else one for one in found]


@pytest.mark.reference
@pytest.mark.parametrize("version", VERSIONS)
def test_a_plain_mesh_on_openshift_raises_no_alarm(version: str) -> None:
    plan = rendered(version)
    assert said(checked(plan, *STANDARD)) == []
    agent = agents_in(plan.objects)[0]
    assert not agent.chained
    assert not agent.on_host_network
    assert agent.knows_its_pods
    assert agent.path_of("cni-bin-dir") == "/var/lib/cni/bin"
    assert agent.path_of("cni-net-dir") == "/etc/cni/multus/net.d"


@pytest.mark.reference
@pytest.mark.parametrize(
    ("platform", "profile"), [("openshift", "default"), ("kubernetes", "ambient")]
)
def test_an_upgrade_of_agents_raises_none(platform: str, profile: str) -> None:
    old, new = (rendered(version, platform, profile) for version in ("1.29", "1.31.1"))
    openshift = platform == "openshift"
    found = checked(new, *STANDARD, *as_live(old), openshift=openshift)
    assert said(found) == []
    assert "in place, node by node" in found[-1].message
    agent = agents_in(old.objects)[0]
    assert agent.chained is not openshift
    assert agent.leaves_plugin is (profile == "ambient")
    assert "kube-system" in agent.excluded


def test_the_way_of_1_7_raises_none(tmp_path: Path) -> None:
    options = {
        "charts": str(v1_7.release(tmp_path)),
        "version": v1_7.VERSION,
        "platform": "openshift",
        "kubernetes_versions": {"1.7": {"minimum": "1.16", "supported": ["1.16", "1.36"]}},
        "members": ["shop"],
    }
    plan = Planner(options)({"kube_version": "v1.33.1"})
    assert any(component.kind == "platform" for component in plan.components)
    assert said(checked(plan, *STANDARD)) == []
    agent = agents_in(plan.objects)[0]
    assert agent.on_host_network
    assert agent.excluded == {"istio-system", "kube-system"}
