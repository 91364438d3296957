# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch a release: what a folder for an air gap has to have in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.build import build
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.images import images_of
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.older import PLATFORMS_SINCE
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.operator import (
    operator_mesh,
    wish_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import (
    GatewaySpec,
    MeshSpec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import (
    FILE_NAME,
    Lock,
    LockedRelease,
    Pin,
    content_digest,
    read_lock,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.pack import pack_chart
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.source import (
    Fetched,
    RemoteSource,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.component import (
    bundle_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import canonical
from ansible_collections.meshops.istio.plugins.plugin_utils._release.extras import (
    GLOBAL,
    PROFILES,
    global_near,
    place_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import (
    open_source,
    read_source,
    release_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release
from ansible_collections.meshops.istio.plugins.plugin_utils._release.source import Content

IMAGES = "images.txt"
_CHARTS = "charts"
_CRDS = "gateway-api"
_GATEWAY = GatewaySpec("istio-ingressgateway")


@dataclass(frozen=True)
class Wanted:
    """The files a folder is to have, by path; what they were made of, and warnings.

    ``archives`` are the digests of the packed charts, by name.
    """

    files: Mapping[Path, bytes]
    lock: Path
    release: Release
    archives: Mapping[str, str]
    images: tuple[str, ...]
    warnings: tuple[str, ...]


def gather(
    options: Mapping[str, Any],
    folder: Path,
    *,
    repin: bool = False,
    cache_dir: Path | None = None,
) -> Wanted:
    """Fetch the charts that the options of a mesh name, and say what is to be written.

    ``repin`` allows other digests than the lock file has. Asks the network even for what the store
    has; only if that fails, the store has to do. Writes nothing but the store. Raises MeshError.
    """
    spec = MeshSpec.from_options(options)
    lock_path = Path(spec.charts_lock).expanduser() if spec.charts_lock else folder / FILE_NAME
    lock = read_lock(lock_path, missing_ok=True)
    held = not repin and spec.version in lock.releases
    source = open_source(
        spec.charts,
        version=spec.version,
        lock=lock if held else None,
        store=cache_dir / "fetched" if cache_dir else None,
        refresh=True,
    )
    fetched = None
    if isinstance(source, RemoteSource):
        fetched = source.fetch()
        source = replace(source, refresh=False)
    content = read_source(source, spec.charts)
    release = release_of(content, spec.version)
    if not repin and release.version in lock.releases:
        lock.check(release)
    archives = _archives(release, content, fetched)
    digests = {name: _sha256(data) for name, (_file, data) in archives.items()}
    came = {name for name in archives if _came_packed(release, name, fetched)}
    pins = {
        name: Pin(content_digest(release.charts[name].digest), digest if name in came else "")
        for name, digest in digests.items()
    }
    images = _images(spec, release)
    files = {folder / _CHARTS / file: data for file, data in archives.values()}
    files |= _extras(release, content, folder / release.version)
    locked = _locked(lock, release, pins, fetched)
    if spec.gateway_api.wanted:
        bundle = bundle_of(spec, release.version, cache_dir=cache_dir)
        if not repin and bundle.channel in lock.gateway_api.get(bundle.version, {}):
            lock.check_gateway_api(bundle.version, bundle.channel, bundle.digest)
        locked = locked.with_gateway_api(bundle.version, bundle.channel, bundle.digest)
        crds = folder / _CRDS / f"{bundle.channel}-{bundle.version}.yaml"
        files[crds] = to_yaml(bundle.objects).encode()
    files[lock_path] = locked.text().encode()
    files[folder / IMAGES] = _image_list(folder / IMAGES, images)
    notes = (*fetched.notes, *content.notes) if fetched else content.notes
    return Wanted(files, lock_path, release, digests, tuple(images), tuple(dict.fromkeys(notes)))


def _archives(
    release: Release, content: Content, fetched: Fetched | None
) -> dict[str, tuple[str, bytes]]:
    """Each chart of the release packed: file name and bytes, as they came if they came packed."""
    packed = {
        canonical(package.name): path.read_bytes()
        for package, path in (fetched.packages if fetched else ())
        if package.name
    }
    files = {item.origin: item.files for item in content.charts}
    result = {}
    for name, chart in sorted(release.charts.items()):
        file = f"{chart.name}-{release.version}.tgz"
        result[name] = (file, packed.get(name) or _packed(chart.name, chart.origin, files))
    return result


def _extras(release: Release, content: Content, folder: Path) -> dict[Path, bytes]:
    """What an old release has beside its charts; later ones have it in them."""
    if release.minor >= PLATFORMS_SINCE:
        return {}
    files = {
        folder / PROFILES / f"{name}.yaml": text.encode()
        for name, text in release.profile_files.items()
    }
    _path, common = global_near(content.extras, place_of(release.charts), release.version)
    if common:
        files[folder / GLOBAL] = common.encode()
    return files


def _packed(name: str, origin: str, files: Mapping[str, Mapping[str, bytes]]) -> bytes:
    path = Path(origin)
    return path.read_bytes() if path.is_file() else pack_chart(name, files[origin])


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _came_packed(release: Release, name: str, fetched: Fetched | None) -> bool:
    """Whether the archive is the source's own, and not one that we made of its files."""
    if fetched:
        return bool(fetched.packages[0][0].name)
    return Path(release.charts[name].origin).is_file()


def _locked(lock: Lock, release: Release, pins: Mapping[str, Pin], fetched: Fetched | None) -> Lock:
    """The lock with this release in it; a source is kept that has the same bytes."""
    archive = ""
    if fetched and not fetched.packages[0][0].name:
        archive = fetched.packages[0][0].digest
    known = lock.releases.get(release.version)
    if known and dict(known.charts) == dict(pins) and archive in ("", known.archive):
        return lock
    return lock.with_release(release.version, LockedRelease(release.origin, pins, archive))


def _images(spec: MeshSpec, release: Release) -> list[str]:
    """Images of the mesh as it is described, with all components that it could have."""
    has_gateway = bool({"gateway", "istio-ingress"} & release.charts.keys())
    every = replace(
        spec,
        # Chart base has none, and takes most of the time.
        base=replace(spec.base, enabled=False),
        cni=replace(spec.cni, enabled="cni" in release.charts),
        ztunnel=replace(spec.ztunnel, enabled="ztunnel" in release.charts),
        ingress_gateways=(spec.ingress_gateways or (_GATEWAY,)) if has_gateway else (),
        egress_gateways=spec.egress_gateways if has_gateway else (),
    )
    mesh = decide(every, release, ClusterFacts())
    parts = build(mesh)
    if spec.operator:
        parts += operator_mesh(spec, wish_of(spec), release, ClusterFacts()).components
    return images_of(item for part in parts for item in part.objects)


def _image_list(path: Path, images: list[str]) -> bytes:
    """The list with these images in it: other clusters or versions may have added theirs."""
    try:
        known = path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        known = []
    return "".join(f"{image}\n" for image in sorted({*known, *images})).encode()
