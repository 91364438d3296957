"""Charts from a real registry, pushed by the real helm."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.folder import differing, write
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.job import gather
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.figures import record
from tests.integration.sources.conftest import VERSION
from tests.integration.sources.registries import (
    PASSWORD,
    USER,
    Authority,
    Registry,
    free_port,
    helm,
    passwords,
    put_image,
    registry,
    token_server,
)

pytestmark = pytest.mark.reference
LOGIN = {"username": USER, "password": PASSWORD}


def fill(target: Registry, packages: Path, *options: str) -> None:
    for package in sorted(packages.iterdir()):
        target.push(package, *options)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> Iterator[Registry]:
    """A registry without TLS, which everybody may read."""
    with registry(tmp_path_factory.mktemp("plain")) as running:
        fill(running, packages, "--plain-http")
        yield running


def test_the_charts_are_those_that_were_pushed(plain: Registry, packages: Path) -> None:
    fetched = load_release(plain.charts, version=VERSION)
    local = load_release(str(packages))
    equal = [
        name for name, chart in local.charts.items() if fetched.charts[name].digest == chart.digest
    ]
    record("charts from a registry", len(equal), len(local.charts))
    assert (
        sorted(fetched.charts) == sorted(equal) == ["base", "cni", "gateway", "istiod", "ztunnel"]
    )
    # One pin serves the registry and the folder.
    assert fetched.digest == local.digest


def test_a_second_run_needs_no_network(tmp_path: Path, packages: Path) -> None:
    with registry(tmp_path / "r") as running:
        fill(running, packages, "--plain-http")
        first = load_release(running.charts, version=VERSION)
    again = load_release(running.charts, version=VERSION)
    assert (again.digest, again.notes) == (first.digest, ())
    with pytest.raises(UnavailableError, match=r"Connection refused"):
        load_release(running.charts, version="1.31.2")
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(UnavailableError, match=r"Connection refused \(4 tries\)"):
        load_release(running.charts, version=VERSION)


def test_a_damaged_cache_is_fetched_again(plain: Registry, store: Path) -> None:
    load_release(plain.charts, version=VERSION)
    blobs = sorted((store / "meshops.istio/fetched/blobs").iterdir())
    blobs[0].write_bytes(blobs[0].read_bytes()[:-7])
    assert load_release(plain.charts, version=VERSION).version == VERSION
    assert hashlib.sha256(blobs[0].read_bytes()).hexdigest() in blobs[0].name


def test_one_chart_by_tag_and_by_digest(plain: Registry, packages: Path) -> None:
    assert sorted(load_release(f"{plain.charts}/istiod:{VERSION}").charts) == ["istiod"]
    assert sorted(load_release(f"{plain.charts}/istiod", version=VERSION).charts) == ["istiod"]
    with pytest.raises(UnavailableError, match="answers 404 Not Found"):
        load_release(f"{plain.charts}/istiod@sha256:{'0' * 64}")


def test_a_version_that_is_not_there_is_told(plain: Registry) -> None:
    with pytest.raises(UnavailableError) as caught:
        load_release(plain.charts, version="1.99.0")
    assert "chart base 1.99.0" in caught.value.message
    assert "Correct the address or the version" in caught.value.remedy


@pytest.mark.parametrize("kind", ["htpasswd", "token"])
def test_logins(kind: str, tmp_path: Path, packages: Path, authority: Authority) -> None:
    asked: list[str] = []
    with token_server(authority, asked) as tokens:
        auth = passwords(tmp_path) if kind == "htpasswd" else tokens
        with registry(tmp_path / "r", auth=auth) as running:
            login = ("--username", USER, "--password", PASSWORD)
            fill(running, packages, "--plain-http", *login)
            _check_logins(running, tmp_path)
    reads = {line for line in asked if line.endswith(":pull") and line.startswith(USER)}
    assert (f"{USER} repository:istio/charts/base:pull" in reads) == (kind == "token")


def _check_logins(running: Registry, folder: Path) -> None:
    with pytest.raises(UnavailableError, match="401 Unauthorized") as caught:
        load_release(running.charts, version=VERSION)
    assert "Give username and password" in caught.value.remedy
    wrong = {"source": running.charts, "username": USER, "password": "hunter2"}
    with pytest.raises(UnavailableError, match="401 Unauthorized") as caught:
        load_release(wrong, version=VERSION)
    assert "hunter2" not in str(caught.value)
    right = {"source": running.charts, **LOGIN}
    assert len(load_release(right, version=VERSION).charts) == 5
    shutil.rmtree(folder / "cache")
    # What helm has stored, and docker would.
    config = folder / "home/.config/helm/registry/config.json"
    words = ("--username", USER, "--password", PASSWORD, "--plain-http")
    helm("registry", "login", running.host, *words, "--registry-config", str(config))
    assert running.host in json.loads(config.read_text())["auths"]
    assert len(load_release(running.charts, version=VERSION).charts) == 5


def test_a_private_authority(tmp_path: Path, packages: Path, authority: Authority) -> None:
    with registry(tmp_path / "r", tls=authority) as running:
        fill(running, packages, "--ca-file", str(authority.ca))
        with pytest.raises(UnavailableError, match="certificate is not trusted") as caught:
            load_release(running.charts, version=VERSION)
        assert "ca_cert" in caught.value.remedy
        source: dict[str, Any] = {"source": running.charts, "ca_cert": str(authority.ca)}
        assert len(load_release(source, version=VERSION).charts) == 5
        with pytest.raises(UnavailableError, match="answers 400 Bad Request"):
            load_release({**source, "plain_http": True}, version="1.31.2")


def test_mirrors_are_asked_in_turn(plain: Registry) -> None:
    dead = f"oci://127.0.0.1:{free_port()}/istio"
    release = load_release({"source": dead, "mirrors": [plain.charts]}, version=VERSION)
    assert len(release.charts) == 5
    assert len(release.notes) == 1
    assert "Connection refused" in release.notes[0]
    assert release.notes[0].endswith(f"used is {plain.charts}")


def test_what_is_no_chart_is_refused(plain: Registry) -> None:
    config = b"{}"
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.empty.v1+json",
            "size": len(config),
            "digest": f"sha256:{hashlib.sha256(config).hexdigest()}",
        },
        "layers": [],
    }
    put_image(f"http://{plain.host}/v2/istio/charts/base", config, manifest)
    with pytest.raises(FetchError, match="no chart of Helm but"):
        load_release(f"{plain.charts}/base:wrong")


def test_a_chart_under_another_name_is_refused(tmp_path: Path, packages: Path) -> None:
    with registry(tmp_path / "r") as running:
        fill(running, packages, "--plain-http")
        data = tmp_path / "r/data/docker/registry/v2/repositories/istio/charts"
        shutil.rmtree(data / "cni")
        shutil.copytree(data / "ztunnel", data / "cni")
        with pytest.raises(FetchError, match="is chart 'ztunnel', not 'cni'"):
            load_release(running.charts, version=VERSION)


def test_a_tag_that_moves_is_seen_by_fetching_again(
    tmp_path: Path, packages: Path, store: Path
) -> None:
    with registry(tmp_path / "r") as running:
        fill(running, packages, "--plain-http")
        options = {"charts": running.charts, "version": VERSION}
        folder = tmp_path / "air-gap"
        wanted = gather(options, folder)
        write(differing(wanted.files), wanted.files)
        assert differing(gather(options, folder).files) == []
        _push_changed(running, packages, tmp_path)
        lock = wanted.lock
        # The store and the lock file go on with what was fetched first.
        assert (
            load_release(running.charts, version=VERSION, lock=lock).digest == wanted.release.digest
        )
        with pytest.raises(FetchError, match="the lock file pins") as caught:
            gather(options, folder)
        assert "mesh_fetch_repin" in caught.value.remedy
        shutil.rmtree(store)
        with pytest.raises(FetchError, match="the lock file pins"):
            load_release(running.charts, version=VERSION, lock=lock)
        again = gather(options, folder, repin=True)
        changed = differing(again.files)
        assert sorted(path.name for path in changed) == ["base-1.31.1.tgz", lock.name]
        write(changed, again.files)
    assert load_release(str(folder), lock=lock).digest == again.release.digest
    # Nobody answers any more: what was fetched has to do, and it is said.
    assert "Used is what was fetched before" in gather(options, folder).warnings[0]


def _push_changed(running: Registry, packages: Path, folder: Path) -> None:
    helm(
        "pull",
        str(running.charts + "/base"),
        "--version",
        VERSION,
        "--plain-http",
        "--untar",
        "-d",
        str(folder),
    )
    (folder / "base/templates/more.yaml").write_text("# another\n")
    helm("package", str(folder / "base"), "--destination", str(folder / "changed"))
    running.push(next((folder / "changed").iterdir()), "--plain-http")
