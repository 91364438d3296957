# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of a mesh in install order.

base (namespaces, CRDs), platform (rights, networks), cni, istiod, default (what points at the
default control plane: it must not exist before that), ztunnel, gateways, members (labelled last,
when the injector answers), platform-members (rights and networks in their namespaces).
"""

from __future__ import annotations

from collections import Counter

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Kind,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateways import (
    gateway_chart,
    gateway_objects,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Gateway, Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.namespaces import (
    component_namespaces,
    member_namespaces,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.parts import (
    SET_PREFIX,
    component_of,
    default_component,
    is_default_tag,
    is_default_validator,
    members_component,
    with_depends,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.render import (
    render_chart,
    render_inputs,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import (
    Values,
    base_values,
    cni_values,
    istiod_values,
    tags_default,
    ztunnel_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.component import (
    with_platform,
)


def build(mesh: Mesh, cache: RenderCache | None = None) -> list[Component]:
    """Render every component of the mesh. Raises RenderError and ReleaseError."""
    components: list[Component] = []
    default_objects: list[Object] = []
    if mesh.base:
        base, validator = _base(mesh, cache)
        components.append(base)
        default_objects += validator
    if mesh.cni:
        components.append(_chart(mesh, "cni", "cni", mesh.cni_namespace, cni_values(mesh)))
    if mesh.istiod:
        istiod, tag = _istiod(mesh)
        components.append(istiod)
        default_objects = [*tag, *default_objects]
    else:
        # A validator for a Service that does not exist freezes all Istio configuration.
        default_objects = []
    if default_objects and mesh.owns_default:
        components.append(default_component(mesh, default_objects))
    if mesh.ztunnel:
        components.append(
            _chart(mesh, "ztunnel", "ztunnel", mesh.ztunnel_namespace, ztunnel_values(mesh))
        )
    names = Counter(gateway.name for gateway in mesh.gateways)
    components += [_gateway(mesh, item, names[item.name] > 1) for item in mesh.gateways]
    members = member_namespaces(mesh)
    if members:
        components.append(members_component(mesh, members))
    return with_depends(with_platform(mesh, components))


def _base(mesh: Mesh, cache: RenderCache | None) -> tuple[Component, list[Object]]:
    values = base_values(mesh)

    def render() -> list[Object]:
        return render_chart(mesh, "base", "istio-base", mesh.spec.namespace, values)

    if mesh.profile.remote_chart:
        # That chart has all that chart base has; what is left are the namespaces.
        rendered = []
    elif cache:
        rendered = cache.get(render_inputs(mesh, "base", values), render)
    else:
        rendered = render()
    validator = [item for item in rendered if is_default_validator(item)]
    if mesh.remote and not (mesh.overlay.get("base") or {}).get("validationURL"):
        validator = []
    objects = [item for item in rendered if not is_default_validator(item)]
    component = component_of(
        mesh,
        "base",
        "base",
        mesh.spec.namespace,
        [*component_namespaces(mesh), *objects],
        release_name="istio-base",
        title="Istio base: namespaces and CRDs",
    )
    return component, validator


def _istiod(mesh: Mesh) -> tuple[Component, list[Object]]:
    revision = mesh.spec.revision
    name = f"istiod-{revision}" if revision else "istiod"
    chart = mesh.profile.remote_chart or "istiod"
    rendered = render_chart(mesh, chart, name, mesh.spec.namespace, istiod_values(mesh))
    tagged = tags_default(mesh)
    tag = [item for item in rendered if tagged and is_default_tag(item)]
    component = component_of(
        mesh,
        "istiod",
        name,
        mesh.spec.namespace,
        [item for item in rendered if not (tagged and is_default_tag(item))],
        release_name=name,
        title=f"Control plane {name}",
        revision=revision,
        shared=False,
        chart=chart,
    )
    return component, tag


def _chart(mesh: Mesh, kind: Kind, chart: str, namespace: str, values: Values) -> Component:
    release_name, title = {
        "cni": ("istio-cni", "CNI plugin"),
        "ztunnel": ("ztunnel", "Node proxy ztunnel"),
    }[kind]
    objects = render_chart(mesh, chart, release_name, namespace, values)
    return component_of(
        mesh, kind, kind, namespace, objects, release_name=release_name, title=title
    )


def _gateway(mesh: Mesh, gateway: Gateway, ambiguous: bool) -> Component:
    objects = gateway_objects(mesh, gateway)
    place = f"{gateway.namespace}.{gateway.name}"
    return component_of(
        mesh,
        "gateway",
        f"gateway-{place if ambiguous else gateway.name}",
        gateway.namespace,
        objects,
        set_name=f"{SET_PREFIX}gateway.{place}",
        release_name=gateway.name,
        title=f"{'Egress' if gateway.egress else 'Ingress'} gateway {gateway.name}",
        revision=gateway.revision,
        chart=gateway_chart(mesh.release, gateway.egress),
    )
