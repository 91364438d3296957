"""The lab's Routes: OpenShift's own admission, and a router that speaks as OpenShift's does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.errors import LabError
from lab.openshift import INGRESS_DOMAIN
from tests.integration.openshift.routes import allow_wildcards, create, eventually, route, word
from tests.labs import Cluster

pytestmark = pytest.mark.lab

AUTHOR = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "author"},
    "rules": [
        {"apiGroups": ["route.openshift.io"], "resources": ["routes"], "verbs": ["create", "get"]}
    ],
}


def test_a_route_without_a_host_gets_one_of_the_clusters_domain(
    openshift_cluster: Cluster, home: str
) -> None:
    create(openshift_cluster, route("a.b", home))
    live = openshift_cluster.get("route", "a.b", "--namespace", home)
    assert live["spec"]["host"] == f"a-b-{home}.{INGRESS_DOMAIN}"
    assert live["spec"]["to"]["weight"] == 100
    assert live["metadata"]["annotations"] == {"openshift.io/host.generated": "true"}
    assert word(openshift_cluster, home, "a.b") == (True, "", "")


def test_a_host_of_ones_own_needs_a_right_of_its_own(openshift_cluster: Cluster, home: str) -> None:
    account = ("--namespace", home, "--as", f"system:serviceaccount:{home}:default")
    create(openshift_cluster, {**AUTHOR, "metadata": {"name": "author", "namespace": home}})
    openshift_cluster.kubectl(
        *("create", "rolebinding", "author", "--role=author", "--namespace", home),
        f"--serviceaccount={home}:default",
    )

    def make(obj: dict[str, Any]) -> str:
        return openshift_cluster.kubectl("create", "-f", "-", *account, stdin=json.dumps(obj))

    assert "created" in eventually(lambda: make(route("plain", home)))
    with pytest.raises(LabError, match="you do not have permission to set the host field"):
        make(route("chosen", home, f"a.{home}.example.com"))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            # The CRD's own schema says it shorter than OpenShift's functions would.
            {"tls": {"termination": "passthrough"}, "path": "/a"},
            "spec.path: Too long",
        ),
        ({"path": "/a b"}, "cannot contain # or spaces"),
        (
            {"tls": {"termination": "edge", "externalCertificate": {"name": "none"}}},
            "router serviceaccount does not have permission to get this secret",
        ),
    ],
)
def test_what_openshift_refuses_is_refused(
    openshift_cluster: Cluster, home: str, spec: dict[str, Any], words: str
) -> None:
    with pytest.raises(LabError, match=words):
        create(openshift_cluster, route("refused", home, **spec))


def test_the_oldest_holds_a_host_until_it_goes(openshift_cluster: Cluster, home: str) -> None:
    host = f"shop.{home}.example.com"
    create(openshift_cluster, route("first", "default", host))
    try:
        assert word(openshift_cluster, "default", "first")[0]
        # Of two that are a second old to the API server, the uid decides.
        made = openshift_cluster.get("route", "first", "-n", "default")["metadata"]
        eventually(lambda: _later(openshift_cluster, made["creationTimestamp"]))
        create(openshift_cluster, route("second", home, host, path="/other"))
        admitted, reason, message = word(openshift_cluster, home, "second")
        assert (admitted, reason) == (False, "HostAlreadyClaimed")
        assert message == f"a route in another namespace holds {host} and is older than second"
    finally:
        openshift_cluster.kubectl("delete", "route", "first", "--namespace", "default")
    assert eventually(lambda: word(openshift_cluster, home, "second")[0])


def test_wildcards_are_admitted_when_the_ingress_controller_says_so(
    openshift_cluster: Cluster, home: str
) -> None:
    host = f"any.{home}.example.com"
    create(openshift_cluster, route("any", home, host, wildcardPolicy="Subdomain"))
    refused = (False, "RouteNotAdmitted", "wildcard routes are not allowed")
    assert word(openshift_cluster, home, "any") == refused
    allow_wildcards(openshift_cluster, True)
    try:
        assert eventually(lambda: word(openshift_cluster, home, "any")[0])
    finally:
        allow_wildcards(openshift_cluster, False)


def _later(cluster: Cluster, stamp: str) -> bool:
    """Whether the API server's clock shows another second."""
    review = cluster.kubectl(
        *("create", "configmap", "clock", "--namespace", "default", "--dry-run=server"),
        *("--output", "jsonpath={.metadata.creationTimestamp}"),
    )
    return review > stamp
