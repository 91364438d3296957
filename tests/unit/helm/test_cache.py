"""The cache gives the same chart back, and shrugs off anything wrong with its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.cache import (
    ChartCache,
    default_directory,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import Release
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render
from tests.differential.helm_made_charts import CHARTS, tgz, write

BIG = "items:\n" + "".join(f"- name: n{i}\n  value: {i}\n" for i in range(400))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(CHARTS["parent"], tmp_path / "parent")
    big = {
        "files/big.yaml": BIG,
        "templates/big.yaml": '{{ $b := .Files.Get "files/big.yaml" | fromYaml }}'
        '{{ set $b "label" .Release.Name | toYaml }}\n',
    }
    write(big, tmp_path / "parent")
    return tmp_path / "parent"


def output(chart: Chart, cache: ChartCache | None = None, name: str = "rel") -> str:
    memo = cache.memo(chart) if cache else None
    text = render(chart, Release(name), {}, memo=memo).text()
    if cache and memo:
        cache.keep(chart, memo)
    return text


@pytest.mark.parametrize("packed", [True, False])
def test_same_result(tmp_path: Path, folder: Path, packed: bool) -> None:
    path = folder
    if packed:
        files = {
            str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()
        }
        path = tmp_path / "p.tgz"
        path.write_bytes(tgz(files, "parent"))
    cache = ChartCache(tmp_path / "cache")
    fresh = output(cache.load_chart(path))
    assert "label: rel" in fresh
    for name in ("rel", "rel", "other"):
        again = ChartCache(tmp_path / "cache")
        assert output(again.load_chart(path), again, name) == fresh.replace(
            "label: rel", f"label: {name}"
        )
    assert list((tmp_path / "cache").glob("*.json"))


@pytest.mark.parametrize("damage", [b"", b"{}", b"x" * 64 + b"\n{}", None])
def test_damaged_files_are_ignored(tmp_path: Path, folder: Path, damage: bytes | None) -> None:
    cache = ChartCache(tmp_path / "cache")
    wanted = output(cache.load_chart(folder), cache)
    files = list((tmp_path / "cache").glob("*.json"))
    assert len(files) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[:-9] if damage is None else damage)
    assert output(cache.load_chart(folder), cache) == wanted
    assert output(cache.load_chart(folder), cache) == wanted


def test_changed_chart_is_read_anew(tmp_path: Path, folder: Path) -> None:
    cache = ChartCache(tmp_path / "cache")
    assert cache.load_chart(folder).values["a"] == 1
    (folder / "values.yaml").write_text("a: 2\n")
    assert cache.load_chart(folder).values == {"a": 2.0}


def test_unwritable_folder_only_costs_time(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").touch()
    cache = ChartCache(tmp_path / "file" / "below")
    assert output(cache.load_chart(folder), cache) == output(cache.load_chart(folder))


def test_default_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_directory() == tmp_path / "meshops-istio" / "charts"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_directory().is_absolute()
