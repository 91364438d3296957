# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a bundle: from a file, a folder or an archive, on disk or on the network.

A release has one file for each channel (``standard-install.yaml``), the sources have one folder for
each (``config/crd/standard``).
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.errors import BundleError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import digest_of
from ansible_collections.meshops.istio.plugins.plugin_utils._release.archive import read_contents

STANDARD: Final = "standard"
EXPERIMENTAL: Final = "experimental"
CHANNELS: Final = (STANDARD, EXPERIMENTAL)
UPSTREAM: Final = "https://github.com/kubernetes-sigs/gateway-api/releases/download"
_YAML: Final = (".yaml", ".yml")
_ARCHIVES: Final = (".tgz", ".tar.gz", ".tar")
_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_MAX_FILE: Final = 32 * 1024 * 1024
_MAX_FILES: Final = 500
REMEDY: Final = (
    "Give standard-install.yaml or experimental-install.yaml of a release, the folder config/crd "
    "of its sources, or an archive of these."
)


def _nothing() -> None:
    """Nothing is to be kept of what is on disk already."""


@dataclass(frozen=True)
class Files:
    """Texts by path.

    ``digest`` is of the file or archive as ``sha256sum`` prints it, of a folder over paths and
    contents. Who has found them to be right calls ``keep``, so that they are not fetched again.
    """

    texts: Mapping[str, bytes]
    digest: str
    origin: str
    keep: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Place:
    """Where a bundle is; ``access`` are options of a place on the network, as of charts."""

    where: str
    source: str
    access: Mapping[str, Any] = field(default_factory=dict)
    base_dir: Path | None = None
    store: Path | None = None


def read_place(place: Place, channel: str, digest: str = "") -> Files:
    """The files of a channel (of any, for an empty one). Raises BundleError and FetchError.

    What was kept of a place on the network counts only if it has the ``digest``, when one is given;
    what is returned may still have another.
    """
    if _REMOTE.match(place.source):
        return _remote(place, channel, digest)
    path = Path(place.source).expanduser()
    if place.base_dir and (place.base_dir / path).exists():
        path = place.base_dir / path
    try:
        if path.is_dir():
            return _folder(path, channel)
        if path.stat().st_size > _MAX_FILE:
            raise BundleError(f"{place.where}: {path} is larger than 32 MiB", REMEDY)
        return _packed(path.name, path.read_bytes(), str(path), channel)
    except OSError as error:
        message = f"{place.where}: {error.filename or path}: {error.strerror or error}"
        raise BundleError(message, REMEDY) from error


def upstream_url(version: str, channel: str) -> str:
    """Where the project publishes a release."""
    return f"{UPSTREAM}/v{version.removeprefix('v')}/{channel or STANDARD}-install.yaml"


def _folder(path: Path, channel: str) -> Files:
    """The YAML files of the channel's folder, else those of the folder itself."""
    names = (channel,) if channel else CHANNELS
    below = [path / prefix / name for prefix in ("", "crd", "config/crd") for name in names]
    installs = [path / f"{name}-install.yaml" for name in names]
    folder = next((one for one in below if one.is_dir()), None)
    install = next((one for one in installs if one.is_file()), None)
    found = [install] if install and not folder else sorted((folder or path).iterdir())
    chosen = [one for one in found if one.suffix in _YAML and one.is_file()]
    if len(chosen) > _MAX_FILES or sum(one.stat().st_size for one in chosen) > _MAX_FILE:
        raise BundleError(f"{path} has too many or too large files", REMEDY)
    texts = {one.name: one.read_bytes() for one in chosen}
    return Files(texts, _sha256(digest_of(texts)), str(folder or path))


def _packed(name: str, data: bytes, origin: str, channel: str) -> Files:
    """An archive or a single file."""
    digest = _sha256(hashlib.sha256(data).hexdigest())
    if name.lower().endswith(_YAML):
        return Files({name: data}, digest, origin)
    if not name.lower().endswith(_ARCHIVES):
        raise BundleError(f"{origin} is neither YAML nor an archive by its name", REMEDY)
    files = read_contents(io.BytesIO(data), origin).files
    for wanted in (channel,) if channel else CHANNELS:
        inside = {
            path: text
            for path, text in files.items()
            if path.endswith(_YAML) and PurePosixPath(path).parts[-3:-1] == ("crd", wanted)
        } or {
            path: text
            for path, text in files.items()
            if PurePosixPath(path).name == f"{wanted}-install.yaml"
        }
        if inside:
            return Files(inside, digest, origin)
    return Files(
        {path: text for path, text in files.items() if path.endswith(_YAML)}, digest, origin
    )


def _remote(place: Place, channel: str, wanted: str) -> Files:
    """Fetched until it was right once, then kept by its digest."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import (
        read_addresses,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.credentials import Login
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.http import Http, check
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.package import Package
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.store import (
        Store,
        default_folder,
    )

    options = {**place.access, "source": place.source, "mirrors": []}
    access = read_addresses(options, place.where).places[0].access
    store = Store(place.store or default_folder())
    name = PurePosixPath(urlsplit(place.source).path).name
    key = ("gateway-api", place.source)
    for package in store.known(key) or ():
        kept = store.blob(package.digest)
        if kept is not None and wanted in ("", package.digest):
            return _packed(name, kept.read_bytes(), place.source, channel)

    def write(sink: BinaryIO) -> str:
        login = Login(access.username, access.password) if access.username else None
        secret = login.basic if login else ""
        answer = Http(access).get(place.source, limit=_MAX_FILE, sink=sink, secret=secret)
        check(answer, "CRDs of the Gateway API")
        return answer.digest

    digest, path = store.receive(write)
    files = _packed(name, path.read_bytes(), place.source, channel)

    def keep() -> None:
        store.remember(key, [Package("", name, digest, place.source)])

    return replace(files, keep=keep)


def _sha256(digest: str) -> str:
    return digest if digest.startswith("sha256:") else f"sha256:{digest}"
