# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the components of a merged document, object for object what istioctl makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.charts import objects_of
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.manifests import split_manifests
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Release as HelmRelease,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import Rendered, render
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    REWRITTEN,
    ComponentSettings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.errors import (
    ChartFailedError,
    OperatorError,
    SettingError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.helmvalues import (
    component_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import path_text
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.postprocess import (
    Note,
    Object,
    post_process,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    TreeError,
    find,
    table_at,
    with_integers,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

# istioctl gives every chart the same release name.
_RELEASE_NAME: Final = "istio"
_WARNING: Final = "WARNING: "
_HELM_4: Final = (1, 31)
_GATEWAY_CHARTS: Final = ("istio-ingress", "istio-egress")


@dataclass(frozen=True)
class RenderedComponent:
    """The objects of one component; ``warnings`` are those of its chart."""

    settings: ComponentSettings
    objects: list[Object]
    notes: list[Note]
    warnings: list[str]


def render_component(
    settings: ComponentSettings,
    tree: Tree,
    release: Release,
    capabilities: Capabilities,
    cache: RenderCache | None = None,
) -> RenderedComponent:
    """Render one component of a merged document.

    Only chart base is kept in the cache. Raises OperatorError (SettingError and ChartFailedError
    among them) and ReleaseError.
    """
    try:
        values = component_values(settings, tree)
    except TreeError as error:
        raise SettingError(
            settings.path, f"its settings become values, but {error}", "correct spec.values"
        ) from error
    chart = _chart(release, settings)
    given = table_at(values, "spec.values") or {}
    chart.values = _default_values(chart, given, release)
    warnings: list[str] = []

    def objects_now() -> list[Object]:
        # What splitting took from the end of a document was put back up to 1.23 only.
        end = "" if release.minor >= REWRITTEN else "\n"
        objects, found = _render_chart(chart, settings, given, capabilities, end)
        warnings.extend(found)
        return objects

    if cache and settings.type.kind == "base":
        inputs = [chart.digest, chart.metadata.raw.get("version"), settings.namespace]
        made = cache.get([*inputs, _RELEASE_NAME, _as_inputs(capabilities), given], objects_now)
    else:
        made = objects_now()
    objects, notes = post_process(settings, made, values)
    return RenderedComponent(settings, objects, notes, warnings)


def _chart(release: Release, settings: ComponentSettings) -> Chart:
    """The component's chart with the version that it carries itself, as istioctl shows it."""
    name = settings.type.chart
    if name in _GATEWAY_CHARTS and name not in release.charts:
        raise OperatorError(
            f"{path_text(settings.path)} needs chart {name}, which {release.origin} does not have: "
            "upstream publishes only base, istiod, cni, ztunnel and gateway one by one",
            "Take the charts from a release of istioctl (an archive, or a folder with manifests), "
            "or write enabled: false for this gateway and make it with the lookup gateway.",
        )
    chart = release.chart(name).copy()
    chart.metadata = release.chart(name).stamped_over or chart.metadata
    return chart


def _default_values(chart: Chart, given: Tree, release: Release) -> Tree:
    """The chart's values without nulls, as the Helm takes them that istioctl is built with.

    That is Helm 4 for 1.31. What istioctl was built with up to 1.23 kept them, but did not let a
    null win when a template merges mappings, which comes to the same.
    """
    if REWRITTEN <= release.minor < _HELM_4:
        return chart.values
    return {
        key: _without_nulls(value)
        for key, value in chart.values.items()
        if value is not None or key in given
    }


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(item) for key, item in value.items() if item is not None}


def _render_chart(
    chart: Chart,
    settings: ComponentSettings,
    values: Tree,
    capabilities: Capabilities,
    end: str,
) -> tuple[list[Object], list[str]]:
    release = HelmRelease(_RELEASE_NAME, settings.namespace)
    try:
        rendered = render(chart, release, values, capabilities)
        without_crds = settings.type.kind == "base" and (
            find(values, "base.enableIstioConfigCRDs") is False
        )
        objects = list(_objects(rendered, not without_crds, end))
    except HelmError as error:
        raise ChartFailedError(
            settings.path, settings.type.root, str(error), chart.origin
        ) from error
    notes = rendered.notes.split("\n")
    return objects, [line.removeprefix(_WARNING) for line in notes if line.startswith(_WARNING)]


def _objects(rendered: Rendered, with_crds: bool, end: str) -> Iterator[Object]:
    texts = [(item.source, item.text) for item in rendered.manifests]
    if with_crds:
        texts += [(path, text) for path, file in rendered.crds for text in split_manifests(file)]
    for path, text in texts:
        try:
            document = load(f"{text}{end}", keep_integers=True)
        except ValueError as error:
            raise HelmError(f"{path}: {error}") from error
        yield from map(with_integers, objects_of(document, path))


def _as_inputs(capabilities: Capabilities) -> list[Any]:
    return [sorted(item) if isinstance(item, frozenset) else item for item in capabilities]
