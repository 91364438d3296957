"""Hostile and broken archives are refused by name, before anything of them is used."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import MAX_FILE
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import (
    load_archive,
    load_chart,
)

CHART = b"apiVersion: v2\nname: x\nversion: 1.0.0\n"
Entry = tuple[str, bytes] | tarfile.TarInfo


def tgz(*entries: Entry) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
                continue
            info = tarfile.TarInfo(entry[0])
            info.size = len(entry[1])
            tar.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


GOOD = ("x/Chart.yaml", CHART)


def test_sound_archive() -> None:
    chart = load_archive(tgz(GOOD, ("x/values.yaml", b"\xef\xbb\xbfa: 1\n")), "x.tgz")
    assert (chart.name, chart.values) == ("x", {"a": 1.0})


def test_digest_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_bytes(CHART)
    (tmp_path / "values.yaml").write_text("a: 1\n")
    packed = load_archive(tgz(("x/values.yaml", b"a: 1\n"), GOOD), "x.tgz")
    assert packed.digest == load_chart(tmp_path).digest
    other = load_archive(tgz(("x/values.yaml", b"a: 2\n"), GOOD), "x.tgz")
    assert other.digest != packed.digest


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"name: x\n", "not a gzip"),
        (tgz(GOOD)[:-12], "damaged or truncated"),
        (tgz(), "no files"),
        (tgz(GOOD, ("x/../../etc/passwd", b"")), "'x/../../etc/passwd' lies outside"),
        (tgz(GOOD, ("x//etc/passwd", b"")), "absolute path"),
        (tgz(GOOD, ("x\\..\\y", b"")), "lies outside"),
        (tgz(GOOD, ("x/c:/y", b"")), "absolute path"),
        (tgz(("Chart.yaml", CHART)), "is not in a folder"),
        (tgz(GOOD, ("lonely", b"")), "'lonely' lies outside the chart's folder"),
        (tgz(GOOD, special("x/l", tarfile.SYMTYPE, "y")), "'x/l' is a link"),
        (tgz(GOOD, special("x/h", tarfile.LNKTYPE, "x/Chart.yaml")), "'x/h' is a link"),
        (tgz(GOOD, special("x/d", tarfile.CHRTYPE)), "'x/d' is neither"),
        (tgz(GOOD, ("x/big", bytes(MAX_FILE + 1))), "'x/big' is larger"),
        (tgz(GOOD, GOOD), "two entries 'x/Chart.yaml'"),
        (tgz(GOOD, ("y/Chart.yaml", CHART)), "two files 'Chart.yaml'"),
        (tgz(GOOD, *((f"x/{i}", b"") for i in range(10_001))), "entries"),
        (tgz(("x/values.yaml", b"a: 1")), "Chart.yaml file is missing"),
        (tgz(("x/Chart.yaml", b"name: [")), "Chart.yaml: .*yaml"),
        (tgz(("x/Chart.yaml", b"name: x\nversion: one\n")), "version 'one'"),
        (tgz(("x/Chart.yaml", b"version: 1.0.0\n")), "name is required"),
        (tgz(GOOD, ("x/values.yaml", b"- a\n")), "values.yaml must be a map"),
        (tgz(GOOD, ("x/charts/sub.tgz", b"junk")), "charts/sub.tgz: not a gzip"),
    ],
)
def test_refused(data: bytes, why: str) -> None:
    with pytest.raises(ChartError, match=why) as refusal:
        load_archive(data, "some/chart.tgz")
    assert "some/chart.tgz" in str(refusal.value)


def test_nested_archives_end(tmp_path: Path) -> None:
    data = tgz(GOOD)
    for _level in range(25):
        data = tgz(GOOD, ("x/charts/x.tgz", data))
    with pytest.raises(ChartError, match="nested more than"):
        load_archive(data, "matryoshka.tgz")


def test_directory_loop_ends(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_bytes(CHART)
    (tmp_path / "loop").symlink_to(tmp_path)
    with pytest.raises(ChartError, match="symbolic link leads back"):
        load_chart(tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_no_chart_there(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "thing"
    make(path)
    with pytest.raises(ChartError, match="thing"):
        load_chart(path)
    with pytest.raises(ChartError, match="No such file"):
        load_chart(tmp_path / "missing.tgz")
