# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chart of the release, rendered to objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.charts import (
    chart_remedy,
    objects_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.errors import RenderError
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.manifests import split_manifests
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import Rendered, render
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import as_go_values

# Kinds charts of Istio make that live outside namespaces; everything else gets the release's
# namespace.
_CLUSTER_KINDS = frozenset(
    {
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "GatewayClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PriorityClass",
        "SecurityContextConstraints",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)


def render_chart(
    mesh: Mesh, chart_name: str, release_name: str, namespace: str, values: Mapping[str, Any]
) -> list[Object]:
    """The chart's objects in Helm's install order, CRDs first. Raises RenderError, ReleaseError.

    They are what the chart writes, `app.kubernetes.io/managed-by: Helm` included, as istioctl
    leaves them too: helm adopts only what also carries its annotations, which are not rendered.
    """
    chart = mesh.release.chart(chart_name)
    capabilities = Capabilities(
        kube_version=mesh.kube_version,
        api_versions=mesh.api_versions,
        complete=mesh.api_complete,
    )
    try:
        rendered = render(
            chart,
            Release(release_name, namespace),
            as_go_values(values),
            capabilities,
            refs_alone=True,
        )
        objects = [_with_integers(item) for item in _objects(rendered)]
    except HelmError as error:
        prefix = mesh.spec.prefix
        raise RenderError(
            f"Chart {chart_name} for release {release_name} ({chart.origin}): {error}",
            chart_remedy(str(error), f"{prefix}values")
            or f"Correct {prefix}values, or the values in {prefix}components.",
        ) from error
    objects = with_namespace(objects, namespace)
    _refuse_twins(objects, chart_name)
    return objects


def with_namespace(objects: Iterable[Object], namespace: str) -> list[Object]:
    """The objects, each with a namespace that can have one; those that have theirs keep it."""
    result = list(objects)
    for item in result:
        if item["kind"] not in _CLUSTER_KINDS:
            metadata = item["metadata"]
            metadata["namespace"] = metadata.get("namespace") or namespace
    return result


def render_inputs(mesh: Mesh, chart_name: str, values: Mapping[str, Any]) -> list[Any]:
    """All that decides what a chart of the mesh renders to, besides the renderer, as JSON data."""
    return [
        mesh.release.chart(chart_name).digest,
        mesh.release.version,
        mesh.spec.namespace,
        mesh.kube_version,
        sorted(mesh.api_versions),
        mesh.api_complete,
        values,
    ]


def _objects(rendered: Rendered) -> Iterator[Object]:
    texts = [(path, text) for path, file in rendered.crds for text in split_manifests(file)]
    texts += [(item.source, item.text) for item in rendered.manifests if not item.hook_events]
    for path, text in texts:
        try:
            # Helm, too, puts back the newline that splitting took: a block at the end has one.
            document = load(f"{text}\n", keep_integers=True)
        except ValueError as error:
            raise HelmError(f"{path}: {error}") from error
        yield from objects_of(document, path)


def _with_integers(value: Any) -> Any:
    """Whole numbers as integers: charts write 1000000 as 1e+06, which no integer field accepts."""
    kind = value.__class__
    if kind is dict:
        return {key: _with_integers(item) for key, item in value.items()}
    if kind is list:
        return [_with_integers(item) for item in value]
    return int(value) if kind is float and value.is_integer() else value


def _refuse_twins(objects: Iterable[Object], chart_name: str) -> None:
    seen = set()
    for item in objects:
        metadata = item["metadata"]
        key = (item["kind"], metadata.get("namespace", ""), metadata["name"])
        if key in seen:
            raise RenderError(
                f"Chart {chart_name} makes {key[0]} {key[1]}/{key[2]} twice",
                "Look for a name given twice in its values.",
            )
        seen.add(key)
