# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection of whole objects: what `istioctl kube-inject` or the webhook makes of each, and why.

The two differ. kube-inject injects whatever does not refuse, with the workload it stands in as its
owner; the webhook is called for what its selectors choose, and sees pods that controllers made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import (
    injector_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.inject import (
    InjectedPod,
    inject,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import (
    unknown_range,
    without_application_user,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.outcome import (
    Outcome,
    Report,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.owners import Owner
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import (
    SIDECAR,
    Params,
    TypeMeta,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    PROXY_CONFIG,
    annotations_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.policy import (
    Decision,
    KubeInject,
    decide,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    Webhook,
    environment_of,
    injection_webhooks,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.workloads import (
    Object,
    Workload,
    WorkloadError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    with_proxy_config,
)

Policy = Literal["kube_inject", "webhook"]
KUBE_INJECT: Final[Policy] = "kube_inject"
WEBHOOK: Final[Policy] = "webhook"
_DEFAULT_NAMESPACE: Final = "default"
_CLUSTER: Final = "ISTIO_META_CLUSTER_ID"
_NETWORK: Final = "ISTIO_META_NETWORK"


@dataclass(frozen=True)
class Wishes:
    """What the user wants of injection; None and empty mean what upstream would do.

    ``templates`` are those of pods that choose none. ``namespaces`` are Namespace objects by name,
    ``namespace`` is that of workloads that name none.
    """

    policy: Policy = KUBE_INJECT
    native_sidecars: bool | None = None
    templates: tuple[str, ...] = ()
    cluster: str = ""
    network: str = ""
    namespace: str = ""
    namespaces: Mapping[str, Object] = field(default_factory=dict)


class Injector:
    """Injects as a control plane with that configuration would; reads it once for all workloads.

    Raises MeshError for a configuration that cannot be used.
    """

    def __init__(self, source: Source, wishes: Wishes) -> None:
        self._source = source
        self._wishes = wishes
        known = {item["metadata"]["name"]: item for item in source.namespaces}
        self.namespaces = {**known, **wishes.namespaces}
        self._native = (
            source.native_sidecars if wishes.native_sidecars is None else wishes.native_sidecars
        )
        environment = dict(source.environment)
        # Templates of releases before 1.25 ask for it themselves.
        environment["ENABLE_NATIVE_SIDECARS"] = "true" if self._native else "false"
        self.config = injector_config(
            source.config,
            source.mesh,
            source.values,
            release=source.release,
            environment=environment,
            where=source.origin,
        )
        self._webhooks = injection_webhooks(source.webhooks)
        self._proxy_configs: dict[str, Mapping[str, Any]] = {}

    def treat(self, workload: Workload) -> Outcome:
        """Inject one workload, or say why not. Raises WorkloadError for what Istio refuses."""
        treat = self._as_webhook if self._wishes.policy == WEBHOOK else self._as_kube_inject
        try:
            return treat(workload)
        except MeshError as error:
            where = f"{workload.where}: {workload.title}"
            raise WorkloadError(f"{where}: {error.message}", error.remedy) from error

    def _as_kube_inject(self, workload: Workload) -> Outcome:
        pod = workload.pod()
        place = workload.namespace or self._wishes.namespace
        decision = decide(pod, KubeInject(release=self.config.release))
        if not decision.inject:
            return Outcome((workload.object,), (self._report(workload, decision, place),))
        mesh = self._with_proxy_config(pod)
        params = self._params(
            workload.owner(), workload.own_namespace or self._wishes.namespace, place, mesh
        )
        injected = inject(pod, params)
        report = self._report(workload, decision, place, injected)
        return Outcome((workload.with_pod(injected.pod),), (report,))

    def _as_webhook(self, workload: Workload) -> Outcome:
        pod = workload.pod(injected=False)
        place = workload.namespace or self._wishes.namespace or _DEFAULT_NAMESPACE
        namespace = self.namespaces.get(place) or {"metadata": {"name": place}}
        # Exported configurations may come without webhooks: then only the rules of the injector are
        # known, which is not the same as a cluster that injects nothing.
        decision = decide(pod, self.config, namespace, webhooks=self._webhooks or None)
        if not decision.inject:
            return Outcome((workload.object,), (self._report(workload, decision, place),))
        params = replace(
            self._params(workload.owner_seen(), place, place, self._with_proxy_config(pod)),
            # Only the proxy's own configuration counts here, not what else is made of it.
            mesh_config=self.config.mesh_config,
            # istiod without a revision calls itself default.
            revision=self._source.revision or "default",
            template_names=self._wishes.templates or self.config.default_templates,
            proxy_envs=self._environment(decision.webhook),
            injected_annotations=self.config.injected_annotations,
        )
        asked = _in_namespace(pod, place)
        if params.namespace is not None:
            asked = without_application_user(asked)
        injected = inject(asked, params)
        result = injected.pod
        if not (pod.get("metadata") or {}).get("namespace"):
            result = _in_namespace(result, "")
        report = self._report(workload, decision, place, injected)
        return Outcome((workload.with_pod(result, injected=False),), (report,))

    def _params(
        self, owner: Owner, owner_namespace: str, place: str, mesh: Mapping[str, Any]
    ) -> Params:
        """What kube-inject injects with."""
        # Its ids count on OpenShift only.
        namespace = self.namespaces.get(place) if self._source.openshift else None
        return Params(
            config=self.config,
            mesh_config=mesh,
            proxy_config=mesh["defaultConfig"],
            values=self.config.values,
            deploy_name=owner.name,
            deploy_namespace=owner_namespace,
            type_meta=TypeMeta(owner.api_version, owner.kind),
            namespace=namespace,
            native_sidecar=self._native,
            revision=self._source.revision,
            template_names=self._wishes.templates or (SIDECAR,),
            proxy_envs=self._environment(None),
            compliance_policy=self._source.environment.get("COMPLIANCE_POLICY", ""),
        )

    def _with_proxy_config(self, pod: Mapping[str, Any]) -> Mapping[str, Any]:
        """The mesh configuration with the pod's own proxy configuration in it."""
        text = annotations_of(pod).get(PROXY_CONFIG)
        if text is None:
            return self.config.mesh_config
        if text not in self._proxy_configs:
            self._proxy_configs[text] = with_proxy_config(
                text, self.config.mesh_config, release=self._source.release
            )
        return self._proxy_configs[text]

    def _environment(self, webhook: Webhook | None) -> dict[str, str]:
        """Variables for the proxy: what the webhook's URL names, and what the user does."""
        named = {_CLUSTER: self._wishes.cluster, _NETWORK: self._wishes.network}
        return {
            **(environment_of(webhook.path) if webhook else {}),
            **{key: value for key, value in named.items() if value},
        }

    def _report(
        self,
        workload: Workload,
        decision: Decision,
        namespace: str,
        injected: InjectedPod | None = None,
    ) -> Report:
        webhook = decision.webhook
        return Report(
            title=workload.title,
            kind=workload.kind,
            name=workload.name,
            where=workload.where,
            injected=decision.inject,
            code=decision.code,
            reason=decision.reason,
            namespace=namespace,
            revision=(self._source.revision or "default") if decision.inject else "",
            templates=injected.templates if injected else (),
            webhook=f"{webhook.configuration}/{webhook.name}" if webhook else "",
            warnings=self._warnings(injected, namespace) if injected else (),
        )

    def _warnings(self, injected: InjectedPod, place: str) -> tuple[str, ...]:
        """What people should know of an injected pod."""
        if not self._source.openshift:
            return injected.warnings
        known = self.namespaces.get(place)
        return (*injected.warnings, *unknown_range(injected.pod, place, known))


def _in_namespace(pod: Mapping[str, Any], name: str) -> Object:
    """The pod with that namespace in its metadata; an empty one takes it away."""
    metadata = {k: v for k, v in (pod.get("metadata") or {}).items() if k != "namespace"}
    if name:
        metadata["namespace"] = name
    return {**pod, "metadata": metadata}
