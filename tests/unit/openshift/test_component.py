"""What a mesh gets on OpenShift: by its release by itself, by wishes, and never on Kubernetes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import warnings
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.eras import era_of
from tests.unit.desired.meshes import mesh
from tests.unit.openshift.meshes import components, platform

NO_CNI = {"components": {"cni": {"enabled": False}}}
MOVED = {"components": {"cni": {"namespace": "net"}}}
LEAST = {"openshift": {"least_privilege": True}}
TO_EDGE, TO_MESH = "system:serviceaccounts:edge", "system:serviceaccounts:istio-system"
TO_SHOP = "system:serviceaccounts:shop"
SIDECAR = ["SCC istio-sidecar", "role istio-scc-istio-sidecar"]
USER_1337 = [f"grant edge: anyuid to {TO_EDGE}", f"grant istio-system: anyuid to {TO_MESH}"]


@pytest.mark.parametrize(
    ("version", "early", "late"),
    [
        (
            "1.7.8",
            USER_1337,
            [
                f"grant shop: anyuid to {TO_SHOP}",
                f"grant shop: privileged to {TO_SHOP}",
                "NAD shop istio-cni",
            ],
        ),
        ("1.8.1", USER_1337, [f"grant shop: anyuid to {TO_SHOP}", "NAD shop istio-cni"]),
        ("1.17.8", USER_1337, [f"grant shop: anyuid to {TO_SHOP}", "NAD shop istio-cni"]),
        # The stand-in has no network as the real chart has from 1.19 on.
        ("1.22.8", ["NAD default istio-cni"], []),
    ],
)
def test_each_release_gets_what_it_needs(
    tmp_path: Path, version: str, early: list[str], late: list[str]
) -> None:
    expected = {"platform": early, "platform-members": late}
    assert platform(tmp_path, version) == {name: what for name, what in expected.items() if what}


@pytest.mark.parametrize(
    ("version", "early", "sccs"),
    [
        ("1.7.8", USER_1337, ("anyuid", "privileged")),
        ("1.8.1", [*SIDECAR, *USER_1337], ("istio-scc-istio-sidecar",)),
        ("1.17.8", [*SIDECAR, *USER_1337], ("istio-scc-istio-sidecar",)),
        ("1.22.8", SIDECAR, ("istio-scc-istio-sidecar",)),
    ],
)
def test_without_the_cni_plugin_pods_change_their_own_network(
    tmp_path: Path, version: str, early: list[str], sccs: tuple[str, ...]
) -> None:
    """And no network of Multus is asked for or made."""
    made = platform(tmp_path, version, **NO_CNI)
    assert made.pop("platform-members") == [f"grant shop: {scc} to {TO_SHOP}" for scc in sccs]
    assert made == {"platform": early}


@pytest.mark.parametrize("version", ["1.8.1", "1.22.8"])
def test_a_grant_for_the_init_container_says_so(tmp_path: Path, version: str) -> None:
    made = components(tmp_path, version, **NO_CNI)
    (grant,) = [one for item in made if item.name == "platform-members" for one in item.objects]
    note = grant["metadata"]["annotations"]["kubernetes.io/description"]
    assert "without the CNI plugin an init container redirects traffic" in note


def test_sccs_of_the_meshs_own_can_be_named_and_are_made(tmp_path: Path) -> None:
    wishes = {
        "application_sccs": ["istio-sidecar", "privileged"],
        "grants": [{"scc": "istio-proxy-two", "namespace": "jobs"}],
    }
    made = components(tmp_path, "1.22.8", namespace="two", openshift=wishes)
    found = {
        (one["kind"], one["metadata"]["name"])
        for item in made
        if item.kind == "platform"
        for one in item.objects
        if one["kind"] != "NetworkAttachmentDefinition"
    }
    assert found == {
        ("SecurityContextConstraints", "istio-sidecar-two"),
        ("SecurityContextConstraints", "istio-proxy-two"),
        ("ClusterRole", "istio-scc-istio-sidecar-two-two"),
        ("ClusterRole", "istio-scc-istio-proxy-two-two"),
        ("RoleBinding", "istio-scc-istio-sidecar-two-two"),
        ("RoleBinding", "istio-scc-istio-proxy-two-two"),
        ("RoleBinding", "istio-scc-privileged-two"),
    }


def test_the_rows_of_the_table_follow_each_other() -> None:
    found = {minor: era_of((1, minor)) for minor in (6, 7, 8, 18, 19, 20, 31)}
    assert found[6] == found[7]
    assert found[8] == found[18]
    assert found[20] == found[31]
    assert [found[minor].network for minor in (18, 19)] == ["namespaces", "default"]
    assert [bool(found[minor].control_plane) for minor in (19, 20)] == [True, False]
    assert [found[minor].with_cni for minor in (7, 19, 20)] == [
        ("anyuid", "privileged"),
        ("anyuid",),
        (),
    ]


def test_pods_of_a_moved_cni_plugin_may_be_privileged_where_they_are(tmp_path: Path) -> None:
    made = platform(tmp_path, "1.7.8", **MOVED)
    assert made["platform"] == [*USER_1337, "grant net: privileged to net/istio-cni"]


def test_in_exempt_namespaces_nobody_needs_a_grant_but_still_a_network(tmp_path: Path) -> None:
    members = ["default", {"name": "zero", "labels": {"openshift.io/run-level": "0"}}]
    made = platform(tmp_path, "1.8.1", members=members)
    assert made["platform-members"] == ["NAD default istio-cni", "NAD zero istio-cni"]


def test_least_privilege_has_sccs_of_its_own(tmp_path: Path) -> None:
    early = [
        "SCC istio-proxy",
        "SCC istio-cni",
        "role istio-scc-istio-cni",
        "role istio-scc-istio-proxy",
        f"grant edge: istio-scc-istio-proxy to {TO_EDGE}",
        f"grant istio-system: istio-scc-istio-proxy to {TO_MESH}",
        "grant net: istio-scc-istio-cni to net/istio-cni",
    ]
    late = [f"grant shop: istio-scc-istio-proxy to {TO_SHOP}", "NAD shop istio-cni"]
    made = platform(tmp_path, "1.7.8", **MOVED, **LEAST)
    assert made == {"platform": early, "platform-members": late}


def test_least_privilege_without_cni_is_what_auto_is(tmp_path: Path) -> None:
    assert platform(tmp_path, "1.22.8", **NO_CNI, **LEAST) == platform(tmp_path, "1.22.8", **NO_CNI)


def test_a_second_mesh_has_names_of_its_own(tmp_path: Path) -> None:
    made = components(tmp_path, "1.8.1", namespace="two", **LEAST)
    platforms = [item for item in made if item.kind == "platform"]
    names = {one["metadata"]["name"] for item in platforms for one in item.objects}
    assert names == {
        "istio-proxy-two",
        "istio-scc-istio-proxy-two-two",
        # What pods ask for by name, whatever the mesh.
        "istio-cni",
    }


def test_rights_can_be_switched_off_and_networks_too(tmp_path: Path) -> None:
    wishes = {"control_plane_sccs": [], "application_sccs": "none", "network_attachments": "none"}
    assert platform(tmp_path, "1.7.8", openshift=wishes) == {}


def test_rights_and_networks_can_be_forced(tmp_path: Path) -> None:
    wishes = {
        "control_plane_sccs": ["nonroot-v2"],
        "application_sccs": ["corp", "anyuid", "corp"],
        "cni_sccs": ["privileged"],
        "network_attachments": "default",
        "grants": [
            {"scc": "anyuid", "namespace": "jobs"},
            {"scc": "anyuid", "namespace": "jobs", "service_accounts": ["b", "a"]},
            {"scc": "nonroot", "users": ["eve"], "groups": ["ops"]},
        ],
    }
    assert platform(tmp_path, "1.22.8", openshift=wishes) == {
        "platform": [
            "role istio-scc-corp",
            "cluster grant: nonroot to ops, eve",
            f"grant edge: nonroot-v2 to {TO_EDGE}",
            f"grant istio-system: nonroot-v2 to {TO_MESH}",
            "grant jobs: anyuid to system:serviceaccounts:jobs, jobs/a, jobs/b",
            "grant kube-system: privileged to kube-system/default",
            "NAD default istio-cni",
        ],
        "platform-members": [
            f"grant shop: anyuid to {TO_SHOP}",
            f"grant shop: istio-scc-corp to {TO_SHOP}",
        ],
    }


def test_grants_as_entries_of_the_lists(tmp_path: Path) -> None:
    made = components(tmp_path, "1.7.8", **MOVED, openshift={"grant_by": "scc_lists"})
    early, late = [item for item in made if item.kind == "platform"]
    assert [one["kind"] for one in late.objects] == ["NetworkAttachmentDefinition"]
    assert early.objects == []
    assert list(early.scc_entries) == [
        {"scc": "anyuid", "users": [], "groups": [TO_EDGE, TO_MESH, TO_SHOP]},
        {
            "scc": "privileged",
            "users": ["system:serviceaccount:net:istio-cni"],
            "groups": [TO_SHOP],
        },
    ]


def test_sccs_of_our_own_have_their_entries_themselves(tmp_path: Path) -> None:
    wishes = {"grant_by": "scc_lists", "least_privilege": True}
    made = components(tmp_path, "1.7.8", openshift=wishes, **NO_CNI)
    (only,) = [item for item in made if item.kind == "platform"]
    lists = {one["metadata"]["name"]: one["groups"] for one in only.objects}
    assert lists == {"istio-proxy": [TO_EDGE, TO_MESH], "istio-sidecar": [TO_SHOP]}
    assert only.scc_entries == ()


def test_the_order_is_rights_first_and_those_of_members_when_their_namespaces_are(
    tmp_path: Path,
) -> None:
    made = components(tmp_path, "1.8.1")
    assert [item.name for item in made] == [
        *("base", "platform", "cni", "istiod", "default"),
        *("gateway-public", "members", "platform-members"),
    ]
    needs = {item.name: item.depends for item in made}
    assert needs["cni"] == ("base", "platform")
    assert needs["platform-members"] == ("base", "members")
    assert "platform-members" not in {name for names in needs.values() for name in names}


def test_the_same_wishes_make_the_same_objects(tmp_path: Path) -> None:
    first = components(tmp_path, "1.7.8", **MOVED, **LEAST)
    again = components(tmp_path, "1.7.8", **MOVED, **LEAST)
    assert [item.digest for item in first] == [item.digest for item in again]


@pytest.mark.parametrize("options", [{}, LEAST])
def test_on_kubernetes_there_is_nothing_of_this(tmp_path: Path, options: dict[str, Any]) -> None:
    assert platform(tmp_path, "1.8.1", **{"platform": "kubernetes", **options}) == {}


def document(**spec: Any) -> dict[str, Any]:
    """An IstioOperator document with a gateway of its own namespace."""
    gateways = [
        {"name": "public", "namespace": "edge", "enabled": True},
        {"name": "istio-ingressgateway", "enabled": False},
    ]
    cni = {"enabled": True, "namespace": "net"}
    return {"spec": {"components": {"cni": cni, "ingressGateways": gateways}, **spec}}


@pytest.mark.parametrize(("profile", "wanted"), [("openshift", "auto"), ("default", "openshift")])
def test_documents_get_the_same(tmp_path: Path, profile: str, wanted: str) -> None:
    """Whether their profile says that it is OpenShift, or the variables do."""
    options = {"operator": document(profile=profile), "platform": wanted}
    assert platform(tmp_path, "1.17.8", **options) == {
        "platform": [*USER_1337, "grant net: privileged to net/default"],
        "platform-members": [f"grant shop: anyuid to {TO_SHOP}", "NAD shop istio-cni"],
    }


def test_manifest_generate_of_documents_does_not_show_it(tmp_path: Path) -> None:
    options = {"operator": document(profile="openshift"), "platform": "auto"}
    made = [one for one in components(tmp_path, "1.17.8", **options) if one.kind == "platform"]
    assert len(made) == 2
    assert all(item.added == len(item.objects) for item in made)


def test_documents_for_kubernetes_get_nothing(tmp_path: Path) -> None:
    options = {"operator": document(profile="default"), "platform": "auto"}
    assert platform(tmp_path, "1.17.8", **options) == {}


@pytest.mark.parametrize(
    ("version", "options", "warned"),
    [
        ("1.7.8", {}, True),
        ("1.7.8", NO_CNI, True),
        ("1.7.8", LEAST, False),
        ("1.7.8", {"openshift": {"application_sccs": ["privileged"]}}, False),
        ("1.7.8", {"platform": "kubernetes"}, False),
        ("1.8.6", NO_CNI, False),
        ("1.31.1", NO_CNI, False),
    ],
)
def test_a_grant_of_privileged_is_told_with_what_would_do(
    version: str, options: dict[str, Any], warned: bool
) -> None:
    today = mesh(**{"platform": "openshift", **options})
    made = warnings(replace(today, release=replace(today.release, version=version)))
    assert [True for text in made if "set mesh_openshift.least_privilege: true" in text] == (
        [True] if warned else []
    )
