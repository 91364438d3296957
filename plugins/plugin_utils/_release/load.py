# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a release: finds its charts, verifies the digest, settles the version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import canonical
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import (
    Release,
    stamped,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.source import (
    SUPPORTED,
    Content,
    Verify,
    source_of,
)

_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_FIRST = (1, 7)


def load_release(
    charts: str | Path | Mapping[str, str],
    *,
    version: str = "",
    base_dir: Path | None = None,
    prefix: str = "mesh_",
) -> Release:
    """The release at ``charts``: a path, or a mapping of ``source`` and ``digest``.

    ``version`` chooses among charts of several versions, must agree with the charts, and names the
    version of charts that carry a placeholder. Relative paths count from ``base_dir``, or else
    from the working directory. Raises ReleaseError.
    """
    where = f"{prefix}charts"
    source, digest = _split(charts)
    if not source:
        raise ReleaseError(f"{where} is not set", f"Give {SUPPORTED}.")
    try:
        content = source_of(where, source, base_dir).read(_verifier(digest, where))
        found = _parse(content)
    except ChartError as error:
        raise ReleaseError(f"{where}: {error}") from error
    except OSError as error:
        raise ReleaseError(
            f"{where}: {error.filename or source}: {error.strerror or error}",
            "Make the charts readable.",
        ) from error
    if not found:
        raise ReleaseError(
            f"{where}: {content.origin} has no chart of Istio in it", f"Give {SUPPORTED}."
        )
    return _settle(content, found, version, prefix)


def _split(charts: str | Path | Mapping[str, str]) -> tuple[str, str]:
    if isinstance(charts, Mapping):
        return str(charts.get("source") or ""), charts.get("digest") or ""
    return str(charts or ""), ""


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
    chosen, wrong = {}, []
    for name, charts in sorted(found.items()):
        fitting = [chart for chart in charts if _app_version(chart) in ("", version)]
        if fitting:
            chosen[name] = stamped(fitting[0], version)
        else:
            wrong.append(f"{name} {', '.join(_app_version(chart) for chart in charts)}")
    if wrong:
        raise ReleaseError(
            f"{prefix}version is {version}, but {content.origin} has {'; '.join(wrong)}",
            f"Set {prefix}version to that of the charts, or name the charts of {version}.",
        )
    return Release(version, content.origin, content.digest, chosen)


def _app_version(chart: Chart) -> str:
    """The version of Istio a chart says it is of; empty for a placeholder, older than any chart."""
    metadata = chart.metadata.raw
    version = str(metadata.get("appVersion") or metadata.get("version") or "").removeprefix("v")
    match = _VERSION.match(version)
    return version if match and (int(match[1]), int(match[2])) >= _FIRST else ""
