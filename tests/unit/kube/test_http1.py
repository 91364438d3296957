"""The HTTP reader against answers written byte by byte on a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import (
    HttpConnection,
    NoAnswerError,
    ProtocolError,
    Response,
)


def answer(*pieces: bytes, has_body: bool = True) -> tuple[Response, HttpConnection]:
    """What the reader makes of an answer that arrives in pieces, the connection then closed."""
    ours, theirs = socket.socketpair()
    ours.settimeout(5)

    def serve() -> None:
        theirs.recv(65_536)
        for piece in pieces:
            theirs.sendall(piece)
        theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    conn = HttpConnection(ours)
    try:
        return conn.exchange(b"GET / HTTP/1.1\r\n", None, 5.0, has_body), conn
    finally:
        thread.join()


def test_content_length() -> None:
    got, conn = answer(b"HTTP/1.1 200 OK\r\nContent-Len", b"gth: 5\r\nX: a:b \r\n\r\nhel", b"lo")
    assert got == Response(200, {"content-length": "5", "x": "a:b"}, b"hello")
    assert conn.reusable


def test_chunks_with_extensions_and_trailers() -> None:
    got, conn = answer(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
        b"4;x=y\r\nwiki\r\nA\r\npedia 1234\r\n0\r\nTrailer: x\r\n\r\n"
    )
    assert got.body == b"wikipedia 1234"
    assert conn.reusable


def test_interim_answers_are_skipped() -> None:
    got, _conn = answer(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\n\r\n"
    )
    assert (got.status, got.body) == (204, b"")


def test_until_close_and_connection_close() -> None:
    got, conn = answer(b"HTTP/1.1 200 OK\r\n\r\nall of it")
    assert (got.body, conn.reusable) == (b"all of it", False)
    got, conn = answer(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")
    assert (got.body, conn.reusable) == (b"x", False)
    _got, conn = answer(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")
    assert not conn.reusable


def test_head_has_no_body() -> None:
    got, _conn = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", has_body=False)
    assert got.body == b""


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", NoAnswerError, "without an answer"),
        (b"SSH-2.0-x\r\n", ProtocolError, "not HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", ProtocolError, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", ProtocolError, "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", ProtocolError, "3 of 9 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ProtocolError, "Content-Length"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            ProtocolError,
            "malformed",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            ProtocolError,
            "3 of 5 bytes",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
            ProtocolError,
            "malformed",
        ),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300, ProtocolError, "more than 200 headers"),
        (b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\n\r\n", ProtocolError, "too long"),
    ],
)
def test_broken_answers(data: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        answer(data)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=8), st.integers(1, 500))
def test_any_chunks_in_any_pieces(chunks: list[bytes], step: int) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw += b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    pieces = [raw[at : at + step * 10] for at in range(0, len(raw), step * 10)]
    got, conn = answer(*pieces)
    assert got.body == b"".join(chunks)
    assert conn.reusable


@pytest.fixture
def silent() -> Iterator[HttpConnection]:
    ours, theirs = socket.socketpair()
    yield HttpConnection(ours)
    ours.close()
    theirs.close()


def test_timeout(silent: HttpConnection) -> None:
    with pytest.raises(TimeoutError):
        silent.exchange(b"GET / HTTP/1.1\r\n", None, 0.05)


def test_close_wakes_a_reader(silent: HttpConnection) -> None:
    timer = threading.Timer(0.1, silent.close)
    timer.start()
    with pytest.raises(OSError, match=r"closed the connection|closed file|descriptor"):
        silent.exchange(b"GET / HTTP/1.1\r\n", None, 10.0)
    timer.join()


def test_every_warning_is_kept() -> None:
    got, _conn = answer(
        b'HTTP/1.1 200 OK\r\nWarning: 299 - "a"\r\nX: 1\r\nwarning: 299 - "b"\r\nX: 2\r\n'
        b"Content-Length: 0\r\n\r\n"
    )
    assert got.headers["warning"] == '299 - "a", 299 - "b"'
    assert got.headers["x"] == "2"
