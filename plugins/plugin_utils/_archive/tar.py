# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a .tgz or .tar archive as a stream, in memory, and refuses hostile or broken ones.

Nothing is ever written to disk. What an archive may hold beyond that (links, large files, more
than one folder) is for its reader to say.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Protocol

GZIP: Final = b"\x1f\x8b"
MAX_HEADER: Final = 64 * 1024
MAX_RATIO: Final = 200
_RATIO_MATTERS: Final = 10 * 1024 * 1024
_TAIL: Final = 512
_EXTENDED = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0")


class ArchiveError(Exception):
    """The archive is hostile or broken; the message says why, without naming the archive."""


@dataclass(frozen=True)
class Limits:
    """Most bytes unpacked, bytes kept of all files, bytes of a file that is kept, and entries."""

    unpacked: int
    kept: int
    file: int
    entries: int


@dataclass(frozen=True)
class Entry:
    """A file or link: ``path`` is normal, ``name`` as the archive spells it.

    ``data`` is None for a link and for a file of more than the limit (``size`` bytes).
    """

    path: str
    name: str
    size: int
    is_link: bool
    data: bytes | None


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class _Header(tarfile.TarInfo):
    """A header that is small: tarfile reads extended ones into memory, however large."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> _Header:
        """Parse one header block. Raises ReadError for what only a hostile archive has."""
        header = super().frombuf(buf, encoding or "utf-8", errors)
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError(f"entry {header.name!r} is sparse, as no file of a chart is")
        if header.size < 0:  # tarfile would go back to where it was, for ever
            raise tarfile.ReadError(f"entry {header.name!r} has a size of {header.size} bytes")
        if header.type in _EXTENDED and header.size > MAX_HEADER:
            raise tarfile.ReadError(f"a header of {header.size} bytes")
        return header


class _Counted(io.RawIOBase):
    """Counts what passes, stops a bomb and remembers the last block."""

    def __init__(self, inner: _Readable, packed_size: int, limits: Limits) -> None:
        self._inner = inner
        self._ratio_limit = max(_RATIO_MATTERS, MAX_RATIO * packed_size)
        self._limit = limits.unpacked
        self._passed = 0
        self.tail = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Bytes of the unpacked stream."""
        data = self._inner.read(size)
        self._passed += len(data)
        if self._passed > self._limit:
            raise ArchiveError(f"unpacks to more than {self._limit} bytes")
        if self._passed > self._ratio_limit:
            raise ArchiveError(f"unpacks to over {MAX_RATIO} times its size")
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        return data


def read_entries(raw: BinaryIO, limits: Limits) -> Iterator[Entry]:
    """Yield the files and links of an archive, opened at its beginning, in its order.

    Raises ArchiveError when it is damaged or truncated, names a path or a link outside itself, an
    unreadable name, or one path twice, holds a device, or passes a limit; and OSError when it
    cannot be read. An error may come after entries: use none of them before the end.
    """
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    packed = raw.read(len(GZIP)) == GZIP
    raw.seek(0)
    stream = _Counted(gzip.GzipFile(fileobj=raw) if packed else raw, size, limits)
    try:
        yield from _entries(stream, limits)
        while stream.read(1 << 16):
            pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise ArchiveError(f"damaged or truncated ({error})") from error
    except RecursionError:
        # One level for each header that only prepares the next.
        raise ArchiveError("has too many headers for one file") from None
    if stream.tail != bytes(_TAIL):
        raise ArchiveError("truncated: the end of the archive is missing")


def _entries(stream: _Counted, limits: Limits) -> Iterator[Entry]:
    seen: set[str] = set()
    kept = 0
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as tar:
        for count, member in enumerate(tar):
            if count >= limits.entries:
                raise ArchiveError(f"has more than {limits.entries} entries")
            _refuse_hostile(member)
            if member.isdir():
                continue
            path = str(PurePosixPath(member.name))
            if path in seen:
                raise ArchiveError(f"has two entries {path!r}")
            seen.add(path)
            data = None
            if member.isreg() and member.size <= limits.file:
                kept += member.size
                if kept > limits.kept:
                    raise ArchiveError(f"has more than {limits.kept} bytes of files")
                data = _content(tar, member)
            yield Entry(path, member.name, member.size, not member.isreg(), data)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    data = file.read() if file else b""
    if len(data) != member.size:
        raise ArchiveError(f"truncated within {member.name!r}")
    return data


def _refuse_hostile(member: tarfile.TarInfo) -> None:
    where = f"entry {member.name!r}"
    if not member.name.isprintable():
        raise ArchiveError(f"{where} has unprintable characters in its name")
    if _OUTSIDE.search(member.name):
        raise ArchiveError(f"{where} lies outside the archive")
    if member.size < 0 or member.issparse():
        raise ArchiveError(f"{where} is sparse, as no file of a chart is")
    is_link = member.issym() or member.islnk()
    if is_link and _OUTSIDE.search(member.linkname):
        raise ArchiveError(f"{where} is a link to {member.linkname!r}, outside its folder")
    if not (member.isreg() or member.isdir() or is_link):
        raise ArchiveError(f"{where} is neither file nor folder")
