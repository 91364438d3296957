"""Random IstioOperator documents over the whole API, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

Document = dict[str, Any]

PROFILES = (
    "default",
    "demo",
    "minimal",
    "remote",
    "empty",
    "preview",
    "openshift",
    "openshift-ambient",
    "ambient",
    "stable",
)
_WORKLOADS = {
    "pilot": ("Deployment", "istiod", "discovery"),
    "cni": ("DaemonSet", "istio-cni-node", "install-cni"),
    "ztunnel": ("DaemonSet", "ztunnel", "istio-proxy"),
}
_GATEWAY = ("Deployment", "", "istio-proxy")
_QUANTITIES = ("100m", "1", "0.5", "1500m", "64Mi", "1Gi", "200M", "1e3")


def as_text(document: Document) -> str:
    """The document as text; JSON is YAML too, and says exactly what a value is."""
    return json.dumps(document, indent=1)


def documents(seed: int) -> list[str]:
    """The texts of one case: one to three documents, merged in their order."""
    random = Random(seed)
    count = random.choice((1, 1, 1, 2, 3))
    return [as_text(_Maker(random).document(first=number == 0)) for number in range(count)]


class _Maker:
    """Makes one document."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, makers: dict[str, Callable[[], Any]], share: float) -> Document:
        return {name: make() for name, make in makers.items() if self.chance(share)}

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def document(self, first: bool) -> Document:
        spec: Document = {}
        if first and self.chance(0.8):
            spec["profile"] = self.random.choice(PROFILES)
        spec |= self.some(
            {
                "hub": lambda: self.one("gcr.io/istio-testing", "localhost:5000/x", "istio"),
                "tag": lambda: self.one("1.31.1", "latest", 2, "1.10-distroless", 1.5),
                "revision": lambda: self.one("canary", "1-31-1", "default", "rev-a"),
                "namespace": lambda: "istio-system",
                "compatibilityVersion": lambda: self.one("1.30", "1.28", "1.29"),
                "meshConfig": self.mesh_config,
                "unvalidatedValues": lambda: {"custom": {"a": [1, True, None]}},
            },
            0.15,
        )
        if self.chance(0.75):
            spec["components"] = self.components()
        if self.chance(0.6):
            spec["values"] = self.values()
        result: Document = {
            "apiVersion": "install.istio.io/v1alpha1",
            "kind": "IstioOperator",
            "spec": spec,
        }
        if self.chance(0.3):
            result["metadata"] = self.some(
                {
                    "name": lambda: "install",
                    "namespace": lambda: self.one("istio-system", "istio-control"),
                    "labels": lambda: {"a": "b"},
                },
                0.6,
            )
        return result

    def components(self) -> Document:
        result: Document = {}
        if self.chance(0.3):
            result["base"] = {"enabled": self.chance(0.9)}
            if self.chance(0.4):
                result["base"]["k8s"] = {"overlays": [self.base_overlay()]}
        for name, (kind, workload, container) in _WORKLOADS.items():
            if self.chance(0.45):
                result[name] = self.component()
                if self.chance(0.75):
                    result[name]["k8s"] = self.kubernetes(kind, workload, container)
        for way in ("ingress", "egress"):
            if self.chance(0.45):
                names = self.random.sample([f"istio-{way}gateway", "public", "other-gw"], k=2)
                result[f"{way}Gateways"] = [
                    self.gateway(name if way == "ingress" else f"{name}-out")
                    for name in names[: self.one(1, 2)]
                ]
        return result

    def component(self) -> Document:
        return self.some(
            {
                "enabled": lambda: self.chance(0.85),
                "namespace": lambda: self.one("istio-system", "kube-system", "istio-control"),
                "hub": lambda: "example.org/own",
                "tag": lambda: self.one("v3.3.3", 4, "1.10", "special"),
            },
            0.4,
        )

    def gateway(self, name: str) -> Document:
        result = {**self.component(), "name": name}
        if self.chance(0.4):
            result["label"] = {"istio": name, **self.some({"version": lambda: "21"}, 0.5)}
        if self.chance(0.75):
            kind, _name, container = _GATEWAY
            result["k8s"] = self.kubernetes(kind, name, container, gateway=True)
        return result

    def kubernetes(self, kind: str, name: str, container: str, gateway: bool = False) -> Document:
        r = self.random
        result = self.some(
            {
                "affinity": self.affinity,
                "env": self.env,
                "hpaSpec": self.hpa,
                "imagePullPolicy": lambda: self.one("Always", "IfNotPresent"),
                "nodeSelector": lambda: self.one({"a": "b"}, {"kubernetes.io/os": "linux"}, {}),
                "podDisruptionBudget": self.budget,
                "podAnnotations": lambda: {"sidecar.istio.io/inject": "false", "x/y": "z"},
                "priorityClassName": lambda: self.one("system-node-critical", "own"),
                "readinessProbe": self.probe,
                "replicaCount": lambda: self.one(0, 1, 2, 3),
                "resources": self.resources,
                "service": lambda: self.service(gateway),
                "serviceAnnotations": lambda: {"cloud/x": "internal", "n": "1"},
                "strategy": self.strategy,
                "tolerations": self.tolerations,
                "securityContext": lambda: self.one(
                    {"runAsUser": 5, "fsGroup": 7}, {"sysctls": [{"name": "a", "value": "1"}]}
                ),
                "volumes": lambda: [{"name": "v", "emptyDir": {}}],
                "volumeMounts": lambda: [{"name": "v", "mountPath": "/v"}],
            },
            0.22,
        )
        if self.chance(0.06):
            result[r.choice(("affinity", "nodeSelector", "resources", "tolerations"))] = None
        if self.chance(0.4):
            result["overlays"] = [
                self.overlay(kind, self.one(name, name, "absent"), container)
                for _number in range(self.one(1, 2))
            ]
        return result

    def affinity(self) -> Document:
        term = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}]}
        pods = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "zone"}
        return self.some(
            {
                "nodeAffinity": lambda: {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}
                },
                "podAntiAffinity": lambda: {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 10, "podAffinityTerm": pods}
                    ]
                },
            },
            0.7,
        )

    def env(self) -> list[Document]:
        return self.random.sample(
            [
                {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "new.path"}}},
                {"name": "GODEBUG", "value": "gctrace=111"},
                {"name": "PILOT_TRACE_SAMPLING", "value": "100"},
                {"name": "PILOT_CERT_PROVIDER", "value": "other"},
                {"name": "REVISION", "$patch": "delete"}
                if self.chance(0.02)
                else {"name": "EMPTY", "value": ""},
                {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            ],
            k=self.one(1, 2, 3),
        )

    def hpa(self) -> Document:
        metric = {
            "type": "Resource",
            "resource": {
                "name": self.one("cpu", "memory"),
                "target": {"type": "Utilization", "averageUtilization": 70},
            },
        }
        return self.some(
            {
                "minReplicas": lambda: self.one(1, 2, 5),
                "maxReplicas": lambda: self.one(3, 10),
                "metrics": lambda: [metric],
                "scaleTargetRef": lambda: {"kind": "Deployment", "name": "other"},
                "behavior": lambda: {"scaleDown": {"stabilizationWindowSeconds": 30}},
            },
            0.6,
        )

    def budget(self) -> Document:
        made: Document = self.one(
            {"minAvailable": 2},
            {"maxUnavailable": 1},
            {"maxUnavailable": "25%"},
            {"minAvailable": "50%", "selector": {"matchLabels": {"app": "mine"}}},
        )
        return made

    def probe(self) -> Document:
        made: Document = self.one(
            {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": 5},
            {"failureThreshold": 44, "periodSeconds": 22},
            {"httpGet": None, "tcpSocket": {"port": "http"}},
            {"exec": {"command": ["true"]}},
        )
        return made

    def resources(self) -> Document:
        return self.some({"requests": self.amounts, "limits": self.amounts}, 0.75)

    def amounts(self) -> Document:
        return self.some(
            {
                "cpu": lambda: self.one("100m", "2", 0.5, 1, "1500m", "0"),
                "memory": lambda: self.random.choice(_QUANTITIES),
            },
            0.7,
        )

    def service(self, gateway: bool) -> Document:
        ports = [
            {"name": "http", "port": 80, "targetPort": 8080},
            {"name": "grpc", "port": 15012, "protocol": "TCP"},
            {"name": "udp", "port": 15353, "targetPort": 15353, "protocol": "UDP"},
            {"name": "named", "port": 443, "targetPort": "https", "nodePort": 31443},
        ]
        return self.some(
            {
                "type": lambda: self.one("ClusterIP", "NodePort", "LoadBalancer"),
                "externalTrafficPolicy": lambda: "Local",
                "loadBalancerIP": lambda: "10.0.0.1",
                "sessionAffinityConfig": lambda: {"clientIP": {"timeoutSeconds": 10}},
                "ports": lambda: self.random.sample(ports, k=self.one(1, 2, 3) if gateway else 1),
                "selector": lambda: {"more": "labels"},
            },
            0.5,
        )

    def strategy(self) -> Document:
        made: Document = self.one(
            {"type": "Recreate", "rollingUpdate": None},
            {"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 0}},
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2}},
        )
        return made

    def tolerations(self) -> list[Document]:
        made: list[Document] = [
            {"key": "example", "operator": "Exists", "effect": "NoSchedule"},
            {"operator": "Exists", "tolerationSeconds": 30},
        ]
        return made[: self.one(1, 2)]

    def base_overlay(self) -> Document:
        return {
            "kind": "ServiceAccount",
            "name": "istio-reader-service-account",
            "patches": [{"path": "automountServiceAccountToken", "value": False}],
        }

    def overlay(self, kind: str, name: str, container: str) -> Document:
        result = {"kind": kind, "name": name, "patches": self.patches(container)}
        if self.chance(0.3):
            result["apiVersion"] = "apps/v1"
        return result

    def patches(self, container: str) -> list[Document]:
        pod = "spec.template.spec"
        box = f"{pod}.containers.[name:{container}]"
        possible: list[Document] = [
            {"path": "metadata.labels.added", "value": "yes"},
            {"path": "metadata.annotations.a\\.b/c", "value": "dotted"},
            {"path": "spec.template.metadata.labels", "value": {"only": "this"}},
            {"path": f"{pod}.hostNetwork", "value": True},
            {"path": f"{pod}.terminationGracePeriodSeconds", "value": 5},
            {"path": f"{pod}.containers[0].image", "value": "own:1"},
            {"path": f"{box}.env.[name:POD_NAMESPACE].valueFrom", "value": "fieldRef:\n  a: b\n"},
            {"path": f"{box}.env.[name:REVISION]"},
            {"path": f"{box}.env.[name:ISTIO_META_UNPRIVILEGED_POD].value", "value": "x"},
            {"path": f"{box}.args.[proxy]", "value": "router"},
            {"path": f"{box}.args.[:--log.*]", "value": "--log=1"},
            {"path": f"{box}.args[-1]", "value": "--more"},
            {"path": f"{box}.args[0]"},
            {"path": f"{box}.args.[999]", "value": "far"},
            {"path": f"{box}.securityContext"},
            {"path": f"{box}.ports.[containerPort:8080].containerPort", "value": 1234},
            {"path": f"{box}.ports.[containerPort:15090]", "value": {"containerPort": 1}},
            {"path": f"{box}.resources.limits.memory", "value": "3Gi"},
            {"path": f"{box}.lifecycle.preStop.exec.command", "value": ["sleep", "5"]},
            {"path": f"{box}.volumeMounts[100]", "value": {"name": "n", "mountPath": "/n"}},
            {"path": f"{box}.volumeMounts[100].subPath", "value": "sub"},
            {"path": f"{pod}.volumes.[name:absent].emptyDir", "value": {}},
            {"path": f"{pod}.volumes[0].emptyDir.medium", "value": "Memory"},
            {"path": f"{pod}.made.list.[0]", "value": "in a map"},
            {"path": f"{pod}.made.deep.er", "value": 1.5},
            {"path": f"{pod}.made.deep.er"},
            {"path": f"{pod}.made", "value": {"list": ["a"], "n": None}},
            {"path": f"{pod}.made.list", "value": "b"},
            {"path": f"{pod}.made.list[0]", "value": "c"},
            {"path": f"{pod}.made.n.x", "value": "y"},
            {"path": f"{pod}.made.n", "value": "k: v"},
            {"path": f"{pod}.serviceAccountName.x", "value": "into text"},
            {"path": f"{pod}.priorityClassName", "value": '{"json": "text"}'},
            {"path": "spec.replicas", "value": "3"},
            {"path": "spec.strategy", "value": "type: Recreate"},
            {"path": "/spec//paused/", "value": True},
            {"path": f"{box}.imagePullPolicy", "value": "Always"},
            {"path": f"{box}.readinessProbe.httpGet.port", "value": 15021},
            {"path": f"{box}.[x:y].z", "value": 1},
            {"path": f"{pod}.containers.[discovery]", "value": {"name": "z"}},
        ]
        return self.random.sample(possible, k=self.one(1, 2, 4, 8))

    def mesh_config(self) -> Document:
        return self.some(
            {
                "accessLogFile": lambda: "/dev/stdout",
                "enablePrometheusMerge": lambda: self.chance(0.5),
                "rootNamespace": lambda: "istio-control",
                "outboundTrafficPolicy": lambda: {"mode": "REGISTRY_ONLY"},
                "accessLogFormat": lambda: '{\n  "key": "val"\n}\n',
                "defaultConfig": lambda: {
                    "holdApplicationUntilProxyStarts": True,
                    "proxyMetadata": {"A": "1", "B": "true"},
                    "concurrency": 2,
                },
                "extensionProviders": lambda: [
                    {"name": "otel", "envoyOtelAls": {"service": "o.svc", "port": 4317}}
                ],
                "trustDomain": lambda: "td.example",
                "localityLbSetting": lambda: {"enabled": False},
                "connectTimeout": lambda: "30s",
            },
            0.35,
        )

    def values(self) -> Document:
        return self.some(
            {
                "global": self.global_values,
                "pilot": self.pilot_values,
                "cni": lambda: self.some(
                    {
                        "logLevel": lambda: "debug",
                        "chained": lambda: False,
                        "excludeNamespaces": lambda: ["a", "b"],
                        "repair": lambda: {"deletePods": True},
                        "ambient": lambda: {"enabled": True},
                        "hub": lambda: "cni.hub",
                    },
                    0.35,
                ),
                "ztunnel": lambda: self.some(
                    {
                        "logLevel": lambda: "debug",
                        "resourceName": lambda: "zt",
                        "variant": lambda: "distroless",
                        "terminationGracePeriodSeconds": lambda: 60,
                        "env": lambda: {"A": "b"},
                    },
                    0.35,
                ),
                "gateways": lambda: {
                    f"istio-{self.one('ingress', 'egress')}gateway": self.gateway_values()
                },
                "sidecarInjectorWebhook": lambda: self.some(
                    {
                        "enableNamespacesByDefault": lambda: True,
                        "rewriteAppHTTPProbe": lambda: False,
                        "injectedAnnotations": lambda: {"container/x": "y"},
                        "neverInjectSelector": lambda: [
                            {"matchExpressions": [{"key": "k", "operator": "Exists"}]}
                        ],
                    },
                    0.4,
                ),
                "telemetry": lambda: {"v2": {"enabled": self.chance(0.5)}},
                "meshConfig": self.mesh_config,
                "istio_cni": lambda: {"enabled": True} if self.chance(0.05) else {},
                "defaultRevision": lambda: self.one("default", "canary"),
                "revisionTags": lambda: self.one(["stable"], ["default", "blue"]),
                "base": lambda: self.one(
                    {"enableIstioConfigCRDs": False},
                    {"enableCRDTemplates": True},
                    {"validationURL": "https://xxx:15017/validate"},
                    {"excludedCRDs": ["envoyfilters.networking.istio.io"]},
                ),
                "revision": lambda: "vals",
                "profile": lambda: self.one("demo", "ambient"),
            },
            0.25,
        )

    def global_values(self) -> Document:
        return self.some(
            {
                "proxy": lambda: self.some(
                    {
                        "logLevel": lambda: "debug",
                        "image": lambda: "proxyv2",
                        "includeIPRanges": lambda: "10.0.0.0/8,192.168.0.0/16",
                        "excludeInboundPorts": lambda: "80,*",
                        "resources": lambda: {"limits": {"cpu": "1"}},
                        "privileged": lambda: True,
                    },
                    0.4,
                ),
                "multiCluster": lambda: {"clusterName": "one"},
                "network": lambda: "network1",
                "meshID": lambda: "mesh1",
                "imagePullPolicy": lambda: "Always",
                "imagePullSecrets": lambda: ["pull"],
                "priorityClassName": lambda: "high",
                "platform": lambda: self.one("gke", "k3s", "openshift"),
                "logAsJson": lambda: True,
                "istioNamespace": lambda: self.one("istio-system", "mesh"),
                "hub": lambda: "values.hub",
                "tag": lambda: "vals-tag",
                "variant": lambda: "distroless",
                "defaultNodeSelector": lambda: {"d": "n"},
                "defaultTolerations": lambda: [{"key": "t", "operator": "Exists"}],
                "operatorManageWebhooks": lambda: True,
                "nativeNftables": lambda: True,
                "networkPolicy": lambda: {"enabled": True},
                "remotePilotAddress": lambda: self.one("1.2.3.4", "pilot.example"),
            },
            0.18,
        )

    def pilot_values(self) -> Document:
        return self.some(
            {
                "autoscaleEnabled": lambda: False,
                "autoscaleMin": lambda: 2,
                "replicaCount": lambda: 2,
                "env": lambda: {"PILOT_X": "1", "B": "true"},
                "resources": lambda: {"requests": {"cpu": "222m", "memory": "333Mi"}},
                "nodeSelector": lambda: {"node": "x"},
                "traceSampling": lambda: 50.5,
                "enabled": lambda: self.chance(0.5),
                "cni": lambda: {"enabled": True},
                "podAnnotations": lambda: {"p": "q"},
                "rollingMaxUnavailable": lambda: self.one("30%", 1),
                "cpu": lambda: {"targetAverageUtilization": 60},
                "keepaliveMaxServerConnectionAge": lambda: "1h",
                "extraContainerArgs": lambda: ["--x"],
                "configMap": lambda: False,
                "memory": lambda: {"targetAverageUtilization": 90},
                "ipFamilies": lambda: ["IPv4"],
                "podLabels": lambda: None,
            },
            0.22,
        )

    def gateway_values(self) -> Document:
        return self.some(
            {
                "enabled": lambda: self.chance(0.7),
                "autoscaleEnabled": lambda: self.chance(0.5),
                "type": lambda: "NodePort",
                "serviceAnnotations": lambda: {"s": "a"},
                "podAnnotations": lambda: {"p": "a"},
                "externalTrafficPolicy": lambda: "Local",
                "runAsRoot": lambda: True,
                "env": lambda: {"E": "1"},
                "loadBalancerSourceRanges": lambda: ["10.0.0.0/8"],
                "nodeSelector": lambda: {"g": "n"},
                "secretVolumes": lambda: [{"name": "s", "secretName": "s", "mountPath": "/etc/s"}],
                "ports": lambda: [{"name": "x", "port": 8443, "targetPort": 8443}],
            },
            0.3,
        )
