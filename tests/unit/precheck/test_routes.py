"""Routes that no router would admit: what is wanted, beside what is there and goes or stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    PART_OF_LABEL,
    ApplySet,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.routes import check_routes

Object = dict[str, Any]
FIRST, SECOND = ApplySet("meshops-gateway.a.gw", "mesh"), ApplySet("meshops-gateway.b.gw", "mesh")
FORMER = ApplySet("meshops-gateway.c.gw", "mesh")
STRICT: Object = {}
SHARING: Object = {"namespaceOwnership": "InterNamespaceAllowed"}
OWN = {FIRST.id, SECOND.id, FORMER.id}


class Api(Client):
    """Routes, and an IngressController that says this; None for one that may not be read."""

    def __init__(self, routes: Iterable[Object], admission: Object | None) -> None:
        self._routes, self._admission = list(routes), admission

    def request(self, method: str, path: str, **options: Any) -> Any:
        assert method == "GET"
        if path.endswith("/routes"):
            return {"items": self._routes, "metadata": {}}
        if self._admission is None:
            raise ApiError(403, "Forbidden", "not for this account")
        return {"items": [{"spec": {"routeAdmission": self._admission}}]}


def route(namespace: str, host: str = "shop.example.com", **more: Any) -> Object:
    """One that is wanted; `of` is the set of one that is there, `tls` the termination."""
    metadata: Object = {"name": more.get("name", host), "namespace": namespace}
    if "of" in more:
        metadata |= {"creationTimestamp": "2026-01-01T00:00:00Z", "uid": namespace}
        metadata["labels"] = {PART_OF_LABEL: more["of"].id} if more["of"] else {}
    spec: Object = {"host": host, "path": more.get("path", "")}
    if "tls" in more:
        spec["tls"] = {"termination": more["tls"]}
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": metadata,
        "spec": spec,
    }


def check(
    first: list[Object],
    second: list[Object],
    there: Iterable[Object] = (),
    *admission: Object | None,
) -> Finding:
    """Without an admission, the IngressController has its defaults."""
    sets = [(FIRST, first), (SECOND, second)]
    return check_routes(Api(there, *(admission or (STRICT,))), sets, OWN)[0]


@pytest.mark.parametrize(
    ("first", "second", "rivals"),
    [
        ([route("a")], [route("b", path="/x")], True),
        ([route("a")], [route("b", "bank.example.com")], False),
        ([route("a"), route("a", path="/x")], [], False),
        # Either may be the older one when both are made in the same second.
        ([route("a", tls="passthrough"), route("a", path="/x", tls="edge")], [], True),
        ([route("a", path="/x", tls="edge"), route("a", tls="passthrough")], [], True),
        ([route("a", tls="passthrough"), route("a", path="/x")], [], False),
    ],
)
def test_routes_of_one_mesh_may_be_in_each_others_way(
    first: list[Object], second: list[Object], rivals: bool
) -> None:
    finding = check(first, second)
    assert finding.level == (FAILED if rivals else OK)
    assert ("which is wanted too" in finding.message) is rivals


def test_a_host_may_go_to_a_gateway_that_is_changed_after_the_one_that_has_it() -> None:
    assert check([], [route("b")], [route("a", of=FIRST)]).level == OK
    # Both stay, and what is there says what is wanted.
    assert check([route("a")], [], [route("a", of=FIRST)]).level == OK


@pytest.mark.parametrize("owner", [SECOND, FORMER])
def test_a_host_that_the_mesh_gives_up_only_later_is_no_strangers(owner: ApplySet) -> None:
    finding = check([route("a")], [], [route("b", of=owner)])
    assert finding.level == FAILED
    assert "one of this mesh's own" in finding.message
    assert "in a run of its own first" in finding.message


def test_a_strangers_host_is_told_with_its_path() -> None:
    finding = check([route("a", path="/x")], [], [route("z", of=None)])
    assert finding.level == FAILED
    assert "shop.example.com/x is taken by Route z/shop.example.com" in finding.message
    assert "choose another host" in finding.message


@pytest.mark.parametrize(("admission", "level"), [(STRICT, FAILED), (SHARING, OK), (None, WARNING)])
def test_who_may_not_ask_whether_namespaces_share_hosts_is_only_warned(
    admission: Object | None, level: str
) -> None:
    there = [route("z", of=None)]
    assert check([route("a", path="/x")], [], there, admission).level == level
    assert check([route("a")], [route("b", path="/x")], (), admission).level == level
    # The same path is taken however that is.
    assert check([route("a")], [], there, admission).level == FAILED
