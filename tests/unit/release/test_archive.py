"""Archives are hostile until proved otherwise."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._release import archive
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.unit.release.charts import below, chart_files, pack

CHART = below("istio/charts/base", chart_files("base", "1.31.1"))


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def load(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "charts.tgz"
    path.write_bytes(data)
    load_release(str(path))


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (member("../etc/passwd"), r"entry '\.\./etc/passwd' lies outside"),
        (member("a/../../b"), "lies outside"),
        (member("/etc/passwd"), "lies outside"),
        (member("C:/a"), "lies outside"),
        (member("..\\a"), "lies outside"),
        (
            member("a", tarfile.SYMTYPE, "/etc/passwd"),
            "a link to '/etc/passwd', outside its folder",
        ),
        (member("a", tarfile.LNKTYPE, "../b"), r"a link to '../b', outside"),
        (member("a", tarfile.FIFOTYPE), "neither file nor folder"),
        (member("a", tarfile.CHRTYPE), "neither file nor folder"),
        (
            member("istio/charts/base/templates/b.yaml", tarfile.SYMTYPE, "a.yaml"),
            r"base/templates/b\.yaml is a link",
        ),
    ],
)
def test_hostile_members_are_refused(tmp_path: Path, info: tarfile.TarInfo, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        load(tmp_path, pack(CHART, info))


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    data = pack(CHART)
    for length in range(2, len(data) - 1, 7):
        with pytest.raises(ReleaseError, match=r"truncated|damaged"):
            load(tmp_path, data[:length])


def test_a_tar_cut_off_inside_a_whole_gzip_is_noticed(tmp_path: Path) -> None:
    whole = gzip.decompress(pack(CHART))
    end = len(whole.rstrip(b"\0"))
    block = (end // 512 + 1) * 512
    with pytest.raises(ReleaseError, match="truncated"):
        load(tmp_path, gzip.compress(whole[:block]))


def test_damage_is_noticed(tmp_path: Path) -> None:
    data = bytearray(pack(CHART))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(ReleaseError, match="damaged"):
        load(tmp_path, bytes(data))


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1024 * 1024)
    with pytest.raises(ReleaseError, match="unpacks to more than 1048576 bytes"):
        load(tmp_path, pack({**CHART, "istio/zero": bytes(8 * 1024 * 1024)}))


def test_a_plain_tar_will_do(tmp_path: Path) -> None:
    path = tmp_path / "charts.tar"
    path.write_bytes(gzip.decompress(pack(CHART)))
    assert load_release(str(path)).version == "1.31.1"


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="damaged"):
        load(tmp_path, b"not an archive at all")
    out = io.BytesIO()
    tarfile.open(fileobj=out, mode="w:gz").close()
    with pytest.raises(ReleaseError, match="no chart of Istio"):
        load(tmp_path, out.getvalue())
