# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening connections and keeping them for the next request."""

from __future__ import annotations

import errno
import select
import socket
import ssl
import threading
import time

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import (
    Connection,
    Proxy,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ConnectError,
    RequestCancelledError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import (
    HttpConnection,
    ProtocolError,
)

# Seconds. Go's clients do the same: what stands between us and the server forgets a connection that
# is not used for minutes, often without telling.
IDLE_LIMIT = 90.0


class ProxyRefusedError(ProtocolError):
    """The proxy would not connect us."""


class Pool:
    """Idle connections to one server, last used first; thread-safe."""

    def __init__(self, connection: Connection, connect_timeout: float = 10.0) -> None:
        self._connection = connection
        self._connect_timeout = connect_timeout
        self._lock = threading.Lock()
        self._idle: list[tuple[HttpConnection, float]] = []
        self._busy: set[HttpConnection] = set()
        # Of the context that it was made with: no other one takes it.
        self._session: tuple[ssl.SSLContext, ssl.SSLSession | None] | None = None
        self._closed = False

    def take(self) -> HttpConnection:
        """Give an idle connection that is still open, or a new one.

        Raises ConnectError when the server cannot be reached, RequestCancelledError after close().
        """
        while True:
            with self._lock:
                if self._closed:
                    raise RequestCancelledError("the connection pool is closed")
                conn, since = self._idle.pop() if self._idle else (None, 0.0)
            if conn is None:
                conn = self._open()
            elif time.monotonic() - since > IDLE_LIMIT or _has_input(conn.sock):
                # Nothing is due on an idle connection: the server has closed it.
                conn.close()
                continue
            with self._lock:
                if self._closed:
                    conn.close()
                    raise RequestCancelledError("the connection pool is closed")
                self._busy.add(conn)
            return conn

    def give_back(self, conn: HttpConnection) -> None:
        """Return a connection after a complete answer."""
        with self._lock:
            self._busy.discard(conn)
            secure = conn.sock if isinstance(conn.sock, ssl.SSLSocket) else None
            current = (secure.context if secure else None) is self._connection.ssl_context
            if secure and current and self._session is None:
                self._session = (secure.context, secure.session)
            # One made before a new client certificate came would go on with the old one.
            if conn.reusable and current and not self._closed:
                self._idle.append((conn, time.monotonic()))
                return
        conn.close()

    def discard(self, conn: HttpConnection) -> None:
        """Close a connection that broke."""
        with self._lock:
            self._busy.discard(conn)
        conn.close()

    def drop_idle(self) -> None:
        """Close idle connections, so that the next requests open new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._session = None
        for conn, _since in idle:
            conn.close()

    def close(self) -> None:
        """Close every connection; requests in flight fail at once."""
        with self._lock:
            self._closed = True
            conns = [*(conn for conn, _since in self._idle), *self._busy]
            self._idle.clear()
            self._busy.clear()
        for conn in conns:
            conn.close()

    def _open(self) -> HttpConnection:
        target = self._connection
        first: tuple[str, int] = (target.host, target.port)
        if target.proxy:
            first = (target.proxy.host, target.proxy.port)
        sock: socket.socket | None = None
        try:
            sock = socket.create_connection(first, timeout=self._connect_timeout)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if target.proxy:
                sock = _through_proxy(sock, target, target.proxy, self._connect_timeout)
            context = target.ssl_context
            if context:
                known, session = self._session or (None, None)
                sock = context.wrap_socket(
                    sock,
                    server_hostname=target.tls_name,
                    session=session if known is context else None,
                )
            return HttpConnection(sock)
        except OSError as exc:
            if sock:
                sock.close()
            raise connect_error(exc, target, sent=False) from exc


def _has_input(sock: socket.socket) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _through_proxy(
    sock: socket.socket, target: Connection, proxy: Proxy, timeout: float
) -> socket.socket:
    if proxy.scheme == "https":
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=proxy.host)
        if target.ssl_context:
            raise ProxyRefusedError("TLS inside TLS: use an http:// proxy for an https:// server")
    lines = [f"CONNECT {target.authority} HTTP/1.1", f"Host: {target.authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers]
    head = "".join(line + "\r\n" for line in lines).encode("latin-1")
    answer = HttpConnection(sock).exchange(head, None, timeout, has_body=False)
    if answer.status != 200:
        hint = ": it wants other credentials" if answer.status == 407 else ""
        raise ProxyRefusedError(f"the proxy refused CONNECT with status {answer.status}{hint}")
    return sock


_REMEDIES = {
    errno.ECONNREFUSED: "nothing listens there: is the API server up, are host and port right?",
    errno.ETIMEDOUT: "no answer: is the address right, does a firewall drop the packets?",
    errno.EHOSTUNREACH: "there is no route to it: is a VPN or proxy needed?",
    errno.ENETUNREACH: "there is no route to it: is a VPN or proxy needed?",
}


def connect_error(exc: OSError, target: Connection, sent: bool) -> ConnectError:
    """Make a ConnectError of what the socket said."""
    unknown_host = isinstance(exc, socket.gaierror) and exc.errno != socket.EAI_AGAIN
    permanent = isinstance(exc, (ssl.SSLCertVerificationError, ProxyRefusedError)) or unknown_host
    if isinstance(exc, ssl.SSLError) and not isinstance(exc, ssl.SSLEOFError):
        permanent = True
    return ConnectError(explain_failure(exc, target, sent), sent=sent, permanent=permanent)


def explain_failure(exc: OSError, target: Connection, sent: bool = False) -> str:
    """Say which server could not be reached, why, and what to do about it."""
    what = "lost the connection to" if sent else "cannot reach"
    where = f"{what} the cluster at {target.url}"
    if target.proxy:
        where += f" through the proxy {target.proxy.host}:{target.proxy.port}"
    if target.origin:
        where += f" ({target.origin})"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return (
            f"{where}: its certificate cannot be trusted: {exc.verify_message}."
            " Give the cluster's CA with `ca_cert` (or certificate-authority in the kubeconfig),"
            " check that the host name is one the certificate carries, or, on a test cluster, set"
            " `validate_certs: false`"
        )
    if isinstance(exc, ssl.SSLError):
        reason = exc.reason or str(exc)
        if reason == "WRONG_VERSION_NUMBER":
            reason += ": it does not speak TLS; is it an http:// address?"
        return f"{where}: the TLS handshake failed: {reason}"
    if isinstance(exc, socket.gaierror):
        return f"{where}: the host name cannot be resolved ({exc.strerror}): is it spelled right?"
    if isinstance(exc, TimeoutError) and not exc.errno:
        return f"{where}: " + ("no answer in time" if sent else _REMEDIES[errno.ETIMEDOUT])
    remedy = _REMEDIES.get(exc.errno or 0)
    detail = exc.strerror or str(exc) or type(exc).__name__
    return f"{where}: {detail}" + (f": {remedy}" if remedy else "")
