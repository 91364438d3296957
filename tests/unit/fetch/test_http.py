"""Servers that are busy, broken, slow, or want to lead us elsewhere."""

from __future__ import annotations

import io
import time

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import Access
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.http import TRIES, Http
from tests.unit.fetch.servers import Reply, serving

SECRET = "Basic czNjcmV0"
BODY = bytes(range(256)) * 400


def client(pauses: list[float] | None = None, **access: object) -> Http:
    slept = pauses if pauses is not None else []
    return Http(Access(**access), slept.append)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad",
    [
        Reply(BODY[:1000], declared=len(BODY)),
        Reply(b"busy", 503),
        Reply(b"", 500),
        Reply(b"slow down", 429, {"Retry-After": "7"}),
    ],
)
def test_what_breaks_is_tried_again(bad: Reply) -> None:
    pauses: list[float] = []
    with serving(lambda _path, n: bad if n < 2 else Reply(BODY)) as server:
        sink = io.BytesIO()
        answer = client(pauses).get(f"{server.url}/a", limit=len(BODY), sink=sink)
    # Nothing of the tries that failed is left in the file.
    assert sink.getvalue() == BODY
    assert answer.size == len(BODY)
    assert len(server.asked) == 3
    assert pauses == ([7.0, 7.0] if bad.status == 429 else [0.5, 1.0])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (Reply(BODY[:1000], declared=len(BODY)), f"truncated: 1000 of {len(BODY)} bytes came"),
        (Reply(b"", 502), "answers 502 Bad Gateway"),
        (Reply(b"", 429), "answers 429 Too Many Requests"),
    ],
)
def test_tries_are_bounded(bad: Reply, words: str) -> None:
    with serving(lambda _path, _n: bad) as server, pytest.raises(UnavailableError) as caught:
        client().get(f"{server.url}/a?signature=s3cret", limit=len(BODY), secret=SECRET)
    assert f"{server.url}/a: {words} ({TRIES} tries)" in caught.value.message
    assert "cret" not in str(caught.value)
    assert len(server.asked) == TRIES


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with serving(lambda _path, _n: Reply(b"no", status)) as server:
        assert client().get(server.url, limit=10).status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize("declared", [None, -1])
def test_what_is_too_large_is_refused(declared: int | None) -> None:
    with (
        serving(lambda _path, _n: Reply(BODY, declared=declared)) as server,
        pytest.raises(FetchError, match="larger than 1000 bytes"),
    ):
        client().get(server.url, limit=1000)
    assert len(server.asked) == 1


def test_a_server_that_never_ends_is_left() -> None:
    # Each byte comes in time, the whole does not.
    with serving(lambda _path, _n: Reply(BODY, seconds=0.05)) as server:
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="too slow"):
            client(timeout=0.1).get(server.url, limit=len(BODY))
        assert time.monotonic() - started < 5
    assert len(server.asked) == 1


def test_a_silent_server_is_left() -> None:
    def answer(_path: str, _number: int) -> Reply:
        time.sleep(0.5)
        return Reply()

    with serving(answer) as server, pytest.raises(UnavailableError, match="no answer in time"):
        client(timeout=0.1).get(server.url, limit=10)
    assert len(server.asked) == 1


def test_credentials_stay_with_their_host() -> None:
    with serving(lambda _path, _n: Reply(BODY)) as other:

        def answer(path: str, _number: int) -> Reply:
            target = "/b" if path == "/a" else f"{other.url}/c"
            return Reply(b"", 307, {"Location": target})

        with serving(answer) as server:
            answered = client().get(f"{server.url}/a", limit=len(BODY), secret=SECRET)
    assert server.asked == [("/a", SECRET), ("/b", SECRET)]
    assert other.asked == [("/c", "")]
    assert answered.body == BODY


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "https://127.0.0.1/"]
)
def test_a_redirect_to_another_scheme_is_refused(target: str) -> None:
    with (
        serving(lambda _path, _n: Reply(b"", 302, {"Location": target})) as server,
        pytest.raises(FetchError, match="another scheme: refused"),
    ):
        client().get(server.url, limit=10)


def test_redirects_end() -> None:
    with (
        serving(lambda _path, n: Reply(b"", 302, {"Location": f"/{n}"})) as server,
        pytest.raises(FetchError, match="more than 5 redirects"),
    ):
        client().get(server.url, limit=10)
    assert len(server.asked) == 6


def test_plain_http_is_for_this_machine_or_by_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FetchError, match="not fetched over http") as caught:
        client().get("http://charts.example.org/a", limit=10)
    assert "plain_http: true" in caught.value.remedy
    # By wish it goes, and by way of the environment's proxy.
    with serving(lambda _path, _n: Reply(b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        answer = client(plain_http=True).get("http://charts.example.org/a", limit=10)
        assert answer.body == b"by proxy"
        assert proxy.asked == [("http://charts.example.org/a", "")]
        # This machine itself is asked without it.
        with serving(lambda _path, _n: Reply(b"direct")) as server:
            assert client().get(server.url, limit=10).body == b"direct"


def test_a_redirect_away_from_this_machine_is_no_way_to_plain_http() -> None:
    reply = Reply(b"", 302, {"Location": "http://charts.example.org/a"})
    with (
        serving(lambda _path, _n: reply) as server,
        pytest.raises(FetchError, match="not fetched over http"),
    ):
        client().get(server.url, limit=10)
