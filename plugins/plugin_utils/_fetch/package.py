# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A packed chart, or a whole release, at a place on the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import Address

MAX_CHART: Final = 50 * 1024 * 1024
MAX_RELEASE: Final = 512 * 1024 * 1024
MAX_PROVENANCE: Final = 1024 * 1024
# A mesh cannot do without these; the others are fetched when the version has them.
NEEDED: Final = ("base", "istiod")
_OPTIONAL: Final = ("cni", "gateway", "ztunnel")
_MINOR = re.compile(r"v?1\.(\d+)(\.|$)")
_LAST_REMOTE: Final = 23


@dataclass(frozen=True)
class Package:
    """An archive that can be fetched.

    ``name`` is that of the chart, empty for a whole release; ``digest`` is empty until the archive
    is there when the place does not tell it; ``place`` and ``provenance`` mean something to the
    place only.
    """

    name: str
    file: str
    digest: str
    url: str
    place: str = ""
    provenance: str = ""


class Place(Protocol):
    """A registry, a repository or an archive."""

    address: Address

    def resolve(self, version: str) -> Sequence[Package]:
        """The packages of a version. Raises FetchError."""

    def download(self, package: Package, sink: BinaryIO) -> str:
        """Write the archive and return its digest. Raises FetchError."""

    def provenance(self, package: Package) -> bytes | None:
        """The provenance file of the package, None when it has none. Raises FetchError."""


def optional_charts(version: str) -> tuple[str, ...]:
    """Charts that a version may have besides those needed."""
    match = _MINOR.match(version)
    if match and int(match[1]) <= _LAST_REMOTE:
        return (*_OPTIONAL, "istiod-remote")
    return _OPTIONAL
