# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The component ``gateway-api``: CRDs of the Gateway API, before everything that uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import ApplySet
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Kind,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.parts import SET_PREFIX
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.bundle import (
    CRD,
    Bundle,
    read_bundle,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.decide import (
    Cluster,
    decide,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.errors import BundleError
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.files import (
    Place,
    upstream_url,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.needs import (
    needed_version,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import open_lock

_NAME: Final[Kind] = "gateway-api"
# Validating admission policies are served for good since Kubernetes 1.30.
_POLICIES_SINCE: Final = (1, 30)


def gateway_api(
    mesh: Mesh,
    facts: ClusterFacts,
    *,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
    adopt: bool = False,
) -> tuple[Component, list[str]]:
    """The component, for a mesh that asks for it, and warnings. Raises MeshError."""
    option = f"{mesh.spec.prefix}gateway_api"
    needed = needed_version(mesh.release.version)
    bundle = bundle_of(mesh.spec, mesh.release.version, cache_dir=cache_dir, base_dir=base_dir)
    lock = open_lock(mesh.spec.charts_lock, base_dir)
    if lock:
        lock.check_gateway_api(bundle.version, bundle.channel, bundle.digest)
    set_name = f"{SET_PREFIX}{_NAME}"
    cluster = Cluster(
        facts.gateway_api,
        mesh.platform,
        mesh.kube_version,
        ApplySet(set_name, mesh.spec.namespace).id,
        adopt,
        mesh.spec.openshift.facts.get("gateway_api_owned"),
    )
    decision = decide(bundle, cluster, needed, option)
    component = Component(
        name=_NAME,
        kind=_NAME,
        title=f"Gateway API {bundle.version} ({bundle.channel}): CRDs",
        namespace="",
        set_name=set_name,
        set_namespace=mesh.spec.namespace,
        objects=[] if decision.kept else _served(bundle, mesh.kube_version),
        version=bundle.version,
        kept=decision.kept,
    )
    return component, list(decision.warnings)


def bundle_of(
    spec: MeshSpec,
    istio_version: str,
    *,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
) -> Bundle:
    """The CRDs that the spec names, or that the project publishes. Raises MeshError."""
    option, wish = f"{spec.prefix}gateway_api", spec.gateway_api
    version = wish.version or needed_version(istio_version)
    place = Place(
        f"{option}.source",
        wish.source or _published(version, wish.channel, option),
        access=wish.access,
        base_dir=base_dir,
        store=cache_dir / "fetched" if cache_dir else None,
    )
    return read_bundle(
        place,
        channel=wish.channel,
        version=wish.version,
        digest=wish.digest,
        remember=RenderCache(cache_dir).get if cache_dir else None,
    )


def _published(version: str, channel: str, option: str) -> str:
    if not version:
        raise BundleError(
            f"{option}: which version of the Gateway API this release needs is not known",
            f"Set {option}.version, or {option}.source.",
        )
    return upstream_url(version, channel)


def _served(bundle: Bundle, kube_version: str) -> list[Object]:
    """The objects that this Kubernetes knows."""
    major, minor = (int(part) for part in kube_version.removeprefix("v").split(".")[:2])
    if (major, minor) >= _POLICIES_SINCE:
        return bundle.objects
    return [item for item in bundle.objects if item["kind"] == CRD]
