# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock file: which bytes a version of Istio consists of. It belongs in Git.

A chart is pinned twice: its archive's bytes, to be checked before anything is unpacked, and its
files' content, which holds in every form the chart may come in. Written by the playbook
fetch-release alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

FILE_NAME: Final = "mesh-charts.lock.yml"
_FORMAT: Final = 1
_MAX_SIZE: Final = 1024 * 1024
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = """\
---
# The charts of Istio, pinned: archive is the digest of the packed chart, content of its files.
# Written by the playbook fetch-release. Keep it in Git, and name it in mesh_charts_lock.
"""


@dataclass(frozen=True)
class Pin:
    """Digests of a chart; ``archive`` is empty for one that came unpacked."""

    content: str
    archive: str = ""


@dataclass(frozen=True)
class LockedRelease:
    """The charts of a version. ``archive`` is the digest when all came in one archive."""

    source: str
    charts: Mapping[str, Pin]
    archive: str = ""


@dataclass(frozen=True)
class Lock:
    """A lock file, by version of Istio.

    ``gateway_api`` has digests of the Gateway API's CRDs, by their version and channel.
    """

    path: Path
    releases: Mapping[str, LockedRelease] = field(default_factory=dict)
    gateway_api: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def find(self, version: str) -> LockedRelease:
        """What is pinned for a version. Raises FetchError when nothing is."""
        try:
            return self.releases[version]
        except KeyError:
            known = ", ".join(sorted(self.releases)) or "none"
            raise FetchError(
                f"{self.path}: Istio {version} is not pinned there (but {known})",
                "Pin it with the playbook fetch-release.",
            ) from None

    def check(self, release: Release) -> None:
        """Every chart of the release is the one that is pinned. Raises FetchError."""
        pinned = self.find(release.version).charts
        for name, chart in sorted(release.charts.items()):
            pin, found = pinned.get(name), content_digest(chart.digest)
            if pin is None or pin.content != found:
                wanted = f"pinned is {pin.content}" if pin else "it is not pinned"
                raise FetchError(
                    f"{self.path}: chart {name} {release.version} of {release.origin} has the "
                    f"content {found}, but {wanted}",
                    "Fetch the charts again; if the change is meant, run the playbook "
                    "fetch-release with mesh_fetch_repin=true.",
                )

    def with_release(self, version: str, release: LockedRelease) -> Lock:
        """The lock with a release added or replaced."""
        return replace(self, releases={**self.releases, version: release})

    def check_gateway_api(self, version: str, channel: str, digest: str) -> None:
        """The CRDs are those that are pinned, if any are. Raises FetchError."""
        if not self.gateway_api:
            return
        pinned = self.gateway_api.get(version, {}).get(channel)
        if pinned == digest:
            return
        wanted = f"pinned is {pinned}" if pinned else "this version and channel are not pinned"
        raise FetchError(
            f"{self.path}: the CRDs of the Gateway API {version} ({channel}) have the content "
            f"{digest}, but {wanted}",
            "Fetch them again; if the change is meant, run the playbook fetch-release with "
            "mesh_fetch_repin=true.",
        )

    def with_gateway_api(self, version: str, channel: str, digest: str) -> Lock:
        """The lock with these CRDs added or replaced."""
        channels = {**self.gateway_api.get(version, {}), channel: digest}
        return replace(self, gateway_api={**self.gateway_api, version: channels})

    def text(self) -> str:
        """The content of the file: the same for the same pins."""
        releases = {
            version: {
                "source": release.source,
                **({"archive": release.archive} if release.archive else {}),
                "charts": {
                    name: {
                        **({"archive": pin.archive} if pin.archive else {}),
                        "content": pin.content,
                    }
                    for name, pin in sorted(release.charts.items())
                },
            }
            for version, release in sorted(self.releases.items())
        }
        data: dict[str, Any] = {"lock": _FORMAT, "releases": releases}
        if self.gateway_api:
            data["gateway_api"] = {
                version: dict(sorted(channels.items()))
                for version, channels in sorted(self.gateway_api.items())
            }
        body = yaml.safe_dump(data, sort_keys=False, width=200)
        return _HEAD + body


def read_lock(path: Path, *, missing_ok: bool = False) -> Lock:
    """Read a lock file. Raises FetchError when it is missing, damaged or of a later format."""
    try:
        if path.stat().st_size > _MAX_SIZE:
            raise FetchError(f"{path}: too large for a lock file", "Correct mesh_charts_lock.")
        data = yaml.load(path.read_bytes(), Loader=_Loader)
    except FileNotFoundError:
        if missing_ok:
            return Lock(path)
        raise FetchError(
            f"{path}: there is no such lock file",
            "Make it with the playbook fetch-release, or correct mesh_charts_lock.",
        ) from None
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise FetchError(f"{path}: not a lock file: {error}", "Take it from Git.") from error
    if isinstance(data, Mapping) and data.get("lock") not in (None, _FORMAT):
        raise FetchError(
            f"{path}: a lock file of format {data['lock']!r}", "Update the collection."
        )
    try:
        releases = {str(key): _release(item) for key, item in data["releases"].items()}
        crds = {
            str(version): {str(channel): _digest(text) for channel, text in channels.items()}
            for version, channels in (data.get("gateway_api") or {}).items()
        }
        return Lock(path, releases, crds)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FetchError(f"{path}: not a lock file: {error!r}", "Take it from Git.") from error


def content_digest(digest: str) -> str:
    """The digest of a chart as the lock file writes it."""
    return digest if digest.startswith("sha256:") else f"sha256:{digest}"


def _release(data: Mapping[str, Any]) -> LockedRelease:
    charts = {
        str(name): Pin(_digest(item["content"]), _digest(item.get("archive") or ""))
        for name, item in data["charts"].items()
    }
    _complete(charts)
    return LockedRelease(str(data["source"]), charts, _digest(data.get("archive") or ""))


def _complete(charts: Iterable[str]) -> None:
    if not list(charts):
        raise ValueError("a release without charts")


def _digest(text: Any) -> str:
    if text and not _DIGEST.fullmatch(str(text)):
        raise ValueError(f"{text!r} is no digest")
    return str(text)
