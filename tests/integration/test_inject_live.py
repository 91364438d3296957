"""Live injection: a real API server asks Istio's own webhook handler, in a dry run."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.changes import (
    without_defaults,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.live import LiveError
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.proxies import (
    REQUEST_OPTIONS,
    Proxies,
    Request,
    render_proxies,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    Source,
    from_release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.terms import read_terms
from tests import reference
from tests.differential.inject_variants import first_difference
from tests.differential.upstream import Upstream, UpstreamError
from tests.integration.kube_support import connect
from tests.labs import Cluster

pytestmark = pytest.mark.lab

Object = dict[str, Any]
_CONFIG = "istio-sidecar-injector-live-tests"


@dataclass
class Injector:
    """A server that answers admission reviews as istiod would."""

    url: str
    source: Source
    upstream: Upstream
    asked: list[Object] = field(default_factory=list)

    def answer(self, review: Object) -> Object:
        """The response to a review."""
        request = review["request"]
        self.asked.append(request)
        answer: Object = {"uid": request["uid"], "allowed": True}
        try:
            made = self.upstream.ask(
                "webhook",
                config=self.source.config,
                values=self.source.values,
                mesh=self.source.mesh,
                revision="default",
                native_sidecars=False,
                pod=request["object"],
                namespace={"metadata": {"name": request["namespace"]}},
            )["pod"]
        except UpstreamError as error:
            return {**answer, "allowed": False, "status": {"message": str(error)}}
        if made is not None:
            patch = [
                {"op": "replace", "path": f"/{part}", "value": made[part]}
                for part in ("metadata", "spec")
            ]
            encoded = base64.b64encode(json.dumps(patch).encode()).decode()
            answer.update(patchType="JSONPatch", patch=encoded)
        return answer


@pytest.fixture(scope="module")
def source() -> Source:
    """The configuration of a default control plane."""
    return from_release({"charts": str(reference.charts_dir() / "charts"), "version": "1.31.1"})


@pytest.fixture
def injector(cluster: Cluster, namespace: str, source: Source) -> Iterator[Injector]:
    """A control plane for a namespace of its own: webhook, ConfigMaps and an injector that runs."""
    with Upstream() as upstream:
        made = Injector("", source, upstream)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
        # The lab's API server certificate is for 127.0.0.1 and serves for our webhook as well.
        pki = cluster.lab.credentials()[0].parent
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            pki / "kube-apiserver-server.crt", pki / "kube-apiserver-server.key"
        )
        server.socket = context.wrap_socket(server.socket, server_side=True)
        made.url = f"https://127.0.0.1:{server.server_port}/inject"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        authority = base64.b64encode((pki / "ca.crt").read_bytes()).decode()
        objects = [
            _webhook(source, namespace, made.url, authority),
            *_config_maps(source, namespace),
        ]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        cluster.kubectl("apply", "-f", "-", stdin=text)
        cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
        # The API server wants the service account of a pod to be there.
        cluster.kubectl("wait", "--for=create", "serviceaccount/default", "-n", namespace)
        try:
            yield made
        finally:
            cluster.kubectl("delete", "mutatingwebhookconfiguration", _CONFIG)
            server.shutdown()
            server.server_close()


def _handler(injector: Injector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        lock = threading.Lock()

        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with self.lock:
                response = injector.answer(review)
            body = json.dumps({**review, "request": None, "response": response}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    return Handler


def _webhook(source: Source, namespace: str, url: str, authority: str) -> Object:
    """The release's own webhook, called at our address and for that namespace only."""
    [configuration] = source.webhooks
    here = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    webhooks = []
    for item in configuration["webhooks"]:
        expressions = item["namespaceSelector"]["matchExpressions"]
        selector = {**here, "matchExpressions": expressions}
        config = {"url": url, "caBundle": authority}
        webhooks.append({**item, "clientConfig": config, "namespaceSelector": selector})
    metadata = {**configuration["metadata"], "name": _CONFIG}
    return {**configuration, "metadata": metadata, "webhooks": webhooks}


def _config_maps(source: Source, namespace: str) -> list[Object]:
    texts = {
        "istio-sidecar-injector": {"config": source.config, "values": source.values},
        "istio": {"mesh": source.mesh},
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": data,
        }
        for name, data in texts.items()
    ]


def _deployment(namespace: str, **labels: str) -> Object:
    probe = {"httpGet": {"path": "/ready", "port": "http"}}
    container = {
        "name": "app",
        "image": "app:1",
        # As injection writes it down, with what the API server would add.
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "readinessProbe": {**probe, "timeoutSeconds": 3},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "data", "emptyDir": {}}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web", **labels}}, "spec": spec},
        },
    }


def _made(cluster: Cluster, *terms: Any, **options: Any) -> Proxies:
    """What the lookup makes of the terms with these options."""
    kubeconfig = options.pop("kubeconfig", cluster.kubeconfig)
    given = {**dict.fromkeys(REQUEST_OPTIONS), "native_sidecars": "auto", **options}
    request = Request.from_options(
        given,
        {"namespace": options.get("mesh_namespace")},
        facts=ClusterFacts(),
        cache_dir=None,
        base_dir=None,
        read=str,
    )
    with connect(kubeconfig=kubeconfig) as client:
        return render_proxies(read_terms(terms, str), request, client)


def test_live_injection_is_what_the_webhook_does_offline(
    cluster: Cluster, namespace: str, injector: Injector
) -> None:
    workloads = [
        _deployment(namespace),
        {**_deployment(namespace, version="v2"), "kind": "StatefulSet"},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "alone", "namespace": namespace},
            "spec": {"containers": [{"name": "a", "image": "a"}]},
        },
    ]
    with cluster.audit() as seen:
        live = _made(cluster, *workloads, live=True, mesh_namespace=namespace)
    assert seen.writes == []
    assert injector.asked
    offline = _made(
        cluster,
        *workloads,
        from_cluster=True,
        policy="webhook",
        mesh_namespace=namespace,
        native_sidecars="false",
        namespaces=[{"name": namespace, "labels": {"istio-injection": "enabled"}}],
    )
    assert all(report.injected for report in [*live.reports, *offline.reports])
    for mine, their in zip(live.objects, offline.objects, strict=True):
        assert first_difference(_comparable(mine), _comparable(their)) == ""


def test_reasons(cluster: Cluster, namespace: str, injector: Injector) -> None:
    refusing = _deployment(namespace, **{"sidecar.istio.io/inject": "false"})
    on_host = _deployment(namespace)
    on_host["spec"]["template"]["spec"]["hostNetwork"] = True
    made = _made(
        cluster,
        _deployment(namespace),
        refusing,
        on_host,
        live=True,
        mesh_namespace=namespace,
    )
    assert [report.injected for report in made.reports] == [True, False, False]
    assert [report.code for report in made.reports] == ["live", "opted-out", "host-network"]
    assert made.reports[0].revision == "default"
    [first, second] = made.warnings
    assert "has label sidecar.istio.io/inject=false" in first
    assert "hostNetwork: true" in second
    assert "istio-proxy" not in json.dumps(made.objects[1])
    assert made.objects[1]["spec"]["template"]["metadata"]["labels"] == {
        "app": "web",
        "sidecar.istio.io/inject": "false",
    }


def test_what_istio_refuses(cluster: Cluster, namespace: str, injector: Injector) -> None:
    workload = _deployment(namespace)
    note = {"traffic.sidecar.istio.io/excludeInboundPorts": "bad"}
    workload["spec"]["template"]["metadata"]["annotations"] = note
    with pytest.raises(LiveError, match=r"Deployment .*/web.*excludeInboundPorts"):
        _made(cluster, workload, live=True, mesh_namespace=namespace)


def test_a_namespace_that_is_not_there(cluster: Cluster) -> None:
    with pytest.raises(LiveError, match=r"namespace nowhere does not exist.*Create it first"):
        _made(cluster, _deployment("nowhere"), live=True)


def test_missing_rights(cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    anonymous = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
    anonymous["users"] = [{"name": user["name"], "user": {}} for user in anonymous["users"]]
    path.write_text(json.dumps(anonymous))
    with pytest.raises(LiveError, match="needs the right to create pods"):
        _made(cluster, _deployment(namespace), live=True, kubeconfig=str(path))


def _comparable(workload: Object) -> Object:
    """Without what the API server would default again, and what depends on those defaults."""
    value = without_defaults(workload["spec"].get("template", workload))
    for volume in value["spec"]["volumes"]:
        if volume.get("emptyDir") == {}:
            del volume["emptyDir"]
    for container in value["spec"]["containers"]:
        for entry in container.get("env", ()):
            if entry["name"] == "ISTIO_KUBE_APP_PROBERS":
                entry["value"] = sorted(json.loads(entry["value"]))
    return {"labels": value["metadata"].get("labels"), "spec": value["spec"]}
