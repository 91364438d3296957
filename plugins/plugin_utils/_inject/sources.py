# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the injector's configuration comes from: a release, exported texts, or a cluster.

A control plane keeps it in two ConfigMaps: ``istio-sidecar-injector`` (keys ``config`` and
``values``) and ``istio`` (key ``mesh``), with ``-<revision>`` behind the names of a revision. What
istiod takes from its own environment is read from its Deployment, whether it is called for a pod at
all from its webhooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
    decided_mesh,
    desired_state,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.namespaces import (
    member_namespace,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.render import (
    render_chart,
    render_inputs,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.values import istiod_values
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import KIND as WEBHOOKS
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

INJECTOR: Final = "istio-sidecar-injector"
MESH: Final = "istio"
# What injection and gateways take from istiod's environment.
ENVIRONMENT: Final = (
    "AMBIENT_ENABLE_MULTI_NETWORK",
    "COMPLIANCE_POLICY",
    "ENABLE_LEGACY_FSGROUP_INJECTION",
    "ENABLE_NATIVE_SIDECARS",
    "PILOT_ENABLE_AGENTGATEWAY",
    "PILOT_ENABLE_AMBIENT",
    "PILOT_ENABLE_AMBIENT_WAYPOINTS",
    "PILOT_ENABLE_GATEWAY_API_COPY_LABELS_ANNOTATIONS",
    "PILOT_ENABLE_INBOUND_PASSTHROUGH",
    "PILOT_ENABLE_QUIC_LISTENERS",
    "PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME",
    "PLATFORM",
)
# Since then istiod chooses native sidecars by itself where Kubernetes has them for good.
_NATIVE_SINCE: Final = (1, 27)
_NATIVE_KUBERNETES: Final = (1, 33)

Object = dict[str, Any]


class SourceError(MeshError):
    """The injector's configuration cannot be had."""


@dataclass(frozen=True)
class Source:
    """The injector's configuration as texts, and what else decides what istiod makes of a pod.

    ``config``, ``values`` and ``mesh`` are those of the ConfigMaps. ``environment`` is that part of
    istiod's own which counts (see ENVIRONMENT), ``webhooks`` are its
    MutatingWebhookConfigurations, ``namespaces`` Namespaces as far as they are known.
    ``kube_version`` is that of the cluster, empty when nobody says; ``version`` is Istio's, empty
    when unknown. ``origin`` says for messages where all is from.
    """

    config: str
    values: str
    mesh: str
    origin: str
    revision: str = ""
    system_namespace: str = "istio-system"
    webhooks: tuple[Object, ...] = ()
    namespaces: tuple[Object, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    kube_version: str = ""
    version: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def native_sidecars(self) -> bool:
        """Whether istiod makes native sidecars, where the pod does not say.

        ``ENABLE_NATIVE_SIDECARS`` decides; ``auto``, the default since Istio 1.27, means all nodes
        have Kubernetes 1.33. Nobody knows without a cluster: then, as ``istioctl kube-inject``
        does offline, there are none.
        """
        automatic = not self.version or self.release >= _NATIVE_SINCE
        mode = self.environment.get("ENABLE_NATIVE_SIDECARS") or ("auto" if automatic else "false")
        if mode != "auto":
            return mode == "true"
        return bool(self.kube_version) and _minor(self.kube_version) >= _NATIVE_KUBERNETES

    @property
    def release(self) -> tuple[int, int]:
        """Istio's minor version; (0, 0) when unknown, which stands for the newest."""
        return _minor(self.version)

    @property
    def openshift(self) -> bool:
        """Whether istiod takes the proxy's user from the namespace."""
        return self.environment.get("PLATFORM") == "openshift"


def from_release(
    options: Mapping[str, Any],
    *,
    facts: ClusterFacts | None = None,
    cache_dir: Path | None = None,
    base_dir: Path | None = None,
    prefix: str = "",
) -> Source:
    """Render a control plane and take its injector's configuration.

    Arguments are those of :func:`desired_state`. ``cache_dir`` keeps what was rendered.
    Raises MeshError for options that are wrong, SourceError for a mesh without an injector.
    """
    if options.get("operator"):
        state = desired_state(
            options, facts=facts, cache_dir=cache_dir, base_dir=base_dir, prefix=prefix
        )
        parts = _parts(state.objects)
        spec, release, warnings = state.spec, state.release, tuple(state.warnings)
        namespaces = [item for item in state.objects if item["kind"] == "Namespace"]
    else:
        mesh = decided_mesh(
            options, facts=facts, cache_dir=cache_dir, base_dir=base_dir, prefix=prefix
        )
        if not mesh.istiod:
            raise SourceError(
                f"Profile {mesh.spec.profile} has no control plane, and so no injector",
                f"Choose another {prefix}profile, or enable components.istiod.",
            )
        parts = _rendered_parts(mesh, RenderCache(cache_dir) if cache_dir else None)
        spec, release, warnings = mesh.spec, mesh.release, tuple(mesh.release.notes)
        namespaces = [member_namespace(mesh, member) for member in spec.members]
    where = f"Istio {release.version} ({release.origin})"
    return _source(
        parts,
        where,
        revision=spec.revision,
        system_namespace=spec.namespace,
        kube_version=spec.kubernetes_version or (facts.kube_version if facts else "") or "",
        version=release.version,
        namespaces=tuple(namespaces),
        warnings=warnings,
    )


def from_objects(objects: Iterable[Mapping[str, Any]], where: str, **known: Any) -> Source:
    """Take the configuration from the objects of a control plane: ConfigMaps, webhooks, istiod.

    ``known`` are further fields of Source. Raises SourceError, naming what is missing.
    """
    return _source(_parts(objects), where, **known)


def _source(parts: Mapping[str, Any], where: str, **known: Any) -> Source:
    for key, name in (("config", INJECTOR), ("values", INJECTOR), ("mesh", MESH)):
        if key not in parts:
            raise SourceError(
                f"{where}: there is no ConfigMap {name} with a key {key}",
                "The injector's configuration is in ConfigMaps istio-sidecar-injector (config and "
                "values) and istio (mesh) of a control plane.",
            )
    return Source(
        config=parts["config"],
        values=parts["values"],
        mesh=parts["mesh"],
        origin=where,
        webhooks=tuple(parts["webhooks"]),
        environment=dict(parts["environment"]),
        **known,
    )


def _rendered_parts(mesh: Mesh, cache: RenderCache | None) -> dict[str, Any]:
    """What counts of the rendered chart; only that is kept on disk."""
    revision = mesh.spec.revision
    chart = mesh.profile.remote_chart or "istiod"
    name = f"istiod-{revision}" if revision else "istiod"
    values = istiod_values(mesh)

    def render() -> list[Object]:
        return [_parts(render_chart(mesh, chart, name, mesh.spec.namespace, values))]

    if cache is None:
        return render()[0]
    return cache.get(["injector", revision, *render_inputs(mesh, chart, values)], render)[0]


def _parts(objects: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The texts, webhooks and environment among a control plane's objects."""
    webhooks: list[Mapping[str, Any]] = []
    environment: dict[str, str] = {}
    parts: dict[str, Any] = {"webhooks": webhooks, "environment": environment}
    for item in objects:
        kind, name = item.get("kind"), (item.get("metadata") or {}).get("name") or ""
        data = item.get("data") or {}
        if kind == "ConfigMap" and name.startswith(INJECTOR):
            parts.update({key: data[key] for key in ("config", "values") if key in data})
        elif kind == "ConfigMap" and "mesh" in data:
            parts["mesh"] = data["mesh"]
        elif kind == WEBHOOKS:
            webhooks.append(item)
        elif kind == "Deployment" and name.startswith("istiod"):
            environment.update(_environment(item))
    return parts


def _environment(deployment: Mapping[str, Any]) -> dict[str, str]:
    pod = deployment["spec"]["template"]["spec"]
    return {
        entry["name"]: str(entry["value"])
        for container in pod.get("containers") or ()
        for entry in container.get("env") or ()
        if entry.get("name") in ENVIRONMENT and entry.get("value") is not None
    }


def _minor(version: str) -> tuple[int, int]:
    """``(1, 33)`` of ``v1.33.0``; (0, 0) for what has no such numbers."""
    numbers = version.removeprefix("v").split(".")
    try:
        return int(numbers[0]), int(numbers[1].rstrip("+"))
    except (IndexError, ValueError):
        return 0, 0
