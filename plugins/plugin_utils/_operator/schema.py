# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of IstioOperator documents as tables: fields, their types, and fields of former times.

Source: operator/pkg/apis/types.go of Istio 1.31.1; for former times operator.proto of istio/api.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import Minor

# Types: "text", "texts" (texts by key), "bool", "count", "tag", "map", "any", names of tables here,
# the name of a Go type, or that in [] for a list of them.
DOCUMENT: Final = {"apiVersion": "text", "kind": "text", "metadata": "metadata", "spec": "spec"}
SPEC: Final = {
    "profile": "text",
    "installPackagePath": "text",
    "hub": "text",
    "tag": "tag",
    "namespace": "text",
    "revision": "text",
    "compatibilityVersion": "text",
    "meshConfig": "map",
    "components": "components",
    "values": "map",
    "unvalidatedValues": "map",
}
BASE: Final = {"enabled": "bool", "k8s": "k8s"}
COMPONENT: Final = {**BASE, "namespace": "text", "hub": "text", "tag": "tag"}
ADDON: Final = {**COMPONENT, "spec": "any", "chartPath": "text", "schema": "any"}
GATEWAY: Final = {**COMPONENT, "name": "text", "label": "texts"}
KUBERNETES: Final = {
    "affinity": "core/v1.Affinity",
    "env": "[core/v1.EnvVar]",
    "hpaSpec": "autoscaling/v2.HorizontalPodAutoscalerSpec",
    "imagePullPolicy": "text",
    "nodeSelector": "texts",
    "podDisruptionBudget": "policy/v1.PodDisruptionBudgetSpec",
    "podAnnotations": "texts",
    "priorityClassName": "text",
    "readinessProbe": "core/v1.Probe",
    "replicaCount": "count",
    "resources": "core/v1.ResourceRequirements",
    "service": "core/v1.ServiceSpec",
    "strategy": "apps/v1.DeploymentStrategy",
    "tolerations": "[core/v1.Toleration]",
    "serviceAnnotations": "texts",
    "securityContext": "core/v1.PodSecurityContext",
    "volumes": "[core/v1.Volume]",
    "volumeMounts": "[core/v1.VolumeMount]",
    "overlays": "overlays",
}
OVERLAY: Final = {"apiVersion": "text", "kind": "text", "name": "text", "patches": "patches"}
PATCH: Final = {"path": "text", "value": "any"}


@dataclass(frozen=True)
class Former:
    """A field of former releases: the last that had it, what became of it, and what to do now."""

    last: Minor
    fate: str
    remedy: str

    @property
    def message(self) -> str:
        """What to say of it."""
        return f"{self.fate} (last known to Istio {self.last[0]}.{self.last[1]})"


_ISTIOD: Final = "is a part of istiod since Istio 1.5"
_MIXER: Final = "was a part of Mixer, which Istio 1.8 dropped"
_LEAVE: Final = "remove it"

FORMER_SPEC: Final[Mapping[str, Former]] = {
    "addonComponents": Former(
        (1, 8),
        "was dropped: Istio installs no addons (grafana, kiali, prometheus, tracing) any more",
        "remove it and install the addons on their own, for instance from samples/addons of the "
        "release or by their own charts and operators",
    ),
    "resourceSuffix": Former((1, 9), "never had an effect", "use revision"),
    "defaultRevision": Former((1, 9), "was dropped", "use values.defaultRevision"),
    "imagePullSecrets": Former(
        (1, 4), "was dropped with the API of 1.4", "use values.global.imagePullSecrets"
    ),
    "trafficManagement": Former((1, 4), "was dropped with the API of 1.4", "use components.pilot"),
    "policy": Former((1, 4), _MIXER, "remove it; use Telemetry and AuthorizationPolicy objects"),
    "telemetry": Former((1, 4), _MIXER, "remove it; use Telemetry objects"),
    "security": Former((1, 4), _ISTIOD, _LEAVE),
    "configManagement": Former((1, 4), _ISTIOD, _LEAVE),
    "autoInjection": Former((1, 4), _ISTIOD, "use values.sidecarInjectorWebhook"),
    "gateways": Former(
        (1, 4),
        "was dropped with the API of 1.4",
        "use components.ingressGateways and components.egressGateways",
    ),
    "cni": Former((1, 4), "was dropped with the API of 1.4", "use components.cni"),
    "coreDNS": Former(
        (1, 4), "was dropped with the API of 1.4", "remove it: proxies resolve names"
    ),
    "defaultNamespace": Former((1, 4), "was dropped", "use values.global.istioNamespace"),
}
FORMER_COMPONENTS: Final[Mapping[str, Former]] = {
    "citadel": Former((1, 5), _ISTIOD, _LEAVE),
    "galley": Former((1, 5), _ISTIOD, _LEAVE),
    "sidecarInjector": Former((1, 5), _ISTIOD, "use values.sidecarInjectorWebhook"),
    "nodeAgent": Former(
        (1, 5), "was dropped in Istio 1.6: the proxy's own agent fetches certificates", _LEAVE
    ),
    "certManager": Former((1, 5), "was dropped: Istio does not install cert-manager", _LEAVE),
    "proxy": Former((1, 5), "was dropped", "use values.global.proxy and meshConfig"),
    "injector": Former((1, 5), _ISTIOD, "use values.sidecarInjectorWebhook"),
    "policy": Former((1, 7), _MIXER, "remove it; use AuthorizationPolicy objects"),
    "telemetry": Former((1, 7), _MIXER, "remove it; use Telemetry objects"),
    "coreDNS": Former((1, 7), "was dropped: proxies resolve names themselves", _LEAVE),
    "grafana": Former((1, 7), "was an addon, never a component", _LEAVE),
    "kiali": Former((1, 7), "was an addon, never a component", _LEAVE),
    "prometheus": Former((1, 7), "was an addon, never a component", _LEAVE),
    "tracing": Former((1, 7), "was an addon, never a component", _LEAVE),
}
# Fields that Kubernetes' API server writes into an object of this kind.
FORMER_DOCUMENT: Final[Mapping[str, Former]] = {
    "status": Former(
        (1, 23), "is what the operator in a cluster wrote, not a part of the input", _LEAVE
    ),
}
