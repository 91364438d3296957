"""Registries that lie, and the challenges of all kinds."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.unit.fetch.servers import Reply, Server, serving
from tests.unit.release.charts import below, chart_files, pack

CHART = pack(below("base", chart_files("base", "1.31.1")))


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def manifest(**changes: object) -> bytes:
    layer = {
        "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "digest": sha256(CHART),
        "size": len(CHART),
    }
    config = {"mediaType": "application/vnd.cncf.helm.config.v1+json"}
    return json.dumps({"config": config, "layers": [layer], **changes}).encode()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("XDG_RUNTIME_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def fetch(server: Server, path: str = "charts/base:1.31.1", **more: object) -> list[str]:
    host = server.url.removeprefix("http://")
    source = {"source": f"oci://{host}/{path}", "plain_http": True, **more}
    return sorted(load_release(source).charts)


def answering(**replies: Reply) -> Iterator[Server]:
    """A registry: replies by what the path begins with after the repository."""

    def answer(path: str, _number: int) -> Reply:
        return replies.get(path.split("/")[-2], Reply(b"", 404))

    with serving(answer) as server:
        yield server


def test_an_honest_registry() -> None:
    for server in answering(manifests=Reply(manifest()), blobs=Reply(CHART)):
        assert fetch(server) == ["base"]


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (manifest(), {"Docker-Content-Digest": sha256(b"")}, "has the digest"),
        (b"<html>", {}, "no manifest of a chart"),
        (b"[]", {}, "no manifest of a chart"),
        (manifest(layers=[]), {}, "no chart of Helm"),
        (manifest(layers=[{"mediaType": "a", "digest": "md5:0"}]), {}, "other than SHA-256"),
        (manifest(layers=[{"mediaType": "a", "digest": "../../x"}]), {}, "other than SHA-256"),
        (manifest(config={"mediaType": "image"}), {}, "no chart of Helm but 'image'"),
    ],
)
def test_manifests_that_lie(body: bytes, headers: dict[str, str], words: str) -> None:
    for server in answering(manifests=Reply(body, headers=headers), blobs=Reply(CHART)):
        with pytest.raises(FetchError, match=words):
            fetch(server)


def test_a_manifest_asked_for_by_digest_has_it() -> None:
    for server in answering(manifests=Reply(manifest()), blobs=Reply(CHART)):
        assert fetch(server, f"charts/base@{sha256(manifest())}") == ["base"]
        with pytest.raises(FetchError, match="has the digest"):
            fetch(server, f"charts/base@{sha256(b'another')}")


def test_a_layer_that_is_not_the_manifest_s_is_refused_and_not_kept(tmp_path: Path) -> None:
    for server in answering(manifests=Reply(manifest()), blobs=Reply(CHART + b"x")):
        with pytest.raises(FetchError, match=f"not {sha256(CHART)}"):
            fetch(server)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_login_is_sent_only_to_who_may_have_it() -> None:
    """The registry sends for a token, and for the blob to another server."""
    basic = f"Basic {base64.b64encode(b'me:s3cret').decode()}"
    with (
        serving(lambda _path, _n: Reply(CHART)) as store,
        serving(lambda _path, _n: Reply(b'{"access_token": "t0ken"}')) as realm,
    ):
        challenge = f'Bearer realm="{realm.url}/t?a=b",service="s, v",scope="repository:x:pull"'

        def answer(path: str, _number: int) -> Reply:
            if server.asked[-1][1] != "Bearer t0ken":
                return Reply(b"", 401, {"WWW-Authenticate": challenge})
            if "/blobs/" in path:
                return Reply(b"", 307, {"Location": f"{store.url}/blob"})
            return Reply(manifest())

        with serving(answer) as server:
            assert fetch(server, username="me", password="s3cret") == ["base"]
    assert realm.asked == [("/t?a=b&service=s%2C+v&scope=repository%3Ax%3Apull", basic)]
    assert store.asked == [("/blob", "")]
    assert basic not in [secret for _path, secret in server.asked]


def test_basic_is_sent_only_when_asked_for() -> None:
    basic = f"Basic {base64.b64encode(b'me:s3cret').decode()}"

    def answer(path: str, _number: int) -> Reply:
        if not server.asked[-1][1]:
            return Reply(b"", 401, {"WWW-Authenticate": 'Basic realm="r"'})
        return Reply(CHART if "/blobs/" in path else manifest())

    with serving(answer) as server:
        assert fetch(server, username="me", password="s3cret") == ["base"]
    assert [secret for _path, secret in server.asked] == ["", basic, basic]


def test_a_server_that_gives_no_token_is_told() -> None:
    with serving(lambda _path, _n: Reply(b'{"token": "a\\nb"}')) as realm:
        headers = {"WWW-Authenticate": f'Bearer realm="{realm.url}"'}
        for server in answering(manifests=Reply(b"", 401, headers)):
            with pytest.raises(FetchError, match="gives no token"):
                fetch(server)
