# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET, as it must be where servers, and what stands between, are not trusted.

Bounded in size, time and tries. Redirects are followed here: never to another scheme, never with
credentials to another host. Proxies are those of the environment.
"""

from __future__ import annotations

import functools
import hashlib
import http.client
import io
import ipaddress
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin, urlsplit

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import Access
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)

TRIES: Final = 4
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 20.0
_REDIRECTS: Final = 5
_REDIRECT = (301, 302, 303, 307, 308)
_BUSY = (408, 429, 500, 502, 503, 504)
_CHUNK: Final = 1 << 16
_MAX_COMPLAINT: Final = 1 << 16
# A body may take this many times the time one packet may take.
_PATIENCE: Final = 10


@dataclass(frozen=True)
class Answer:
    """What a server said. ``body`` is empty when it went into a file; ``digest`` is of it."""

    status: int
    headers: Message
    url: str
    body: bytes
    digest: str
    size: int

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return str(self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


class NotTlsError(UnavailableError):
    """The server does not speak TLS."""


class _BrokenError(Exception):
    """This try has failed."""

    def __init__(self, text: str, *, again: bool = True, pause: float = 0.0) -> None:
        self.again = again
        self.pause = pause
        super().__init__(text)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Leave it to us."""


class Http:
    """Asks the servers of one place."""

    def __init__(self, access: Access, sleep: Callable[[float], None] = time.sleep) -> None:
        self._access = access
        self._sleep = sleep

    def get(
        self,
        url: str,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
        sink: BinaryIO | None = None,
        form: bytes | None = None,
    ) -> Answer:
        """Ask for a URL, and again when the server is busy or the connection breaks.

        ``secret`` is an Authorization header for this host alone. A good answer's body goes into
        ``sink`` if there is one. ``form`` makes it a POST. Answers of any other status than a busy
        server's are returned. Raises UnavailableError when there is none, and FetchError for one
        of over ``limit`` bytes or a redirect that is refused.
        """
        failure = _BrokenError("")
        for count in range(TRIES):
            if count:
                self._sleep(failure.pause or _FIRST_PAUSE * 2 ** (count - 1))
            if sink:
                sink.seek(0)
                sink.truncate()
            try:
                answer = self._follow(url, limit, dict(headers or {}), secret, sink, form)
            except _BrokenError as error:
                failure = error
                if not error.again:
                    break
                continue
            if answer.status not in _BUSY:
                return answer
            failure = _BrokenError(
                f"answers {answer.status} {http.client.responses.get(answer.status, '')}".strip(),
                pause=_retry_after(answer.headers),
            )
        tries = f" ({TRIES} tries)" if failure.again else ""
        raise UnavailableError(
            f"{shown(url)}: {failure}{tries}", "Try again later, or name a mirror or local charts."
        )

    def _follow(
        self,
        url: str,
        limit: int,
        headers: dict[str, str],
        secret: str,
        sink: BinaryIO | None,
        form: bytes | None,
    ) -> Answer:
        origin = _origin(url)
        for _count in range(_REDIRECTS + 1):
            self._allow(url)
            mine = dict(headers)
            if secret and _origin(url) == origin:
                mine["Authorization"] = secret
            answer = self._once(url, limit, mine, sink, form)
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECT or not target or form is not None:
                return answer
            following = urljoin(url, target)
            if urlsplit(following).scheme != urlsplit(url).scheme:
                raise FetchError(
                    f"{shown(url)}: redirects to {shown(following)}, another scheme: refused",
                    "Name the place itself.",
                )
            url = following
        raise FetchError(f"{shown(url)}: more than {_REDIRECTS} redirects", "Name the place.")

    def _allow(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" or (
            parts.scheme == "http"
            and (self._access.plain_http or is_loopback(parts.hostname or ""))
        ):
            return
        remedy = "Use https://"
        if parts.scheme == "http":
            remedy += ", or set plain_http: true if everyone on the way may read and change it"
        raise FetchError(f"{shown(url)}: not fetched over {parts.scheme}", f"{remedy}.")

    def _once(
        self,
        url: str,
        limit: int,
        headers: dict[str, str],
        sink: BinaryIO | None,
        form: bytes | None,
    ) -> Answer:
        headers = {"User-Agent": "meshops.istio", "Accept-Encoding": "identity", **headers}
        request = urllib.request.Request(url, data=form, headers=headers)
        opener = self._opener(is_loopback(urlsplit(url).hostname or ""))
        deadline = time.monotonic() + self._access.timeout * _PATIENCE
        try:
            try:
                response = opener.open(request, timeout=self._access.timeout)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                good = 200 <= response.status < 300
                out = sink if sink is not None and good else io.BytesIO()
                most = limit if good else _MAX_COMPLAINT
                digest, size = _copy(response, out, most, deadline, url, strict=good)
                body = out.getvalue() if isinstance(out, io.BytesIO) and out is not sink else b""
                return Answer(response.status, response.headers, url, body, digest, size)
        except urllib.error.URLError as error:
            raise _explain(error.reason, url) from error
        except (OSError, http.client.HTTPException) as error:
            raise _explain(error, url) from error

    def _opener(self, direct: bool) -> urllib.request.OpenerDirector:
        handlers: list[Any] = [_NoRedirects(), urllib.request.HTTPSHandler(context=self._context)]
        if direct:
            handlers.append(urllib.request.ProxyHandler({}))
        return urllib.request.build_opener(*handlers)

    @functools.cached_property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self._access.validate_certs:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self._access.ca_cert:
            try:
                context.load_verify_locations(self._access.ca_cert)
            except ssl.SSLError as error:
                raise FetchError(
                    f"{self._access.ca_cert}: not a file of certificates: {error.reason}",
                    "Give one in PEM format as ca_cert.",
                ) from error
        return context


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """The URL for people: without a query, which may hold a signature, or a login."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def check(answer: Answer, what: str) -> None:
    """Raise UnavailableError for an answer that is not 200 OK, saying what to do about it."""
    if answer.status == 200:
        return
    said = f"{answer.status} {http.client.responses.get(answer.status, '')}".strip()
    remedy = {
        401: "Give username and password for it, or log in with docker, podman or helm.",
        403: "The account has no right to read it, or a proxy or firewall forbids it.",
        404: "Correct the address or the version.",
        407: "Put the proxy's user name and password into the environment's proxy URL.",
    }.get(answer.status, "Name a mirror or local charts.")
    raise UnavailableError(f"{what}: {shown(answer.url)} answers {said}", remedy, answer.status)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _copy(
    response: Any, out: BinaryIO, limit: int, deadline: float, url: str, *, strict: bool
) -> tuple[str, int]:
    """Copy a body; with ``strict`` off what is beyond the limit is left out."""
    declared = response.headers.get("Content-Length")
    if strict and declared and declared.isdigit() and int(declared) > limit:
        _too_large(url, limit)
    whole, size = hashlib.sha256(), 0
    # read() would wait for a whole chunk, however slowly it comes.
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if size > limit:
            if not strict:
                break
            _too_large(url, limit)
        if time.monotonic() > deadline:
            raise _BrokenError("too slow", again=False)
        whole.update(chunk)
        out.write(chunk)
    if strict and declared and declared.isdigit() and size != int(declared):
        raise _BrokenError(f"truncated: {size} of {declared} bytes came")
    return f"sha256:{whole.hexdigest()}", size


def _too_large(url: str, limit: int) -> None:
    raise FetchError(
        f"{shown(url)}: larger than {limit} bytes, as nothing of a release is",
        "Correct the address.",
    )


def _retry_after(headers: Message) -> float:
    text = str(headers.get("Retry-After") or "")
    return min(float(text), _LONGEST_PAUSE) if text.isdigit() else 0.0


def _explain(error: Any, url: str) -> Exception:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnavailableError(
            f"{shown(url)}: its certificate is not trusted: {error.verify_message}",
            "Give the authority that signed it as ca_cert.",
        )
    if isinstance(error, ssl.SSLError):
        return NotTlsError(
            f"{shown(url)}: no TLS: {error.reason or error}", "Correct the address or the port."
        )
    if isinstance(error, TimeoutError):
        return _BrokenError("no answer in time", again=False)
    if isinstance(error, http.client.IncompleteRead):
        return _BrokenError(f"truncated after {len(error.partial)} bytes")
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _BrokenError(text)
