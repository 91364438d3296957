"""What the tests of the client and of waiting share: a client, apply, and a server of faults."""

from __future__ import annotations

import http.server
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import HttpConnection
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import APPLY

Object = dict[str, Any]


def connect(**options: Any) -> Client:
    """A client by connection options, regardless of this process' environment."""
    return Client(load_connection(ConnectionOptions(**options), {}))


class Api:
    """A client with the few writes tests need."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.kinds = Kinds(client)

    def apply(self, obj: Object, manager: str = "tests", **query: str) -> Object:
        kind = self.kinds.of(obj)
        metadata = obj["metadata"]
        answer: Object = self.client.request(
            "PATCH",
            kind.path(metadata.get("namespace", ""), metadata["name"]),
            query={"fieldManager": manager, **query},
            body=obj,
            content_type=APPLY,
        )
        return answer

    def merge(self, obj: Object, patch: Object, subresource: str = "") -> Object:
        kind = self.kinds.of(obj)
        path = kind.path(obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        answer: Object = self.client.request(
            "PATCH", path + subresource, body=patch, content_type="application/merge-patch+json"
        )
        return answer

    def delete(self, obj: Object) -> None:
        kind = self.kinds.of(obj)
        metadata = obj["metadata"]
        self.client.request("DELETE", kind.path(metadata.get("namespace", ""), metadata["name"]))


def config_map(namespace: str, name: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


# Decides by the number of the request (1 is the first), its method and path.
Fault = Callable[["Handler", int], bool]


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes a request on to the real API server, unless the gate's fault answers it."""

    protocol_version = "HTTP/1.1"
    gate: Gate

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.sent = self.rfile.read(length)
        number = self.gate.count(f"{self.command} {self.path.partition('?')[0]}")
        if not self.gate.fault(self, number):
            self.pass_on()

    def pass_on(self, cut: int | None = None) -> None:
        """Ask the API server and hand on its answer, cut off after so many bytes of its body."""
        names = ("Content-Type", "Accept", "Authorization")
        lines = [f"{self.command} {self.path} HTTP/1.1", f"Host: {self.gate.host}"]
        lines += [f"{name}: {self.headers[name]}" for name in names if name in self.headers]
        head = "".join(line + "\r\n" for line in lines).encode()
        conn: HttpConnection = self.gate.pool.take()
        answer = conn.exchange(head, self.sent or None, 30.0)
        self.gate.pool.give_back(conn)
        self.answer(answer.status, answer.body, cut=cut)

    def answer(self, status: int, body: bytes = b"", cut: int | None = None, **head: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in head.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.reset()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def hang_up(self) -> None:
        """Close the connection in the orderly way, without an answer."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of tests quiet."""


for _verb in ("GET", "PATCH", "POST", "DELETE"):
    setattr(Handler, f"do_{_verb}", Handler.handle_one)


class Gate:
    """A plain HTTP server in front of the real API server, with faults."""

    def __init__(self, client: Client) -> None:
        self.pool = Pool(client.connection)
        self.host = client.connection.authority
        self.requests: list[str] = []
        self.fault: Fault = lambda handler, number: False
        self._lock = threading.Lock()
        handler = type("BoundHandler", (Handler,), {"gate": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def count(self, request: str) -> int:
        with self._lock:
            self.requests.append(request)
            return len(self.requests)


@contextmanager
def gate_to(client: Client) -> Iterator[Gate]:
    """Run a gate in front of the API server that the client talks to."""
    gate = Gate(client)
    thread = threading.Thread(target=gate.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gate
    finally:
        gate.server.shutdown()
        thread.join()
        gate.server.server_close()
        gate.pool.close()
