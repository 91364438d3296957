"""Random workloads for injection, from a seed: any mixture of what injection looks at."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

Object = dict[str, Any]

KINDS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "Pod",
    "DeploymentConfig",
)
_API = {
    "ReplicationController": "v1",
    "Pod": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "DeploymentConfig": "apps.openshift.io/v1",
}
_PORTS = ("80", "8080", "9090", "15020", "15021", "*", "", "80,81", "80, 81")
_RANGES = ("10.0.0.0/8", "10.96.0.1/24,10.2.0.0/16", "*", "", "1.2.3.4/32")
_PROXY_CONFIGS: tuple[Object, ...] = (
    {"holdApplicationUntilProxyStarts": True},
    {"holdApplicationUntilProxyStarts": False},
    {"concurrency": 4, "drainDuration": "23s"},
    {"proxyMetadata": {"ISTIO_META_ENABLE_HBONE": "true", "A": "b c"}},
    {"proxyMetadata": {"ENVOY_SECURE_MERGED_METRICS_PORT": "15091"}},
    {"image": {"imageType": "distroless"}},
    {"interceptionMode": "TPROXY"},
    {"interceptionMode": "NONE"},
    {"statusPort": 15099},
    {"tracing": {"zipkin": {"address": "zipkin:9411"}, "sampling": 10}},
    {"tracing": {}},
    {"terminationDrainDuration": "6s", "discoveryAddress": "istiod.other.svc:15012"},
    {"readinessProbe": {"httpGet": {"path": "/r", "port": 15021}}},
    {"privateKeyProvider": {"cryptomb": {"pollDelay": "10ms"}}},
    {"caCertificatesPem": ["x"]},
    {"statsMatcher": {"inclusionPrefixes": ["cluster."]}},
)
_BAD_PORTS = ("x", "80,,81", "70000", "-1")


class Generator:
    """Makes workloads; equal seeds give equal workloads."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def workload(self, name: str, *, faulty: bool = False) -> Object:
        """One workload; a faulty one may have annotations that Istio refuses."""
        kind = self._random.choice(KINDS)
        return wrap(
            kind,
            name,
            self._metadata(faulty),
            self._spec(),
            namespace=self._maybe(0.5, lambda: self._pick("shop", "kube-system", "x")),
        )

    def pod(self, name: str, namespace: str) -> Object:
        """One pod, as the API server would hand it to a webhook."""
        metadata = {**self._metadata(False), "namespace": namespace, "name": name}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": self._spec()}

    def _maybe(self, chance: float, make: Callable[[], Any]) -> Any:
        return make() if self._random.random() < chance else None

    def _pick(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def _metadata(self, faulty: bool) -> Object:
        labels = self._some(
            0.3,
            {
                "app": lambda: self._pick("web", "api"),
                "version": lambda: self._pick("v1", "v2"),
                "app.kubernetes.io/name": lambda: "named-web",
                "app.kubernetes.io/version": lambda: "1.2.3",
                "service.istio.io/canonical-name": lambda: "canonical",
                "service.istio.io/canonical-revision": lambda: "r7",
                "topology.istio.io/network": lambda: "blue",
                "security.istio.io/tlsMode": lambda: "disabled",
                "networking.istio.io/tunnel": lambda: "none",
                "istio.io/rev": lambda: "canary",
            },
        )
        if self._random.random() < 0.08:
            labels["sidecar.istio.io/inject"] = self._pick("true", "false", "yes", "")
        metadata: Object = {}
        if labels:
            metadata["labels"] = labels
        annotations = self._annotations(faulty)
        if annotations:
            metadata["annotations"] = annotations
        if self._random.random() < 0.1:
            metadata["namespace"] = self._pick("shop", "kube-public")
        if self._random.random() < 0.1:
            metadata["name"] = "template-name"
        return metadata

    def _some(self, chance: float, makers: dict[str, Callable[[], Any]]) -> Object:
        return {key: make() for key, make in makers.items() if self._random.random() < chance}

    def _annotations(self, faulty: bool) -> Object:
        pick = self._pick
        ports = _PORTS + (_BAD_PORTS if faulty else ())
        ranges = _RANGES + (("10.0.0.0", "x/8") if faulty else ())
        density = pick(0.02, 0.08, 0.25)
        istio, traffic, status = "sidecar.istio.io/", "traffic.sidecar.istio.io/", "status."
        result = self._some(
            density,
            {
                f"{istio}interceptionMode": lambda: pick("REDIRECT", "TPROXY", "NONE"),
                f"{istio}proxyCPU": lambda: pick("100m", "1", "0.5"),
                f"{istio}proxyMemory": lambda: pick("128Mi", "1Gi", "1.5Gi"),
                f"{istio}proxyCPULimit": lambda: pick("2", "2000m"),
                f"{istio}proxyMemoryLimit": lambda: "1Gi",
                f"{istio}proxyImage": lambda: pick("docker.io/me/proxy:1", "custom"),
                f"{istio}proxyImageType": lambda: pick("distroless", "debug", "default"),
                f"{istio}logLevel": lambda: pick("debug", "warning"),
                f"{istio}agentLogLevel": lambda: "default:debug",
                f"{istio}componentLogLevel": lambda: "misc:info",
                f"{istio}bootstrapOverride": lambda: "my-bootstrap",
                f"{istio}rewriteAppHTTPProbers": lambda: pick("true", "false"),
                f"{istio}nativeSidecar": lambda: pick("true", "false", "maybe"),
                f"{istio}statsInclusionPrefixes": lambda: "cluster.outbound",
                f"{istio}extraStatTags": lambda: "a,b",
                f"{istio}inject": lambda: pick("true", "true", "true", "false", "x"),
                f"{istio}userVolume": self._user_volume,
                f"{istio}userVolumeMount": self._user_mount,
                f"{istio}discoveryAddress": lambda: "istiod.x:15012",
                f"{traffic}includeOutboundIPRanges": lambda: pick(*ranges),
                f"{traffic}excludeOutboundIPRanges": lambda: pick(*ranges[:2]),
                f"{traffic}includeInboundPorts": lambda: pick(*ports),
                f"{traffic}excludeInboundPorts": lambda: pick("80", "80,81", *ports[9:]),
                f"{traffic}includeOutboundPorts": lambda: pick("80", "80,81", *ports[9:]),
                f"{traffic}excludeOutboundPorts": lambda: pick("80", "80,81", "", *ports[9:]),
                f"{traffic}excludeInterfaces": lambda: pick("eth1", "eth1,eth2"),
                f"{traffic}kubevirtInterfaces": lambda: pick("net1", "net1,net2"),
                "istio.io/reroute-virtual-interfaces": lambda: "net3",
                f"{status}{istio}port": lambda: pick("0", "15020", "123"),
                f"readiness.{status}{istio}applicationPorts": lambda: pick("", "80", "1,2,3"),
                f"readiness.{status}{istio}initialDelaySeconds": lambda: "100",
                f"readiness.{status}{istio}periodSeconds": lambda: "200",
                f"readiness.{status}{istio}failureThreshold": lambda: "300",
                "prometheus.io/scrape": lambda: pick("true", "false", "x"),
                "prometheus.io/port": lambda: pick("9102", "8080", "15020"),
                "prometheus.io/path": lambda: pick("/metrics", "/a?b=<c>&d"),
                "prometheus.io.scheme": lambda: "https",
                "prometheus.istio.io/merge-metrics": lambda: pick("true", "false"),
                "prometheus.istio.io/scrape-targets": lambda: pick(
                    "9100:/metrics", "9100:/m,9101", "9100", "x"
                ),
                "k8s.v1.cni.cncf.io/networks": lambda: pick(
                    "macvlan", '[{"name": "macvlan"}]', "a, b", "default/istio-cni"
                ),
                "kubectl.kubernetes.io/default-container": lambda: "app-1",
                "kubectl.kubernetes.io/default-logs-container": lambda: "app-1",
                "proxy.istio.io/config": self._proxy_config,
                "example.com/note": lambda: pick('say "hi"', "a: b\nc: d", "true", "1"),
            },
        )
        if "prometheus.io/port" not in result and self._random.random() < density:
            # The same to Prometheus; of two of them, Istio takes either.
            result["prometheus_io/port"] = "9103"
        if self._random.random() < 0.1:
            result["inject.istio.io/templates"] = self._pick(
                "sidecar", "gateway", "grpc-agent", "grpc-simple", "sidecar,labels", "labels"
            )
        return result

    def _proxy_config(self) -> str:
        merged: Object = {}
        for part in self._random.sample(_PROXY_CONFIGS, self._random.randint(1, 2)):
            merged.update(part)
        if self._random.random() < 0.5:
            return json.dumps(merged)
        # Block style, as people write it.
        return "".join(f"{key}: {json.dumps(value)}\n" for key, value in merged.items())

    def _user_volume(self) -> str:
        volume = {"name": "u", "secret": {"secretName": "s"}}
        if self._random.random() < 0.5:
            return json.dumps([volume])
        return json.dumps({"u": {"emptyDir": {}}, "v": {"configMap": {"name": "c"}}})

    def _user_mount(self) -> str:
        mount = {"name": "u", "mountPath": "/u", "readOnly": True}
        if self._random.random() < 0.5:
            return json.dumps([mount])
        return json.dumps({"u": {"mountPath": "/u"}, "v": {"mountPath": "/v"}})

    def _spec(self) -> Object:
        count = self._pick(1, 1, 2, 3)
        containers = [self._container(f"app-{number}") for number in range(count)]
        if self._random.random() < 0.15:
            containers.insert(self._random.randint(0, count), self._own_proxy())
        if self._random.random() < 0.03:
            containers = [item for item in containers if item["name"] == "istio-proxy"]
        spec: Object = {"containers": containers}
        first = self._pick(0, 0, 1, 2)
        inits = [self._init_container(f"init-{number}") for number in range(first)]
        if self._random.random() < 0.06:
            inits.append({"name": "istio-init", "image": "auto", "env": [{"name": "X"}]})
        if self._random.random() < 0.06:
            inits.append({**self._own_proxy(), "restartPolicy": "Always"})
        if inits:
            spec["initContainers"] = inits
        spec.update(
            self._some(
                0.15,
                {
                    "serviceAccountName": lambda: "web",
                    "securityContext": lambda: self._pick({"fsGroup": 2000}, {"runAsUser": 7}, {}),
                    "dnsPolicy": lambda: self._pick("ClusterFirst", "Default"),
                    "dnsConfig": lambda: {"searches": ["mine.local"]},
                    "imagePullSecrets": lambda: [{"name": "pull"}],
                    "terminationGracePeriodSeconds": lambda: 61,
                    "nodeSelector": lambda: {"disk": "ssd"},
                    "tolerations": lambda: [{"key": "a", "operator": "Exists"}],
                    "volumes": lambda: [
                        {"name": "data", "emptyDir": {}},
                        {"name": self._pick("istio-data", "logs"), "emptyDir": {"sizeLimit": "1G"}},
                    ],
                    "automountServiceAccountToken": lambda: False,
                    "hostAliases": lambda: [{"ip": "1.2.3.4", "hostnames": ["a"]}],
                    "restartPolicy": lambda: "Never",
                    "shareProcessNamespace": lambda: True,
                },
            )
        )
        if self._random.random() < 0.04:
            spec["hostNetwork"] = self._pick(True, False)
        return spec

    def _container(self, name: str) -> Object:
        ports = [
            {
                key: value
                for key, value in {
                    "containerPort": self._pick(80, 8080, 9090, 53),
                    "name": self._pick(f"p{number}", None),
                    "protocol": self._pick("TCP", "UDP", "SCTP", None, None),
                    "hostPort": self._pick(8081, None, None, None, None),
                }.items()
                if value is not None
            }
            for number in range(self._pick(0, 1, 2))
        ]
        container: Object = {"name": name, "image": f"registry.example.com/{name}:1"}
        if ports:
            container["ports"] = ports
        container.update(
            self._some(
                0.2,
                {
                    "readinessProbe": self._probe,
                    "livenessProbe": self._probe,
                    "startupProbe": self._probe,
                    "lifecycle": self._lifecycle,
                    "env": lambda: [
                        {"name": "A", "value": "1"},
                        {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                    ],
                    "command": lambda: ["sh", "-c", "echo <a> & sleep 1"],
                    "volumeMounts": lambda: [{"name": "data", "mountPath": "/data"}],
                    "resources": self._resources,
                    "securityContext": lambda: self._pick(
                        {"runAsUser": 1000}, {"privileged": True}, {"runAsNonRoot": True}
                    ),
                    "imagePullPolicy": lambda: "Always",
                },
            )
        )
        return container

    def _init_container(self, name: str) -> Object:
        container: Object = {"name": name, "image": "busybox"}
        if self._random.random() < 0.4:
            container["restartPolicy"] = "Always"
            container.update(self._some(0.5, {"startupProbe": self._probe}))
            container.update(self._some(0.3, {"livenessProbe": self._probe}))
            container["ports"] = [{"containerPort": 7070, "name": "side"}]
        return container

    def _own_proxy(self) -> Object:
        return {
            "name": "istio-proxy",
            "image": self._pick("auto", "auto", "docker.io/me/proxyv2:dev"),
            **self._some(
                0.3,
                {
                    "resources": self._resources,
                    "env": lambda: [{"name": "MINE", "value": "yes"}, {"name": "POD_NAME"}],
                    "args": lambda: ["proxy", "sidecar", "--mine"],
                    "securityContext": lambda: self._pick(
                        {"runAsUser": 5678}, {"runAsUser": 5678, "runAsGroup": 9}, {"runAsUser": 0}
                    ),
                    "volumeMounts": lambda: [{"name": "certs", "mountPath": "/etc/certs"}],
                    "lifecycle": lambda: {"preStop": {"exec": {"command": ["sleep", "5"]}}},
                    "readinessProbe": self._probe,
                    "ports": lambda: [{"containerPort": 8443, "name": "extra"}],
                },
            ),
        }

    def _probe(self) -> Object:
        port: Any = self._pick(80, 8080, "p0", "p1", "http")
        handlers: Sequence[Object] = (
            {"httpGet": {"path": "/ready?a=<b>&c", "port": port}},
            {"httpGet": {"path": "health", "port": port, "scheme": "HTTPS"}},
            {"httpGet": {"port": port, "httpHeaders": [{"name": "H", "value": "1"}]}},
            {"httpGet": {"path": "/h", "port": port, "host": self._pick("localhost", "a.b")}},
            {"tcpSocket": {"port": port}},
            {"grpc": {"port": 8080}},
            {"grpc": {"port": 8080, "service": "s"}},
            {"exec": {"command": ["true"]}},
        )
        timing = self._some(
            0.3,
            {
                "timeoutSeconds": lambda: 7,
                "periodSeconds": lambda: 3,
                "initialDelaySeconds": lambda: 2,
                "failureThreshold": lambda: 9,
            },
        )
        return {**self._pick(*handlers), **timing}

    def _lifecycle(self) -> Object:
        handler = {"httpGet": {"path": "/stop", "port": self._pick(8080, "p0")}}
        return {
            self._pick("preStop", "postStart"): self._pick(
                handler, {"exec": {"command": ["true"]}}, {"tcpSocket": {"port": 80}}
            )
        }

    def _resources(self) -> Object:
        choices: tuple[Object, ...] = (
            {},
            {"limits": {"cpu": "500m"}},
            {"requests": {"cpu": 0.1, "memory": "64Mi"}, "limits": {"memory": "1000Ki"}},
            {"requests": {"cpu": "1000m"}},
        )
        return self._random.choice(choices)


def wrap(
    kind: str, name: str, metadata: Object, spec: Object, namespace: str | None = None
) -> Object:
    """A workload of the kind around a pod's metadata and spec."""
    own: Object = {"name": name, **({"namespace": namespace} if namespace else {})}
    if kind == "Pod":
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**metadata, **own},
            "spec": spec,
        }
    template = {"metadata": metadata, "spec": spec}
    body: Object = {"template": template}
    if kind == "CronJob":
        body = {"schedule": "*/5 * * * *", "jobTemplate": {"spec": body}}
        if "annotations" in metadata:
            # Where `istioctl kube-inject` looks for them.
            body["jobTemplate"]["metadata"] = {"annotations": metadata["annotations"]}
    elif kind not in ("Job", "ReplicationController", "DeploymentConfig"):
        body["selector"] = {"matchLabels": {"app": "web"}}
    if kind == "ReplicationController":
        body["selector"] = {"app": "web"}
    if kind == "StatefulSet":
        body["serviceName"] = "web"
        body["volumeClaimTemplates"] = [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1024Mi"}},
                },
            }
        ]
    return {
        "apiVersion": _API.get(kind, "apps/v1"),
        "kind": kind,
        "metadata": own,
        "spec": body,
    }
