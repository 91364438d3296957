"""Expressions for injection templates: every function of Istio's own, over a pod of theirs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

Object = dict[str, Any]

POD: Final[Object] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "generateName": "web-",
        "namespace": "shop",
        "labels": {"app": "web", "app.kubernetes.io/version": "1.2"},
        "annotations": {
            "text": "a <b> & \"c\" 'd' \u00e9 \u2028",
            "empty": "",
            "json": '{"b": [1, 2.5, null, "x<y"], "a": {"z": true}, "n": 1e21}',
            "bad": "{",
            "networks": '[{"name": "istio-cni", "namespace": "default"}, {"name": "x"}]',
        },
    },
    "spec": {
        "serviceAccountName": "web",
        "nodeSelector": {"zone": "a"},
        "terminationGracePeriodSeconds": 30,
        "containers": [
            {
                "name": "web",
                "image": "registry:5000/web:1.21@sha256:abc",
                "ports": [
                    {"name": "http", "containerPort": 8080},
                    {"containerPort": 53, "protocol": "UDP"},
                    {"containerPort": 9000, "protocol": "TCP", "hostPort": 9000},
                    {"containerPort": 5000, "protocol": "SCTP"},
                ],
                "resources": {"limits": {"memory": "1Gi", "cpu": "1000m"}},
                "env": [{"name": "A", "value": "<b>"}],
                "securityContext": {"runAsUser": 7, "runAsNonRoot": False},
                "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}],
                "readinessProbe": {"httpGet": {"path": "/r", "port": "http"}},
                "terminationMessagePath": "/t",
            },
            {"name": "istio-proxy", "image": "auto", "ports": [{"containerPort": 1}]},
        ],
        "initContainers": [{"name": "first", "image": "first"}],
        "volumes": [{"name": "v", "emptyDir": {"medium": "Memory", "sizeLimit": "1024Ki"}}],
        "tolerations": [{"key": "k", "tolerationSeconds": 5}],
    },
}

VALUES: Final[Object] = {
    "global": {
        "hub": "hub.example.com/istio",
        "tag": 1.9,
        "variant": "distroless",
        "port": 15020,
        "big": 12345678,
        "share": 0.25,
        "on": True,
        "off": False,
        "none": None,
        "text": "text",
        "empty": "",
        "list": ["a", "b"],
        "numbers": [1, 2.5],
        "nested": {"b": None, "a": {"c": None}, "d": [None, {"e": None}, 1], "f": []},
        "clean": {"b": 1, "a": ["x"]},
        "multiCluster": {"clusterName": "c1"},
        "network": "n1",
        "proxy": {"image": "proxyv2", "resources": {"requests": {"cpu": "100m"}}},
        "proxy_init": {"image": "init"},
    }
}

MESH: Final = """
trustDomain: example.org
proxyListenPort: 15011
defaultConfig:
  drainDuration: 90s
  concurrency: 3
  interceptionMode: TPROXY
  image: {imageType: debug}
  proxyMetadata: {B: "2", A: "<1>"}
  tracing: {zipkin: {address: "zipkin:9411"}, sampling: 12.5}
  holdApplicationUntilProxyStarts: true
  tracingServiceName: CANONICAL_NAME_ONLY
inboundTrafficPolicy: {mode: LOCALHOST}
extensionProviders:
- name: otel
  opentelemetry:
    service: otel.example.com
    port: 4317
    serviceAttributeEnrichment: OTEL_SEMANTIC_CONVENTIONS
"""

_ANNOTATIONS = ".ObjectMeta.Annotations"
_VALUES = tuple(
    f".Values.global.{name}"
    for name in (
        "port", "big", "share", "on", "off", "none", "text", "empty", "list", "numbers", "nested",
        "clean", "absent",
    )
)  # fmt: skip
_PLAIN = ('"a"', '""', "5", "1.5", "true", "nil", "80", '" 80 "', '"0"', "0", *_VALUES)
_MAPS = (
    _ANNOTATIONS,
    ".ObjectMeta.Labels",
    ".ProxyConfig.ProxyMetadata",
    ".Spec.NodeSelector",
    "nil",
    '(strdict "b" "<" "a")',
    "(strdict)",
    ".Values.global.clean",
)
# Go's own form of a struct is not meant to be relied on: these are not printed. Left out are fields
# whose Go type is a named text, such as .Spec.DNSPolicy: here it is a text like any other.
_STRUCTS = (
    ".ObjectMeta",
    ".ObjectMeta.OwnerReferences",
    ".DeploymentMeta",
    ".Spec.Containers",
    "(index .Spec.Containers 0)",
    "(index .Spec.Containers 0).Ports",
    "(index (index .Spec.Containers 0).Ports 2)",
    "(index .Spec.Containers 0).Resources",
    "(index .Spec.Containers 0).SecurityContext",
    "(index .Spec.Containers 1).SecurityContext",
    "(index .Spec.Containers 0).ReadinessProbe",
    ".Spec.Volumes",
    "(index .Spec.Volumes 0).EmptyDir",
    ".Spec.Tolerations",
    ".Spec.TerminationGracePeriodSeconds",
    ".ProxyConfig.Concurrency",
    ".ProxyConfig.GetTracing.GetTlsSettings",
    ".ProxyConfig.DrainDuration",
    ".ProxyConfig.GetTracing",
)
_SCALARS = (
    ".ObjectMeta.Name",
    ".ObjectMeta.Labels",
    ".DeploymentMeta.Name",
    ".TypeMeta.Kind",
    ".TypeMeta.APIVersion",
    "(index (index .Spec.Containers 0).Ports 0).ContainerPort",
    ".Spec.HostNetwork",
    ".Spec.ServiceAccountName",
    ".ProxyConfig.Concurrency.GetValue",
    ".ProxyConfig.InterceptionMode",
    ".ProxyConfig.InterceptionMode.String",
    ".ProxyConfig.HoldApplicationUntilProxyStarts.GetValue",
    ".ProxyConfig.StatusPort",
    ".ProxyConfig.GetTracing.GetZipkin.GetAddress",
    ".ProxyConfig.GetTracing.GetTlsSettings.GetCaCertificates",
    ".MeshConfig.ProxyListenPort",
    ".MeshConfig.TrustDomain",
    ".MeshConfig.GetEnablePrometheusMerge.GetValue",
    ".ProxyUID",
    ".ProxyGID",
    ".ProxyImage",
    ".ProxyInitImage",
    ".NativeSidecars",
    ".Revision",
    ".InboundTrafficPolicyMode",
    ".CompliancePolicy",
)
_NETWORKS = (
    '""', '"a"', '"a, istio-cni"', '"default/istio-cni"', '"istio-cni ,b"', '"[]"', '"[{}]"',
    '"[1]"', '"[null]"', '"]"', '"null"', "`[{\"name\": \"istio-cni\"}]`",
    "`[{\"name\": \"istio-cni\", \"namespace\": \"default\"}] `",
    "`[{\"name\": \"istio-cni\", \"namespace\": 5}]`", '"[[]]"', '"a]b"',
    "(index .ObjectMeta.Annotations `networks`)",
)  # fmt: skip
_PORT_LISTS = ('""', '"80"', '"80,81"', '" 80,81 "', '",,"', '"81,080"', ".Values.global.text")
_TEXTS = ('""', '"a"', '"a\\nb"', '"\\n\\n"', '"\u0130I\u00c9"', '"/a/b.c"', '"a/"', '"b"')
_CONTAINERS = (".Spec.Containers", ".Spec.InitContainers", "nil", ".Values.global.list")


def expressions() -> Iterator[str]:
    """Every expression once; many of them are wrong."""
    for name, fallback in itertools.product(("`text`", "`absent`", "`empty`", "5"), _PLAIN):
        yield f"annotation .ObjectMeta {name} {fallback}"
    yield "annotation .Spec `a` `b`"
    yield "annotation .ObjectMeta `a`"
    for mapping in _MAPS:
        for function in ("toJSON", "toJsonMap", "mergeMaps", "toJson", "toYaml", "structToJSON"):
            yield f"{function} {mapping}"
        yield f"isset {mapping} `a`"
        yield f"isset {mapping} `empty`"
        yield f"omit {mapping} `a` `text`"
        yield f"omit {mapping}"
        yield f"toJsonMap {mapping} (strdict `a` `b`)"
        yield f"mergeMaps (strdict `a` `b`) {mapping} | len"
        yield f"range $k, $v := {mapping}"
    for value in (*_STRUCTS, *_SCALARS, *_PLAIN):
        for function in ("structToJSON", "toYaml", "toJson", "fromJSON"):
            yield f"{function} {value}"
        if value != ".Values.global.none":
            yield f"protoToJSON {value}"
        yield f"toYaml {value} | indent 4"
        yield f"eq {value} `TPROXY`"
        yield f"if {value}"
        yield f"annotation {value} `a` `b`"
    for value in (*_SCALARS, *_PLAIN):
        yield value
        yield f"omitNil {value}"
        yield f"valueOrDefault {value} `d`"
        yield f"{value} | default `d`"
        yield f"{value} | quote"
        yield f"typeOf {value}"
        yield f"fromJson {value}"
    for value in _PLAIN:
        yield f"kindOf {value}"
        for ports in _PORT_LISTS:
            yield f"excludeInboundPort {value} {ports}"
    for existing, network in itertools.product(
        _NETWORKS, ("`istio-cni`", "`default/istio-cni`", "`a/b/c`")
    ):
        yield f"appendMultusNetwork {existing} {network}"
    for text in _TEXTS:
        for function in ("directory", "toLower", "kubevirtInterfaces", "excludeInterfaces"):
            yield f"{function} {text}"
        for spaces in ("0", "3", "-2", '"1"'):
            yield f"indent {spaces} {text}"
        for other in _TEXTS:
            yield f"contains {text} {other}"
            yield f"strdict {text} {other} {text}"
    for containers in _CONTAINERS:
        yield f"includeInboundPorts {containers}"
        yield f"applicationPorts {containers}"
        for namespace in ("`shop`", "``"):
            yield (
                f"otelResourceAttributes .MeshConfig {_ANNOTATIONS} .ObjectMeta.Labels {namespace} "
                f"{containers}"
            )
            yield f"otelResourceAttributes .MeshConfig nil nil {namespace} {containers}"
    for duration in (
        ".ProxyConfig.DrainDuration", ".ProxyConfig.TerminationDrainDuration",
        ".MeshConfig.ConnectTimeout", ".MeshConfig.ProtocolDetectionTimeout", "nil", "5",
    ):  # fmt: skip
        yield f"formatDuration {duration}"
    yield "protoToJSON .ProxyConfig"
    yield "protoToJSON .MeshConfig"
    yield "protoToJSON .ProxyConfig.GetTracing"
    yield "env `MESHOPS_NOT_SET` `d`"
    yield "env `MESHOPS_NOT_SET`"
    for name in ("text", "json", "bad", "empty", "networks"):
        for function in ("fromJSON", "fromJson", "mustFromJson"):
            yield f"{function} (index {_ANNOTATIONS} `{name}`) | toYaml"
    yield from (".Absent", ".ObjectMeta.Absent", ".Spec.Absent.More", ".Values.absent.more")
    yield from ("required `a` `b`", "fromYaml `a`", "toToml `a`", "include `a` .", "nothing")
    yield "fail `because`"


def template(expressions: list[str]) -> str:
    """A template that writes what each expression prints into the annotation of its number."""
    lines = [f"    n{number}: {_written(each)}\n" for number, each in enumerate(expressions)]
    return "metadata:\n  annotations:\n" + "".join(lines)


def _written(expression: str) -> str:
    if expression.startswith(("range ", "if ")):
        body = "{{ $v }};" if expression.startswith("range") else "yes"
        return f"'{{{{ {expression} }}}}{body}{{{{ end }}}}'"
    return f'{{{{ printf "%v" ({expression}) | toJson }}}}'
