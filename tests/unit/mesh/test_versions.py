"""What is installed newer than the plan stays, or ends the run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet
from ansible_collections.meshops.istio.plugins.module_utils._mesh.versions import (
    is_newer,
    keep_newer,
    steps_back,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.versions import (
    check_versions,
)

NAMESPACE = {"kind": "Namespace", "metadata": {"name": "istio-ingress"}}
CRD = {"kind": "CustomResourceDefinition", "metadata": {"name": "gateways.networking.istio.io"}}


def component(kind: str, version: str, revision: str = "", *objects: dict[str, Any]) -> Any:
    name = f"istiod-{revision}" if kind == "istiod" and revision else kind
    return PlanComponent(
        name, kind, name, "ns", version, revision, True, f"meshops-{name}", "ns", list(objects)
    )


def plan(version: str, revision: str = "") -> Plan:
    return Plan(
        "ns",
        revision,
        version,
        [
            component("base", version, "", NAMESPACE, CRD),
            component("cni", version),
            component("istiod", version, revision),
        ],
    )


def live(kind: str, version: str, revision: str = "") -> LiveSet:
    name = f"istiod-{revision}" if kind == "istiod" and revision else kind
    return LiveSet(name, kind, revision, version, f"meshops-{name}", "ns")


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        ("1.31.1", "1.31.0", True),
        ("1.31.0", "1.31.1", False),
        ("1.31.1", "1.31.1", False),
        ("1.9.0", "1.31.0", False),
        ("1.31.0", "1.9.9", True),
        ("1.31.0", "1.31.0-rc.1", True),
        ("1.31.0-rc.1", "1.31.0", False),
        ("1.31.0-alpha.1", "1.30.9", True),
        ("", "1.31.0", False),
        ("1.31.0", "", False),
    ],
)
def test_order_of_versions(one: str, other: str, newer: bool) -> None:
    assert is_newer(one, other) is newer


def test_a_control_plane_does_not_step_back_unless_allowed() -> None:
    lives = [live("base", "1.31.1"), live("istiod", "1.31.1")]
    assert [s.name for s in steps_back(plan("1.31.0"), lives)] == ["istiod"]
    assert steps_back(plan("1.31.1"), lives) == []
    assert steps_back(plan("1.31.0", "1-31-0"), lives) == []
    refused = check_versions(plan("1.31.0"), lives, False)
    assert (refused.level, "1.31.1" in refused.remedy) == ("failed", True)
    assert "mesh_allow_downgrade" in refused.remedy
    assert check_versions(plan("1.31.0"), lives, True).level == "warning"


def test_what_revisions_share_stays_newer() -> None:
    lives = [live("base", "1.31.1"), live("cni", "1.31.1"), live("istiod", "1.31.1")]
    for may_step_back in (False, True):
        base, cni, istiod = keep_newer(plan("1.31.0", "old"), lives, may_step_back).components
        assert base.objects == [NAMESPACE]
        assert (base.version, cni.version, istiod.version) == ("1.31.1", "1.31.1", "1.31.0")
        assert "1.31.1" in base.kept
        assert cni.kept
        assert not istiod.kept


def test_node_agents_follow_a_control_plane_that_may_step_back_crds_do_not() -> None:
    lives = [live("base", "1.31.1"), live("cni", "1.31.1"), live("istiod", "1.31.1")]
    base, cni, _istiod = keep_newer(plan("1.31.0"), lives, True).components
    assert base.kept
    assert not cni.kept
    assert keep_newer(plan("1.31.0"), lives, False).components[1].kept


def test_nothing_is_kept_of_what_is_older_or_as_old() -> None:
    lives = [live("base", "1.31.0"), live("cni", "1.31.1")]
    assert keep_newer(plan("1.31.1"), lives, False) == plan("1.31.1")


def test_a_skipped_minor_in_place_is_told() -> None:
    lives = [live("istiod", "1.29.4")]
    assert check_versions(plan("1.31.1"), lives, False).level == "warning"
    assert check_versions(plan("1.31.1", "new"), lives, False).level == "ok"
    assert check_versions(plan("1.30.1"), lives, False).level == "ok"
