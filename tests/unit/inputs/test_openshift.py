"""What users say about OpenShift is checked, with the place and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import check_options
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.spec import GrantSpec

ROLE = "system:openshift:scc:anyuid"


def problems(**options: Any) -> dict[str, str]:
    """Path -> the problem in full."""
    return {problem.where: str(problem) for problem in check_options(options)}


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        None,
        {"control_plane_sccs": "auto", "application_sccs": "none", "cni_sccs": ["privileged"]},
        {"control_plane_sccs": [], "least_privilege": "yes", "grant_by": "scc_lists"},
        {"network_attachments": "namespaces", "grants": []},
        {"grants": [{"scc": "anyuid", "namespace": "shop"}]},
        {"grants": [{"scc": "a.b", "namespace": "shop", "service_accounts": ["default"]}]},
        {"grants": [{"scc": "anyuid", "users": ["eve", "system:serviceaccount:shop:default"]}]},
        {"grants": [{"scc": "anyuid", "groups": ["ops", "system:serviceaccounts:shop"]}]},
        {"facts": {"version": "4.19.3", "multus": True, "ingress_domain": "apps.example.com"}},
    ],
)
def test_sensible_wishes_pass(wishes: Any) -> None:
    assert problems(openshift=wishes) == {}


@pytest.mark.parametrize(
    ("wishes", "where", "words"),
    [
        ([], "mesh_openshift", "must be a mapping, is a list"),
        ({"sccs": []}, "mesh_openshift.sccs", "no such key"),
        (
            {"control_plane_scc": []},
            "mesh_openshift.control_plane_scc",
            "did you mean control_plane_sccs?",
        ),
        (
            {"application_sccs": "anyuid"},
            "mesh_openshift.application_sccs",
            "must be auto, none or a list, is 'anyuid'; write [anyuid]",
        ),
        (
            {"application_sccs": [ROLE]},
            "mesh_openshift.application_sccs[0]",
            "is the ClusterRole of an SCC: write 'anyuid'",
        ),
        ({"cni_sccs": ["Any_uid"]}, "mesh_openshift.cni_sccs[0]", "is no name of an object"),
        ({"cni_sccs": [7]}, "mesh_openshift.cni_sccs[0]", "must be text, is a number"),
        ({"cni_sccs": [None]}, "mesh_openshift.cni_sccs[0]", "is empty"),
        ({"cni_sccs": "[]"}, "mesh_openshift.cni_sccs", "take the quotes away"),
        ({"cni_sccs": ["a..b"]}, "mesh_openshift.cni_sccs[0]", "is no name of an object"),
        ({"least_privilege": "maybe"}, "mesh_openshift.least_privilege", "must be true or false"),
        (
            {"network_attachments": "namespace"},
            "mesh_openshift.network_attachments",
            "'namespace' is not possible; did you mean namespaces?",
        ),
        (
            {"grant_by": "oc"},
            "mesh_openshift.grant_by",
            "'oc' is not possible; write role_binding or scc_lists",
        ),
        ({"grants": [{"namespace": "shop"}]}, "mesh_openshift.grants[0].scc", "is missing"),
        (
            {"grants": [{"scc": "anyuid"}]},
            "mesh_openshift.grants[0]",
            "says nobody to grant to; name a namespace",
        ),
        # An empty list is not the same as none: that means all service accounts.
        (
            {"grants": [{"scc": "anyuid", "namespace": "shop", "service_accounts": []}]},
            "mesh_openshift.grants[0].service_accounts",
            "is empty, so there is nobody to grant to; take the grant out, or leave the key out",
        ),
        (
            {"grants": [{"scc": "anyuid", "namespace": "shop", "service_accounts": [None]}]},
            "mesh_openshift.grants[0].service_accounts[0]",
            "is empty",
        ),
        (
            {"grants": [{"scc": "anyuid", "groups": [None]}]},
            "mesh_openshift.grants[0].groups[0]",
            "is empty",
        ),
        (
            {"grants": [{"scc": "anyuid", "users": ["system:authenticated:oauth"]}]},
            "mesh_openshift.grants[0].users[0]",
            "is a group: name it among the groups",
        ),
        (
            {"grants": [{"scc": "anyuid", "service_accounts": ["a"]}]},
            "mesh_openshift.grants[0].namespace",
            "is missing, but there are service_accounts",
        ),
        (
            {"grants": [{"scc": "anyuid", "users": ["system:serviceaccounts:shop"]}]},
            "mesh_openshift.grants[0].users[0]",
            "is a group: name it among the groups",
        ),
        (
            {"grants": [{"scc": "anyuid", "groups": ["system:serviceaccount:shop:default"]}]},
            "mesh_openshift.grants[0].groups[0]",
            "is a user: name it among the users",
        ),
        (
            {"grants": [{"scc": "a", "namespace": "b", "service_accounts": ["shop:default"]}]},
            "mesh_openshift.grants[0].service_accounts[0]",
            "write the name alone",
        ),
        ({"facts": {"version": "3.11"}}, "mesh_openshift.facts.version", "no version of OpenShift"),
        ({"facts": {"multus": "some"}}, "mesh_openshift.facts.multus", "must be true or false"),
        ({"facts": {"versions": "4.19"}}, "mesh_openshift.facts.versions", "did you mean version?"),
    ],
)
def test_mistakes_are_told_with_their_place(wishes: Any, where: str, words: str) -> None:
    found = problems(openshift=wishes)
    assert list(found) == [where]
    assert words in found[where]


@pytest.mark.parametrize(
    ("cni", "where", "words"),
    [
        ({"bin_dir": "opt/cni"}, "bin_dir", "'opt/cni' is no absolute path"),
        ({"conf_file": "a/b.conf"}, "conf_file", "is no name of a file"),
        ({"conf_file": "istio"}, "conf_file", "ends with .conf or .conflist"),
        ({"chained": "half"}, "chained", "must be true or false"),
        ({"repair": False}, "repair", "must be text, is a truth value"),
        ({"repair": "labels"}, "repair", "did you mean label?"),
        ({"exclude_namespaces": "a"}, "exclude_namespaces", "must be a list"),
        ({"exclude_namespaces": ["A"]}, "exclude_namespaces[0]", "the character 'A'"),
        ({"exclude_namespaces": [None]}, "exclude_namespaces[0]", "is empty"),
        ({"chain": True}, "chain", "did you mean chained?"),
    ],
)
def test_mistakes_in_the_plugins_settings(cni: Any, where: str, words: str) -> None:
    found = problems(components={"cni": cni})
    assert list(found) == [f"mesh_components.cni.{where}"]
    assert words in found[f"mesh_components.cni.{where}"]


def test_wishes_are_typed() -> None:
    wishes = {
        "application_sccs": ["b", "a", "b"],
        "cni_sccs": "none",
        "least_privilege": "yes",
        "grants": [{"scc": "s", "namespace": "n", "service_accounts": ["z", "y", "z"]}],
        "facts": {"multus": "on", "version": "4.19.3", "network_type": None},
    }
    spec = MeshSpec.from_options({"openshift": wishes}).openshift
    assert spec.control_plane_sccs is None
    assert spec.application_sccs == ("b", "a")
    assert spec.cni_sccs == ()
    assert spec.least_privilege is True
    assert spec.by_lists is False
    assert spec.grants == (GrantSpec("s", "n", ("y", "z")),)
    assert spec.facts == {"multus": True, "version": "4.19.3"}
