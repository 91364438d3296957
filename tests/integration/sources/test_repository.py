"""Charts from a real repository of Helm, and from archives, on loopback."""

from __future__ import annotations

import base64
import functools
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.figures import record
from tests.integration.sources.conftest import VERSION
from tests.integration.sources.registries import Authority, helm, serving
from tests.reference import charts_dir

pytestmark = pytest.mark.reference
USER, PASSWORD = "reader", "s3cret"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Closed(Quiet):
    """Lets in only who knows the password."""

    def do_GET(self) -> None:
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {expected}":
            super().do_GET()
        else:
            self.send_error(401)


@contextmanager
def published(
    folder: Path, handler: type[Quiet] = Quiet, tls: Authority | None = None
) -> Iterator[str]:
    """Serve a folder of packed charts as a repository, its index made by helm."""
    helm("repo", "index", str(folder))
    with serving(functools.partial(handler, directory=str(folder)), tls) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, packages: Path) -> Path:
    """The packed charts, where a test may change them."""
    return Path(shutil.copytree(packages, tmp_path / "repository"))


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/index.yaml"])
def test_the_charts_are_those_of_the_repository(form: str, folder: Path, packages: Path) -> None:
    with published(folder) as url:
        fetched = load_release(form.format(url), version=VERSION)
    local = load_release(str(packages))
    assert sorted(fetched.charts) == sorted(local.charts)
    assert fetched.digest == local.digest
    record("charts from a Helm repository", len(fetched.charts), len(local.charts))
    # The server has gone, the charts stay.
    assert load_release(form.format(url), version=VERSION).digest == local.digest


def test_a_version_that_is_not_there_is_told(folder: Path) -> None:
    with published(folder) as url, pytest.raises(UnavailableError) as caught:
        load_release(url, version="1.30.0")
    assert f"has no chart base of version 1.30.0 (it has {VERSION})" in caught.value.message


def test_a_chart_that_is_not_the_index_s_is_refused(folder: Path) -> None:
    with published(folder) as url:
        target = folder / f"istiod-{VERSION}.tgz"
        target.write_bytes((folder / f"base-{VERSION}.tgz").read_bytes())
        with pytest.raises(FetchError, match=r"istiod-1\.31\.1\.tgz: has the digest sha256:"):
            load_release(url, version=VERSION)


def test_a_password_and_a_private_authority(folder: Path, authority: Authority) -> None:
    with published(folder, Closed, authority) as url:
        source = {"source": url, "username": USER, "password": PASSWORD}
        with pytest.raises(UnavailableError, match="not trusted"):
            load_release(source, version=VERSION)
        source["ca_cert"] = str(authority.ca)
        with pytest.raises(UnavailableError, match="answers 401 Unauthorized") as caught:
            load_release({**source, "password": "hunter2"}, version=VERSION)
        assert "hunter2" not in str(caught.value)
        assert len(load_release(source, version=VERSION).charts) == 5


@pytest.mark.parametrize("form", ["release", "chart"])
def test_the_url_of_an_archive(form: str, tmp_path: Path, packages: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    path = folder / f"istio-{VERSION}-linux-amd64.tar.gz"
    if form == "release":
        with tarfile.open(path, "w:gz") as tar:
            tar.add(charts_dir(), f"istio-{VERSION}/manifests")
    else:
        path = Path(shutil.copy(packages / f"base-{VERSION}.tgz", folder))
    local = load_release(str(path), version=VERSION)
    with published(folder) as url:
        source = {"source": f"{url}/{path.name}", "digest": local.digest}
        fetched = load_release(source, version=VERSION)
        assert sorted(fetched.charts) == sorted(local.charts)
        with pytest.raises(FetchError, match="404"):
            load_release(f"{url}/other.tar.gz", version=VERSION)
        (folder / "page.tgz").write_text("<html>Sign in</html>")
        with pytest.raises(FetchError, match="no archive but"):
            load_release(f"{url}/page.tgz", version=VERSION)
    assert load_release(source, version=VERSION).digest == local.digest


def test_an_index_that_is_none_is_told(folder: Path) -> None:
    with published(folder) as url:
        for text in ("<html>", "entries: [1", "a: &a [1]\nentries: {<<: *a}\n", ""):
            (folder / "index.yaml").write_text(text)
            with pytest.raises(FetchError, match="no index of a repository of Helm"):
                load_release(url, version=VERSION)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    """A home of gpg with one key, exported as `public.gpg` and, as helm wants it, `secret.gpg`."""
    if shutil.which("gpg") is None or shutil.which("gpgv") is None:
        pytest.skip("gpg and gpgv are not installed: signatures are not tested")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
    key = ("--quick-gen-key", "signer@example.org", "rsa2048", "sign", "1d")
    subprocess.run([*gpg, "--passphrase", "", *key], check=True, timeout=60)
    for option, name in (("--export", "public.gpg"), ("--export-secret-keys", "secret.gpg")):
        command = [*gpg, "--passphrase", "", "--output", str(home / name), option]
        subprocess.run(command, check=True, timeout=60)
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, timeout=60)


def test_provenance(keys: Path, tmp_path: Path, folder: Path) -> None:
    for package in sorted(folder.iterdir()):
        with tarfile.open(package) as tar:
            tar.extractall(tmp_path / "unpacked", filter="data")
        package.unlink()
    for chart in sorted((tmp_path / "unpacked").iterdir()):
        signing = ("--sign", "--key", "signer@example.org", "--keyring", str(keys / "secret.gpg"))
        helm("package", str(chart), "--destination", str(folder), *signing)
    (tmp_path / "none.gpg").write_bytes(b"")
    with published(folder) as url:
        signed = {"source": url, "keyring": str(keys / "public.gpg")}
        assert len(load_release(signed, version=VERSION).charts) == 5
        with pytest.raises(FetchError, match="its signature is not good"):
            load_release({**signed, "keyring": str(tmp_path / "none.gpg")}, version=VERSION)
        # Another chart's provenance, which is well signed.
        shutil.copy(folder / f"base-{VERSION}.tgz.prov", folder / f"cni-{VERSION}.tgz.prov")
        shutil.rmtree(tmp_path / "cache")
        for source in (url, signed):
            with pytest.raises(FetchError, match="its provenance file is of sha256:"):
                load_release(source, version=VERSION)
        (folder / f"cni-{VERSION}.tgz.prov").unlink()
        with pytest.raises(FetchError, match="has no provenance file"):
            load_release(signed, version=VERSION)
        assert len(load_release(url, version=VERSION).charts) == 5
