"""Connections that break and servers that are busy: a gate with faults before a real API server."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube import pool
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import NoCredentials
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConnectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import RetryPolicy
from tests.integration.kube_support import Api, Gate, Handler, config_map, connect, gate_to
from tests.labs import Cluster

pytestmark = pytest.mark.lab


@pytest.fixture
def gate(cluster: Cluster) -> Iterator[Gate]:
    with connect(kubeconfig=cluster.kubeconfig) as direct, gate_to(direct) as gate:
        yield gate


@pytest.fixture
def api(gate: Gate) -> Iterator[Api]:
    with connect(host=gate.url, api_key="unused") as client:
        # The gate logs in with a certificate; a token would only disturb.
        client.connection.credentials = NoCredentials()
        client.retry = RetryPolicy(attempts=4, base=0.01, cap=0.05, connect_budget=1.0)
        yield Api(client)


def maps(api: Api, namespace: str) -> set[str]:
    kind = api.kinds.find("v1", "ConfigMap")
    names = {item["metadata"]["name"] for item in api.client.list(kind, namespace).items}
    return names - {"kube-root-ca.crt"}


def every_third_resets(handler: Handler, number: int) -> bool:
    """Before the server sees it, after it has, in the middle of the answer: in turn."""
    if number % 3:
        return False
    turn = number // 3 % 4
    if turn == 0:
        handler.reset()
    elif turn == 1:
        handler.hang_up()
    elif turn == 2:
        handler.pass_on(cut=40)
    else:
        handler.pass_on(cut=0)
    return True


def test_broken_connections_lose_nothing(api: Api, gate: Gate, namespace: str) -> None:
    gate.fault = every_third_resets
    api.client.retry = RetryPolicy(attempts=12, base=0.01, cap=0.05)
    objects = [config_map(namespace, f"m-{n}", n=str(n)) for n in range(120)]
    answers = api.client.map(api.apply, objects)
    assert [answer["data"] for answer in answers] == [obj["data"] for obj in objects]
    assert maps(api, namespace) == {f"m-{n}" for n in range(120)}
    assert len(gate.requests) > 150


def test_idle_connections_the_server_has_closed(api: Api, gate: Gate, namespace: str) -> None:
    """Even a POST, which may not be sent twice, survives that."""

    def close_after(handler: Handler, number: int) -> bool:
        handler.pass_on()
        handler.hang_up()
        return True

    gate.fault = close_after
    for number in range(5):
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        api.client.request("POST", path, body=config_map(namespace, f"p-{number}"))
        time.sleep(0.02)
    assert len(gate.requests) == 5


def test_post_is_not_sent_twice(api: Api, gate: Gate, namespace: str) -> None:
    def answer_lost(handler: Handler, number: int) -> bool:
        handler.pass_on(cut=0)
        return True

    gate.fault = answer_lost
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with pytest.raises(ConnectError, match=r"cut off|reset"):
        api.client.request("POST", path, body=config_map(namespace, "once"))
    assert len(gate.requests) == 1
    gate.fault = lambda handler, number: False
    assert maps(api, namespace) == {"once"}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_server_is_asked_again(api: Api, gate: Gate, namespace: str, status: int) -> None:
    def busy(handler: Handler, number: int) -> bool:
        if number > 2:
            return False
        handler.answer(status, b"busy")
        return True

    gate.fault = busy
    api.apply(config_map(namespace, "m"))
    assert len(gate.requests) == 3
    assert maps(api, namespace) == {"m"}


def test_retry_after_is_honoured(api: Api, gate: Gate, namespace: str) -> None:
    def busy(handler: Handler, number: int) -> bool:
        if number > 1:
            return False
        handler.answer(429, b"busy", Retry_After="1")
        return True

    gate.fault = busy
    began = time.monotonic()
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.client.request("POST", path, body=config_map(namespace, "m"))
    assert 1.0 <= time.monotonic() - began < 3.0
    assert len(gate.requests) == 2


def test_gives_up_and_says_how_often(api: Api, gate: Gate, namespace: str) -> None:
    def down(handler: Handler, number: int) -> bool:
        handler.answer(503, b"down for maintenance")
        return True

    gate.fault = down
    with pytest.raises(ApiError, match="503 ServiceUnavailable after 4 attempts: down for main"):
        api.apply(config_map(namespace, "m"))

    def broken(handler: Handler, number: int) -> bool:
        handler.reset()
        return True

    gate.fault = broken
    with pytest.raises(ConnectError, match=r"reset.*given up after 4 attempts in \d"):
        api.apply(config_map(namespace, "m"))


def test_list_begins_anew_when_the_server_has_forgotten(
    api: Api, gate: Gate, namespace: str
) -> None:
    names = {f"m-{n}" for n in range(10)}
    for name in names:
        api.apply(config_map(namespace, name))
    gone = {"kind": "Status", "reason": "Expired", "message": "too old", "code": 410}

    def expire(handler: Handler, number: int) -> bool:
        if "continue=" not in handler.path:
            return False
        handler.answer(410, json.dumps(gone).encode())
        return True

    gate.fault = expire
    kind = api.kinds.find("v1", "ConfigMap")
    found = [i["metadata"]["name"] for i in api.client.list(kind, namespace, page=4).items]
    assert sorted(name for name in found if name != "kube-root-ca.crt") == sorted(names)


@pytest.mark.parametrize("status", [200, 302])
def test_a_console_in_place_of_an_api_server(api: Api, gate: Gate, status: int) -> None:
    def page(handler: Handler, number: int) -> bool:
        handler.answer(status, b"<html>Log in</html>", Location="https://console/?token=geheim")
        return True

    gate.fault = page
    with pytest.raises((ApiError, ConnectError), match="address of an API server") as caught:
        api.client.request("GET", "/version")
    assert "geheim" not in str(caught.value)
    assert len(gate.requests) == 1


def test_connections_idle_for_long_are_not_used(
    api: Api, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports: list[int] = []

    def note(handler: Handler, number: int) -> bool:
        ports.append(handler.client_address[1])
        return False

    gate.fault = note
    for _number in range(3):
        api.client.request("GET", "/version")
    assert len(set(ports)) == 1
    monkeypatch.setattr(pool, "IDLE_LIMIT", 0.0)
    api.client.request("GET", "/version")
    assert len(set(ports)) == 2


def test_unreachable_names_host_port_and_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with connect(host=f"https://127.0.0.1:{port}", api_key="x") as client:
        client.retry = RetryPolicy(attempts=2, base=0.01)
        with pytest.raises(ConnectError) as caught:
            client.request("GET", "/version")
    text = str(caught.value)
    assert f"https://127.0.0.1:{port}" in text
    assert "Connection refused: nothing listens there" in text
    assert "given up after 2 attempts" in text


def test_unknown_host_is_not_retried() -> None:
    with connect(host="https://no-such-host.invalid:6443", api_key="x") as client:
        began = time.monotonic()
        with pytest.raises(ConnectError, match="host name cannot be resolved") as caught:
            client.request("GET", "/version")
        assert time.monotonic() - began < 5
    assert "attempts" not in str(caught.value) or "temporary" in str(caught.value).lower()


def hanging(client: Client) -> threading.Event:
    """Let requests hang; the event is set once one does."""
    begun = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    client.connection.host, client.connection.port = listener.getsockname()[:2]

    def accept() -> None:
        held = []
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return
            begun.set()

    threading.Thread(target=accept, daemon=True).start()
    return begun


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell starts what it puts into the background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupt_ends_a_map_at_once() -> None:
    with connect(host="http://127.0.0.1:1", api_key="x") as client:
        begun = hanging(client)
        main = threading.get_ident()

        def interrupt() -> None:
            begun.wait(5)
            time.sleep(0.1)
            signal.pthread_kill(main, signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt), client:
            client.map(lambda n: client.request("GET", "/version", timeout=20), range(50))
        assert time.monotonic() - began < 3


def test_close_ends_requests_in_flight() -> None:
    client = connect(host="http://127.0.0.1:1", api_key="x")
    begun = hanging(client)

    def close() -> None:
        begun.wait(5)
        client.close()

    threading.Thread(target=close, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Exception, match="closed"):
        client.request("GET", "/version", timeout=30)
    assert time.monotonic() - began < 5
