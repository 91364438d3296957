# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh as its user describes it, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.routes import (
    RouteSpec,
    route_specs,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    DEFAULT_NAMESPACE,
    check_options,
    overlays,
    variable,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.plain import plain
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.spec import (
    OpenShiftSpec,
    openshift_spec,
    truth,
)

DEFAULT_HUB = "docker.io/istio"
DEFAULT_PROFILE = "default"
_TEXTS = (
    "version",
    "charts",
    "charts_lock",
    "profile",
    "platform",
    "revision",
    "namespace",
    "hub",
    "tag",
    "kubernetes_version",
    "default_revision",
    "jwt_policy",
)


@dataclass(frozen=True)
class ComponentSpec:
    """What the user says of base, istiod, cni or ztunnel; None leaves it to the profile."""

    enabled: bool | None = None
    namespace: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CniSpec(ComponentSpec):
    """What the user says of the CNI plugin besides; None and empty texts: as the charts have it.

    ``repair`` is what becomes of pods that started without the plugin: none, label, delete, repair.
    """

    chained: bool | None = None
    bin_dir: str = ""
    conf_dir: str = ""
    conf_file: str = ""
    exclude_namespaces: tuple[str, ...] | None = None
    repair: str = ""


@dataclass(frozen=True)
class GatewaySpec:
    """One gateway of the `gateway` chart. An empty namespace means the mesh namespace."""

    name: str
    namespace: str = ""
    enabled: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""
    routes: tuple[RouteSpec, ...] = ()


@dataclass(frozen=True)
class MemberSpec:
    """An application namespace. An empty injection means the mesh's own way."""

    name: str
    injection: str = ""
    revision: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GatewayApiSpec:
    """The CRDs of the Gateway API; ``wanted`` when they are asked for, or a source is given.

    ``access`` says how to get at a source on the network. Empty texts mean: not said.
    """

    wanted: bool = False
    channel: str = ""
    version: str = ""
    source: str = ""
    digest: str = ""
    access: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MeshSpec:
    """A mesh in a cluster. Empty texts mean: not said; gateways None: those of the profile.

    ``operator`` are IstioOperator documents as the user gave them, which describe the mesh instead
    of components; None for none.
    """

    version: str = ""
    charts: str | Mapping[str, Any] = ""
    charts_lock: str = ""
    profile: str = DEFAULT_PROFILE
    platform: str = "auto"
    revision: str = ""
    namespace: str = DEFAULT_NAMESPACE
    hub: str = DEFAULT_HUB
    tag: str = ""
    values: tuple[dict[str, Any], ...] = ()
    mesh_config: Mapping[str, Any] = field(default_factory=dict)
    base: ComponentSpec = ComponentSpec()
    istiod: ComponentSpec = ComponentSpec()
    cni: CniSpec = CniSpec()
    ztunnel: ComponentSpec = ComponentSpec()
    ingress_gateways: tuple[GatewaySpec, ...] | None = None
    egress_gateways: tuple[GatewaySpec, ...] | None = None
    members: tuple[MemberSpec, ...] = ()
    kubernetes_version: str = ""
    default_revision: str = ""
    jwt_policy: str = "auto"
    operator: Any = None
    gateway_api: GatewayApiSpec = GatewayApiSpec()
    openshift: OpenShiftSpec = field(default_factory=OpenShiftSpec)
    prefix: str = "mesh_"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], *, prefix: str = "mesh_") -> MeshSpec:
        """Check plain options (``version``, ``profile``, ...) and type them.

        ``prefix`` is what users write before an option's name, for messages. Raises InputError with
        every problem found.
        """
        # The checks see the tagged originals, as only those tell where they were written.
        problems = check_options(options, prefix)
        data = _plain_options(options, prefix, problems)
        raise_for(problems)
        components = data.get("components") or {}
        texts = {name: data[name] for name in _TEXTS if data.get(name)}
        return cls(
            **texts,
            values=tuple(item or {} for _path, item in overlays("", data.get("values"))),
            mesh_config=data.get("mesh_config") or {},
            base=_component(components.get("base")),
            istiod=_component(components.get("istiod")),
            cni=_cni(components.get("cni")),
            ztunnel=_component(components.get("ztunnel")),
            ingress_gateways=_gateways(components, "ingress_gateways", prefix),
            egress_gateways=_gateways(components, "egress_gateways", prefix),
            members=tuple(_member(item) for item in data.get("members") or ()),
            # As written: only that still tells where each part was written.
            operator=options.get("operator") or None,
            gateway_api=_gateway_api(data.get("gateway_api")),
            openshift=openshift_spec(data.get("openshift")),
            prefix=prefix,
        )

    @property
    def revision_name(self) -> str:
        """The revision as labels write it: ``default`` for none."""
        return self.revision or "default"


def _plain_options(
    options: Mapping[str, Any], prefix: str, problems: list[Problem]
) -> dict[str, Any]:
    return {
        str(name): plain(value, variable(name, prefix), problems)
        for name, value in options.items()
        if value is not None
    }


def _gateway_api(data: Mapping[str, Any] | None) -> GatewayApiSpec:
    data = data or {}
    enabled = data.get("enabled")
    source = data.get("source") or ""
    own = ("channel", "version", "digest")
    return GatewayApiSpec(
        wanted=bool(source) if enabled in (None, "auto") else truth(enabled),
        source=source,
        access={
            key: value for key, value in data.items() if key not in (*own, "enabled", "source")
        },
        **{key: data.get(key) or "" for key in own},
    )


def _component(data: Mapping[str, Any] | None) -> ComponentSpec:
    data = data or {}
    enabled = data.get("enabled")
    return ComponentSpec(
        enabled=None if enabled is None else truth(enabled),
        namespace=data.get("namespace") or "",
        values=data.get("values") or {},
    )


def _cni(data: Mapping[str, Any] | None) -> CniSpec:
    data = data or {}
    common = _component(data)
    chained, excluded = data.get("chained"), data.get("exclude_namespaces")
    return CniSpec(
        enabled=common.enabled,
        namespace=common.namespace,
        values=common.values,
        chained=None if chained is None else truth(chained),
        exclude_namespaces=None if excluded is None else tuple(dict.fromkeys(excluded)),
        **{key: data.get(key) or "" for key in ("bin_dir", "conf_dir", "conf_file", "repair")},
    )


def _gateways(
    components: Mapping[str, Any], kind: str, prefix: str
) -> tuple[GatewaySpec, ...] | None:
    items: Sequence[Mapping[str, Any]] | None = components.get(kind)
    if items is None:
        return None
    where = f"{variable('components', prefix)}.{kind}"
    return tuple(gateway_spec(item, f"{where}[{n}]") for n, item in enumerate(items))


def gateway_spec(item: Mapping[str, Any], where: str) -> GatewaySpec:
    """A gateway as the user writes it at this place (checked, plain data), typed."""
    return GatewaySpec(
        name=item["name"],
        namespace=item.get("namespace") or "",
        enabled=item.get("enabled") is None or truth(item["enabled"]),
        values=item.get("values") or {},
        labels=item.get("labels") or {},
        revision=item.get("revision") or "",
        routes=route_specs(item.get("routes"), item["name"], where),
    )


def _member(item: str | Mapping[str, Any]) -> MemberSpec:
    if isinstance(item, str):
        return MemberSpec(item)
    return MemberSpec(
        name=item["name"],
        injection=item.get("injection") or "",
        revision=item.get("revision") or "",
        labels=item.get("labels") or {},
        annotations=item.get("annotations") or {},
    )
