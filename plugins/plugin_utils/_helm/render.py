# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a chart as ``helm template`` does."""

from __future__ import annotations

import re
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.context import (
    capabilities_info,
    contexts,
    release_info,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.dependencies import (
    process_dependencies,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import (
    ChartError,
    RenderError,
    ValuesError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.context_bound import (
    MARK_END,
    MARK_START,
    Includes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.manifests import (
    HeadReader,
    Manifest,
    ManifestError,
    sort_manifests,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.semver import compatible
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import Values, coalesce
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.yaml_memo import YamlMemo

_NOTES: Final = "NOTES.txt"
_MARKED = re.compile(f"{MARK_START}(.*){MARK_END}", re.DOTALL)


class Rendered:
    """What a chart renders to.

    ``manifests`` are in the order of installation, hooks last. ``crds`` are the files of ``crds/``
    as (path, text), in the order Helm applies them, before everything else. ``notes`` is what
    NOTES.txt says.
    """

    def __init__(self, manifests: list[Manifest], crds: list[tuple[str, str]], notes: str) -> None:
        self.manifests = manifests
        self.crds = crds
        self.notes = notes

    def text(self, *, include_crds: bool = False) -> str:
        """Return what ``helm template`` prints."""
        crds = self.crds if include_crds else []
        plain = [(one.source, one.text) for one in self.manifests if not one.hook_events]
        hooks = [(one.source, one.text) for one in self.manifests if one.hook_events]
        release = "".join(map(_document, [*crds, *plain])).strip("\t\n\v\f\r \x85\xa0")
        return f"{release}\n" + "".join(map(_document, hooks))


def _document(entry: tuple[str, str]) -> str:
    return f"---\n# Source: {entry[0]}\n{entry[1]}\n"


def render(
    chart: Chart,
    release: Release,
    values: Values,
    capabilities: Capabilities | None = None,
    *,
    refs_alone: bool = False,
) -> Rendered:
    """Render a chart with the user's values (overlays merged, chart defaults not).

    Neither chart nor values are changed. ``refs_alone`` checks schemas as Helm did up to 3.17, to
    which nothing beside a ``$ref`` counted; chart gateway of Istio 1.21 to 1.24 was made for that,
    and later ones refuse any value for it.

    Raises ValuesError for values that break the chart's schema and RenderError for anything the
    templates refuse; both name the chart. Nothing is rendered by halves.
    """
    capabilities = capabilities or Capabilities()
    release.check()
    _check_dependencies(chart)
    if chart.dependencies or chart.metadata.dependencies:
        chart = chart.copy()
        process_dependencies(chart, values)
    merged = coalesce(chart, values)
    _check_schema(chart, merged, refs_alone)
    info = capabilities_info(capabilities)
    required = chart.metadata.kube_version
    version = capabilities.kube_parts()[0]
    if required and not compatible(required, version):
        raise RenderError(
            f"chart {chart.name} requires kubeVersion: {required} which is incompatible with "
            f"Kubernetes {version}",
            chart=chart.name,
        )
    reader = HeadReader()
    rendering = _Rendering(chart, release, reader)
    files = rendering.run(contexts(chart, merged, release_info(release), info))
    notes = ""
    for path in [path for path in files if path.endswith(_NOTES)]:
        text = files.pop(path)
        if path == f"{chart.name}/templates/{_NOTES}":
            notes = text
    try:
        manifests = sort_manifests(files, reader)
    except ManifestError as error:
        raise RenderError(f"chart {chart.name}: {error}", chart=chart.name) from None
    return Rendered(manifests, list(chart.crds()), notes)


def _check_dependencies(chart: Chart) -> None:
    """What Chart.yaml names has to be there, as an umbrella chart would render to little else."""
    there = {dependency.name for dependency in chart.dependencies}
    missing = [one.name for one in chart.metadata.dependencies if one.name not in there]
    if missing:
        raise ChartError(
            f"{chart.origin or chart.name}: found in Chart.yaml, but missing in charts/ directory: "
            f"{', '.join(missing)}; fetch them with `helm dependency build`"
        )


def _check_schema(chart: Chart, values: Values, refs_alone: bool) -> None:
    problems = _schema_problems(chart, values, refs_alone)
    if problems:
        raise ValuesError(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n"
            + "\n".join(problems)
        )


def _schema_problems(chart: Chart, values: Values, refs_alone: bool) -> list[str]:
    problems: list[str] = []
    if chart.schema is not None:
        from ansible_collections.meshops.istio.plugins.plugin_utils._helm.schema import validate

        where = f"chart {chart.name}: values.schema.json"
        found = validate(chart.schema, values, where, refs_alone=refs_alone)
        if found:
            problems += [f"{chart.name}:", *(f"- {problem}" for problem in found)]
    for dependency in chart.dependencies:
        below = values.get(dependency.name)
        if below is None:
            continue
        if not isinstance(below, dict):
            problems.append(f"{dependency.name}: values must be a map")
        else:
            problems += _schema_problems(dependency, below, refs_alone)
    return problems


class _Rendering:
    """The templates of one chart and its subcharts, parsed together."""

    def __init__(self, chart: Chart, release: Release, reader: HeadReader) -> None:
        self._chart = chart
        seed = f"{chart.name}/{chart.metadata.version}/{release.name}/{release.namespace}"
        functions = functions_for(seed)
        functions.update(YamlMemo().functions(reader.remember))
        self._engine = Engine(functions, missing_key="zero")
        # include and tpl need the engine they belong to.
        self._engine.functions.update(Includes(self._engine).functions())

    def run(self, found: dict[str, tuple[Chart, dict[str, Any]]]) -> dict[str, str]:
        """Parse all templates, then execute those that are no partials; later paths come first."""
        order = sorted(found, key=lambda path: (path.count("/"), path), reverse=True)
        for path in order:
            chart = found[path][0]
            try:
                self._engine.parse(path, chart.templates[self._inside(chart, path)])
            except TemplateError as error:
                raise self._parse_error(path, error) from error
        files: dict[str, str] = {}
        for path in order:
            if path.rsplit("/", 1)[-1].startswith("_"):
                continue
            chart, context = found[path]
            context["Template"] = {"Name": path, "BasePath": f"{chart.full_path}/templates"}
            try:
                text = self._engine.execute(path, context)
            except TemplateError as error:
                raise self._run_error(path, error) from error
            files[path] = text.replace("<no value>", "")
        return files

    @staticmethod
    def _inside(chart: Chart, path: str) -> str:
        return path.removeprefix(f"{chart.full_path}/")

    def _parse_error(self, path: str, error: TemplateError) -> RenderError:
        place = f"{error.template or path}:{error.line}" if error.line is not None else path
        return RenderError(
            f"chart {self._chart.name}: parse error at ({place}): {error.message}",
            chart=self._chart.name,
            template=error.template or path,
            line=error.line,
        )

    def _run_error(self, path: str, error: TemplateError) -> RenderError:
        marked = _MARKED.search(str(error))
        place = f"{error.template}:{error.line}:{error.column}"
        message = f"execution error at ({place}): {marked[1]}" if marked else str(error)
        chain = tuple(
            f"at {frame.template}:{frame.line}:{frame.column} in {frame.name!r}: {frame.context}"
            for frame in error.chain
        )
        return RenderError(
            f"chart {self._chart.name}: {message}",
            chart=self._chart.name,
            template=path,
            line=error.line,
            chain=chain,
        )
