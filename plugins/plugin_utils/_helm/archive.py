# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a chart archive (.tgz) in memory and refuses hostile or broken ones.

Limits are Helm's (100 MiB unpacked, 5 MiB a file), and a few of our own against bombs.
"""

from __future__ import annotations

import io
import posixpath
import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError

if TYPE_CHECKING:
    import tarfile

MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_FILE: Final = 5 * 1024 * 1024
MAX_ENTRIES: Final = 10_000
MAX_RATIO: Final = 200
_RATIO_MATTERS: Final = 10 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b\x08"
_BOM: Final = b"\xef\xbb\xbf"
_DRIVE = re.compile(r"[a-zA-Z]:/")


def _unpack(data: bytes, origin: str) -> bytes:
    if not data.startswith(_GZIP):
        hint = "an empty file" if not data else "not a gzip archive"
        raise ChartError(f"{origin}: {hint}; a chart archive is a .tgz file made by helm package")
    out = bytearray()
    rest = data
    while rest:
        stream = zlib.decompressobj(wbits=31)
        try:
            out += stream.decompress(rest, MAX_UNPACKED + 1 - len(out))
        except zlib.error as error:
            raise ChartError(f"{origin}: damaged gzip data ({error}); fetch it again") from None
        if len(out) > MAX_UNPACKED:
            raise ChartError(f"{origin}: unpacks to more than {MAX_UNPACKED} bytes; refused")
        if len(out) > _RATIO_MATTERS and len(out) > MAX_RATIO * len(data):
            raise ChartError(f"{origin}: unpacks to over {MAX_RATIO} times its size; refused")
        if not stream.eof:
            raise ChartError(f"{origin}: truncated gzip data; fetch it again")
        rest = stream.unused_data.lstrip(b"\0")
    return bytes(out)


def _entry_name(raw: str, origin: str) -> str:
    """Return the path inside the chart: the first folder is the chart's own."""
    where = f"{origin}: entry {raw!r}"
    if raw.startswith(("/", "\\")) or _DRIVE.match(raw.replace("\\", "/")):
        raise ChartError(f"{where} has an absolute path; refused")
    delimiter = "\\" if "\\" in raw else "/"
    parts = raw.split(delimiter)
    if ".." in parts or ".." in raw.replace("\\", "/").split("/"):
        raise ChartError(f"{where} points outside the chart; refused")
    if parts[0] == "Chart.yaml":
        raise ChartError(f"{where} is not in a folder; a chart archive holds one top folder")
    inside = "/".join(parts[1:])
    if inside.startswith("/") or _DRIVE.match(inside):
        raise ChartError(f"{where} has an absolute path; refused")
    name = posixpath.normpath(inside) if inside else "."
    if name == "." or "\0" in name:
        raise ChartError(f"{where} lies outside the chart's folder; refused")
    return name


def _members(tar: tarfile.TarFile, origin: str) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar):
        if count >= MAX_ENTRIES:
            raise ChartError(f"{origin}: more than {MAX_ENTRIES} entries; refused")
        if member.isdir():
            continue
        if member.issym() or member.islnk():
            raise ChartError(f"{origin}: entry {member.name!r} is a link; refused")
        if not member.isreg():
            raise ChartError(f"{origin}: entry {member.name!r} is no regular file; refused")
        if member.size > MAX_FILE:
            raise ChartError(
                f"{origin}: entry {member.name!r} is larger than {MAX_FILE} bytes; refused"
            )
        yield member


def read_archive(data: bytes, origin: str) -> dict[str, bytes]:
    """Return the files of a chart archive by their path inside the chart.

    ``origin`` names the archive in errors. Raises ChartError for anything that is no sound archive.
    """
    import tarfile  # not needed for a chart that is cached or a directory

    unpacked = _unpack(data, origin)
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as tar:
            for member in _members(tar, origin):
                name = _entry_name(member.name, origin)
                stream = tar.extractfile(member)
                content = stream.read() if stream is not None else b""
                if len(content) != member.size:
                    raise ChartError(f"{origin}: entry {member.name!r} is truncated")
                files[name] = content.removeprefix(_BOM)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise ChartError(f"{origin}: damaged tar data ({error})") from None
    if not unpacked.endswith(b"\0" * 512):
        raise ChartError(f"{origin}: truncated tar data; fetch it again")
    if not files:
        raise ChartError(f"{origin}: no files in chart archive")
    return files
