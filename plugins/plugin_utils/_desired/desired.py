# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from plain options to the desired state, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.build import build
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
    digest_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import (
    Mesh,
    decide,
    warnings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import Problem
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import (
    DEFAULT_CHARTS,
    load_release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.plugin_utils._operator.wish import Wish


@dataclass(frozen=True)
class DesiredState:
    """What a cluster should have: the components in install order, and what they were made from."""

    spec: MeshSpec
    release: Release
    components: list[Component]
    kube_version: str
    platform: str
    jwt_policy: str
    warnings: list[str]

    @property
    def objects(self) -> list[Object]:
        """All objects of all components, in order."""
        return [item for component in self.components for item in component.objects]

    @cached_property
    def digest(self) -> str:
        """``sha256:`` over all objects."""
        return digest_of(self.objects)

    def component(self, name: str) -> Component | None:
        """The component of that name."""
        return next((item for item in self.components if item.name == name), None)


def desired_state(
    options: Mapping[str, Any],
    *,
    facts: ClusterFacts | None = None,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
    prefix: str = "mesh_",
    adopt: bool = False,
) -> DesiredState:
    """Check the options, load the release and render all components.

    The options are those of :mod:`_inputs.options` (a variable without its ``mesh_``); ``prefix``
    is how users write them. ``cache_dir`` keeps what chart base renders to, and what is fetched
    (which is kept in the user's cache folder without it); a relative path of charts counts from
    ``base_dir``. ``adopt`` takes CRDs that another tool has installed. Raises MeshError, of
    which InputError lists every problem of the options.
    """
    facts = facts or ClusterFacts()
    if options.get("operator"):
        mesh, components, notes = _of_documents(options, facts, cache_dir, base_dir, prefix)
    else:
        mesh = decided_mesh(
            options, facts=facts, cache_dir=cache_dir, base_dir=base_dir, prefix=prefix
        )
        components = build(mesh, RenderCache(cache_dir) if cache_dir else None)
        notes = warnings(mesh)
    if mesh.spec.gateway_api.wanted:
        # What reads CRDs costs nothing where nobody wants them.
        from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.component import (
            gateway_api,
        )

        crds, more = gateway_api(mesh, facts, cache_dir=cache_dir, base_dir=base_dir, adopt=adopt)
        components = [crds, *components]
        notes = [*notes, *more]
    return DesiredState(
        spec=mesh.spec,
        release=mesh.release,
        components=components,
        kube_version=mesh.kube_version,
        platform=mesh.platform,
        jwt_policy=mesh.jwt_policy,
        warnings=[*mesh.release.notes, *notes],
    )


def decided_mesh(
    options: Mapping[str, Any],
    *,
    facts: ClusterFacts | None = None,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
    prefix: str = "mesh_",
) -> Mesh:
    """The mesh before anything of it is rendered. Arguments and errors as of `desired_state`."""
    spec = MeshSpec.from_options(options, prefix=prefix)
    release = release_of(spec, cache_dir, base_dir)
    return decide(spec, release, facts or ClusterFacts())


def described_mesh(
    options: Mapping[str, Any],
    *,
    facts: ClusterFacts | None = None,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
    prefix: str = "mesh_",
) -> tuple[Mesh, list[Component], list[str]]:
    """The mesh that the IstioOperator documents of the options describe, its components, warnings.

    Arguments and errors as of `desired_state`.
    """
    return _of_documents(options, facts or ClusterFacts(), cache_dir, base_dir, prefix)


def identified(
    options: Mapping[str, Any], *, base_dir: Path | None = None, prefix: str = "mesh_"
) -> MeshSpec:
    """The spec with the namespace and revision of its mesh, for jobs that need no charts.

    IstioOperator documents are read for it. Raises MeshError.
    """
    spec = MeshSpec.from_options(options, prefix=prefix)
    if not spec.operator:
        return spec
    # What reads documents costs nothing where there are none.
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.operator import (
        wish_of,
        with_identity,
    )

    return with_identity(spec, wish_of(spec, base_dir))


def _of_documents(
    options: Mapping[str, Any],
    facts: ClusterFacts,
    cache_dir: Path | None,
    base_dir: Path | None,
    prefix: str,
) -> tuple[Mesh, list[Component], list[str]]:
    """The mesh that IstioOperator documents describe, its components and warnings."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.operator import (
        operator_mesh,
        wish_of,
    )

    spec = MeshSpec.from_options(options, prefix=prefix)
    wish = wish_of(spec, base_dir)
    release, notes = _release_of_documents(spec, wish, cache_dir, base_dir)
    cache = RenderCache(cache_dir) if cache_dir else None
    made = operator_mesh(spec, wish, release, facts, cache)
    return made.mesh, made.components, [*notes, *made.warnings]


def _release_of_documents(
    spec: MeshSpec, wish: Wish, cache_dir: Path | None, base_dir: Path | None
) -> tuple[Release, list[str]]:
    """The release that the variables name, or else the documents; and what has no effect."""
    place = "spec.installPackagePath"
    if not wish.package_path:
        return release_of(spec, cache_dir, base_dir), []
    if spec.charts not in ("", DEFAULT_CHARTS):
        release = release_of(spec, cache_dir, base_dir)
        message = f"has no effect: {spec.prefix}charts is set, and so {release.origin} is used"
        return release, [str(wish.locate(Problem(place, message)))]
    try:
        return release_of(replace(spec, charts=wish.package_path), cache_dir, base_dir), []
    except ReleaseError as error:
        message = error.message.removeprefix(f"{spec.prefix}charts: ")
        problem = wish.locate(Problem(place, message))
        raise ReleaseError(str(problem), error.remedy) from error


def release_of(spec: MeshSpec, cache_dir: Path | None, base_dir: Path | None) -> Release:
    """The release that the spec names. Paths as of `desired_state`; raises ReleaseError."""
    return load_release(
        spec.charts,
        version=spec.version,
        lock=spec.charts_lock,
        base_dir=base_dir,
        store=cache_dir / "fetched" if cache_dir else None,
        prefix=spec.prefix,
    )
