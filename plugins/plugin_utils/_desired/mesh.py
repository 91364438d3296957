# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh after all decisions: user, profile, charts and cluster in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._data.kubernetes import (
    default_kubernetes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.older import (
    choose_profile,
    on_platform,
    platforms_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    EGRESS_NAME,
    INGRESS_NAME,
    OPENSHIFT,
    Profile,
    resolve_platform,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import (
    GatewaySpec,
    MeshSpec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import merge_values
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    FIRST_PARTY,
    THIRD_PARTY,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.eras import era_of
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

_PRIVILEGED_NAMESPACE = "kube-system"
_PRIVILEGED = "privileged"


@dataclass(frozen=True)
class Gateway:
    """A gateway to install, with its namespace and revision decided."""

    name: str
    namespace: str
    revision: str
    egress: bool
    spec: GatewaySpec


@dataclass(frozen=True)
class Mesh:
    """A mesh ready to be rendered.

    ``overlay`` is all of ``mesh_values`` merged; ``under`` are values that lie under all others:
    ``global.yaml`` of old charts, and those of a profile that the charts do not know.
    ``default_revision`` is the revision that the default validator points at (``default`` for the
    un-revisioned one), ``owns_default`` whether it is ours. ``jwt_policy`` says which tokens prove
    who a workload is, empty for releases that leave no choice.
    """

    spec: MeshSpec
    release: Release
    profile: Profile
    platform: str
    tag: str
    kube_version: str
    api_versions: frozenset[str]
    api_complete: bool
    overlay: Mapping[str, Any]
    under: Mapping[str, Any]
    base: bool
    istiod: bool
    cni: bool
    ztunnel: bool
    cni_namespace: str
    ztunnel_namespace: str
    gateways: tuple[Gateway, ...]
    default_revision: str
    owns_default: bool
    jwt_policy: str

    @property
    def network(self) -> str:
        """The name of the cluster's network, empty when there is but one."""
        return str((self.overlay.get("global") or {}).get("network") or "")

    @property
    def foresees_cni(self) -> bool:
        """Whether pods count on the CNI plugin, ours or one that another mesh has."""
        values = merge_values(dict(self.overlay), dict(self.spec.istiod.values))
        said = [
            (values.get("istio_cni") or {}).get("enabled"),
            ((values.get("pilot") or {}).get("cni") or {}).get("enabled"),
        ]
        return self.cni or True in said

    @property
    def remote(self) -> bool:
        """Whether istiod runs in another cluster."""
        return self.profile.remote


def decide(spec: MeshSpec, release: Release, facts: ClusterFacts) -> Mesh:
    """Everything that is left open in the spec, decided. Raises InputError."""
    profile = choose_profile(spec.profile, release, f"{spec.prefix}profile")
    platform = resolve_platform(
        spec.platform, facts.platform, profile, platforms_of(release), f"{spec.prefix}platform"
    )
    profile = on_platform(profile, platform, release)
    openshift = platform == OPENSHIFT
    istiod = _choose(spec.istiod.enabled, profile.istiod)
    # On OpenShift the charts expect the CNI plugin whatever the profile.
    cni = _choose(spec.cni.enabled, profile.cni or (openshift and istiod and profile.istiod))
    default_namespace = _PRIVILEGED_NAMESPACE if openshift else spec.namespace
    default_revision = spec.default_revision or facts.default_revision or spec.revision_name
    return Mesh(
        spec=spec,
        release=release,
        profile=profile,
        platform=platform,
        tag=spec.tag or release.version,
        kube_version=_kube_version(spec, release, facts),
        api_versions=facts.api_versions,
        api_complete=facts.api_complete,
        overlay=merge_values(*spec.values),
        under=merge_values(dict(release.global_values), dict(profile.values)),
        base=_choose(spec.base.enabled, profile.base),
        istiod=istiod,
        cni=cni,
        ztunnel=_choose(spec.ztunnel.enabled, profile.ztunnel),
        cni_namespace=spec.cni.namespace or default_namespace,
        ztunnel_namespace=spec.ztunnel.namespace or default_namespace,
        gateways=_gateways(spec, profile),
        default_revision=default_revision,
        owns_default=default_revision == spec.revision_name,
        jwt_policy=_jwt_policy(spec, release, facts),
    )


def warnings(mesh: Mesh) -> list[str]:
    """What is allowed but looks like a mistake."""
    result = []
    prefix = mesh.spec.prefix
    if mesh.ztunnel and not mesh.profile.ambient:
        result.append(
            f"{prefix}components.ztunnel is enabled, but profile {mesh.profile.name!r} does not "
            f"turn ambient mode on in istiod and the CNI plugin; set {prefix}profile: ambient"
        )
    if mesh.profile.ambient and not (mesh.ztunnel and mesh.cni):
        result.append(
            f"profile {mesh.profile.name!r} needs ztunnel and the CNI plugin, but "
            f"{prefix}components turns one of them off"
        )
    wishes = mesh.spec.openshift
    granted_by_us = wishes.application_sccs is None and not wishes.least_privilege
    granted = era_of(mesh.release.minor).applications(mesh.foresees_cni)
    if mesh.platform == OPENSHIFT and granted_by_us and _PRIVILEGED in granted:
        result.append(
            f"all service accounts of members are granted the SCC {_PRIVILEGED}, as the page of "
            f"Istio {mesh.release.version} on OpenShift has it; set "
            f"{prefix}openshift.least_privilege: true for SCCs that allow what its pods ask for "
            "and no more"
        )
    return result


def _choose(said: bool | None, otherwise: bool) -> bool:
    return otherwise if said is None else said


def _jwt_policy(spec: MeshSpec, release: Release, facts: ClusterFacts) -> str:
    """Which tokens istiod takes; releases from 1.22 on leave no choice."""
    wanted = "" if spec.jwt_policy == "auto" else spec.jwt_policy
    if release.default_value("istiod", "global", "jwtPolicy") is None:
        if wanted == FIRST_PARTY:
            raise_for(
                [
                    Problem(
                        f"{spec.prefix}jwt_policy",
                        f"Istio {release.version} takes no {FIRST_PARTY}",
                        "remove it; the last release that does is 1.21",
                    )
                ]
            )
        return ""
    return wanted or facts.jwt_policy or THIRD_PARTY


def _kube_version(spec: MeshSpec, release: Release, facts: ClusterFacts) -> str:
    version = spec.kubernetes_version or facts.kube_version or default_kubernetes(release.version)
    return version if version.count(".") > 1 else f"{version}.0"


def _gateways(spec: MeshSpec, profile: Profile) -> tuple[Gateway, ...]:
    ingress, egress = spec.ingress_gateways, spec.egress_gateways
    if ingress is None:
        ingress = (GatewaySpec(INGRESS_NAME),) if profile.ingress else ()
    if egress is None:
        egress = (GatewaySpec(EGRESS_NAME),) if profile.egress else ()
    return tuple(
        _gateway(spec, item, is_egress)
        for items, is_egress in ((ingress, False), (egress, True))
        for item in items
        if item.enabled
    )


def _gateway(spec: MeshSpec, item: GatewaySpec, egress: bool) -> Gateway:
    return Gateway(
        name=item.name,
        namespace=item.namespace or spec.namespace,
        revision=item.revision or spec.revision,
        egress=egress,
        spec=replace(item),
    )
