"""An injector for a lab: its API server calls Istio's own webhook code, as it would call istiod."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import Source
from tests.differential.upstream import Upstream, UpstreamError
from tests.labs import Cluster

Object = dict[str, Any]


@dataclass
class Injector:
    """A server that answers admission reviews as istiod would."""

    cluster: Cluster
    url: str
    source: Source
    upstream: Upstream
    openshift: bool = False
    asked: list[Object] = field(default_factory=list)

    def answer(self, review: Object) -> Object:
        """The response to a review."""
        request = review["request"]
        self.asked.append(request)
        answer: Object = {"uid": request["uid"], "allowed": True}
        namespace = self.cluster.get("namespace", request["namespace"])
        try:
            made = self.upstream.ask(
                "webhook",
                config=self.source.config,
                values=self.source.values,
                mesh=self.source.mesh,
                revision="default",
                native_sidecars=False,
                openshift=self.openshift,
                pod=request["object"],
                namespace=namespace,
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


@contextmanager
def injecting(
    cluster: Cluster, namespace: str, source: Source, *, openshift: bool = False
) -> Iterator[Injector]:
    """A control plane for one namespace: its webhook, its ConfigMaps, and an injector that runs."""
    with Upstream() as upstream:
        made = Injector(cluster, "", source, upstream, openshift)
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
        webhook = _webhook(source, namespace, made.url, authority)
        objects = [webhook, *_config_maps(source, namespace)]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        cluster.kubectl("apply", "-f", "-", stdin=text)
        cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
        # The API server wants the service account of a pod to be there.
        cluster.kubectl("wait", "--for=create", "serviceaccount/default", "-n", namespace)
        try:
            yield made
        finally:
            cluster.kubectl("delete", "mutatingwebhookconfiguration", webhook["metadata"]["name"])
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
    metadata = {**configuration["metadata"], "name": f"istio-sidecar-injector-{namespace}"}
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
