# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every component is made of: its names, its set, what it needs before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    MEMBERS_PLATFORM,
    Component,
    Kind,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh

SET_PREFIX = "meshops-"
_TAG_SERVICE = "istiod-revision-tag-default"

_NEEDS: dict[Kind, tuple[Kind, ...]] = {
    "gateway-api": (),
    "base": (),
    "platform": ("base",),
    "cni": ("base", "platform"),
    "istiod": ("base", "platform", "cni"),
    "default": ("istiod",),
    "ztunnel": ("base", "platform", "cni", "istiod"),
    "gateway": ("base", "platform", "istiod"),
    "addon": ("base", "istiod"),
    "members": ("istiod",),
}


def default_component(mesh: Mesh, objects: list[Object]) -> Component:
    """What points at the default control plane: validator and revision tag."""
    return component_of(
        mesh,
        "default",
        "default",
        mesh.spec.namespace,
        objects,
        title=f"Default revision: {mesh.spec.revision_name}",
        revision=mesh.spec.revision,
    )


def members_component(mesh: Mesh, objects: list[Object]) -> Component:
    """The namespaces of applications."""
    return component_of(
        mesh, "members", "members", "", objects, title="Application namespaces of the mesh"
    )


def component_of(
    mesh: Mesh,
    kind: Kind,
    name: str,
    namespace: str,
    objects: list[Object],
    *,
    title: str,
    set_name: str = "",
    release_name: str = "",
    revision: str = "",
    shared: bool = True,
    chart: str = "",
) -> Component:
    """A component of the mesh; ``chart`` is the one of its kind unless given."""
    return Component(
        name=name,
        kind=kind,
        title=title,
        namespace=namespace,
        set_name=set_name or f"{SET_PREFIX}{name}",
        set_namespace=mesh.spec.namespace,
        objects=objects,
        version=mesh.release.version,
        chart=chart or {"default": "base", "members": "", "platform": ""}.get(kind, kind),
        release_name=release_name,
        revision=revision,
        shared=shared,
    )


def with_depends(components: Sequence[Component]) -> list[Component]:
    """The components, each with the names of those it needs."""
    return [
        replace(
            item,
            depends=tuple(
                other.name
                for other in components
                if other.kind in _needs(item) and other.name != MEMBERS_PLATFORM
            ),
        )
        for item in components
    ]


def _needs(item: Component) -> tuple[Kind, ...]:
    return ("base", "members") if item.name == MEMBERS_PLATFORM else _NEEDS[item.kind]


def is_default_validator(item: Object) -> bool:
    """The only one that chart base has: `istiod-default-validator`, in 1.7 to 1.10 another name."""
    return bool(item["kind"] == "ValidatingWebhookConfiguration")


def is_default_tag(item: Object) -> bool:
    """Whether the object belongs to the revision tag `default`."""
    kind, name = item["kind"], item["metadata"]["name"]
    if kind == "MutatingWebhookConfiguration":
        labels: dict[str, str] = item["metadata"].get("labels") or {}
        return labels.get("istio.io/tag") == "default"
    return (kind, name) == ("Service", _TAG_SERVICE)
