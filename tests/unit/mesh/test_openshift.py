"""Which OpenShift a cluster is, from the objects that its operators write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._mesh.openshift import openshift_facts

GROUPS = {"apps", "config.openshift.io", "route.openshift.io", "security.openshift.io"}
NO_CRDS: dict[str, Any] = {"crds": {}, "protected": False, "unreadable": False}
CONFIG = "/apis/config.openshift.io/v1"


class Cluster:
    """Answers from a table; a number there is the status of a refusal."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def request(self, _method: str, path: str) -> Any:
        answer = self.answers.get(path, 404)
        if isinstance(answer, int):
            raise ApiError(answer, "", "no")
        return answer

    def map(self, fn: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [fn(item) for item in items]


def facts(
    answers: dict[str, Any],
    groups: set[str] | None = None,
    gateway_api: dict[str, Any] | None = None,
) -> dict[str, Any] | None:
    client: Any = Cluster({f"{CONFIG}/{path}": answer for path, answer in answers.items()})
    return openshift_facts(client, groups or GROUPS, gateway_api or NO_CRDS)


def test_off_openshift_nothing_is_asked() -> None:
    client: Any = None
    assert openshift_facts(client, {"apps", "route.openshift.io"}, NO_CRDS) is None


def test_while_an_update_is_under_way_the_version_is_the_one_that_runs() -> None:
    status = {
        "desired": {"version": "4.20.1"},
        "history": [
            {"state": "Partial", "version": "4.20.1"},
            {"state": "Completed", "version": "4.19.3"},
            {"state": "Completed", "version": "4.18.9"},
        ],
    }
    found = facts({"clusterversions/version": {"status": status}})
    assert found
    assert found["version"] == "4.19.3"


def test_a_cluster_that_was_never_installed_to_its_end_has_the_version_it_wants() -> None:
    status = {
        "desired": {"version": "4.20.1"},
        "history": [{"state": "Partial", "version": "4.20.1"}],
    }
    found = facts({"clusterversions/version": {"status": status}})
    assert found
    assert found["version"] == "4.20.1"


@pytest.mark.parametrize(
    ("spec", "domain"),
    [
        ({"domain": "apps.example.com"}, "apps.example.com"),
        ({"domain": "apps.example.com", "appsDomain": "shop.example.com"}, "shop.example.com"),
        ({}, ""),
    ],
)
def test_routes_get_their_hosts_of_the_domain_for_applications(
    spec: dict[str, str], domain: str
) -> None:
    found = facts({"ingresses/cluster": {"spec": spec}})
    assert found
    assert found["ingress_domain"] == domain


@pytest.mark.parametrize(
    "network", [{"spec": {"networkType": "OVNKubernetes"}}, {"status": {"networkType": "Calico"}}]
)
def test_the_network_type_is_the_one_in_force_or_the_one_wished(network: dict[str, Any]) -> None:
    found = facts({"networks/cluster": network})
    assert found
    assert found["network_type"] == next(iter(network.values()))["networkType"]


def test_what_the_account_may_not_read_is_empty() -> None:
    found = facts(dict.fromkeys(("clusterversions/version", "networks/cluster"), 403))
    assert found == {
        "version": "",
        "network_type": "",
        "multus": False,
        "ingress_domain": "",
        "gateway_api_owned": False,
    }


def test_an_api_server_that_fails_is_no_answer() -> None:
    with pytest.raises(ApiError):
        facts({"networks/cluster": 500})


def test_multus_is_there_with_its_kind() -> None:
    found = facts({}, GROUPS | {"k8s.cni.cncf.io"})
    assert found
    assert found["multus"] is True


@pytest.mark.parametrize(
    ("gateway_api", "owned"),
    [
        ({**NO_CRDS, "protected": True}, True),
        ({**NO_CRDS, "crds": {"a": {"platform": "OpenShift's ingress operator"}}}, True),
        ({**NO_CRDS, "crds": {"a": {"platform": ""}}}, False),
    ],
)
def test_the_platform_owns_the_gateway_api_that_it_protects_or_brought(
    gateway_api: dict[str, Any], owned: bool
) -> None:
    found = facts({}, gateway_api=gateway_api)
    assert found
    assert found["gateway_api_owned"] is owned
