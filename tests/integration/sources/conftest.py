"""Charts of Istio packed by the real helm, and a store of the test's own."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.integration.sources.registries import Authority, helm, make_authority
from tests.reference import charts_dir, helm_path, registry_path

VERSION = "1.31.1"
_FOLDERS = ("base", "istio-control/istio-discovery", "istio-cni", "ztunnel", "gateway")


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five charts that Istio publishes, packed as Istio's release packs them."""
    folder = tmp_path_factory.mktemp("packages")
    for name in _FOLDERS:
        chart = charts_dir() / "charts" / name
        versions = ("--version", VERSION, "--app-version", VERSION)
        helm("package", str(chart), *versions, "--destination", str(folder))
    return folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A private certificate authority."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    """Find the tools while the cache folder is still the user's own; it is remembered."""
    for find in (helm_path, registry_path, charts_dir):
        with contextlib.suppress(pytest.skip.Exception):
            find()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no logins of the user's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_RUNTIME_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"
