"""Workloads made by combining what injection looks at, a list for each control plane.

Every control plane sees every feature; kinds rotate through the features, so that each control
plane combines them in its own way.
"""

from __future__ import annotations

import json
from typing import Any

from tests.differential.inject_generator import KINDS, wrap
from tests.differential.inject_variants import VARIANTS, Variant

Object = dict[str, Any]
_ISTIO = "sidecar.istio.io/"
_TRAFFIC = "traffic.sidecar.istio.io/"
_APP: Object = {"name": "app", "image": "app:1", "ports": [{"containerPort": 8080, "name": "http"}]}


def _probed() -> Object:
    get = {"httpGet": {"path": "/ready", "port": "http"}, "timeoutSeconds": 3}
    return {
        **_APP,
        "readinessProbe": get,
        "livenessProbe": {"tcpSocket": {"port": 8080}},
        "startupProbe": {"grpc": {"port": 8080, "service": "health"}},
        "lifecycle": {"preStop": {"httpGet": {"path": "/stop", "port": 8080}}},
    }


def _proxy(**more: Any) -> Object:
    return {"name": "istio-proxy", "image": "auto", **more}


def _features() -> list[tuple[Object, Object]]:
    """Metadata and spec of pods, a feature each."""
    plain: Object = {"containers": [_APP]}
    annotated: list[Object] = [
        {f"{_ISTIO}interceptionMode": "TPROXY"},
        {f"{_ISTIO}interceptionMode": "NONE"},
        {f"{_ISTIO}interceptionMode": "REDIRECT", f"{_ISTIO}capNetBindService": "true"},
        {
            f"{_TRAFFIC}includeOutboundIPRanges": "10.0.0.0/8",
            f"{_TRAFFIC}excludeOutboundIPRanges": "10.1.0.0/16,10.2.0.0/16",
        },
        {
            f"{_TRAFFIC}includeInboundPorts": "8080",
            f"{_TRAFFIC}excludeInboundPorts": "9090,9091",
            f"{_TRAFFIC}includeOutboundPorts": "443",
            f"{_TRAFFIC}excludeOutboundPorts": "3306",
        },
        {f"{_TRAFFIC}excludeInterfaces": "eth1", f"{_TRAFFIC}kubevirtInterfaces": "net0"},
        {"istio.io/reroute-virtual-interfaces": "net1,net2"},
        {f"{_ISTIO}proxyImageType": "distroless", f"{_ISTIO}logLevel": "debug"},
        {f"{_ISTIO}proxyImage": "docker.io/mine/proxyv2:dev"},
        {
            f"{_ISTIO}proxyCPU": "200m",
            f"{_ISTIO}proxyMemory": "256Mi",
            f"{_ISTIO}proxyCPULimit": "1",
            f"{_ISTIO}proxyMemoryLimit": "1Gi",
        },
        {
            f"{_ISTIO}userVolume": json.dumps([{"name": "u", "emptyDir": {}}]),
            f"{_ISTIO}userVolumeMount": json.dumps([{"name": "u", "mountPath": "/u"}]),
        },
        {"prometheus.io/scrape": "true", "prometheus.io/port": "9102", "prometheus.io/path": "/m"},
        {"prometheus.io/scrape": "false"},
        {"prometheus.istio.io/merge-metrics": "false", "prometheus.io/port": "9102"},
        {f"{_ISTIO}nativeSidecar": "true"},
        {f"{_ISTIO}nativeSidecar": "false"},
        {f"{_ISTIO}rewriteAppHTTPProbers": "false"},
        {
            "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true\nconcurrency: 4\n"
            'proxyMetadata:\n  ISTIO_META_ENABLE_HBONE: "true"\n'
        },
        {"proxy.istio.io/config": '{"drainDuration": "7s", "image": {"imageType": "debug"}}'},
        {"k8s.v1.cni.cncf.io/networks": '[{"name": "macvlan"}]'},
        {"k8s.v1.cni.cncf.io/networks": "macvlan"},
        {f"{_ISTIO}bootstrapOverride": "my-bootstrap", f"{_ISTIO}inject": "true"},
        {f"{_ISTIO}inject": "false"},
        {
            "status.sidecar.istio.io/port": "0",
            "readiness.status.sidecar.istio.io/initialDelaySeconds": "5",
            "readiness.status.sidecar.istio.io/applicationPorts": "8080",
        },
        {"inject.istio.io/templates": "gateway"},
        {"inject.istio.io/templates": "grpc-agent"},
        {"inject.istio.io/templates": "grpc-simple"},
    ]
    features: list[tuple[Object, Object]] = [
        ({"annotations": annotations}, plain) for annotations in annotated
    ]
    labelled: list[Object] = [
        {f"{_ISTIO}inject": "true"},
        {f"{_ISTIO}inject": "false"},
        {"app": "web", "version": "v2"},
        {"app.kubernetes.io/name": "named", "app.kubernetes.io/version": "3"},
        {"topology.istio.io/network": "blue", "security.istio.io/tlsMode": "disabled"},
        {"service.istio.io/canonical-name": "canonical", "istio.io/rev": "other"},
    ]
    features += [({"labels": labels}, plain) for labels in labelled]
    init = {"name": "init", "image": "init:1"}
    user = {"runAsUser": 4321, "runAsGroup": 4322}
    specs: list[Object] = [
        {"containers": [_probed()]},
        {
            "containers": [
                _probed(),
                {"name": "second", "image": "b", "ports": [{"containerPort": 1}]},
            ]
        },
        {"containers": [_APP], "initContainers": [init]},
        {"containers": [_APP], "initContainers": [{**init, "restartPolicy": "Always"}]},
        {"containers": [_APP, _proxy()]},
        {"containers": [_proxy(resources={"limits": {"cpu": "3"}}), _APP]},
        {
            "containers": [
                _APP,
                _proxy(image="mine:1", args=["proxy", "sidecar"], env=[{"name": "X"}]),
            ]
        },
        {"containers": [_APP, _proxy(securityContext=user)]},
        {"containers": [_APP], "initContainers": [_proxy(restartPolicy="Always")]},
        {"containers": [_APP], "hostNetwork": True},
        {"containers": [_APP], "hostNetwork": False, "dnsPolicy": "Default"},
        {"containers": [_APP], "securityContext": {"fsGroup": 2000, "runAsUser": 12}},
        {"containers": [_APP], "imagePullSecrets": [{"name": "mine"}], "serviceAccountName": "web"},
        {
            "containers": [_APP],
            "volumes": [{"name": "istio-data", "emptyDir": {"medium": "Memory"}}],
        },
        {"containers": [_APP], "terminationGracePeriodSeconds": 90, "nodeSelector": {"a": "b"}},
        {"containers": [{**_APP, "ports": [{"containerPort": 53, "protocol": "UDP"}]}]},
    ]
    features += [({"labels": {"app": "web"}}, spec) for spec in specs]
    return features


def combinations(variant: Variant) -> list[Object]:
    """The workloads for a control plane."""
    shift = VARIANTS.index(variant)
    result = []
    for index, (metadata, spec) in enumerate(_features()):
        kind = KINDS[(index * 4 + shift) % len(KINDS)]
        namespace = "shop" if (index + shift) % 2 else None
        if index % 3 == shift % 3:
            # Probes and an own proxy in every third, besides the feature.
            more = [_probed() if item is _APP else item for item in spec["containers"]]
            spec = {**spec, "containers": more}
        result.append(wrap(kind, f"case-{index}", metadata, spec, namespace))
    chosen = variant.source().config
    if "spire" in chosen:
        for names in (
            "sidecar,labels",
            "sidecar,custom",
            "sidecar,spire",
            "gateway,spire",
            "labels",
        ):
            metadata = {
                "annotations": {"inject.istio.io/templates": names},
                "labels": {"team": "a"},
            }
            result.append(
                wrap("Deployment", names.replace(",", "-"), metadata, {"containers": [_APP]})
            )
    untouched: list[Object] = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": []}},
        {"apiVersion": "v1", "kind": "List", "items": [result[0], result[28], {"kind": "Secret"}]},
    ]
    return [*result, *untouched]
