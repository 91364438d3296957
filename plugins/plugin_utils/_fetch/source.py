# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts from the network as a source of a release: from the store if it has them, else fetched.

What a place had for a version is remembered, so a second run asks nobody. A lock file decides
which bytes count; without one, a tag means what it meant when it was first fetched, until the
playbook fetch-release asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import (
    Address,
    Addresses,
    read_addresses,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.package import Package, Place
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.store import (
    Store,
    default_folder,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import read_archive
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import digest_of
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import canonical
from ansible_collections.meshops.istio.plugins.plugin_utils._release.source import (
    ArchiveSource,
    ChartFiles,
    Content,
    Verify,
    chart_name,
    digest_of_charts,
)

if TYPE_CHECKING:
    # It needs PyYAML, which costs 15 ms.
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import LockedRelease


@dataclass(frozen=True)
class Fetched:
    """Packages with their archives, and what the user should know of how they came."""

    packages: tuple[tuple[Package, Path], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteSource:
    """The charts of a version at one of several places.

    ``locked`` is what a lock file says of the version. With ``refresh`` the places are asked
    although the store knows the answer; it is only used if none of them can be reached.
    """

    where: str
    addresses: Addresses
    version: str
    store: Store
    locked: LockedRelease | None = None
    refresh: bool = False

    @property
    def text(self) -> str:
        """The address as the user wrote it."""
        return self.addresses.places[0].text

    def read(self, verify: Verify) -> Content:
        """The charts' files, which `verify` has agreed to. Raises ReleaseError."""
        fetched = self.fetch()
        if self.addresses.places[0].kind == "archive":
            path = fetched.packages[0][1]
            content = ArchiveSource(path, name=self.text).read(verify)
            return replace(content, notes=fetched.notes)
        charts = []
        for package, path in fetched.packages:
            files = read_archive(path.read_bytes(), package.url)
            found = chart_name(files)
            if found != canonical(package.name):
                raise FetchError(
                    f"{package.url}: is chart {found!r}, not {package.name!r}",
                    "Ask who put it there.",
                )
            charts.append(ChartFiles(package.url, files))
        digest = digest_of_charts(digest_of(chart.files) for chart in charts)
        verify(self.text, digest)
        return Content(charts, digest, self.text, fetched.notes)

    def fetch(self) -> Fetched:
        """The archives, whole and verified. Raises FetchError."""
        known = self._known()
        if known is not None and not self.refresh:
            return Fetched(known)
        problems: list[UnavailableError] = []
        for address in self.addresses.places:
            try:
                packages = self._fetch_from(_place(address))
            except UnavailableError as error:
                problems.append(error)
                continue
            self.store.remember(self._key, [package for package, _path in packages])
            return Fetched(packages, tuple(_passed_over(problems, address)))
        if known is not None:
            note = f"{_joined(problems)}. Used is what was fetched before."
            return Fetched(known, (f"{self.where}: {note}",))
        raise UnavailableError(
            f"{self.where}: {_joined(problems)}", _remedy(problems), problems[0].status
        )

    @property
    def _key(self) -> tuple[str, ...]:
        # Another keyring means that signatures have to be checked again.
        ring = self.addresses.keyring
        mark = digest_of({"": Path(ring).read_bytes()}) if ring else ""
        return (self.text, self.version, mark)

    def _known(self) -> tuple[tuple[Package, Path], ...] | None:
        """The packages that the store has whole and the lock file has nothing against."""
        packages = self.store.known(self._key) or self._pinned_packages()
        found = []
        for package in packages:
            path = self.store.blob(package.digest)
            if path is None or self._fault(package) or self._unpinned(package):
                return None
            found.append((package, path))
        return tuple(found) or None

    def _pinned_packages(self) -> list[Package]:
        """What the lock file pins, if bytes are enough: they may have come from another place."""
        first = self.addresses.places[0]
        if self.locked is None or self.addresses.keyring:
            return []
        if first.kind == "archive":
            pins = {"": self.locked.archive}
        else:
            charts = self.locked.charts
            wanted = [canonical(first.chart)] if first.chart else sorted(charts)
            pins = {name: charts[name].archive if name in charts else "" for name in wanted}
        if not all(pins.values()):
            return []
        version = self.version or first.tag
        return [
            Package(name, f"{name}-{version}.tgz", digest, first.text)
            for name, digest in pins.items()
        ]

    def _fetch_from(self, place: Place) -> tuple[tuple[Package, Path], ...]:
        version = self.version or place.address.tag
        packages = place.resolve(version)
        wanted = [package for package in packages if not self._unpinned(package)]
        return tuple(self._bring(place, package) for package in wanted)

    def _bring(self, place: Place, package: Package) -> tuple[Package, Path]:
        self._refuse(package)
        path = self.store.blob(package.digest) if package.digest else None
        if path is None:

            def write(sink: Any) -> str:
                digest = place.download(package, sink)
                if package.digest and digest != package.digest:
                    raise FetchError(
                        f"{package.url}: has the digest {digest}, not {package.digest}",
                        "Fetch it from a source you trust.",
                    )
                self._refuse(replace(package, digest=digest))
                return digest

            digest, path = self.store.receive(write)
            package = replace(package, digest=digest)
        self._check_provenance(place, package)
        return package, path

    def _check_provenance(self, place: Place, package: Package) -> None:
        from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.provenance import (
            check_provenance,
        )

        data = place.provenance(package)
        check_provenance(data, package.digest, package.url, self.addresses.keyring)

    def _fault(self, package: Package) -> str:
        """What the lock file has against a package whose digest is known."""
        if self.locked is None or not package.digest:
            return ""
        if not package.name:
            pinned = self.locked.archive
        else:
            pin = self.locked.charts.get(canonical(package.name))
            pinned = pin.archive if pin else ""
        return pinned if pinned and pinned != package.digest else ""

    def _unpinned(self, package: Package) -> bool:
        """Whether the lock file has nothing of this chart: it came later, and nobody asked."""
        return (
            self.locked is not None
            and bool(package.name)
            and canonical(package.name) not in self.locked.charts
        )

    def _refuse(self, package: Package) -> None:
        pinned = self._fault(package)
        if pinned:
            raise FetchError(
                f"{self.where}: {package.url} has the digest {package.digest}, but the lock file "
                f"pins {pinned}",
                "Ask who changed it; if the change is meant, run the playbook fetch-release with "
                "mesh_fetch_repin=true.",
            )


def remote_source(
    charts: Mapping[str, Any],
    where: str,
    version: str,
    *,
    store: Path | None = None,
    locked: LockedRelease | None = None,
    refresh: bool = False,
) -> RemoteSource:
    """The source that the user's mapping names. Raises FetchError when it makes no sense."""
    addresses = read_addresses(charts, where)
    first = addresses.places[0]
    if not version and not (first.kind == "archive" or first.tag or first.digest):
        raise FetchError(
            f"{where}: {first.text} has many versions",
            f'Set {where.removesuffix("charts")}version, such as "1.31.1".',
        )
    folder = store or default_folder()
    return RemoteSource(where, addresses, version, Store(folder), locked, refresh)


def _place(address: Address) -> Place:
    if address.kind == "oci":
        from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.oci import Registry

        return Registry(address)
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.repository import (
        Archive,
        Repository,
    )

    return Archive(address) if address.kind == "archive" else Repository(address)


def _passed_over(problems: Iterable[UnavailableError], address: Address) -> list[str]:
    return [f"{problem.message}; used is {address.text}" for problem in problems]


def _joined(problems: Sequence[UnavailableError]) -> str:
    return "; ".join(problem.message for problem in problems)


def _remedy(problems: Sequence[UnavailableError]) -> str:
    remedies = dict.fromkeys(problem.remedy for problem in problems)
    return " ".join(remedies)
