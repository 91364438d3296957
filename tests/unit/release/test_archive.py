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
        (member("a", tarfile.GNUTYPE_SPARSE), "is sparse"),
        (member("a\nb"), "unprintable"),
        (member("istio/charts/base/values.yaml"), "two entries 'istio/charts/base/values.yaml'"),
        (member("./istio/charts//base/values.yaml"), "two entries"),
        (
            member("istio/charts/base/templates/b.yaml", tarfile.SYMTYPE, "a.yaml"),
            r"base/templates/b\.yaml is a link",
        ),
    ],
)
def test_hostile_members_are_refused(tmp_path: Path, info: tarfile.TarInfo, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        load(tmp_path, pack(CHART, info))


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    data = gzip.decompress(pack({**CHART, "istio/charts/base/templates/@.yaml": b"a: 1\n"}))
    raw = bytearray(data)
    at = raw.index(b"@.yaml")
    raw[at] = 0xFF
    block = at // 512 * 512
    raw[block + 148 : block + 156] = b" " * 8
    raw[block + 148 : block + 156] = b"%06o\0 " % sum(raw[block : block + 512])
    with pytest.raises(ReleaseError, match="unprintable"):
        load(tmp_path, gzip.compress(bytes(raw)))


def extended(kind: bytes, size: int) -> bytes:
    """The header of a header, and its data."""
    info = member("x", kind)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(-(-size // 512) * 512)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (extended(tarfile.XHDTYPE, 10 * 1024 * 1024), "a header of 10485760 bytes"),
        (extended(tarfile.GNUTYPE_LONGNAME, 10 * 1024 * 1024), "a header of 10485760 bytes"),
        (extended(tarfile.GNUTYPE_LONGNAME, 5) * 5000, "too many headers"),
    ],
)
def test_headers_that_exhaust_memory_or_stack_are_refused(
    tmp_path: Path, headers: bytes, words: str
) -> None:
    with pytest.raises(ReleaseError, match=words):
        load(tmp_path, gzip.compress(headers + gzip.decompress(pack(CHART))))


def test_an_archive_with_another_digest_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "charts.tgz"
    path.write_bytes(b"not an archive at all")
    with pytest.raises(ReleaseError, match="has the digest sha256:"):
        load_release({"source": str(path), "digest": "sha256:" + "0" * 64})


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
