# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP/1.1 over one socket, as much of it as an API server and its proxies speak.

`http.client` parses headers with the email package, which costs more than everything else the
client does for a request; with eight threads and one interpreter lock that is time taken from
requests in flight.
"""

from __future__ import annotations

import contextlib
import io
import socket
from typing import NamedTuple

MAX_LINE = 65_536
MAX_HEADERS = 200


class Response(NamedTuple):
    """An answer read to its end; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class ProtocolError(OSError):
    """The peer does not speak HTTP/1.1 as expected, or went away in the middle of an answer."""


class NoAnswerError(ProtocolError):
    """The peer closed the connection before the first byte of an answer."""


class HttpConnection:
    """Sends one request after the other over a connected (TLS) socket.

    Not for use by several threads at a time. After any exception, or when `reusable` is false,
    the connection must be closed.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.reusable = True
        self._reader = io.BufferedReader(socket.SocketIO(sock, "r"), 65_536)
        self._timeout: float | None = sock.gettimeout()

    def exchange(
        self, head: bytes, body: bytes | None, timeout: float | None, has_body: bool = True
    ) -> Response:
        """Send a request and read its answer.

        `head` is the request line and headers without Content-Length and the closing blank line.
        `timeout` in seconds holds for each read and write. `has_body` is false for HEAD and
        CONNECT. Raises OSError (ProtocolError included).
        """
        if timeout != self._timeout:
            self.sock.settimeout(timeout)
            self._timeout = timeout
        if body is None:
            self.sock.sendall(head + b"\r\n")
        else:
            self.sock.sendall(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        status, version, headers = self._read_head()
        while 100 <= status < 200:
            status, version, headers = self._read_head()
        connection = headers.get("connection", "").lower()
        if "close" in connection or (version == b"HTTP/1.0" and "keep-alive" not in connection):
            self.reusable = False
        if not has_body or status in (204, 304):
            return Response(status, headers, b"")
        return Response(status, headers, self._read_body(headers))

    def close(self) -> None:
        """Close the socket at once; a thread that reads from it gets an error."""
        self.reusable = False
        # shutdown wakes up a thread that is blocked in recv; close alone does not.
        with contextlib.suppress(OSError, ValueError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _read_head(self) -> tuple[int, bytes, dict[str, str]]:
        line = self._reader.readline(MAX_LINE)
        if not line:
            raise NoAnswerError("the server closed the connection without an answer")
        parts = line.split(None, 2)
        if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
            raise ProtocolError(f"the answer is not HTTP: {line[:60]!r}")
        headers: dict[str, str] = {}
        for _number in range(MAX_HEADERS):
            raw = self._reader.readline(MAX_LINE)
            if raw in (b"\r\n", b"\n"):
                return int(parts[1]), parts[0], headers
            if not raw.endswith(b"\n"):
                raise ProtocolError("the answer's headers are cut off or too long")
            name, _colon, value = raw.decode("latin-1").partition(":")
            name, value = name.lower(), value.strip()
            if name == "warning" and name in headers:  # the only one that comes several times
                value = f"{headers[name]}, {value}"
            headers[name] = value
        raise ProtocolError(f"the answer has more than {MAX_HEADERS} headers")

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._read_chunks()
        length = headers.get("content-length")
        if length is None:
            self.reusable = False
            return self._reader.read()
        if not length.isdigit():
            raise ProtocolError(f"the answer has a Content-Length of {length!r}")
        return self._read_exactly(int(length))

    def _read_chunks(self) -> bytes:
        chunks = []
        while True:
            line = self._reader.readline(MAX_LINE)
            digits = line.split(b";", 1)[0].strip()
            if not digits.isalnum():
                raise ProtocolError(f"the answer is cut off or malformed: {line[:60]!r}")
            try:
                size = int(digits, 16)
            except ValueError:
                raise ProtocolError(f"the answer is malformed: {line[:60]!r}") from None
            if size == 0:
                break
            chunks.append(self._read_exactly(size))
            self._read_exactly(2)
        while self._reader.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
            pass
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _read_exactly(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) != size:
            raise ProtocolError(f"the answer is cut off: {len(data)} of {size} bytes")
        return data
