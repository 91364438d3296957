# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release: the charts of one version of Istio."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import Metadata
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import read_values
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError

_MINOR = re.compile(r"(\d+)\.(\d+)")
# Where charts from 1.21 on keep their defaults, so that profiles can come between.
_DEFAULTS: Final = ("_internal_defaults_do_not_set", "defaults")
_PROFILE = re.compile(r"files/profile-(?!platform-|compatibility-version-)(.+)\.yaml")
_PLATFORM = re.compile(r"files/profile-platform-(.+)\.yaml")


@dataclass(frozen=True)
class Release:
    """The charts of a release by their present names, stamped with its version.

    ``digest`` is that of the source, ``origin`` where it is, ``notes`` are warnings for the user.
    ``profile_files`` are istioctl's profiles by name (text of IstioOperator documents), if the
    source has them; ``global_values`` are the common values of charts up to 1.8, meant to lie under
    those of the user.
    """

    version: str
    origin: str
    digest: str
    charts: Mapping[str, Chart] = field(repr=False)
    notes: tuple[str, ...] = ()
    profile_files: Mapping[str, str] = field(default_factory=dict, repr=False)
    global_values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def chart(self, name: str) -> Chart:
        """The chart of that name. Raises ReleaseError when the source has none."""
        try:
            return self.charts[name]
        except KeyError:
            raise ReleaseError(
                f"{self.origin} has no chart {name!r} (it has {', '.join(sorted(self.charts))})",
                "Add the chart, or turn the component off.",
            ) from None

    @cached_property
    def minor(self) -> tuple[int, int]:
        """Major and minor version, such as (1, 31); (0, 0) for what is no version."""
        match = _MINOR.match(self.version)
        return (int(match[1]), int(match[2])) if match else (0, 0)

    def profiles(self) -> list[str]:
        """Names of the profiles that the charts have values for, sorted; none before Istio 1.21."""
        return self._names(_PROFILE)

    def platforms(self) -> list[str]:
        """Names of the platforms that the charts have values for, sorted; none before Istio
        1.24."""
        return self._names(_PLATFORM)

    def profile_values(self, chart_name: str, profile: str) -> dict[str, Any]:
        """What a chart's profile sets; empty for no profile."""
        path = f"files/profile-{profile}.yaml"
        text = self.chart(chart_name).files.get(path) if profile else None
        return read_values(text, path) if text else {}

    def default_value(self, chart_name: str, *path: str) -> Any:
        """What a chart has at a path of its values by default, None when it has nothing there."""
        chart = self.charts.get(chart_name)
        if chart is None:
            return None
        inner = [chart.values[key] for key in _DEFAULTS if key in chart.values]
        for values in (*inner, chart.values, self.global_values):
            node: Any = values
            for key in path:
                node = node.get(key) if isinstance(node, Mapping) else None
            if node is not None:
                return node
        return None

    def closed_keys(self, chart_name: str) -> frozenset[str]:
        """The only top-level values that a chart's schema admits; empty when it admits any."""
        text = self.chart(chart_name).schema
        schema = json.loads(text) if text else {}
        body = (schema.get("$defs") or {}).get("values") or schema
        if body.get("additionalProperties") is not False:
            return frozenset()
        return frozenset(body.get("properties") or ())

    def _names(self, pattern: re.Pattern[str]) -> list[str]:
        names = {
            match[1]
            for chart in self.charts.values()
            for path in chart.files
            if (match := pattern.fullmatch(path))
        }
        return sorted(names)


def stamped(chart: Chart, version: str) -> Chart:
    """The chart with version and appVersion of its release, as Istio's release process writes them.

    Copies of the charts from Git or a Go module carry a placeholder there.
    """
    raw = {**chart.metadata.raw, "version": version, "appVersion": version}
    copied = chart.copy()
    copied.metadata = Metadata(raw, chart.metadata.dependencies)
    copied.stamped_over = chart.metadata
    return copied
