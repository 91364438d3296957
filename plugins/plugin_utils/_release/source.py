# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where charts come from: a directory or an archive, named by ``mesh_charts``.

A source yields the files of the charts and nothing else (a release of istioctl also has a binary of
100 MB). Sources on a network are in ``_fetch``, and of the same protocol.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import read_archive
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import digest_of
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import read_files
from ansible_collections.meshops.istio.plugins.plugin_utils._release.archive import read_contents
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import (
    WANTED,
    canonical,
    chart_folders,
    is_older,
    paths_below,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.extras import (
    MAX_EXTRA,
    PROFILES,
    is_extra,
    wanted_extra,
)

SUPPORTED = (
    "a directory or a .tgz/.tar.gz archive: a release of istioctl, its manifests or charts folder, "
    "or charts pulled one by one; or an address that begins with oci:// or https://"
)
_CHART = "Chart.yaml"
_CHARTS = "charts"
_PACKED = (".tgz", ".tar.gz")
_ARCHIVES = (*_PACKED, ".tar")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NAME = re.compile(rb"(?m)^name:[ \t]*[\"']?([a-z0-9-]+)")
_MAX_ENTRIES = 50_000


# Called with the origin and its digest; raises ReleaseError when it is not the one wanted.
Verify = Callable[[str, str], None]


@dataclass(frozen=True)
class ChartFiles:
    """The files of one chart by their path within it, not parsed yet."""

    origin: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Content:
    """What a source has: charts, and the digest of the whole.

    The digest of an archive is that of its bytes (what ``sha256sum`` prints); that of a directory
    is over the paths and contents of its charts and ``extras``, which are by path what lies beside
    the charts: profiles of istioctl and ``global.yaml``. ``notes`` are warnings for the user.
    """

    charts: Sequence[ChartFiles]
    digest: str
    origin: str
    notes: tuple[str, ...] = ()
    extras: Mapping[str, bytes] = field(default_factory=dict)


class Source(Protocol):
    """A place with charts."""

    def read(self, verify: Verify) -> Content:
        """Read the charts' files, which `verify` has agreed to. Raises ReleaseError."""


@dataclass(frozen=True)
class DirectorySource:
    """A directory with charts somewhere below it, as folders or as packed archives."""

    path: Path

    def read(self, verify: Verify) -> Content:
        """Read every folder that has a Chart.yaml, and every packed chart."""
        charts: list[ChartFiles] = []
        extras: dict[str, bytes] = {}
        for place in sorted(self._places()):
            if is_extra(str(place)):
                data = _small(place)
                if wanted_extra(str(place), data):
                    extras[str(place)] = data
            else:
                charts += _wanted(str(place), read_files(place))
        digests = [digest_of(chart.files) for chart in charts]
        digests += [digest_of({Path(path).name: data}) for path, data in extras.items()]
        digest = digest_of_charts(digests)
        verify(str(self.path), digest)
        return Content(charts, digest, str(self.path), extras=extras)

    def _places(self) -> Iterator[Path]:
        """Charts, packed or not, and what may lie beside them."""
        beside = self.path.parent / PROFILES
        if self.path.name == _CHARTS and beside.is_dir():
            # A release's folder of charts has its profiles next to it.
            yield from beside.glob("*.yaml")
        entries = 0
        for folder, folders, names in os.walk(self.path):
            entries += len(folders) + len(names)
            if entries > _MAX_ENTRIES:
                raise ReleaseError(
                    f"{self.path} has more than {_MAX_ENTRIES} files",
                    "Name the folder with the charts themselves.",
                )
            folders[:] = [name for name in folders if not name.startswith(".")]
            if _CHART in names:
                yield Path(folder)
                folders.clear()
                continue
            for name in names:
                path = Path(folder, name)
                if name.endswith(_PACKED) or is_extra(str(path)):
                    yield path


@dataclass(frozen=True)
class ArchiveSource:
    """An archive with charts somewhere in it; ``name`` is what to call it, if not its path."""

    path: Path
    name: str = ""

    def read(self, verify: Verify) -> Content:
        """Read every folder with a Chart.yaml in it, and every packed chart."""
        origin = self.name or str(self.path)
        with self.path.open("rb") as file:
            digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
            # Nothing is unpacked of an archive that is not the one wanted.
            verify(origin, digest)
            file.seek(0)
            contents = read_contents(file, origin)
        charts = []
        folders = chart_folders(contents.files)
        for folder in folders:
            lost = sorted(paths_below(contents.left_out, folder))
            if lost:
                raise ReleaseError(
                    f"{origin}: {folder}/{lost[0]} is a link or a file of over 5 MiB",
                    "No chart of Istio has such; fetch it again, from a source you trust.",
                )
            inside = paths_below(contents.files, folder)
            files = {short: contents.files[path] for short, path in inside.items()}
            charts += _wanted(f"{origin}:{folder}", files)
        for name, data in contents.files.items():
            if name.endswith(_PACKED):
                place = f"{origin}:{name}"
                charts += _wanted(place, read_archive(data, place))
        outside = {
            f"{origin}:{path}": data
            for path, data in contents.files.items()
            if is_extra(f"{origin}:{path}")
            and not any(path.startswith(f"{folder}/") for folder in folders)
        }
        extras = {path: data for path, data in outside.items() if wanted_extra(path, data)}
        return Content(charts, digest, origin, extras=extras)


def source_of(where: str, value: str, base_dir: Path | None = None) -> Source:
    """The source that a user's text names. Raises ReleaseError when there is nothing of the kind.

    ``where`` is the variable's name, for messages. Relative paths count from ``base_dir``, or
    else from the working directory.
    """
    if _URL.match(value):
        raise ReleaseError(
            f"{where}: {value} is an address of a kind that cannot be fetched",
            f"Give {SUPPORTED}.",
        )
    path = Path(value).expanduser()
    if base_dir and (base_dir / path).exists():
        path = base_dir / path
    if path.is_dir():
        return DirectorySource(path)
    if not path.exists():
        tried = "" if path.is_absolute() else f" in {base_dir or Path.cwd()}"
        raise ReleaseError(f"{where}: there is no {path}{tried}", f"Give {SUPPORTED}.")
    if not path.name.endswith(_ARCHIVES):
        raise ReleaseError(f"{where}: {path} is no archive by its name", f"Give {SUPPORTED}.")
    return ArchiveSource(path)


def chart_name(files: Mapping[str, bytes]) -> str:
    """The name we know the chart by, read without parsing; empty when it says none."""
    name = _NAME.search(files.get(_CHART, b""))
    return canonical(name[1].decode()) if name else ""


def digest_of_charts(digests: Iterable[str]) -> str:
    """The digest of several charts, in whatever form and order they come."""
    total = hashlib.sha256()
    for digest in sorted(digests):
        total.update(digest.encode())
    return f"sha256:{total.hexdigest()}"


def _wanted(origin: str, files: Mapping[str, bytes]) -> list[ChartFiles]:
    """The chart, if it is one of Istio's: samples and umbrella charts are passed over."""
    # A Chart.yaml that cannot be read is to be reported, not passed over.
    name = chart_name(files) or canonical(PurePosixPath(origin).name)
    wanted = name in WANTED or is_older(origin)
    return [ChartFiles(origin, files)] if wanted else []


def _small(path: Path) -> bytes:
    """The beginning of a file: one byte more than it may have, if it has more."""
    with path.open("rb") as file:
        return file.read(MAX_EXTRA + 1)
