"""Live injection: a real API server asks Istio's own webhook handler, in a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
from tests.integration.injector import Injector, injecting
from tests.integration.kube_support import connect
from tests.labs import Cluster

pytestmark = pytest.mark.lab

Object = dict[str, Any]


@pytest.fixture(scope="module")
def source() -> Source:
    """The configuration of a default control plane."""
    return from_release({"charts": str(reference.charts_dir() / "charts"), "version": "1.31.1"})


@pytest.fixture
def injector(cluster: Cluster, namespace: str, source: Source) -> Iterator[Injector]:
    """A control plane for a namespace of its own."""
    with injecting(cluster, namespace, source) as made:
        yield made


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
