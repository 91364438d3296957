# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an archive with many charts as a stream, in memory, and refuses hostile or broken ones.

A chart's own archive is small and has one folder; that of a release has a binary of 100 MB, which
is passed over here. Nothing is ever written to disk.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, NoReturn, Protocol

from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError

MAX_UNPACKED: Final = 512 * 1024 * 1024
MAX_KEPT: Final = 100 * 1024 * 1024
MAX_FILE: Final = 5 * 1024 * 1024
MAX_ENTRIES: Final = 50_000
MAX_HEADER: Final = 64 * 1024
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


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class _Entry(tarfile.TarInfo):
    """An entry whose header is small: tarfile reads extended ones into memory, however large."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> _Entry:
        """Parse one header block. Raises ReadError for what only a hostile archive has."""
        entry = super().frombuf(buf, encoding or "utf-8", errors)
        if entry.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError(f"entry {entry.name!r} is sparse, as no file of a chart is")
        if entry.type in _EXTENDED and entry.size > MAX_HEADER:
            raise tarfile.ReadError(f"a header of {entry.size} bytes")
        return entry


class _Counted(io.RawIOBase):
    """Counts what passes, stops a bomb and remembers the last block."""

    def __init__(self, inner: _Readable, origin: str) -> None:
        self._inner = inner
        self._origin = origin
        self._passed = 0
        self.tail = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Bytes of the unpacked stream."""
        data = self._inner.read(size)
        self._passed += len(data)
        if self._passed > MAX_UNPACKED:
            _refuse(self._origin, f"unpacks to more than {MAX_UNPACKED} bytes")
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        return data


@dataclass(frozen=True)
class Contents:
    """Files by path; ``left_out`` are the paths of links and of files over 5 MiB."""

    files: dict[str, bytes]
    left_out: frozenset[str]


def read_contents(raw: BinaryIO, origin: str) -> Contents:
    """The regular files of a .tgz or .tar archive, opened at its beginning.

    Raises ReleaseError when the archive is damaged or truncated, names a path or a link outside
    itself or one name twice, or unpacks to more than any release does, and OSError when it cannot
    be read.
    """
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    stream = _Counted(gzip.GzipFile(fileobj=raw) if packed else raw, origin)
    try:
        contents = _read(stream, origin)
        while stream.read(1 << 16):
            pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        _refuse(origin, f"damaged or truncated ({error})")
    except RecursionError:
        # One level for each header that only prepares the next.
        _refuse(origin, "has too many headers for one file")
    if stream.tail.strip(b"\0"):
        _refuse(origin, "truncated: the end of the archive is missing")
    return contents


def _read(stream: _Counted, origin: str) -> Contents:
    files: dict[str, bytes] = {}
    left_out: set[str] = set()
    kept = 0
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Entry) as tar:
        for count, member in enumerate(tar):
            if count >= MAX_ENTRIES:
                _refuse(origin, f"has more than {MAX_ENTRIES} entries")
            _refuse_hostile(member, origin)
            if member.isdir():
                continue
            name = str(PurePosixPath(member.name))
            if name in files or name in left_out:
                _refuse(origin, f"has two entries {name!r}")
            if not member.isreg() or member.size > MAX_FILE:
                left_out.add(name)
                continue
            kept += member.size
            if kept > MAX_KEPT:
                _refuse(origin, f"has more than {MAX_KEPT} bytes of files")
            content = tar.extractfile(member)
            data = content.read() if content else b""
            if len(data) != member.size:
                _refuse(origin, f"truncated within {member.name!r}")
            files[name] = data
    return Contents(files, frozenset(left_out))


def _refuse_hostile(member: tarfile.TarInfo, origin: str) -> None:
    if not member.name.isprintable():
        _refuse(origin, f"entry {member.name!r} has unprintable characters in its name")
    if _OUTSIDE.search(member.name):
        _refuse(origin, f"entry {member.name!r} lies outside the archive")
    if (member.issym() or member.islnk()) and _OUTSIDE.search(member.linkname):
        _refuse(
            origin, f"entry {member.name!r} is a link to {member.linkname!r}, outside its folder"
        )
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        _refuse(origin, f"entry {member.name!r} is neither file nor folder")


def _refuse(origin: str, message: str) -> NoReturn:
    raise ReleaseError(f"{origin}: {message}", "Fetch it again, from a source you trust.")
