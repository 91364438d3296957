# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chart in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import Metadata

_MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")


class Chart:
    """A chart and its subcharts.

    ``templates`` (path in the chart to text) and ``files`` (everything else) keep Helm's order;
    text that is not UTF-8 is held with surrogate escapes. ``schema`` is the text of
    values.schema.json. ``digest`` is a SHA-256 over names and content of all files.
    ``stamped_over`` is what Chart.yaml said before a release's version was written into it.
    """

    def __init__(
        self,
        *,
        metadata: Metadata,
        values: dict[str, Any],
        templates: dict[str, str],
        files: dict[str, str],
        schema: str | None = None,
        digest: str = "",
        origin: str = "",
    ) -> None:
        self.metadata = metadata
        self.values = values
        self.templates = templates
        self.files = files
        self.schema = schema
        self.digest = digest
        self.origin = origin
        self.dependencies: list[Chart] = []
        self.parent: Chart | None = None
        self.stamped_over: Metadata | None = None

    def shallow_copy(self) -> Chart:
        """Copy a chart with metadata of its own; the subcharts still name the old one as parent.

        That is how Helm makes a subchart's alias, and it shows in the paths of templates.
        """
        copied = Chart(
            metadata=self.metadata.copy(),
            values=self.values,
            templates=self.templates,
            files=self.files,
            schema=self.schema,
            digest=self.digest,
            origin=self.origin,
        )
        copied.dependencies = list(self.dependencies)
        return copied

    def copy(self) -> Chart:
        """Copy a chart and its subcharts; texts, files and default values are shared."""
        copied = self.shallow_copy()
        copied.adopt([dependency.copy() for dependency in self.dependencies])
        return copied

    @property
    def name(self) -> str:
        """The chart's name (of a subchart: its alias, once dependencies are processed)."""
        return self.metadata.name

    @property
    def full_path(self) -> str:
        """The path that names the chart in template names, such as ``a/charts/b``."""
        if self.parent is None:
            return self.name
        return f"{self.parent.full_path}/charts/{self.name}"

    def adopt(self, charts: list[Chart]) -> None:
        """Replace the subcharts."""
        self.dependencies = charts
        for chart in charts:
            chart.parent = self

    def crds(self) -> Iterator[tuple[str, str]]:
        """Yield path and text of the files in ``crds/``, those of subcharts after one's own."""
        for name, text in self.files.items():
            if name.startswith("crds/") and name.lower().endswith(_MANIFEST_SUFFIXES):
                yield f"{self.full_path}/{name}", text
        for dependency in self.dependencies:
            yield from dependency.crds()


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return a SHA-256 in hex over names and content; the order of files does not matter."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{len(name.encode())}:{name}\0{len(files[name])}\0".encode())
        whole.update(files[name])
    return whole.hexdigest()
