"""Made inputs for the rules of injection: annotations, labels, selectors, pods. All seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]

_PORTS = ["80", "0", "65535", "65536", "-1", "+80", " 80", "80 ", "080", "8_0", "", "a", "8080"]
_PORTS += ["1e3", "\u0661", "80\n", "99999999999999999999", "0x50", "\u00a080", "\x1c80", "15020"]
_LISTS = ["*", "", " ", ",", "80,", "80, 443", "80,,443", "80,443,x", "**", " * ", "80\t,90"]
_NUMBERS = ["4294967295", "4294967296", "1.5", "00012", "18446744073709551616", "-0", "1 "]
_RANGES = ["10.0.0.0/8", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0/8"]
_RANGES += [
    "fd00::/8",
    "::/0",
    "::/128",
    "::/129",
    "fe80::1%eth0/64",
    "::ffff:1.2.3.4/96",
    "1::2::3/4",
]
_RANGES += ["010.0.0.0/8", "1.2.3.4/", "/8", "1.2.3.4/-1", "10.0.0.0/8/8", "2001:db8::/32", "*"]
_RANGES += [
    "10.0.0.0/8, 11.0.0.0/8",
    "10.0.0.0/8,11.0.0.0/8",
    "1.2.3.256/8",
    "0.0.0.0/0",
    "::1%/64",
]
_RANGES += ["fd00:0:0:0:0:0:0:0/8", "1:2:3:4:5:6:7:8/0", "1:2:3:4:5:6:1.2.3.4/8", "12345::/8"]
_RANGES += ["10.0.0.0/255.0.0.0", "1.2.3.4/032", "1.2.3.4/0", "1.2.3.4/00", "1.2.3.4/\u0661"]
_INTERFACES = ["eth0", "eth0,net1", "eth0,,net1", "0eth", "a23456789012345", "a234567890123456"]
_INTERFACES += ["eth0 ,net1", "eth 0", "_eth", "veth.1-a_b", "eth0\n", "eth0;x", "\u00e9th0"]
_QUANTITIES = ["100m", "1", "0", "1.5", "1Ki", "1ki", "1K", "1k", "1E", "1e3", "1E+3", "1e-3", "1e"]
_QUANTITIES += [
    "+1",
    "-1",
    "+",
    "-",
    ".",
    ".5",
    "5.",
    "1..5",
    "1 Gi",
    "Gi",
    "m",
    "1mm",
    "1Gi ",
    "1\n",
]
_QUANTITIES += ["128Mi", "1e9223372036854775808", "0.000000001", "1n", "1u", "1_0"]
_QUANTITIES += ["\x001", "1\x85", "12345678901234567890123", "1.1Ki", "1Zi", "1e3Ki", "-0.5", "1e+"]
_QUANTITIES += ["Pi", "Ti", "5.Ei", ".Ei", "+Ki", "e-10", ".e-10", "5.e-10", ".5Ei", "e-9", "1e-12"]
_BOOLEANS = ["true", "True", "TRUE", "tRUE", "t", "T", "1", "0", "f", "F", "false", "FALSE", "yes"]
_MODES = ["REDIRECT", "TPROXY", "NONE", "redirect", "", "NONE "]
_PROXY_CONFIGS = [
    "", "{}", "null", "- a", "text", "a: b", "{", "concurrency: 2", "concurrency: two",
    "discoveryAddress: istiod:15012", "discoveryAddress: istiod", "discoveryAddress: ''",
    "drainDuration: 1s", "drainDuration: 1ms", "drainDuration: 1500ms", "drainDuration: -1s",
    "drainDuration: 1", "statusPort: 0", "statusPort: 70000", "statusPort: 15021",
    "proxyAdminPort: -1", "proxyAdminPort: 1.5", "configPath: ''", "binaryPath: ''",
    "serviceCluster: ''", "serviceCluster: me", "tracingServiceName: CANONICAL_NAME_ONLY",
    "tracingServiceName: NOT_ONE", "tracing: {zipkin: {address: 'zipkin:9411'}}",
    "tracing: {zipkin: {address: '$(HOST_IP):9411'}}", "tracing: {zipkin: {}}",
    "tracing: {lightstep: {address: 'a:1'}}",
    "tracing: {lightstep: {address: 'a:1', accessToken: x}}",
    "tracing: {datadog: {address: 'a:x'}}", "tracing: {sampling: 10}", "tracing: {sampling: ten}",
    "tracing: {tlsSettings: {mode: MUTUAL}}", "tracing: {tlsSettings: {mode: SIMPLE}}",
    "tracing: {customTags: {a: {literal: {value: b}}}}", "statsdUdpAddress: 'a:8125'",
    "statsdUdpAddress: a", "envoyMetricsService: {address: 'x:1'}",
    "envoyMetricsService: {address: x}", "envoyAccessLogService: {address: '[::1]:15'}",
    "controlPlaneAuthPolicy: NONE", "controlPlaneAuthPolicy: INHERIT",
    "privateKeyProvider: {}", "privateKeyProvider: {cryptomb: {}}",
    "privateKeyProvider: {cryptomb: {pollDelay: 10ms}}",
    "privateKeyProvider: {qat: {pollDelay: 0s}}",
    "connectionSettings: {httpMaxConcurrentStreams: 0}", "holdApplicationUntilProxyStarts: true",
    "connectionSettings: {http2InitialStreamWindowSize: 65534}",
    "holdApplicationUntilProxyStarts: 'true'", "proxyMetadata: {A: b}", "proxyMetadata: {A: 1}",
    "proxyMetadata: [a]", "image: {imageType: debug}", "interceptionMode: TPROXY",
    "interceptionMode: 1", "interceptionMode: 7", "terminationDrainDuration: 5s",
    "proxyHeaders: {server: {value: x}}", "proxyStatsMatcher: {inclusionRegexps: ['.*']}",
    "{\"concurrency\": 0}", "concurrency: 2\nconcurrency: 3", "a: &x 1\nb: *x", "\tconcurrency: 2",
]  # fmt: skip
_READINESS = "readiness.status.sidecar.istio.io/"
_TRAFFIC = "traffic.sidecar.istio.io/"
_VALUES = {
    "sidecar.istio.io/interceptionMode": _MODES,
    "status.sidecar.istio.io/port": _PORTS + _NUMBERS,
    f"{_READINESS}initialDelaySeconds": _PORTS + _NUMBERS,
    f"{_READINESS}periodSeconds": _PORTS + _NUMBERS,
    f"{_READINESS}failureThreshold": _PORTS + _NUMBERS,
    f"{_TRAFFIC}includeOutboundIPRanges": _RANGES,
    f"{_TRAFFIC}excludeOutboundIPRanges": _RANGES,
    f"{_TRAFFIC}includeInboundPorts": _PORTS + _LISTS,
    f"{_TRAFFIC}excludeInboundPorts": _PORTS + _LISTS,
    f"{_TRAFFIC}excludeOutboundPorts": _PORTS + _LISTS,
    f"{_TRAFFIC}excludeInterfaces": _INTERFACES,
    f"{_TRAFFIC}kubevirtInterfaces": _INTERFACES,
    "istio.io/reroute-virtual-interfaces": _INTERFACES,
    "prometheus.istio.io/merge-metrics": _BOOLEANS,
    "proxy.istio.io/config": _PROXY_CONFIGS,
    "sidecar.istio.io/proxyCPU": _QUANTITIES,
    "sidecar.istio.io/proxyMemory": _QUANTITIES,
    "sidecar.istio.io/proxyCPULimit": _QUANTITIES,
    "sidecar.istio.io/proxyMemoryLimit": _QUANTITIES,
}
_HUGE = re.compile("[eE][-+]?[0-9]{4,}")
_JUNK = "0123456789abcdefgKMGTPEinumk.,:/+-*_ \t\n%\x00\x85\u00a0\u0663"


def annotation_pairs(seed: int, mutants: int) -> Iterator[tuple[str, str]]:
    """Name and value: every listed value, then mutants (proxy configurations have none)."""
    for name, values in _VALUES.items():
        for value in values:
            yield name, value
    source = random.Random(seed)
    names = [name for name in _VALUES if name != "proxy.istio.io/config"]
    for _number in range(mutants):
        name = source.choice(names)
        text = _mutant(source, _VALUES[name])
        # Kubernetes' code computes for hours on a power of ten like this one.
        if not _HUGE.search(text):
            yield name, text


def _mutant(source: random.Random, values: list[str]) -> str:
    text = source.choice(values)
    if source.random() < 0.4:
        text += source.choice(["", ",", ", "]) + source.choice(values)
    for _change in range(source.randrange(3)):
        at = source.randrange(len(text) + 1)
        text = text[:at] + source.choice(_JUNK) + text[at + source.randrange(2) :]
    return text


_KEYS = ["app", "tier", "istio.io/rev", "istio-injection", "sidecar.istio.io/inject", "a/b", "x"]
_WORDS = ["shop", "db", "true", "false", "enabled", "1-31-1", ""]


def labels(source: random.Random) -> dict[str, str]:
    """Some labels, often those that injection looks at."""
    return {key: source.choice(_WORDS) for key in source.sample(_KEYS, source.randrange(4))}


def selector(source: random.Random) -> Object:
    """A label selector; now and then one that Kubernetes refuses."""
    result: Object = {}
    if source.random() < 0.5:
        result["matchLabels"] = labels(source)
    expressions = [_expression(source) for _number in range(source.randrange(3))]
    if expressions:
        result["matchExpressions"] = expressions
    return result


def _expression(source: random.Random) -> Object:
    operator = source.choice(["In", "NotIn", "Exists", "DoesNotExist"])
    expression: Object = {"key": source.choice(_KEYS), "operator": operator}
    if operator in ("In", "NotIn"):
        expression["values"] = source.sample(_WORDS, source.randrange(1, 4))
    flaw = source.random()
    if flaw < 0.03:
        expression["operator"] = source.choice(["Gt", "in", ""])
    elif flaw < 0.06:
        expression["key"] = source.choice(["", "a b", "-a", "A/b", "/b", "a" * 64, "a/b/c"])
    elif flaw < 0.09:
        expression["values"] = source.choice([[], ["a b"], ["-"], ["a" * 64], ["\u00e9"], ["ok"]])
    return expression


_CHOICES = ["true", "false", "", "True", "yes"]
_NAMESPACES = ["shop", "shop", "shop", "kube-system", "local-path-storage", "istio-system"]


def policy_pod(source: random.Random) -> Object:
    """A pod that policies and selectors may or may not let pass."""
    metadata: Object = {"name": "web", "labels": labels(source)}
    if source.random() < 0.4:
        metadata["labels"]["sidecar.istio.io/inject"] = source.choice(_CHOICES)
    if source.random() < 0.4:
        metadata["annotations"] = {"sidecar.istio.io/inject": source.choice(_CHOICES)}
    if source.random() < 0.4:
        metadata["namespace"] = source.choice(_NAMESPACES)
    spec: Object = {"containers": [{"name": "web", "image": "web"}]}
    if source.random() < 0.1:
        spec["hostNetwork"] = True
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


_ANNOTATION_VARIANTS = {
    "scrape": ["prometheus.io/scrape", "prometheus-io/scrape", "prometheus.io.scrape"],
    "port": ["prometheus.io/port", "prometheus_io_port"],
    "path": ["prometheus.io/path", "prometheus-io-path"],
    "targets": ["prometheus.istio.io/scrape-targets"],
}
_SCRAPED = ["9090", "15020", "15090", "015090", "0", "70000", "+80", "web", "", "8080"]
_TARGETS = ["8080", "8080:/m,9090", " 8080 : /a , 9091:", ":/x", ",,", "15000", "15020:/x", "a:/b"]
_TARGETS += ["65536:/", "8080:/a<b>&c", "080"]


def prometheus_annotations(source: random.Random) -> dict[str, str]:
    """Annotations for Prometheus, one of a kind at most: Istio picks one of several at random."""
    values = {
        "scrape": _CHOICES,
        "port": _SCRAPED,
        "path": ["/m", "", "/a<b>"],
        "targets": _TARGETS,
    }
    result = {
        source.choice(_ANNOTATION_VARIANTS[name]): source.choice(values[name])
        for name in values
        if source.random() < 0.3
    }
    if source.random() < 0.2:
        result["prometheus.istio.io/merge-metrics"] = source.choice(["true", "false", "0", "T"])
    if source.random() < 0.1:
        result["prometheus.istio.io/secure-port"] = "1"
    return result


def _action(source: random.Random, *, probe: bool) -> Object:
    ports: list[Any] = [8080, 80, 15020, "http", "grpc", "nowhere", "8080", 0]
    kinds = ["http", "http", "http", "tcp", "exec"] + (["grpc"] if probe else ["sleep"])
    kind = source.choice(kinds)
    if kind == "exec":
        return {"exec": {"command": ["true"]}}
    if kind == "sleep":
        return {"sleep": {"seconds": 1}}
    if kind == "grpc":
        grpc: Object = {"port": source.choice([5000, 15020])}
        grpc["service"] = source.choice(["", "a<b", None])
        return {"grpc": grpc}
    action: Object = {"port": source.choice(ports)}
    if source.random() < 0.2:
        action["host"] = "example.com"
    if kind == "tcp":
        return {"tcpSocket": action}
    if source.random() < 0.8:
        action["path"] = source.choice(["/ready", "/a?b=c&d=<e>", "/\u00e9\u2028"])
    if source.random() < 0.5:
        action["scheme"] = source.choice(["HTTP", "HTTPS"])
    if source.random() < 0.2:
        action["httpHeaders"] = [{"name": "Host", "value": "a&b"}, {"name": "X", "value": ""}]
    return {"httpGet": action}


def _probe(source: random.Random) -> Object:
    probe = _action(source, probe=True)
    for field in ("timeoutSeconds", "periodSeconds", "initialDelaySeconds"):
        if source.random() < 0.3:
            probe[field] = source.randrange(1, 9)
    return probe


def _container(source: random.Random, name: str) -> Object:
    container: Object = {"name": name, "image": "web:1"}
    if source.random() < 0.7:
        container["ports"] = [
            {"name": "http", "containerPort": 8081},
            {"name": "grpc", "containerPort": source.choice([5000, 15020])},
            {"containerPort": 99},
        ]
    for field in ("readinessProbe", "livenessProbe", "startupProbe"):
        if source.random() < 0.5:
            container[field] = _probe(source)
    handlers = {
        field: _action(source, probe=False)
        for field in ("preStop", "postStart")
        if source.random() < 0.25
    }
    if handlers:
        container["lifecycle"] = handlers
    return container


_INIT_NAMES = ["migrate", "wait", "istio-validation", "istio-init", "enable-core-dump"]


def probed_pod(source: random.Random) -> Object:
    """A pod with probes and handlers of all kinds, and annotations that post-processing reads."""
    names = source.sample(["web", "db", "log"], source.randrange(1, 4))
    spec: Object = {"containers": [_container(source, name) for name in names]}
    inits = source.sample(_INIT_NAMES, source.randrange(4))
    if inits:
        spec["initContainers"] = [_container(source, name) for name in inits]
    annotations = prometheus_annotations(source)
    if source.random() < 0.3:
        annotations["sidecar.istio.io/rewriteAppHTTPProbers"] = source.choice(_CHOICES)
    if source.random() < 0.2:
        annotations["status.sidecar.istio.io/port"] = source.choice(["15021", " 15022 ", "0"])
    if source.random() < 0.2:
        hold = source.choice(["true", "false"])
        annotations["proxy.istio.io/config"] = f"holdApplicationUntilProxyStarts: {hold}"
    metadata: Object = {"name": "web", "namespace": "shop", "annotations": annotations}
    if source.random() < 0.5:
        metadata["labels"] = {"app": "web"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


_EARLIER_PROBERS = [
    '{"/app-health/web/livez":{"httpGet":{"path":"/old","port":8080,"scheme":"HTTP"}}}',
    '{"/app-health/old/readyz":{"grpc":{"port":1,"service":null},"timeoutSeconds":3}}',
    '{"/app-health/web/readyz":{"tcpSocket":{"port":"http","host":"<h>"}}, "/b": {}}',
    "not JSON",
    "[]",
    "null",
    "{}",
]


def injected_before(source: random.Random, pod: Object, image: str) -> Object:
    """The pod with a proxy that an earlier injection has put into it."""
    env = [{"name": "A", "value": "b"}]
    if source.random() < 0.7:
        env.append({"name": "ISTIO_KUBE_APP_PROBERS", "value": source.choice(_EARLIER_PROBERS)})
    proxy = {"name": "istio-proxy", "image": image, "env": env}
    containers = [*pod["spec"]["containers"], proxy]
    source.shuffle(containers)
    metadata = dict(pod["metadata"])
    status = '{"initContainers":null,"containers":["istio-proxy"],"revision":"old"}'
    metadata["annotations"] = {**metadata["annotations"], "sidecar.istio.io/status": status}
    return {**pod, "metadata": metadata, "spec": {**pod["spec"], "containers": containers}}
