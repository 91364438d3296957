"""The client against a real API server: reads, writes, and what it says when they are refused."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    Conflict,
    UnknownKindError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.known_kinds import KNOWN
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import RetryPolicy
from tests.integration.kube_support import Api, config_map, connect
from tests.labs import Cluster

pytestmark = pytest.mark.lab


@pytest.fixture
def api(cluster: Cluster) -> Iterator[Api]:
    with connect(kubeconfig=cluster.kubeconfig) as client:
        yield Api(client)


def test_apply_get_and_list_in_pages(api: Api, namespace: str) -> None:
    kind = api.kinds.find("v1", "ConfigMap")
    names = [f"m-{n:02d}" for n in range(23)]
    api.client.map(lambda name: api.apply(config_map(namespace, name, a="ü€\n" * 50)), names)
    got = api.client.get(kind, namespace, "m-07")
    assert got is not None
    assert got["data"] == {"a": "ü€\n" * 50}
    assert api.client.get(kind, namespace, "absent") is None
    assert api.client.get(kind, "absent", "absent") is None
    for page in (0, 1, 7, 23, 24, 500):
        listing = api.client.list(kind, namespace, page=page)
        found = [item["metadata"]["name"] for item in listing.items]
        assert [name for name in found if name != "kube-root-ca.crt"] == names
        assert {(item["apiVersion"], item["kind"]) for item in listing.items} == {
            ("v1", "ConfigMap")
        }
        assert listing.resource_version.isdigit()


def test_selectors(api: Api, namespace: str) -> None:
    kind = api.kinds.find("v1", "ConfigMap")
    for name, value in (("a", "x.y"), ("b", "z")):
        obj = config_map(namespace, name)
        obj["metadata"]["labels"] = {"example.com/part": value}
        api.apply(obj)

    def names(**selectors: Any) -> list[str]:
        return [
            item["metadata"]["name"] for item in api.client.list(kind, namespace, **selectors).items
        ]

    assert names(labels="example.com/part in (x.y,z)") == ["a", "b"]
    assert names(labels="example.com/part=x.y") == ["a"]
    assert names(labels="example.com/part!=x.y,example.com/part") == ["b"]
    assert names(fields="metadata.name=b") == ["b"]


def test_conflict_names_manager_and_field(api: Api, namespace: str) -> None:
    api.apply(config_map(namespace, "c", a="1", b="1"), manager="first")
    with pytest.raises(ApiError) as caught:
        api.apply(config_map(namespace, "c", a="2", b="1"), manager="second")
    # The server names the version only for managers that wrote by other means than apply.
    assert caught.value.conflicts == [Conflict("first", "", "", ".data.a")]
    assert caught.value.attempts == 1
    api.apply(config_map(namespace, "c", a="2", b="1"), manager="second", force="true")
    patched = api.merge(config_map(namespace, "c"), {"data": {"a": "3"}})
    (updater,) = [m for m in patched["metadata"]["managedFields"] if m["operation"] == "Update"]
    with pytest.raises(ApiError) as caught:
        api.apply(config_map(namespace, "c", a="2", b="1"), manager="second")
    assert caught.value.conflicts == [Conflict(updater["manager"], "v1", "", ".data.a")]


def test_invalid_object_lists_every_cause(api: Api, namespace: str) -> None:
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": namespace},
        "spec": {"ports": [{"port": 0, "protocol": "XXX"}], "type": "Nonsense"},
    }
    with pytest.raises(ApiError) as caught:
        api.apply(service)
    error = caught.value
    assert (error.status, error.reason) == (422, "Invalid")
    assert {"spec.ports[0].port", "spec.ports[0].protocol", "spec.type"} <= {
        cause.field for cause in error.causes
    }
    for cause in error.causes:
        assert f"\n  - {cause.field}: " in str(error)


def test_strict_validation_names_the_unknown_field(api: Api, namespace: str) -> None:
    obj = {**config_map(namespace, "c"), "dat": {}}
    with pytest.raises(ApiError, match=r"\.dat: field not declared in schema"):
        api.apply(obj, fieldValidation="Strict")


def test_forbidden(cluster: Cluster, namespace: str) -> None:
    with connect(kubeconfig=cluster.kubeconfig, impersonate_user="nobody-special") as client:
        with pytest.raises(ApiError, match='User "nobody-special" cannot patch') as caught:
            Api(client).apply(config_map(namespace, "c"))
        assert (caught.value.status, caught.value.attempts) == (403, 1)


def test_quota(api: Api, namespace: str) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q", "namespace": namespace},
        "spec": {"hard": {"configmaps": "1"}},
    }
    api.apply(quota)
    error = until_refused(api, namespace)
    assert error.status == 403
    assert "exceeded quota: q, requested: configmaps=1" in str(error)


def test_concurrent_applies_of_one_object(api: Api, namespace: str) -> None:
    def change(number: int) -> None:
        api.apply(config_map(namespace, "busy", a=str(number)), manager=f"m{number}", force="true")

    api.client.map(change, range(60))


def test_map_stops_at_an_error(api: Api, namespace: str) -> None:
    objects = [config_map(namespace, f"c-{n}") for n in range(600)]
    objects[5]["metadata"]["name"] = "Not_Valid"
    with pytest.raises(ApiError, match="Not_Valid"):
        api.client.map(api.apply, objects)
    kind = api.kinds.find("v1", "ConfigMap")
    assert len(api.client.list(kind, namespace).items) < 400


# --- Webhooks


def webhook(namespace: str, url: str, ca: bytes | None) -> dict[str, Any]:
    config: dict[str, Any] = {"url": url}
    if ca:
        config["caBundle"] = base64.b64encode(ca).decode()
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [
            {
                "name": "deny.example.com",
                "clientConfig": config,
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "timeoutSeconds": 2,
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["configmaps"],
                    }
                ],
            }
        ],
    }


def until_refused(api: Api, namespace: str) -> ApiError:
    """The error of the first apply that a new rule, once the API server knows it, stops."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            api.apply(config_map(namespace, f"c-{time.monotonic_ns()}"))
        except ApiError as exc:
            return exc
        time.sleep(0.1)
    raise AssertionError("nothing was refused")


def test_webhook_that_cannot_be_called(cluster: Cluster, namespace: str) -> None:
    with connect(kubeconfig=cluster.kubeconfig) as client:
        client.retry = RetryPolicy(attempts=3, base=0.01)
        api = Api(client)
        hook = webhook(namespace, "https://127.0.0.1:1/validate", None)
        api.apply(hook)
        try:
            error = until_refused(api, namespace)
        finally:
            api.delete(hook)
    assert error.failed_webhook == "deny.example.com"
    assert "after 3 attempts" in str(error)


class Denier(http.server.BaseHTTPRequestHandler):
    """An admission webhook that says no."""

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        response = {
            "uid": review["request"]["uid"],
            "allowed": False,
            "status": {"message": "not on a Friday"},
        }
        body = json.dumps({**review, "response": response}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of tests quiet."""


def test_webhook_that_denies(api: Api, namespace: str, cluster: Cluster) -> None:
    # The lab's API server certificate is for 127.0.0.1 and serves for our webhook as well.
    folder = cluster.lab.credentials()[0].parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        folder / "kube-apiserver-server.crt", folder / "kube-apiserver-server.key"
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Denier)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hook = webhook(
        namespace,
        f"https://127.0.0.1:{server.server_address[1]}/",
        cluster.lab.credentials()[0].read_bytes(),
    )
    try:
        api.apply(hook)
        error = until_refused(api, namespace)
    finally:
        api.delete(hook)
        server.shutdown()
        thread.join()
        server.server_close()
    assert (error.denied_by, error.attempts) == ("deny.example.com", 1)
    assert "not on a Friday" in str(error)


# --- Kinds


def test_the_table_of_kinds_is_what_the_server_serves(api: Api) -> None:
    groups = api.client.request("GET", "/apis")["groups"]
    versions = [("", "v1")]
    versions += [(group["name"], v["version"]) for group in groups for v in group["versions"]]
    compared = 0
    for group, version in versions:
        for name, kind in api.kinds.served(group, version).items():
            if (group, name) in KNOWN:
                assert KNOWN[group, name] == (kind.plural, kind.namespaced), (group, name)
                compared += 1
    assert compared > 45


def crd(group: str, plural: str, kind: str) -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def test_kinds_of_a_fresh_crd(api: Api, namespace: str) -> None:
    group = f"{namespace}.example.com"
    with pytest.raises(UnknownKindError, match=r"has no API group .* is the CRD installed"):
        api.kinds.find(f"{group}/v1", "Gizmo")
    definition = crd(group, "gizmos", "Gizmo")
    api.apply(definition)
    try:
        expected = Kind(group, "v1", "Gizmo", "gizmos", True)
        assert api.kinds.learn(definition) == [expected]
        fresh = Api(api.client)
        deadline = time.monotonic() + 20
        while not fresh.kinds.is_served(expected):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert fresh.kinds.find(f"{group}/v1", "Gizmo") == expected
        assert fresh.kinds.for_key(group, "Gizmo") == expected
        assert Api(api.client).kinds.for_key(group, "Gizmo") == expected
        with pytest.raises(UnknownKindError, match=f"did you mean Gizmo in {group}/v1"):
            fresh.kinds.find(f"{group}/v1", "Gizmos")
        with pytest.raises(UnknownKindError, match=f"did you mean Gizmo in {group}/v1"):
            fresh.kinds.find(f"{group}/v1beta1", "Gizmo")
        with pytest.raises(UnknownKindError, match=r"is the CRD installed\?"):
            fresh.kinds.find(f"{group}/v1", "Whatever")
    finally:
        api.delete(definition)


def test_wrong_groups_are_explained(api: Api) -> None:
    with pytest.raises(UnknownKindError, match=r"no API group 'app'.* Did you mean group apps"):
        api.kinds.find("app/v1", "Deployment")
    with pytest.raises(UnknownKindError, match=r"Did you mean group networking\.istio\.io"):
        api.kinds.find("istio.io/v1", "VirtualService")
    with pytest.raises(UnknownKindError, match="did you mean ConfigMap in v1"):
        api.kinds.find("v1", "Configmap")


def test_known_kind_whose_crd_is_missing(api: Api, namespace: str) -> None:
    obj = {
        "apiVersion": "telemetry.istio.io/v9",
        "kind": "Telemetry",
        "metadata": {"name": "t", "namespace": namespace},
    }
    with pytest.raises(ApiError) as caught:
        api.apply(obj)
    assert caught.value.kind_not_served
    text = api.kinds.explain_missing(api.kinds.of(obj))
    assert "no kind Telemetry in apiVersion telemetry.istio.io/v9" in text
    assert not api.kinds.is_served(api.kinds.of(obj))


def test_server_time(api: Api) -> None:
    api.client.request("GET", "/version")
    assert abs(api.client.server_time().timestamp() - time.time()) < 5


def test_timeout_of_one_request(cluster: Cluster) -> None:
    with connect(kubeconfig=cluster.kubeconfig) as client:
        assert isinstance(client, Client)
        began = time.monotonic()
        client.retry = RetryPolicy(attempts=2, base=0.01)
        path = "/api/v1/namespaces/default/configmaps"
        with pytest.raises(Exception, match="given up after 2 attempts"):
            # A watch sends nothing as long as nothing happens.
            client.request("GET", path, query={"watch": "1", "timeoutSeconds": "30"}, timeout=0.3)
        assert time.monotonic() - began < 5
