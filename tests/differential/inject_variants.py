"""Control planes whose injectors are compared: options of the lookup, and what istiod is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import (
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.injector import (
    Injector,
    Wishes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.outcome import (
    Outcome,
    treat_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    Source,
    from_release,
)
from tests import reference

_CUSTOM = """
metadata:
  labels:
    team: {{ index .ObjectMeta.Labels "team" | default .DeploymentMeta.Name | quote }}
    kind: {{ .TypeMeta.Kind | lower | quote }}
  annotations:
    example.com/containers: "{{ range .Spec.Containers }}{{ .Name }}={{ .Image }};{{ end }}"
spec:
  {{- if .Spec.SecurityContext }}
  hostAliases:
  - ip: 127.0.0.9
    hostnames: [{{ .ProxyConfig.DiscoveryAddress | quote }}]
  {{- end }}
  containers:
  - name: helper
    image: {{ .ProxyImage | quote }}
    env:
    - name: CONCURRENCY
      value: "{{ with .ProxyConfig.Concurrency }}{{ .GetValue }}{{ end }}"
    - name: TRUST
      value: {{ .MeshConfig.TrustDomain }}
"""
_PATCHING = """
metadata:
  labels:
    $patch: replace
    only: this
spec:
  containers:
  - name: app-0
    env:
    - name: A
      $patch: delete
    - name: FROM_TEMPLATE
      value: "1"
  - name: istio-proxy
    resources:
      $patch: replace
      limits: {cpu: "3"}
"""
_SPIRE = """
spec:
  containers:
  - name: istio-proxy
    volumeMounts:
    - name: workload-socket
      mountPath: /run/secrets/workload-spiffe-uds
      readOnly: true
  volumes:
    - name: workload-socket
      csi:
        driver: "csi.spiffe.io"
        readOnly: true
"""


@dataclass(frozen=True)
class Variant:
    """A control plane. ``native`` is its ENABLE_NATIVE_SIDECARS."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    native: bool = False

    def source(self) -> Source:
        """The injector's configuration, rendered once."""
        return _source(self)

    def injector(self, **wishes: Any) -> Injector:
        """Our injector with that configuration; made once, when nothing is wished."""
        if not wishes:
            return _injector(self)
        return Injector(self.source(), Wishes(native_sidecars=self.native, **wishes))

    def asked(self) -> dict[str, Any]:
        """What the oracle needs to know of it."""
        source = self.source()
        return {
            "config": source.config,
            "values": source.values,
            "mesh": source.mesh,
            "revision": source.revision,
            "native_sidecars": self.native,
        }

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def _source(variant: Variant) -> Source:
    charts = str(reference.charts_dir() / "charts")
    return from_release({"charts": charts, "version": "1.31.1", **variant.options})


@cache
def _injector(variant: Variant) -> Injector:
    return Injector(variant.source(), Wishes(native_sidecars=variant.native))


def inject_text(injector: Injector, text: str) -> list[Outcome]:
    """What our injector makes of the documents of a YAML text."""
    return treat_documents(read_documents(text, "test"), injector.treat, _untouched)


def first_difference(ours: Any, theirs: Any, path: str = "") -> str:
    """The path of the first difference with both values; empty when there is none."""
    if ours == theirs:
        return ""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in sorted({*ours, *theirs}):
            if key not in ours or key not in theirs or ours[key] != theirs[key]:
                return first_difference(ours.get(key), theirs.get(key), f"{path}.{key}")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, their) in enumerate(zip(ours, theirs, strict=True)):
            if mine != their:
                return first_difference(mine, their, f"{path}[{index}]")
    return f"{path}\n  ours:   {json.dumps(ours)[:600]}\n  theirs: {json.dumps(theirs)[:600]}"


def _untouched(value: dict[str, Any], _where: str) -> Outcome:
    return Outcome((value,))


def _values(**values: Any) -> dict[str, Any]:
    return {"values": values}


VARIANTS = (
    Variant("default"),
    Variant("native", native=True),
    Variant("cni", {"components": {"cni": {"enabled": True}}}),
    Variant(
        "multus, native",
        {
            "components": {"cni": {"enabled": True}},
            "values": {"pilot": {"cni": {"enabled": True, "provider": "multus"}}},
        },
        native=True,
    ),
    Variant("openshift", {"platform": "openshift"}),
    Variant("ambient", {"profile": "ambient"}, native=True),
    Variant("revision", {"revision": "canary"}),
    Variant(
        "proxy configuration",
        {
            "mesh_config": {
                "trustDomain": "example.org",
                "enablePrometheusMerge": False,
                "inboundTrafficPolicy": {"mode": "LOCALHOST"},
                "extensionProviders": [
                    {
                        "name": "otel",
                        "opentelemetry": {
                            "service": "otel.observability.svc.cluster.local",
                            "port": 4317,
                            "serviceAttributeEnrichment": "OTEL_SEMANTIC_CONVENTIONS",
                        },
                    }
                ],
                "defaultConfig": {
                    "interceptionMode": "TPROXY",
                    "drainDuration": "23s",
                    "concurrency": 3,
                    "proxyMetadata": {"ISTIO_META_TLS_CLIENT_KEY": "/etc/identity/key.pem"},
                    "image": {"imageType": "debug"},
                    "tracing": {},
                },
            }
        },
    ),
    Variant(
        "hold application",
        {"mesh_config": {"defaultConfig": {"holdApplicationUntilProxyStarts": True}}},
    ),
    Variant(
        "values",
        _values(
            **{
                "global": {
                    "network": "network1",
                    "multiCluster": {"clusterName": "east"},
                    "meshID": "mesh1",
                    "logAsJson": True,
                    "imagePullPolicy": "Always",
                    "imagePullSecrets": ["barSecret", "fooSecret"],
                    "mountMtlsCerts": True,
                    "variant": "distroless",
                    "podDNSSearchNamespaces": [
                        "global",
                        "{{ valueOrDefault .DeploymentMeta.Namespace `x` }}",
                    ],
                    "caAddress": "ca.example.org:15012",
                    "proxy": {
                        "image": "proxyTest",
                        "includeIPRanges": "127.0.0.1/24,10.96.0.1/24",
                        "excludeIPRanges": "10.96.0.2/24",
                        "excludeInboundPorts": "4,5,6",
                        "includeOutboundPorts": "7",
                        "excludeOutboundPorts": "8",
                        "statusPort": 123,
                        "readinessInitialDelaySeconds": 100,
                        "readinessPeriodSeconds": 200,
                        "readinessFailureThreshold": 300,
                        "clusterDomain": "mine.local",
                        "enableCoreDump": True,
                        "privileged": True,
                        "capNetBindService": "true",
                        "holdApplicationUntilProxyStarts": True,
                        "resources": {
                            "requests": {"cpu": "11m", "memory": None},
                            "limits": {"cpu": None, "memory": "2Gi"},
                        },
                        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "9"]}}},
                    },
                    "proxy_init": {"image": "proxyInitTest", "forceApplyIptables": True},
                },
                "sidecarInjectorWebhook": {
                    "rewriteAppHTTPProbe": False,
                    "reinvocationPolicy": "IfNeeded",
                },
            }
        ),
    ),
    Variant(
        "custom templates",
        {
            "values": {
                "sidecarInjectorWebhook": {
                    "templates": {
                        "labels": _CUSTOM,
                        "custom": _PATCHING,
                        "spire": _SPIRE,
                    }
                }
            }
        },
        native=True,
    ),
)
