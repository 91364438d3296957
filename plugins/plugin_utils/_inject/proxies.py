# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to proxies: where the configuration is from, who injects, and what is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._data.kubernetes import (
    default_kubernetes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import Document
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.exports import (
    OPTIONS as EXPORTS,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.exports import (
    Reader,
    from_exports,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateway_shape import (
    check_gateway,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.injector import (
    KUBE_INJECT,
    WEBHOOK,
    Injector,
    Wishes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import (
    unknown_range,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.outcome import (
    Outcome,
    Report,
    Treat,
    treat_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    Source,
    SourceError,
    from_release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.workloads import (
    Object,
    Workload,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateways import (
        MadeGateway,
        Surroundings,
    )

# The lookup's own options, those of the mesh, of output and of the connection apart.
REQUEST_OPTIONS: Final = (
    "policy",
    "namespace",
    "namespaces",
    "native_sidecars",
    "templates",
    "cluster",
    "network",
    "gateway_config_maps",
    "injector_config",
    "injector_values",
    "injector_mesh_config",
    "from_cluster",
    "live",
)
_DEFAULT_NAMESPACE: Final = "default"
_WAYPOINT: Final = "waypoint"  # the template
_NATIVE: Final = {"auto": None, "true": True, "false": False}


@dataclass(frozen=True)
class Request:
    """What is asked for: the user's wishes, and where the injector's configuration is from."""

    wishes: Wishes
    exports: Mapping[str, Any]
    mesh: Mapping[str, Any]
    from_cluster: bool
    live: bool
    config_maps: tuple[Object, ...]
    facts: ClusterFacts
    cache_dir: Path | None
    base_dir: Path | None
    read: Reader

    @classmethod
    def from_options(
        cls,
        options: Mapping[str, Any],
        mesh: Mapping[str, Any],
        *,
        facts: ClusterFacts,
        cache_dir: Path | None,
        base_dir: Path | None,
        read: Reader,
    ) -> Request:
        """Take it from the lookup's own options and those of the mesh. Raises MeshError."""
        exports = {name: options[name] for name in EXPORTS if options.get(name)}
        from_cluster, live = bool(options["from_cluster"]), bool(options["live"])
        if exports and (from_cluster or live):
            other = "live" if live else "from_cluster"
            raise MeshError(
                f"{next(iter(exports))} and {other} exclude each other",
                "The injector's configuration is either exported or the cluster's.",
            )
        return cls(
            wishes=Wishes(
                policy=WEBHOOK if options["policy"] == WEBHOOK else KUBE_INJECT,
                native_sidecars=_NATIVE[options["native_sidecars"]],
                templates=tuple(options["templates"] or ()),
                cluster=options["cluster"] or "",
                network=options["network"] or "",
                namespace=options["namespace"] or "",
                namespaces=_namespaces(options["namespaces"] or ()),
            ),
            exports=exports,
            mesh=mesh,
            from_cluster=from_cluster,
            live=live,
            config_maps=tuple(options["gateway_config_maps"] or ()),
            facts=facts,
            cache_dir=cache_dir,
            base_dir=base_dir,
            read=read,
        )

    @property
    def needs_cluster(self) -> bool:
        """Whether a cluster has to be asked."""
        return self.from_cluster or self.live


@dataclass(frozen=True)
class Proxies:
    """All objects after injection, in order, and what was done."""

    objects: list[Object]
    reports: list[Report]
    notes: tuple[str, ...] = field(default=())

    @property
    def warnings(self) -> list[str]:
        """What people should know."""
        return [*self.notes, *(notice for report in self.reports for notice in report.notices())]


def render_proxies(
    documents: Sequence[Document], request: Request, client: Client | None = None
) -> Proxies:
    """Inject the workloads among the documents, and make what Gateways among them need.

    ``client`` is for requests that need a cluster. Raises MeshError.
    """
    maker = _Maker(request, documents, client)
    if request.live and client is not None:
        outcomes = treat_documents(documents, maker.live(client), maker.gateway, client.map)
    else:
        outcomes = treat_documents(documents, maker.treat, maker.gateway)
    return Proxies(
        objects=[item for outcome in outcomes for item in outcome.objects],
        reports=[report for outcome in outcomes for report in outcome.reports],
        notes=maker.notes,
    )


class _Maker:
    """Does what a request asks for; reads the configuration when it is first needed."""

    def __init__(
        self, request: Request, documents: Sequence[Document], client: Client | None
    ) -> None:
        self._request = request
        self._documents = documents
        self._client = client
        self.notes: tuple[str, ...] = ()

    @cached_property
    def source(self) -> Source:
        """The injector's configuration."""
        request = self._request
        known: dict[str, Any] = {
            "revision": request.mesh.get("revision") or "",
            "system_namespace": request.mesh.get("namespace") or "istio-system",
        }
        if self._client is not None:
            from ansible_collections.meshops.istio.plugins.plugin_utils._inject.cluster import (
                source_of_cluster,
            )

            return source_of_cluster(self._client, known["system_namespace"], known["revision"])
        if request.exports:
            platform = request.mesh.get("platform") or ""
            return from_exports(
                request.exports,
                request.read,
                kube_version=str(request.mesh.get("kubernetes_version") or ""),
                version=str(request.mesh.get("version") or ""),
                environment={"PLATFORM": platform} if platform != "auto" else {},
                **known,
            )
        source = from_release(
            request.mesh,
            facts=request.facts,
            cache_dir=request.cache_dir,
            base_dir=request.base_dir,
        )
        self.notes = source.warnings
        return source

    @cached_property
    def injector(self) -> Injector:
        """Who injects offline."""
        return Injector(self.source, self._request.wishes)

    def treat(self, workload: Workload) -> Outcome:
        """What becomes of a workload offline."""
        return self.injector.treat(workload)

    def live(self, client: Client) -> Treat:
        """How workloads are injected by the cluster."""
        from ansible_collections.meshops.istio.plugins.plugin_utils._inject.live import LiveInjector

        wishes = self._request.wishes
        source: Source | None = None
        try:
            source = self.source
        except SourceError:
            # It is only needed for saying why; who may create pods may not read it.
            source = None
        return LiveInjector(
            client, source, wishes.namespace or _DEFAULT_NAMESPACE, wishes.namespaces
        ).treat

    def gateway(self, value: Object, where: str) -> Outcome:
        """What a Gateway of the Gateway API is followed by."""
        # What makes gateways costs nothing where there are none.
        from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateways import (
            make_gateway,
        )

        check_gateway(value, where)
        metadata = value.get("metadata") or {}
        place = metadata.get("namespace") or self._request.wishes.namespace or _DEFAULT_NAMESPACE
        made = make_gateway(
            {**value, "metadata": {**metadata, "namespace": place}},
            self.injector.config,
            self.source,
            self._surroundings,
            where,
        )
        title = f"Gateway {place}/{metadata.get('name')}"
        report = Report(
            title=title,
            kind="Gateway",
            name=str(metadata.get("name")),
            where=where,
            injected=bool(made.objects),
            code="gateway" if made.objects else "gateway-left-alone",
            reason=made.reason,
            namespace=place,
            revision=(self.source.revision or "default") if made.objects else "",
            templates=made.templates,
            warnings=(*made.warnings, *self._unknown_range(made, place)),
        )
        return Outcome((value, *made.objects), (report,))

    def _unknown_range(self, made: MadeGateway, place: str) -> tuple[str, ...]:
        """What to say where a gateway's proxy lacks the user that its namespace would give it."""
        # Waypoints are user 1337 in any namespace.
        if not self.source.openshift or _WAYPOINT in made.templates:
            return ()
        known = self.injector.namespaces.get(place)
        pods = (item["spec"]["template"] for item in made.objects if item["kind"] == "Deployment")
        return tuple(text for pod in pods for text in unknown_range(pod, place, known))

    @cached_property
    def _surroundings(self) -> Surroundings:
        """What istiod would find in the cluster."""
        from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gateways import (
            Surroundings,
        )

        source = self.source
        version = source.kube_version or (
            default_kubernetes(source.version) if source.version else "1.33"
        )
        among = [item.value for item in self._documents if item.value.get("kind") == "ConfigMap"]
        return Surroundings(
            config_maps=[*self._request.config_maps, *among],
            namespaces=self.injector.namespaces if source.openshift else {},
            cluster=self._request.wishes.cluster or "Kubernetes",
            kube_minor=int(version.removeprefix("v").split(".")[1]),
        )


def _namespaces(given: Sequence[Mapping[str, Any]]) -> dict[str, Object]:
    """Namespace objects by name, of such objects or of names with labels and annotations."""
    found = {}
    for index, item in enumerate(given):
        metadata = item.get("metadata") if "metadata" in item else item
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        if not isinstance(metadata, Mapping) or not isinstance(name, str) or not name:
            raise MeshError(
                f"namespaces[{index}] has no name", "Give a Namespace, or name and labels."
            )
        kept = {key: dict(metadata.get(key) or {}) for key in ("labels", "annotations")}
        found[str(name)] = {"metadata": {"name": str(name), **kept}}
    return found
