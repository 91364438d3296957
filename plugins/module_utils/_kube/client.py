# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to one API server: JSON in, JSON out, retried where that is safe."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import Connection
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConnectError,
    RequestCancelledError,
    error_from_answer,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.http1 import Response
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool, connect_error
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import (
    RetryPolicy,
    is_idempotent,
    may_retry,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.warning import parse_warnings
from ansible_collections.meshops.istio.plugins.module_utils._kube.workers import Workers

Item = TypeVar("Item")
Result = TypeVar("Result")

USER_AGENT = "meshops.istio"
# A continued list costs the server twice the time of one answer, so most lists are one; the bound
# is for memory.
PAGE = 2000

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Listing(NamedTuple):
    """Objects of one list, each with apiVersion and kind, and the list's resourceVersion."""

    items: list[dict[str, Any]]
    resource_version: str


_ACCEPT = "Accept: application/json\r\n"


class Client:
    """Talks to one API server; thread-safe, usable as a context manager.

    `concurrency` bounds the requests that map() keeps in flight, `timeout` (seconds) each wait for
    the server within a request.
    """

    def __init__(
        self,
        connection: Connection,
        concurrency: int = 8,
        timeout: float = 60.0,
        retry: RetryPolicy | None = None,
        user_agent: str = USER_AGENT,
    ) -> None:
        self.connection = connection
        self.concurrency = concurrency
        self.timeout = timeout
        self.retry = retry or RetryPolicy()
        self._pool = Pool(connection)
        self._workers = Workers(concurrency)
        self._closing = threading.Event()
        self._auth_lock = threading.Lock()
        self._generation = 0
        self._date = ""
        lines = [("Host", connection.authority), ("User-Agent", user_agent)]
        lines += connection.headers
        self._fixed_headers = "".join(f"{name}: {value}\r\n" for name, value in lines) + _ACCEPT

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and end the threads; requests in flight fail at once."""
        self._closing.set()
        self._pool.close()
        self._workers.close()
        self.connection.credentials.end()

    def map(self, fn: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Results of fn in the order of items, at most `concurrency` running at a time.

        After the first exception no further item is begun, and it is raised once the running
        ones have ended.
        """
        return self._workers.map(fn, items)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        timeout: float | None = None,
        idempotent: bool | None = None,
        warn: Callable[[str], None] | None = None,
        accept: str = "",
    ) -> Any:
        """Send a request and return the parsed JSON of the answer (None when it is empty).

        `path` begins with a slash, without the server's base path. `body` is JSON data, or bytes
        sent as they are. `idempotent` says that sending twice does no harm; by default that is
        decided by method, content type and preconditions (see retry.py). `warn` gets each warning
        that the server sends with a good answer. `accept` asks for another form of the answer,
        which must be JSON too, such as a list with nothing but metadata.

        Raises ApiError for an error of the server, ConnectError when no answer can be had; both
        after retries, where those are safe.
        """
        if body is None:
            data = None
        elif isinstance(body, bytes):
            data = body
        else:
            data = _encode(body).encode()
        if idempotent is None:
            idempotent = is_idempotent(method, path, content_type, body)
        target = f"{self.connection.base_path}{path}"
        if query:
            target += "?" + urlencode(query)
        headers = self._fixed_headers
        if accept:
            headers = headers.replace(_ACCEPT, f"Accept: {accept}\r\n")
        start = f"{method} {target} HTTP/1.1\r\n{headers}"
        if data is not None:
            start += f"Content-Type: {content_type}\r\n"
        wait = self.timeout if timeout is None else timeout
        began = time.monotonic()
        attempt, reauthorized = 0, False
        while True:
            attempt += 1
            generation = self._generation
            try:
                answer = self._exchange(start, data, wait, method != "HEAD")
            except ConnectError as exc:
                if exc.permanent or (exc.sent and not idempotent):
                    raise
                limit = self.retry.budget if exc.sent else self.retry.connect_budget
                self._pause(attempt, exc, began, limit)
                continue
            if 200 <= answer.status < 300:
                if warn is not None and "warning" in answer.headers:
                    for text in parse_warnings(answer.headers["warning"]):
                        warn(text)
                return self._parsed(answer, method, target)
            parsed = _parse(answer)
            error = error_from_answer(answer.status, answer.body, parsed, method, target, attempt)
            if answer.status == 401 and not reauthorized:
                reauthorized = True
                if self._reauthorize(generation):
                    continue
            if not may_retry(error, idempotent, body):
                raise error
            asked = _retry_after(answer, error)
            self._pause(attempt, error, began, self.retry.budget, asked)

    def server_time(self) -> datetime:
        """The server's clock at its last answer (to the second); ours before any answer."""
        try:
            return parsedate_to_datetime(self._date)
        except (TypeError, ValueError):
            return datetime.now(timezone.utc)

    def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any] | None:
        """Read one object; None when it, its namespace or its kind is not there."""
        try:
            found: dict[str, Any] = self.request("GET", kind.path(namespace, name))
        except ApiError as exc:
            if exc.status == 404:
                return None
            raise
        return found

    def list(
        self,
        kind: Kind,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        page: int = PAGE,
    ) -> Listing:
        """Read all objects of a kind, in one namespace or (empty) in all.

        `labels` and `fields` are selectors in the API's syntax. Read in pages of `page` objects (0:
        all at once); when the server forgets the first page's state (410) it is read anew at once.
        Raises ApiError, also 404 when the kind is not served.
        """
        selectors = {}
        if labels:
            selectors["labelSelector"] = labels
        if fields:
            selectors["fieldSelector"] = fields
        path = kind.collection(namespace)
        items: list[dict[str, Any]] = []
        query = {**selectors, "limit": str(page)} if page else selectors
        while True:
            try:
                answer = self.request("GET", path, query=query)
            except ApiError as exc:
                if exc.status != 410 or "continue" not in query:
                    raise
                items.clear()
                query = selectors
                continue
            items += answer.get("items") or ()
            metadata = answer.get("metadata") or {}
            if not metadata.get("continue"):
                break
            query = {**query, "continue": metadata["continue"]}
        for item in items:
            # Lists of built-in kinds leave these out of their items.
            item.setdefault("apiVersion", kind.api_version)
            item.setdefault("kind", kind.kind)
        return Listing(items, metadata.get("resourceVersion", ""))

    def _parsed(self, answer: Response, method: str, target: str) -> Any:
        if not answer.body:
            return None
        try:
            return json.loads(answer.body)
        except ValueError as exc:
            kind = answer.headers.get("content-type") or "no content type"
            raise ConnectError(
                f"{self.connection.url} answers {method} {target} with {kind} that is not JSON: is"
                " it the address of an API server (not of a console or a login page)?",
                sent=True,
                permanent=True,
            ) from exc

    def _exchange(self, start: str, data: bytes | None, timeout: float, has_body: bool) -> Response:
        if self._closing.is_set():
            raise RequestCancelledError("the client was closed")
        authorization = self.connection.credentials.authorization()
        if authorization:
            start += f"Authorization: {authorization}\r\n"
        conn = self._pool.take()
        try:
            answer = conn.exchange(start.encode("latin-1"), data, timeout, has_body)
        except OSError as exc:
            self._pool.discard(conn)
            if self._closing.is_set():
                raise RequestCancelledError("the client was closed") from exc
            raise connect_error(exc, self.connection, sent=True) from exc
        except BaseException:
            self._pool.discard(conn)
            raise
        self._pool.give_back(conn)
        self._date = answer.headers.get("date", "")
        return answer

    def _pause(
        self,
        attempt: int,
        error: ApiError | ConnectError,
        began: float,
        budget: float,
        asked: float | None = None,
    ) -> None:
        """Wait before the next attempt, or raise the error when there is to be none."""
        pause = self.retry.pause(attempt, asked)
        elapsed = time.monotonic() - began
        if attempt >= self.retry.attempts or elapsed + pause > budget:
            if isinstance(error, ConnectError) and attempt > 1:
                text = f"{error} (given up after {attempt} attempts in {elapsed:.1f} s)"
                raise ConnectError(text, sent=error.sent) from error
            raise error
        if self._closing.wait(pause):
            raise RequestCancelledError("the client was closed") from error

    def _reauthorize(self, generation: int) -> bool:
        """Get new credentials unless another thread has since `generation`."""
        with self._auth_lock:
            if generation != self._generation:
                return True
            if not self.connection.credentials.refresh():
                return False
            self._generation += 1
            # New credentials may bring a new client certificate.
            self._pool.drop_idle()
            return True


def _parse(answer: Response) -> Any:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _retry_after(answer: Response, error: ApiError) -> float | None:
    """Seconds from the Retry-After header (Kubernetes sends no dates), else from the Status."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() else error.retry_after
