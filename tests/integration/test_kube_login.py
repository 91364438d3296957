"""Ways to log in and to get through, against a real API server."""

from __future__ import annotations

import http.server
import json
import select
import socket
import stat
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool
from ansible_collections.meshops.istio.plugins.module_utils._kube.tls import (
    TlsSettings,
    make_context,
)
from tests.integration.kube_support import connect
from tests.labs import Cluster

pytestmark = pytest.mark.lab

WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def who(**options: Any) -> dict[str, Any]:
    with connect(**options) as client:
        info: dict[str, Any] = client.request("POST", WHO, body=REVIEW)["status"]["userInfo"]
        return info


@pytest.fixture
def token(cluster: Cluster, namespace: str) -> str:
    return cluster.kubectl("create", "token", "default", "-n", namespace).strip()


def kubeconfig(cluster: Cluster, path: Path, user: dict[str, Any], **more: Any) -> str:
    """A kubeconfig for the lab with another user and other cluster settings."""
    document = yaml.safe_load(Path(cluster.kubeconfig).read_text())
    document["users"][0]["user"] = user
    document["clusters"][0]["cluster"].update(more)
    path.write_text(yaml.safe_dump(document))
    return str(path)


def test_certificate(cluster: Cluster) -> None:
    assert who(kubeconfig=cluster.kubeconfig)["username"] == "meshops-admin"
    authority, certificate, key = map(str, cluster.lab.credentials("cluster-admin"))
    found = who(host=cluster.server, ca_cert=authority, client_cert=certificate, client_key=key)
    assert found["username"] == "meshops-cluster-admin"


def test_a_renewed_client_certificate_is_used_at_once(cluster: Cluster) -> None:
    """As an exec plugin gives one: neither old sessions nor old connections may be taken on."""
    ca, cert, key = (path.read_bytes() for path in cluster.lab.credentials("cluster-admin"))
    with connect(kubeconfig=cluster.kubeconfig) as client:
        connection = client.connection
        pool = Pool(connection)
        head = f"GET /version HTTP/1.1\r\nHost: {connection.authority}\r\n".encode()
        early, late = pool.take(), pool.take()
        for each in (early, late):
            assert each.exchange(head, None, 10).status == 200
        pool.give_back(early)
        connection.ssl_context = make_context(TlsSettings(ca, cert, key))
        pool.drop_idle()
        pool.give_back(late)
        lines = [f"POST {WHO} HTTP/1.1", f"Host: {connection.authority}"]
        lines += ["Content-Type: application/json", ""]
        for _number in range(2):
            conn = pool.take()
            answer = conn.exchange("\r\n".join(lines).encode(), json.dumps(REVIEW).encode(), 10)
            assert json.loads(answer.body)["status"]["userInfo"]["username"] == (
                "meshops-cluster-admin"
            )
            pool.give_back(conn)
        pool.close()


def test_options_beat_the_certificate_of_the_file(cluster: Cluster, token: str) -> None:
    """An API server looks at a certificate first: sending both would be the wrong user."""
    found = who(kubeconfig=cluster.kubeconfig, api_key=token)
    assert found["username"].endswith(":default")


def test_impersonation(cluster: Cluster) -> None:
    found = who(
        kubeconfig=cluster.kubeconfig,
        impersonate_user="jane",
        impersonate_groups=["dev ops", "system:authenticated"],
    )
    assert found["username"] == "jane"
    assert "dev ops" in found["groups"]


def test_token_file_that_changes(
    cluster: Cluster, token: str, tmp_path: Path, namespace: str
) -> None:
    file = tmp_path / "token"
    file.write_text("expired")
    path = kubeconfig(cluster, tmp_path / "k", {"tokenFile": "token"})
    with connect(kubeconfig=path) as client:
        with pytest.raises(ApiError, match="401 Unauthorized"):
            client.request("GET", "/api/v1/namespaces")
        file.write_text(token)
        answer = client.request("POST", WHO, body=REVIEW)
    username = answer["status"]["userInfo"]["username"]
    assert username == f"system:serviceaccount:{namespace}:default"


def test_exec_plugin_is_asked_again_after_401(cluster: Cluster, token: str, tmp_path: Path) -> None:
    """Its first token is stale; parallel requests make it run once more, not once each."""
    runs = tmp_path / "runs"
    plugin = tmp_path / "plugin"
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    for number, value in ((1, "stale"), (2, token)):
        status = {"status": {"token": value}}
        (tmp_path / f"answer-{number}").write_text(json.dumps({**credential, **status}))
    plugin.write_text(
        f"#!/bin/sh\necho x >> {runs}\n[ $(wc -l < {runs}) = 1 ] && exec cat {tmp_path}/answer-1\n"
        f"exec cat {tmp_path}/answer-2\n"
    )
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(plugin),
            "interactiveMode": "Never",
        }
    }
    path = kubeconfig(cluster, tmp_path / "k", user)
    with connect(kubeconfig=path) as client:
        answers = client.map(lambda _: client.request("POST", WHO, body=REVIEW), range(20))
    assert {a["status"]["userInfo"]["username"].rpartition(":")[2] for a in answers} == {"default"}
    assert runs.read_text().count("x") == 2


def test_password_without_oauth_server(cluster: Cluster) -> None:
    """Kubernetes has no OAuth server: name and password go as they are, which is nobody here."""
    authority = str(cluster.lab.credentials()[0])
    with (
        connect(host=cluster.server, username="u", password="p", ca_cert=authority) as client,
        pytest.raises(ApiError, match='User "system:anonymous" cannot list'),
    ):
        client.request("GET", "/api/v1/namespaces")


# --- TLS


def test_certificate_of_an_unknown_authority(cluster: Cluster) -> None:
    with (
        connect(host=cluster.server, api_key="x") as client,
        pytest.raises(ConnectError, match="certificate cannot be trusted") as caught,
    ):
        client.request("GET", "/version")
    assert "`ca_cert`" in str(caught.value)
    assert caught.value.permanent
    with (
        connect(host=cluster.server, api_key="x", validate_certs=False) as client,
        pytest.raises(ApiError, match="401"),
    ):
        client.request("GET", "/api/v1/nodes")


def test_certificate_for_another_name(cluster: Cluster, tmp_path: Path) -> None:
    path = kubeconfig(
        cluster, tmp_path / "k", {"token": "x"}, **{"tls-server-name": "other.example"}
    )
    with (
        connect(kubeconfig=path) as client,
        pytest.raises(ConnectError, match=r"certificate is not valid for 'other\.example'"),
    ):
        client.request("GET", "/version")
    path = kubeconfig(cluster, tmp_path / "k", {"token": "x"}, **{"tls-server-name": "kubernetes"})
    with connect(kubeconfig=path) as client, pytest.raises(ApiError, match="401"):
        client.request("GET", "/api/v1/nodes")


def test_plain_http_server_by_https(cluster: Cluster) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        host = f"https://127.0.0.1:{server.server_address[1]}"
        with (
            connect(host=host, api_key="x") as client,
            pytest.raises(ConnectError, match="the TLS handshake failed"),
        ):
            client.request("GET", "/version")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- Proxy


class Tunnel(http.server.BaseHTTPRequestHandler):
    """An HTTP proxy that only knows CONNECT and wants a password."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str]]

    def do_CONNECT(self) -> None:
        login = self.headers.get("Proxy-Authorization", "")
        self.seen.append((self.path, login))
        if login != "Basic dTpw":
            self.send_response(407)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        host, _colon, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: target, target: self.connection}
            while True:
                for ready in select.select(list(ends), [], [])[0]:
                    data = ready.recv(65_536)
                    if not data:
                        self.close_connection = True
                        return
                    ends[ready].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of tests quiet."""


@contextmanager
def tunnel() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []
    handler = type("BoundTunnel", (Tunnel,), {"seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_proxy(cluster: Cluster, tmp_path: Path) -> None:
    user = yaml.safe_load(Path(cluster.kubeconfig).read_text())["users"][0]["user"]
    with tunnel() as (address, seen):
        assert who(kubeconfig=cluster.kubeconfig, proxy=f"http://u:p@{address}")["username"]
        assert len(seen) == 1
        headers = {"proxy_basic_auth": "u:p"}
        assert who(kubeconfig=cluster.kubeconfig, proxy=address, proxy_headers=headers)
        path = kubeconfig(cluster, tmp_path / "k", user, **{"proxy-url": f"http://u:p@{address}"})
        assert who(kubeconfig=path)["username"] == "meshops-admin"
        assert seen == [(urllib.parse.urlsplit(cluster.server).netloc, "Basic dTpw")] * 3
        assert who(kubeconfig=path, no_proxy="127.0.0.0/8")["username"] == "meshops-admin"
        assert len(seen) == 3
        with pytest.raises(ConnectError, match="refused CONNECT with status 407"):
            who(kubeconfig=cluster.kubeconfig, proxy=f"http://u:wrong@{address}")
