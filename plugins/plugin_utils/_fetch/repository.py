# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts on web servers: a repository of Helm with its index.yaml, or one archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin, urlsplit

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import Address
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.credentials import Login
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.http import (
    Answer,
    Http,
    check,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.package import (
    MAX_CHART,
    MAX_PROVENANCE,
    MAX_RELEASE,
    NEEDED,
    Package,
    optional_charts,
)

_MAX_INDEX: Final = 64 * 1024 * 1024
_HEX = re.compile(r"(sha256:)?([0-9a-f]{64})")
_GZIP = b"\x1f\x8b"


class _Web:
    """What repository and archive have in common."""

    def __init__(self, address: Address, http: Http | None = None) -> None:
        self.address = address
        self._http = http or Http(address.access)

    def _get(self, url: str, limit: int, sink: BinaryIO | None = None) -> Answer:
        access = self.address.access
        login = Login(access.username, access.password) if access.username else None
        own = urlsplit(url)[:2] == urlsplit(self.address.url)[:2]
        secret = login.basic if login and own else ""
        return self._http.get(url, limit=limit, secret=secret, sink=sink)

    def _fetch(self, url: str, limit: int, sink: BinaryIO, what: str, *, packed: bool) -> str:
        answer = self._get(url, limit, sink)
        check(answer, what)
        sink.seek(0)
        head = sink.read(512)
        if answer.content_type == "text/html" or (packed and not head.startswith(_GZIP)):
            kind = answer.content_type or "nothing known"
            raise FetchError(
                f"{shown(answer.url)}: no archive but {kind}, beginning with {head[:20]!r}",
                "Correct the address; a login or proxy page may stand in between.",
            )
        return answer.digest

    def provenance(self, package: Package) -> bytes | None:
        """The file of the same name with .prov at its end, if there is one."""
        parts = urlsplit(package.place)
        answer = self._get(parts._replace(path=f"{parts.path}.prov").geturl(), MAX_PROVENANCE)
        # Buckets without a right to list say 403 for what is not there.
        if answer.status in (403, 404) or answer.content_type == "text/html":
            return None
        check(answer, f"provenance of {package.file}")
        return answer.body


class Archive(_Web):
    """A place of the kind ``archive``: a packed chart, or a release of istioctl."""

    def resolve(self, version: str) -> list[Package]:
        """The archive itself, whatever its version."""
        url = self.address.url
        file = urlsplit(url).path.rpartition("/")[2]
        return [Package("", file, "", shown(url), place=url)]

    def download(self, package: Package, sink: BinaryIO) -> str:
        """Write the archive and return its digest. Raises FetchError."""
        packed = not package.file.lower().endswith(".tar")
        return self._fetch(package.place, MAX_RELEASE, sink, "archive", packed=packed)


class Repository(_Web):
    """A place of the kind ``repository``."""

    def resolve(self, version: str) -> list[Package]:
        """The charts of a version. Raises UnavailableError when one that is needed is missing."""
        url = f"{self.address.url}/index.yaml"
        answer = self._get(url, _MAX_INDEX)
        check(answer, "index of the repository")
        entries = _entries(answer.body, shown(url))
        found = []
        for name in (*NEEDED, *optional_charts(version)):
            entry = _choose(entries.get(name), version)
            if entry is not None:
                found.append(self._package(name, entry, version))
            elif name in NEEDED:
                raise UnavailableError(
                    f"{shown(url)}: has no chart {name} of version {version}"
                    f"{_nearest(entries.get(name))}",
                    "Correct the version or the address.",
                    404,
                )
        return found

    def download(self, package: Package, sink: BinaryIO) -> str:
        """Write the archive and return its digest. Raises FetchError."""
        what = f"chart {package.name} of {self.address.text}"
        return self._fetch(package.place, MAX_CHART, sink, what, packed=True)

    def _package(self, name: str, entry: Mapping[str, Any], version: str) -> Package:
        where = f"{shown(self.address.url)}/index.yaml: {name} {version}"
        urls = entry.get("urls")
        if not isinstance(urls, list) or not urls or not isinstance(urls[0], str):
            raise FetchError(f"{where}: has no address", "Make the index again (helm repo index).")
        digest = str(entry.get("digest") or "")
        match = _HEX.fullmatch(digest)
        if digest and not match:
            raise FetchError(
                f"{where}: its digest {digest!r} is no SHA-256",
                "Make the index again (helm repo index).",
            )
        url = urljoin(f"{self.address.url}/", urls[0])
        return Package(
            name=name,
            file=f"{name}-{version}.tgz",
            digest=f"sha256:{match[2]}" if match else "",
            url=shown(url),
            place=url,
        )


def _entries(body: bytes, where: str) -> dict[str, Any]:
    import yaml  # Only here: whoever has the charts does without.

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        """Knows no merge keys, with which a small file makes a big one."""

        def flatten_mapping(self, node: Any) -> None:
            """Leave it as it is."""

    try:
        index = yaml.load(body, Loader=Loader)
        entries = index["entries"]
        if not isinstance(entries, dict):
            raise TypeError
    except (yaml.YAMLError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FetchError(
            f"{where}: no index of a repository of Helm", "Correct the address."
        ) from error
    return entries


def _choose(entries: Any, version: str) -> Mapping[str, Any] | None:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and str(entry.get("version")).removeprefix("v") == version:
            return entry
    return None


def _nearest(entries: Any) -> str:
    known = [
        str(entry.get("version"))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping)
    ]
    return f" (it has {', '.join(known[:5])}{', ...' if len(known) > 5 else ''})" if known else ""
