# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a release: finds its charts, verifies the digest, settles the version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import (
    ChartError,
    HelmError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import read_values
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import (
    canonical,
    is_older,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.extras import (
    global_near,
    place_of,
    profiles_near,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import (
    Release,
    stamped,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.source import (
    SUPPORTED,
    Content,
    Source,
    Verify,
    source_of,
)

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import Lock

# What stands for "wherever upstream publishes it": first the registry, then the repository.
DEFAULT_CHARTS: Final = "oci://ghcr.io/istio/release/charts"

_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_FIRST = (1, 7)
_LAST_WITH_GLOBAL = (1, 8)
_NEEDED = ("base", "istiod")
_PACKED_VERSION = re.compile(r"-(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\.(?:tgz|tar\.gz)\Z")
# It has kept the version 1.7.0 through all releases.
_UNVERSIONED = "istio-operator"
_REMOTE = ("oci://", "https://", "http://")
_BROKEN: Final = "Correct the file, or fetch the charts again."


def load_release(
    charts: str | Path | Mapping[str, Any],
    *,
    version: str = "",
    lock: str | Path = "",
    base_dir: Path | None = None,
    store: Path | None = None,
    prefix: str = "mesh_",
) -> Release:
    """The release at ``charts``: a path, an address, or a mapping of ``source`` and more.

    ``version`` chooses among charts of several versions, must agree with the charts, and names the
    version of charts that carry a placeholder. ``lock`` is a lock file that the charts must agree
    with. Relative paths count from ``base_dir``, or else from the working directory. What is
    fetched is kept in ``store``, by default in the user's cache folder. Raises ReleaseError.
    """
    locked = open_lock(lock, base_dir)
    source = open_source(
        charts, version=version, lock=locked, base_dir=base_dir, store=store, prefix=prefix
    )
    content = read_source(source, charts, prefix)
    release = release_of(content, version, prefix)
    if locked:
        locked.check(release)
    return release


def open_lock(path: str | Path, base_dir: Path | None = None) -> Lock | None:
    """The lock file at the path, None when no path is given. Raises ReleaseError."""
    if not path:
        return None
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import read_lock

    file = Path(path).expanduser()
    return read_lock(base_dir / file if base_dir and (base_dir / file).exists() else file)


def open_source(
    charts: str | Path | Mapping[str, Any],
    *,
    version: str = "",
    lock: Lock | None = None,
    base_dir: Path | None = None,
    store: Path | None = None,
    prefix: str = "mesh_",
    refresh: bool = False,
) -> Source:
    """The source that the user names; nothing is read yet. Arguments as of `load_release`.

    ``refresh`` asks the network although the store knows the answer. Raises ReleaseError.
    """
    where = f"{prefix}charts"
    options = _split(charts)
    text = str(options["source"])
    if not text.lower().startswith(_REMOTE):
        return source_of(where, text, base_dir)
    # What is needed for a network costs nothing where there is none.
    from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.source import remote_source

    locked = lock.find(version) if lock and version else None
    return remote_source(options, where, version, store=store, locked=locked, refresh=refresh)


def read_source(
    source: Source, charts: str | Path | Mapping[str, Any], prefix: str = "mesh_"
) -> Content:
    """What the source has, held against the digest in ``charts``. Raises ReleaseError."""
    where, options = f"{prefix}charts", _split(charts)
    try:
        return source.read(_verifier(str(options.get("digest") or ""), where))
    except ChartError as error:
        raise ReleaseError(f"{where}: {error}", _BROKEN) from error
    except OSError as error:
        raise ReleaseError(
            f"{where}: {error.filename or options['source']}: {error.strerror or error}",
            "Make the charts readable.",
        ) from error


def release_of(content: Content, version: str = "", prefix: str = "mesh_") -> Release:
    """The release that a source's content makes. Raises ReleaseError."""
    where = f"{prefix}charts"
    try:
        found = _parse(content)
        if not found:
            raise ReleaseError(
                f"{where}: {content.origin} has no chart of Istio in it", f"Give {SUPPORTED}."
            )
        return _settle(content, found, version, prefix)
    except HelmError as error:
        raise ReleaseError(f"{where}: {error}", _BROKEN) from error


def _split(charts: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping that ``charts`` is short for."""
    options = charts if isinstance(charts, Mapping) else {"source": str(charts or "")}
    return options if options.get("source") else {**options, "source": DEFAULT_CHARTS}


def _verifier(wanted: str, where: str) -> Verify:
    def verify(origin: str, digest: str) -> None:
        if wanted and wanted != digest:
            raise ReleaseError(
                f"{where}: {origin} has the digest {digest}, not {wanted}",
                "Fetch the charts again; if the change is meant, correct the digest.",
            )

    return verify


def _parse(content: Content) -> dict[str, list[Chart]]:
    found: dict[str, list[Chart]] = {}
    for item in content.charts:
        chart = load_files(item.files, item.origin)
        found.setdefault(canonical(chart.name), []).append(chart)
    return found


def _settle(
    content: Content, found: Mapping[str, Sequence[Chart]], version: str, prefix: str
) -> Release:
    """One chart of each name, all of one version."""
    versions = sorted({_app_version(c) for charts in found.values() for c in charts} - {""})
    if not version:
        if not versions:
            raise ReleaseError(
                f"The charts in {content.origin} carry no version of Istio, only a placeholder",
                f'Set {prefix}version, such as "1.31.1".',
            )
        if len(versions) > 1:
            raise ReleaseError(
                f"{content.origin} has charts of several versions: {', '.join(versions)}",
                f"Choose one by {prefix}version.",
            )
        version = versions[0]
    # Another release in the same folder may have charts that this one has not.
    others = {_app_version(chart) for chart in found.get("base", ())}
    chosen, wrong = {}, []
    for name, charts in sorted(found.items()):
        fitting = [chart for chart in charts if _app_version(chart) in ("", version)]
        if fitting:
            chosen[name] = stamped(_best(name, fitting, version, content.origin), version)
        elif name in _NEEDED or not {_app_version(chart) for chart in charts} <= others:
            wrong.append(f"{name} {', '.join(_app_version(chart) for chart in charts)}")
    if wrong:
        raise ReleaseError(
            f"{prefix}version is {version}, but {content.origin} has {'; '.join(wrong)}",
            f"Set {prefix}version to that of the charts, or name the charts of {version}.",
        )
    place = place_of(chosen)
    release = Release(
        version=version,
        origin=content.origin,
        digest=content.digest,
        charts=chosen,
        notes=content.notes,
        profile_files=profiles_near(content.extras, place, version),
    )
    if release.minor > _LAST_WITH_GLOBAL:
        return release
    where, text = global_near(content.extras, place, version)
    return replace(release, global_values=read_values(text, where) if text else {})


def _best(name: str, charts: Sequence[Chart], version: str, origin: str) -> Chart:
    """The chart that says it is of the version, else the one whose place says so.

    Charts up to 1.11 carry no version of Istio, so that several releases in one folder can only be
    told apart by the names of files and folders. Raises ReleaseError when these do not help.
    """

    def rank(chart: Chart) -> int:
        if _app_version(chart):
            return 0
        return 1 if f"/{version}/" in f"{chart.origin}/" else 2

    ranks = [rank(chart) for chart in charts]
    best = [chart for chart, mark in zip(charts, ranks, strict=True) if mark == min(ranks)]
    if len({chart.digest for chart in best}) > 1:
        places = ", ".join(chart.origin for chart in best)
        raise ReleaseError(
            f"{origin} has several charts {name} that say no version of Istio: {places}",
            f"Name the folder that has the charts of {version} alone.",
        )
    return best[0]


def _app_version(chart: Chart) -> str:
    """The version of Istio a chart says it is of, or its archive's name does; empty for neither.

    Versions before 1.7 are placeholders.
    """
    if chart.name == _UNVERSIONED or is_older(chart.origin):
        said = ""
    else:
        metadata = chart.metadata.raw
        said = str(metadata.get("appVersion") or metadata.get("version") or "")
    named = _PACKED_VERSION.search(chart.origin)
    for text in (said.removeprefix("v"), named[1] if named else ""):
        match = _VERSION.match(text)
        if match and (int(match[1]), int(match[2])) >= _FIRST:
            return text
    return ""
