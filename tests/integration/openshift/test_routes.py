"""Routes of gateways on the OpenShift lab: admitted, taken, changed, rejected and removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.openshift import INGRESS_DOMAIN
from tests.integration.mesh import gateway
from tests.integration.openshift.meshes import INVENTORY, install, uninstall
from tests.integration.openshift.routes import (
    allow_wildcards,
    certificate,
    create,
    route,
    routed,
    unchecked,
    word,
)
from tests.integration.plays import actions, play
from tests.labs import Cluster

pytestmark = pytest.mark.lab


@pytest.fixture
def home(openshift_cluster: Cluster, home: str) -> str:
    """As of the folder, but no pod in it asks for the injector that the lab has not."""
    openshift_cluster.kubectl("label", "namespace", home, "istio-injection=disabled")
    return home


@pytest.fixture
def taken(openshift_cluster: Cluster, home: str) -> Iterator[str]:
    """A host that a Route of another namespace has."""
    host = f"taken.{home}.example.com"
    name = f"holder-{home}"
    create(openshift_cluster, route(name, "default", host))
    assert word(openshift_cluster, "default", name)[0]
    yield host
    openshift_cluster.kubectl("delete", "route", name, "--namespace", "default")


def routes_in(cluster: Cluster, home: str) -> dict[str, Any]:
    """Name -> specification of the Routes in a namespace."""
    items = cluster.get("routes", "--namespace", home)["items"]
    return {item["metadata"]["name"]: item["spec"] for item in items}


def _with(home: str, name: str, *routes: Any) -> dict[str, Any]:
    return {**gateway(name, home), "routes": list(routes)}


def test_routes_are_admitted_printed_kept_and_removed(
    openshift_cluster: Cluster, home: str
) -> None:
    host = f"shop.{home}.example.com"
    variables = routed(
        openshift_cluster,
        home,
        {},
        {"host": host, "termination": "passthrough"},
        {"host": f"api.{home}.example.com", "termination": "edge", "insecure_policy": "Redirect"},
    )
    done = install(variables)
    addresses = next(c for c in done.result()["components"] if c["kind"] == "gateway")["addresses"]
    default = f"public-{home}.{INGRESS_DOMAIN}"
    wanted = [f"http://{default}", f"https://{host}", f"https://api.{home}.example.com"]
    assert addresses == wanted
    assert f"at {', '.join(wanted)}" in "\n".join(done.result()["summary"])

    live = routes_in(openshift_cluster, home)
    ports = {name: spec["port"]["targetPort"] for name, spec in live.items()}
    assert ports == {"public": "http2", host: "https", f"api.{home}.example.com": "http2"}
    assert live["public"]["host"] == default
    assert install(variables).changed == []
    play("verify-mesh", variables, inventory=INVENTORY)

    uninstall(variables)
    assert routes_in(openshift_cluster, home) == {}


def test_a_host_that_is_taken_is_found_before_anything_is_written(
    openshift_cluster: Cluster, home: str, taken: str
) -> None:
    message = install(routed(openshift_cluster, home, taken), expect=2).message()
    assert f"{taken} is taken by Route default/holder-{home} (of 20" in message
    assert "choose another host, or remove that Route" in message
    assert not openshift_cluster.get("services", "--namespace", home)["items"]


def test_a_host_that_is_taken_later_ends_the_wait_with_the_routers_word(
    openshift_cluster: Cluster, home: str, taken: str
) -> None:
    variables = routed(openshift_cluster, home, taken, mesh_wait_timeout=50)
    failed = unchecked(variables)
    assert failed.result()["seconds"] < 25
    message = failed.message()
    assert "not admitted by router default: HostAlreadyClaimed: a route in another" in message
    assert f"Route default/holder-{home} (of 20" in message

    # It is its host that goes wrong, and another one makes it good.
    free = f"free.{home}.example.com"
    done = install(routed(openshift_cluster, home, free))
    assert actions(done.result())[f"Route {home}/{taken}"] == "pruned"
    assert set(routes_in(openshift_cluster, home)) == {free}


def test_a_route_may_be_renamed_and_change_its_host(openshift_cluster: Cluster, home: str) -> None:
    host = f"shop.{home}.example.com"
    install(routed(openshift_cluster, home, {"name": "before", "host": host}))
    install(routed(openshift_cluster, home, {"name": "after", "host": host}))
    assert set(routes_in(openshift_cluster, home)) == {"after"}
    install(routed(openshift_cluster, home, {"name": "after", "host": f"new.{host}"}))
    assert word(openshift_cluster, home, "after")[0]
    # Without a host it keeps the one it has, as OpenShift does.
    assert install(routed(openshift_cluster, home, {"name": "after"})).result()["changed"]
    assert routes_in(openshift_cluster, home)["after"]["host"] == f"new.{host}"


def test_a_route_goes_from_one_gateway_to_another_without_being_made_again(
    openshift_cluster: Cluster, home: str
) -> None:
    host = f"shop.{home}.example.com"
    first = routed(openshift_cluster, home, host)
    off = first["mesh_components"]

    def uid() -> str:
        found = openshift_cluster.get("route", host, "--namespace", home)
        return str(found["metadata"]["uid"])

    install(first)
    before = uid()
    # To one that takes the place of the first, and back to one beside it.
    install({**first, "mesh_components": {**off, "ingress_gateways": [_with(home, "next", host)]}})
    assert (uid(), routes_in(openshift_cluster, home)[host]["to"]["name"]) == (before, "next")
    both = [_with(home, "public", host), _with(home, "next")]
    beside = {**first, "mesh_components": {**off, "ingress_gateways": both}}
    install(beside)
    assert (uid(), routes_in(openshift_cluster, home)[host]["to"]["name"]) == (before, "public")
    assert install(beside).changed == []


def test_certificates_are_used_and_never_shown(
    openshift_cluster: Cluster, home: str, tmp_path: Path
) -> None:
    chain, key = certificate(tmp_path, "shop")
    _other, wrong = certificate(tmp_path, "other")
    shop = {"host": f"shop.{home}.example.com", "termination": "edge", "certificate": chain}
    done = install(routed(openshift_cluster, home, {**shop, "key": key}), "--diff", "-vvvv")
    assert routes_in(openshift_cluster, home)[shop["host"]]["tls"]["key"] == key

    variables = routed(openshift_cluster, home, {**shop, "key": wrong})
    failed = install(variables, "--diff", "-vvv", expect=2)
    assert "ExtendedValidationFailed" in failed.message()
    assert "its certificate and key cannot be used" in failed.message()
    for output, secret in ((done.output, key), (failed.output, key), (failed.output, wrong)):
        assert secret.splitlines()[1] not in output


def test_the_router_may_read_the_certificate_that_a_route_refers_to(
    openshift_cluster: Cluster, home: str, tmp_path: Path
) -> None:
    certificate(tmp_path, "shop")
    files = (f"--cert={tmp_path / 'shop.crt'}", f"--key={tmp_path / 'shop.key'}")
    openshift_cluster.kubectl("create", "secret", "tls", "shop", "--namespace", home, *files)
    entry = {
        "host": f"shop.{home}.example.com",
        "termination": "edge",
        "external_certificate": "shop",
    }
    variables = routed(openshift_cluster, home, entry)
    seen = actions(install(variables, "--check").result())
    assert seen[f"Route {home}/{entry['host']}"] == "would_create"
    install(variables)
    assert word(openshift_cluster, home, entry["host"])[0]
    assert install(variables).changed == []


def test_a_wildcard_is_admitted_when_wildcards_are(openshift_cluster: Cluster, home: str) -> None:
    variables = routed(openshift_cluster, home, f"*.{home}.example.com")
    message = install(variables, expect=2).message()
    assert "no router admits wildcards; let the IngressController admit wildcards" in message
    allow_wildcards(openshift_cluster, True)
    try:
        gateway = install(variables).result()["components"][-1]
    finally:
        allow_wildcards(openshift_cluster, False)
    assert gateway["addresses"] == [f"http://*.{home}.example.com"]


def test_who_may_not_choose_hosts_is_told_the_verb_and_the_resource(
    openshift_cluster: Cluster, home: str
) -> None:
    token = openshift_cluster.kubectl("create", "token", "default", "--namespace", home).strip()
    server = json.loads(openshift_cluster.kubectl("config", "view", "--output=json"))
    address = server["clusters"][0]["cluster"]["server"]
    authority, _certificate, _key = openshift_cluster.lab.credentials("admin")
    variables = routed(openshift_cluster, home, f"shop.{home}.example.com")
    del variables["mesh_kubeconfig"]
    access = {"mesh_host": address, "mesh_api_key": token, "mesh_ca_cert": str(authority)}
    platform = {"mesh_platform": "openshift"}
    message = install({**variables, **access, **platform}, expect=2).message()
    assert f"create routes/custom-host.route.openshift.io in {home}" in message


def test_elsewhere_routes_are_refused_with_the_equivalent(
    openshift_cluster: Cluster, home: str
) -> None:
    variables = routed(openshift_cluster, home, {}, mesh_platform="kubernetes")
    message = install(variables, expect=2).message()
    assert "mesh_components.ingress_gateways[0].routes: only OpenShift has Routes" in message
    assert "LoadBalancer or NodePort" in message
