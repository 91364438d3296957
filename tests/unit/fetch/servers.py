"""A web server on loopback that answers as a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """An answer; ``declared`` is the Content-Length when it is not that of the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    seconds: float = 0.0


@dataclass
class Server:
    """A server that runs: its URL, and what it was asked, as `path` and Authorization."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[str, int], Reply], host: str = "127.0.0.1") -> Iterator[Server]:
    """Serve ``answer(path, n)``, where n counts the requests from 0."""
    seen = Server("")
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = len(seen.asked)
            seen.asked.append((self.path, self.headers.get("Authorization") or ""))
            reply = answer(self.path, number)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.declared is None else reply.declared
            if length >= 0:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            for byte in range(len(reply.body) if reply.seconds else 0):
                self.wfile.write(reply.body[byte : byte + 1])
                if stop.wait(reply.seconds):
                    return
            if not reply.seconds:
                self.wfile.write(reply.body)

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    seen.url = f"http://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield seen
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
