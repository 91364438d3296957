"""Archives are hostile until proved otherwise."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._archive.tar import (
    ArchiveError,
    Entry,
    Limits,
    read_entries,
)
from tests.unit.release.charts import pack

LIMITS = Limits(unpacked=64 * 1024 * 1024, kept=1024 * 1024, file=1000, entries=100)
FILES = {"a/b.yaml": b"b: 1\n", "a/c.yaml": b"c: 1\n"}
SOUND = pack(FILES)


def read(data: bytes, limits: Limits = LIMITS) -> list[Entry]:
    return list(read_entries(io.BytesIO(data), limits))


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def with_name(raw_name: bytes) -> bytes:
    """An archive with a file of that name, which tarfile itself would not write."""
    raw = bytearray(gzip.decompress(pack({"@" * len(raw_name): b"a: 1\n"})))
    raw[: len(raw_name)] = raw_name
    return gzip.compress(with_checksum(raw))


def with_checksum(raw: bytearray) -> bytes:
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    return bytes(raw)


def negative_size() -> bytes:
    raw = bytearray(gzip.decompress(SOUND))
    raw[124:136] = (-512).to_bytes(12, "big", signed=True)
    return gzip.compress(with_checksum(raw))


def before(*headers: bytes) -> bytes:
    return gzip.compress(b"".join(headers) + gzip.decompress(SOUND))


def extended(kind: bytes, size: int) -> bytes:
    """The header of a header, and its data."""
    info = member("x", kind)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(-(-size // 512) * 512)


def sparse_by_pax() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        info = member("a")
        info.size = 512
        info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": "900"}
        tar.addfile(info, io.BytesIO(bytes(512)))
    return out.getvalue()


@pytest.mark.parametrize(("packed", "what"), [(SOUND, "gz"), (gzip.decompress(SOUND), "plain")])
def test_a_sound_archive(packed: bytes, what: str) -> None:
    found = {entry.path: entry.data for entry in read(packed)}
    assert found == FILES, what


def test_links_and_large_files_are_told_apart() -> None:
    data = pack({"./a//big": bytes(1001)}, member("a/l", tarfile.SYMTYPE, "big"), member("a/d"))
    assert [(e.path, e.name, e.size, e.is_link, e.data) for e in read(data)] == [
        ("a/big", "./a//big", 1001, False, None),
        ("a/l", "a/l", 0, True, None),
        ("a/d", "a/d", 0, False, b""),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pack(FILES, member("../etc/passwd")), r"entry '\.\./etc/passwd' lies outside"),
        (pack(FILES, member("a/../../b")), "lies outside"),
        (pack(FILES, member("/etc/passwd")), "lies outside"),
        (pack(FILES, member("C:/a")), "lies outside"),
        (pack(FILES, member("..\\a")), "lies outside"),
        (pack(FILES, member("a", tarfile.SYMTYPE, "/x")), "a link to '/x', outside its folder"),
        (pack(FILES, member("a", tarfile.LNKTYPE, "../b")), r"a link to '../b', outside"),
        (pack(FILES, member("a", tarfile.FIFOTYPE)), "neither file nor folder"),
        (pack(FILES, member("a", tarfile.CHRTYPE)), "neither file nor folder"),
        (pack(FILES, member("a", tarfile.GNUTYPE_SPARSE)), "is sparse"),
        (sparse_by_pax(), "is sparse"),
        (pack(FILES, member("a\nb")), "unprintable"),
        (with_name(b"a/\xff.yaml"), "unprintable"),
        (pack(FILES, member("a/b.yaml")), "two entries 'a/b.yaml'"),
        (pack(FILES, member("./a//b.yaml")), "two entries"),
        (pack(FILES, member("a/b.yaml", tarfile.SYMTYPE, "c.yaml")), "two entries"),
        (negative_size(), "a size of -512 bytes"),
        (before(extended(tarfile.XHDTYPE, 10 * 1024 * 1024)), "a header of 10485760 bytes"),
        (before(extended(tarfile.GNUTYPE_LONGNAME, 1024 * 1024)), "a header of 1048576 bytes"),
        (before(extended(tarfile.GNUTYPE_LONGNAME, 5) * 5000), "too many headers"),
        (before(extended(tarfile.XGLTYPE, 0) * 5000), "too many headers"),
        (pack({f"a/{i}": b"" for i in range(101)}), "more than 100 entries"),
        (b"not an archive at all", "damaged"),
        (b"", "damaged"),
        (gzip.compress(b"no tar at all" * 100), "damaged"),
        (SOUND + b"junk", "damaged"),
    ],
)
def test_hostile_and_broken_archives_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(ArchiveError, match=words):
        read(data)


def test_more_than_may_be_kept_is_refused() -> None:
    small = Limits(unpacked=64 * 1024 * 1024, kept=1500, file=1000, entries=100)
    with pytest.raises(ArchiveError, match="more than 1500 bytes of files"):
        read(pack({"a": bytes(900), "b": bytes(900)}), small)


@pytest.mark.parametrize(
    ("size", "words"), [(40, "over 200 times its size"), (65, "over 200|more than 67108864 bytes")]
)
def test_a_bomb_is_stopped(size: int, words: str) -> None:
    data = pack({"a/zero": bytes(size * 1024 * 1024)})
    with pytest.raises(ArchiveError, match=words):
        read(data)


def test_what_unpacks_to_too_much_is_stopped() -> None:
    small = Limits(unpacked=1024 * 1024, kept=1000, file=1000, entries=100)
    with pytest.raises(ArchiveError, match="unpacks to more than 1048576 bytes"):
        read(pack({"a/zero": bytes(8 * 1024 * 1024)}), small)


def test_a_giant_header_costs_no_memory() -> None:
    data = before(extended(tarfile.XHDTYPE, 50 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match="a header of"):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_every_truncation_is_noticed() -> None:
    for length in range(len(SOUND) - 1):
        with pytest.raises(ArchiveError, match=r"truncated|damaged"):
            read(SOUND[:length])


def test_a_tar_cut_off_inside_a_whole_gzip_is_noticed() -> None:
    whole = gzip.decompress(SOUND)
    end = (len(whole.rstrip(b"\0")) // 512 + 1) * 512
    for length in range(0, end + 1, 512):
        with pytest.raises(ArchiveError, match=r"truncated|damaged"):
            read(gzip.compress(whole[:length]))


def test_damage_is_noticed() -> None:
    for at in range(10, len(SOUND), 3):
        data = bytearray(SOUND)
        data[at] ^= 0xFF
        with pytest.raises(ArchiveError, match=r"damaged|truncated|outside|unprintable"):
            read(bytes(data))
