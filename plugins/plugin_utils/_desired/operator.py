# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of a mesh that is described by IstioOperator documents.

Each component has what `istioctl manifest generate` makes for it. An installation needs a little
more: namespaces, the default validator and revision tag, members. These objects come first in their
component, and ``added`` counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._data.kubernetes import (
    minimum_kubernetes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.charts import chart_remedy
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.documented import (
    documented_gateways,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateways import routes_to
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh, decide
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.namespaces import (
    component_namespaces,
    member_namespaces,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.older import MULTUS_SINCE
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.parts import (
    SET_PREFIX,
    component_of,
    default_component,
    is_default_tag,
    is_default_validator,
    members_component,
    with_depends,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    OPENSHIFT,
    PLAIN_PLATFORM,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.render import (
    with_namespace,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import (
    DEFAULT_HUB,
    DEFAULT_PROFILE,
    CniSpec,
    ComponentSpec,
    MeshSpec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import tags_default
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import Capabilities
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import merge_values
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.kubernetes_names import (
    dns_label_fault,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    DEFAULT_NAMESPACE,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    Problem,
    choices,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.component import (
    with_platform,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.blame import (
    culprit,
    place_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    ComponentSettings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.errors import (
    ChartFailedError,
    OperatorError,
    SettingError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import path_text
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.merge import Defaults
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.render import (
    RenderedComponent,
    render_component,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    clone,
    find,
    put,
    table_at,
    text_at,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.wish import (
    Resolved,
    Wish,
    namespace_of,
    read_wish,
    resolve,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release


@dataclass(frozen=True)
class OperatorMesh:
    """What documents make of a mesh: its decisions, its components and warnings."""

    mesh: Mesh
    components: list[Component]
    warnings: list[str]


def wish_of(spec: MeshSpec, base_dir: Path | None = None) -> Wish:
    """The documents of the spec with its variables on top. Raises InputError and MeshError."""
    return read_wish(spec.operator, f"{spec.prefix}operator", _last_document(spec), base_dir)


def with_identity(spec: MeshSpec, wish: Wish) -> MeshSpec:
    """The spec with the namespace and revision that its documents give the control plane.

    Raises InputError for a namespace that cannot be.
    """
    _check_namespaces(wish, wish.namespace, ())
    return replace(spec, namespace=wish.namespace, revision=wish.revision)


def operator_mesh(
    spec: MeshSpec,
    wish: Wish,
    release: Release,
    facts: ClusterFacts,
    cache: RenderCache | None = None,
) -> OperatorMesh:
    """Render what the documents wish for. Raises MeshError."""
    kube = spec.kubernetes_version or facts.kube_version or minimum_kubernetes(release.version)
    kube = kube if kube.count(".") > 1 else f"{kube}.0"
    defaults = Defaults(
        release.version, DEFAULT_HUB, release.version, kube, _jwt_policy(spec, release, facts)
    )
    resolved = resolve(wish, release, defaults)
    _check_namespaces(wish, namespace_of(resolved.tree), resolved.components)
    capabilities = Capabilities(
        kube_version=kube, api_versions=facts.api_versions, complete=facts.api_complete
    )
    try:
        rendered = [
            render_component(item, resolved.tree, release, capabilities, cache)
            for item in resolved.components
        ]
    except SettingError as error:
        raise_for([wish.locate(error.problem)])
    except ChartFailedError as error:
        raise _explained(error, wish, spec) from error
    mesh = replace(
        decide(
            _described(spec, resolved, _platform(spec, resolved, release, facts)), release, facts
        ),
        kube_version=kube,
    )
    builder = _Builder(mesh, resolved, release, capabilities, rendered)
    components = builder.components()
    notes = _warnings(wish, rendered, components)
    warnings = [*resolved.notes, *notes, *_platform_warnings(mesh, facts)]
    return OperatorMesh(mesh, components, warnings)


def _explained(error: ChartFailedError, wish: Wish, spec: MeshSpec) -> MeshError:
    """The error of a chart, with the place in the user's input that is likely to cause it."""
    documents = [item.data for item in wish.documents]
    said = [*documents, {"spec": _last_document(spec)}]
    path = culprit(said, error.reason, error.root)
    remedy = chart_remedy(error.reason, "values")
    if path and not remedy:
        problem = wish.locate(Problem(path_text(path), error.message))
        return OperatorError(str(problem), "Correct this value, or the charts if they are yours.")
    names = choices(list(dict.fromkeys(item.name for item in wish.documents)))
    return OperatorError(
        error.message,
        remedy
        or f"Correct values, unvalidatedValues, meshConfig or {path_text(error.path[1:])} in "
        f"{names or wish.where}, or the charts if they are yours.",
    )


def _check_namespaces(
    wish: Wish, control_plane: str, components: Sequence[ComponentSettings]
) -> None:
    """Refuse names that no namespace can have; those of the platform are left to documents, as
    istioctl does (a gateway in openshift-ingress). Raises InputError."""
    documents = [item.data for item in wish.documents]
    path = place_of(documents, ("global", "istioNamespace")) or ("metadata", "namespace")
    places = {path_text(path): control_plane}
    for item in components:
        if item.stated and item.namespace != control_plane:
            places[path_text((*item.path, "namespace"))] = item.namespace
    raise_for(
        [
            wish.locate(Problem(where, fault, "name another namespace"))
            for where, namespace in places.items()
            if (fault := dns_label_fault(namespace))
        ]
    )


def _last_document(spec: MeshSpec) -> Tree:
    """What the variables say, as the specification of a last document; defaults say nothing."""
    last: Tree = {}
    for name, default in (("profile", DEFAULT_PROFILE), ("revision", ""), ("hub", DEFAULT_HUB)):
        value = getattr(spec, name)
        if value and value != default:
            last[name] = value
    if spec.tag:
        last["tag"] = spec.tag
    if spec.mesh_config:
        last["meshConfig"] = dict(spec.mesh_config)
    values = merge_values(*spec.values)
    if spec.namespace != DEFAULT_NAMESPACE:
        put(values, "global.istioNamespace", spec.namespace)
    if spec.platform not in ("", "auto"):
        platform = "" if spec.platform == PLAIN_PLATFORM else spec.platform
        put(values, "global.platform", platform)
    if values:
        last["values"] = values
    return last


def _platform(spec: MeshSpec, resolved: Resolved, release: Release, facts: ClusterFacts) -> str:
    """The platform that the documents are for. Profiles up to 1.18 do not say it in a value."""
    said = text_at(table_at(resolved.tree, "spec.values") or {}, "global.platform")
    if said or release.minor >= MULTUS_SINCE:
        return said or PLAIN_PLATFORM
    profile = text_at(resolved.tree, "spec.profile") or ""
    if profile.startswith(OPENSHIFT) or facts.platform == OPENSHIFT:
        return OPENSHIFT
    return PLAIN_PLATFORM


def _described(spec: MeshSpec, resolved: Resolved, platform: str) -> MeshSpec:
    """The mesh of the documents in our own terms, for all that istioctl has no part in."""
    values = table_at(resolved.tree, "spec.values") or {}
    by_kind = {item.type.kind: item for item in resolved.components}

    def agent(kind: Any) -> ComponentSpec:
        item = by_kind.get(kind)
        return ComponentSpec(item is not None, item.namespace if item else "")

    gateways = [item for item in resolved.components if item.type.gateway]
    cni = agent("cni")
    ingress, egress = documented_gateways(spec, gateways)
    return replace(
        spec,
        profile=text_at(values, "profile") or DEFAULT_PROFILE,
        platform=platform,
        revision=_revision(values),
        namespace=namespace_of(resolved.tree),
        values=(values,),
        mesh_config={},
        base=agent("base"),
        istiod=agent("istiod"),
        cni=CniSpec(cni.enabled, cni.namespace),
        ztunnel=agent("ztunnel"),
        ingress_gateways=ingress,
        egress_gateways=egress,
    )


def _revision(values: Tree) -> str:
    revision = text_at(values, "revision")
    return "" if revision == "default" else revision


def _jwt_policy(spec: MeshSpec, release: Release, facts: ClusterFacts) -> str:
    """The kind of tokens that is wanted or that the cluster can issue, if the release asks."""
    if release.default_value("istiod", "global", "jwtPolicy") is None:
        return ""
    return facts.jwt_policy or "" if spec.jwt_policy == "auto" else spec.jwt_policy


def _warnings(
    wish: Wish, rendered: Sequence[RenderedComponent], components: Sequence[Component]
) -> list[str]:
    ours = {
        (one["kind"], one["metadata"]["name"])
        for component in components
        if component.kind == "default"
        for one in component.objects[: component.added]
    }
    result = []
    for item in rendered:
        for note in item.notes:
            message = note.message
            if note.missing in ours:
                kind, name = note.missing
                message = (
                    f"has no effect: {kind} {name} is none of the charts' objects here, it is "
                    "added for an installation, and like istioctl install this patches no such "
                    "object"
                )
            result.append(str(wish.locate(Problem(path_text(note.path), message))))
        result += item.warnings
    return result


def _platform_warnings(mesh: Mesh, facts: ClusterFacts) -> list[str]:
    if facts.platform != OPENSHIFT or mesh.platform == OPENSHIFT or not mesh.istiod:
        return []
    return [
        f"the cluster is OpenShift, but {mesh.spec.prefix}operator describes a mesh for another "
        "platform; use profile openshift or openshift-ambient, or set values.global.platform"
    ]


class _Builder:
    """Makes components of what is rendered, and what an installation needs besides."""

    def __init__(
        self,
        mesh: Mesh,
        resolved: Resolved,
        release: Release,
        capabilities: Capabilities,
        rendered: Sequence[RenderedComponent],
    ) -> None:
        self._mesh = mesh
        self._resolved = resolved
        self._release = release
        self._capabilities = capabilities
        self._rendered = rendered

    def components(self) -> list[Component]:
        """All components in install order."""
        names = Counter(item.settings.name for item in self._rendered if item.settings.type.gateway)
        found = [self._component(item, names[item.settings.name] > 1) for item in self._rendered]
        default = self._default()
        if default:
            found.append(default)
        members = member_namespaces(self._mesh)
        if members:
            found.append(replace(members_component(self._mesh, members), added=len(members)))
        found.sort(key=lambda item: item.order)
        return with_depends(with_platform(self._mesh, found))

    def _component(self, item: RenderedComponent, ambiguous: bool) -> Component:
        settings = item.settings
        kind, revision = settings.type.kind, self._mesh.spec.revision
        objects = [one for one in item.objects if not self._is_default(settings, one)]
        objects = with_namespace(objects, settings.namespace)
        if kind == "gateway":
            return self._gateway(settings, objects, ambiguous)
        if kind == "base":
            added = component_namespaces(self._mesh)
            component = component_of(
                self._mesh,
                kind,
                kind,
                self._mesh.spec.namespace,
                [*added, *objects],
                release_name="istio-base",
                title="Istio base: namespaces and CRDs",
            )
            return replace(component, added=len(added))
        if kind == "istiod":
            name = f"istiod-{revision}" if revision else "istiod"
            return component_of(
                self._mesh,
                kind,
                name,
                settings.namespace,
                objects,
                release_name=name,
                title=f"Control plane {name}",
                revision=revision,
                shared=False,
                chart=settings.type.chart,
            )
        if kind == "addon":
            name = f"addon-{settings.type.spec_name}"
            return component_of(
                self._mesh,
                kind,
                name,
                settings.namespace,
                objects,
                release_name=settings.type.spec_name,
                title=f"Addon {settings.type.spec_name}",
                chart=settings.type.chart,
            )
        name, title = {
            "cni": ("istio-cni", "CNI plugin"),
            "ztunnel": ("ztunnel", "Node proxy ztunnel"),
        }[kind]
        return component_of(
            self._mesh, kind, kind, settings.namespace, objects, release_name=name, title=title
        )

    def _gateway(
        self, settings: ComponentSettings, objects: list[Object], ambiguous: bool
    ) -> Component:
        place = f"{settings.namespace}.{settings.name}"
        for gateway in self._mesh.gateways:
            if (gateway.name, gateway.namespace) == (settings.name, settings.namespace):
                objects = [*objects, *routes_to(self._mesh, gateway, objects)]
        way = "Egress" if settings.type.spec_name == "egressGateways" else "Ingress"
        return component_of(
            self._mesh,
            "gateway",
            f"gateway-{place if ambiguous else settings.name}",
            settings.namespace,
            objects,
            set_name=f"{SET_PREFIX}gateway.{place}",
            release_name=settings.name,
            title=f"{way} gateway {settings.name}",
            revision=self._mesh.spec.revision,
            chart=settings.type.chart,
        )

    def _is_default(self, settings: ComponentSettings, item: Object) -> bool:
        """Whether an object points at the default control plane, and so has to wait for it."""
        if not self._mesh.istiod:
            return False
        if settings.type.kind == "base":
            return is_default_validator(item)
        return settings.type.kind == "istiod" and is_default_tag(item)

    def _default(self) -> Component | None:
        """The component `default`: what the documents lack of it, then what they have."""
        mesh = self._mesh
        if not mesh.istiod:
            return None
        stated = [
            one
            for item in self._rendered
            for one in with_namespace(item.objects, item.settings.namespace)
            if self._is_default(item.settings, one)
        ]
        there = {(one["kind"], one["metadata"]["name"]) for one in stated}
        added = [
            one
            for one in self._lacking_default()
            if (one["kind"], one["metadata"]["name"]) not in there
        ]
        if not (stated or added):
            return None
        return replace(default_component(mesh, [*added, *stated]), added=len(added))

    def _lacking_default(self) -> list[Object]:
        """The default validator and revision tag, as charts base and istiod would make them."""
        mesh, result = self._mesh, []
        if not mesh.owns_default:
            return []
        for item in self._rendered:
            kind = item.settings.type.kind
            if kind == "istiod" and tags_default(mesh):
                tags = find(self._resolved.tree, "spec.values.revisionTags")
                made = self._again(item, {"revisionTags": [*(tags or ()), "default"]})
                result += [one for one in made if is_default_tag(one)]
            elif kind == "base" and self._validates():
                more = {
                    "defaultRevision": mesh.default_revision,
                    "base": {"validationFailurePolicy": "Fail", "enableCRDTemplates": False},
                }
                made = self._again(item, more)
                result += [one for one in made if is_default_validator(one)]
        return result

    def _validates(self) -> bool:
        """Whether a default validator has somebody to ask."""
        url = find(self._resolved.tree, "spec.values.base.validationURL")
        return bool(url) or not self._mesh.remote

    def _again(self, item: RenderedComponent, values: Tree) -> list[Object]:
        """What the component would be with more values: only the chart knows these objects.

        They are without overlays, as are those that istioctl adds when it installs.
        """
        tree = clone(self._resolved.tree)
        over = merge_values(table_at(tree, "spec.values") or {}, values)
        put(tree, "spec.values", over)
        bare = replace(item.settings, raw={**item.settings.raw, "k8s": None})
        made = render_component(bare, tree, self._release, self._capabilities)
        return with_namespace(made.objects, item.settings.namespace)
