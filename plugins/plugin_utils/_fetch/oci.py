# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts in an OCI registry, one repository a chart and one tag a version, as helm pushes them.

Digests are always checked: a manifest against the one the registry states or the user pins, a
layer against its manifest. API: OCI Distribution Specification 1.1; tokens: Distribution's
"Token Authentication Specification".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode, urlsplit

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import Address
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.credentials import (
    Login,
    stored_login,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import (
    FetchError,
    UnavailableError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.http import (
    Answer,
    Http,
    NotTlsError,
    check,
    is_loopback,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.package import (
    MAX_CHART,
    MAX_PROVENANCE,
    NEEDED,
    Package,
    optional_charts,
)

_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
_CHARTS = ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip")
_PROVENANCE: Final = "application/vnd.cncf.helm.chart.provenance.v1.prov"
_MAX_MANIFEST: Final = 4 * 1024 * 1024
_MAX_TOKEN: Final = 1024 * 1024
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHALLENGE = re.compile(r"(?i)\b(Bearer|Basic)\b([^,]*(?:,\s*\w+\s*=\s*(?:\"[^\"]*\"|[^,\s]+))*)")
_PARAMETER = re.compile(r"(\w+)\s*=\s*(?:\"([^\"]*)\"|([^,\s]+))")


class Registry:
    """A place of the kind ``oci``."""

    def __init__(self, address: Address, http: Http | None = None) -> None:
        self.address = address
        self._http = http or Http(address.access)
        self._secrets: dict[str, str] = {}
        self._base = ""

    def resolve(self, version: str) -> list[Package]:
        """The charts of a version. Raises UnavailableError when one that is needed is missing."""
        address = self.address
        if address.chart:
            reference = address.digest or address.tag or _tag(version)
            return [self._package(address.chart, address.path, reference, version)]
        found = [
            self._package(name, f"{address.path}/{name}", _tag(version), version) for name in NEEDED
        ]
        for name in optional_charts(version):
            try:
                repository = f"{address.path}/{name}"
                found.append(self._package(name, repository, _tag(version), version))
            except UnavailableError as error:
                # Registries deny what does not exist. Whoever needs the chart is told so later.
                if error.status not in (401, 403, 404):
                    raise
        return found

    def download(self, package: Package, sink: BinaryIO) -> str:
        """Write the archive and return its digest. Raises FetchError."""
        repository = package.place
        what = f"chart {package.name} of {self.address.text}"
        answer = self._get(repository, f"blobs/{package.digest}", MAX_CHART, sink=sink)
        check(answer, what)
        return answer.digest

    def provenance(self, package: Package) -> bytes | None:
        """The provenance file that came with the chart, or None."""
        if not package.provenance:
            return None
        path = f"blobs/{package.provenance}"
        answer = self._get(package.place, path, MAX_PROVENANCE)
        check(answer, f"provenance of chart {package.name}")
        if answer.digest != package.provenance:
            raise _wrong(shown(answer.url), answer.digest, package.provenance)
        return answer.body

    def _package(self, name: str, repository: str, reference: str, version: str) -> Package:
        what = f"chart {name} {version}".strip()
        answer = self._get(
            repository, f"manifests/{reference}", _MAX_MANIFEST, headers={"Accept": _MANIFEST}
        )
        check(answer, what)
        where = shown(answer.url)
        stated = reference if ":" in reference else answer.headers.get("Docker-Content-Digest")
        if stated and _DIGEST.fullmatch(stated) and stated != answer.digest:
            raise _wrong(where, answer.digest, stated)
        layers = _layers(answer, where)
        chart = next((layers[kind] for kind in _CHARTS if kind in layers), None)
        if chart is None:
            raise FetchError(f"{where}: no chart of Helm", "Correct the address.")
        return Package(
            name=name,
            file=f"{name}-{version or reference.replace(':', '-')}.tgz",
            digest=chart,
            place=repository,
            url=f"oci://{self.address.host}/{repository}@{answer.digest}",
            provenance=layers.get(_PROVENANCE, ""),
        )

    def _get(
        self,
        repository: str,
        path: str,
        limit: int,
        *,
        headers: Mapping[str, str] | None = None,
        sink: BinaryIO | None = None,
    ) -> Answer:
        url = f"{self._find_base()}/v2/{repository}/{path}"
        secret = self._secrets.get(repository, "")
        answer = self._http.get(url, limit=limit, headers=headers, secret=secret, sink=sink)
        # Only the registry itself may ask for a login, not where it sends us.
        asked = urlsplit(answer.url).netloc == self.address.host
        if answer.status != 401 or secret or not asked:
            return answer
        self._secrets[repository] = self._authorize(answer, repository)
        secret = self._secrets[repository]
        return self._http.get(url, limit=limit, headers=headers, secret=secret, sink=sink)

    def _find_base(self) -> str:
        if not self._base:
            host, plain = self.address.host, self.address.access.plain_http
            self._base = f"{'http' if plain else 'https'}://{host}"
            if plain is None and is_loopback(urlsplit(self._base).hostname or ""):
                try:
                    self._http.get(f"{self._base}/v2/", limit=_MAX_MANIFEST)
                except NotTlsError:
                    self._base = f"http://{host}"
        return self._base

    def _authorize(self, answer: Answer, repository: str) -> str:
        """The Authorization header that the challenge of a 401 asks for."""
        challenges = _challenges(answer)
        login = self._login(repository)
        if "bearer" in challenges:
            return self._token(challenges["bearer"], repository, login)
        if "basic" in challenges and login and login.username:
            return login.basic
        check(answer, f"repository {repository}")
        return ""

    def _login(self, repository: str) -> Login | None:
        access = self.address.access
        if access.username:
            return Login(access.username, access.password)
        return stored_login(self.address.host, repository)

    def _token(self, challenge: Mapping[str, str], repository: str, login: Login | None) -> str:
        realm = challenge.get("realm", "")
        if self._find_base().startswith("https:") and not realm.startswith("https://"):
            raise FetchError(
                f"oci://{self.address.host}: asks for a token from {shown(realm)!r}: refused",
                "Ask the registry's administrator for a realm with https://.",
            )
        scope = challenge.get("scope") or f"repository:{repository}:pull"
        query = {"service": challenge.get("service", ""), "scope": scope}
        query = {key: value for key, value in query.items() if value}
        secret, form = "", None
        if login and login.identity_token:
            grant = {"grant_type": "refresh_token", "refresh_token": login.identity_token}
            form = urlencode({**query, **grant, "client_id": "meshops.istio"}).encode()
        else:
            realm += ("&" if "?" in realm else "?") + urlencode(query)
            secret = login.basic if login and login.username else ""
        answer = self._http.get(realm, limit=_MAX_TOKEN, secret=secret, form=form)
        check(answer, f"token for repository {repository}")
        try:
            data = json.loads(answer.body)
            token = data.get("token") or data.get("access_token")
        except (ValueError, AttributeError):
            token = None
        if not isinstance(token, str) or not token.isprintable():
            raise UnavailableError(f"{shown(realm)}: gives no token", "Ask its administrator.")
        return f"Bearer {token}"


def _tag(version: str) -> str:
    # A tag cannot have a plus; helm writes an underscore.
    return version.replace("+", "_")


def _layers(answer: Answer, where: str) -> dict[str, str]:
    """Digest of the first layer of each media type."""
    try:
        manifest: Any = json.loads(answer.body)
        if manifest["config"]["mediaType"] != _CONFIG:
            raise FetchError(
                f"{where}: no chart of Helm but {manifest['config']['mediaType']!r}",
                "Correct the address.",
            )
        layers: dict[str, str] = {}
        for layer in manifest["layers"]:
            layers.setdefault(layer["mediaType"], layer["digest"])
        bad = [digest for digest in layers.values() if not _DIGEST.fullmatch(digest)]
    except (ValueError, KeyError, TypeError) as error:
        raise FetchError(f"{where}: no manifest of a chart", "Correct the address.") from error
    if bad:
        raise FetchError(f"{where}: a digest other than SHA-256: {bad[0]!r}", "Push it again.")
    return layers


def _challenges(answer: Answer) -> dict[str, dict[str, str]]:
    result: dict[str, dict[str, str]] = {}
    for header in answer.headers.get_all("WWW-Authenticate") or ():
        for scheme, rest in _CHALLENGE.findall(header):
            parameters = {key.lower(): a or b for key, a, b in _PARAMETER.findall(rest)}
            result.setdefault(scheme.lower(), parameters)
    return result


def _wrong(where: str, got: str, wanted: str) -> FetchError:
    return FetchError(
        f"{where}: has the digest {got}, not {wanted}", "Push it again, or ask who changed it."
    )
