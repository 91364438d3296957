"""Waiting for CA bundles: what `auto` waits for, how long, and when it goes on with a warning."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply import waiting
from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import Verdict, verify
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyReport,
    ApplyRequest,
)
from lab.errors import LabError
from tests.integration.mesh_objects_tools import Object, connected, deployment, service
from tests.labs import Cluster

pytestmark = pytest.mark.lab

KIND = "ValidatingWebhookConfiguration"


class Plane:
    """A control plane of one pod, its Service and a webhook that calls it."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.name = f"hook-{namespace}"
        self.workload = [deployment("plane", namespace), service("plane", namespace)]

    def webhook(self, **config: Any) -> Object:
        place = {"service": {"name": "plane", "namespace": self.namespace}}
        hook = {
            "name": "a.example.com",
            "clientConfig": config or place,
            "failurePolicy": "Ignore",
            "rules": [
                {
                    "apiGroups": ["demo"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["nothing"],
                }
            ],
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": KIND,
            "metadata": {"name": self.name},
            "webhooks": [hook],
        }

    def request(self, mode: str = "auto", timeout: float = 60, **config: Any) -> ApplyRequest:
        return ApplyRequest(
            objects=[*self.workload, self.webhook(**config)],
            set_name="plane",
            set_namespace=self.namespace,
            wait_timeout=timeout,
            wait_webhooks=mode,
        )

    def apply(self, *arguments: Any, **more: Any) -> ApplyReport:
        with connected(self.cluster.kubeconfig) as (client, kinds):
            return apply_set(client, kinds, self.request(*arguments, **more))

    def verdict(self, *arguments: Any, **more: Any) -> Verdict:
        with connected(self.cluster.kubeconfig) as (client, kinds):
            verdicts = verify(client, kinds, self.request(*arguments, **more))
        [found] = [verdict for verdict in verdicts if verdict.key.kind == KIND]
        return found

    def run_for_real(self) -> None:
        """Bring the workload up and report its container as a kubelet does."""
        with connected(self.cluster.kubeconfig) as (client, kinds):
            request = self.request()
            request.objects = self.workload
            apply_set(client, kinds, request)
        pods = self.cluster.get("pods", "-n", self.namespace)["items"]
        for pod in pods:
            [entry] = pod["status"]["containerStatuses"]
            entry["containerID"] = "containerd://0123456789abcdef"
            patch = json.dumps({"status": {"containerStatuses": [entry]}})
            self.cluster.kubectl(
                "patch",
                "pod",
                pod["metadata"]["name"],
                "-n",
                self.namespace,
                "--subresource=status",
                "--type=merge",
                "-p",
                patch,
            )

    def write_bundle(self) -> None:
        """What the control plane does once it runs."""
        place = "/webhooks/0/clientConfig/caBundle"
        patch = json.dumps([{"op": "add", "path": place, "value": "LS0tLS1CRUdJTg=="}])
        self.cluster.kubectl("patch", KIND, self.name, "--type=json", "-p", patch)


@pytest.fixture
def plane(cluster: Cluster, namespace: str) -> Iterator[Plane]:
    made = Plane(cluster, namespace)
    yield made
    with connected(cluster.kubeconfig) as (client, kinds):
        delete_set(client, kinds, made.request())


def test_nodes_that_run_no_containers_are_told_and_not_waited_for(plane: Plane) -> None:
    report = plane.apply()
    expected = (
        f"the nodes run no containers for the pods behind the Service {plane.namespace}/plane"
    )
    assert [text for text in report.warnings if expected in text] == report.warnings != []
    assert plane.apply().warnings == report.warnings
    assert not plane.apply("never").warnings
    verdict = plane.verdict()
    assert verdict.ok
    assert expected in verdict.reason
    assert plane.verdict("never").ok
    assert not plane.verdict("always").ready
    with pytest.raises(ApplyError, match="timed out after 1 s"):
        plane.apply("always", timeout=1)


def test_a_control_plane_that_writes_its_bundle(plane: Plane) -> None:
    plane.run_for_real()

    def write() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            time.sleep(0.5)
            try:
                plane.write_bundle()
                return
            except LabError:
                continue  # not there yet

    thread = threading.Thread(target=write)
    thread.start()
    report = plane.apply()
    thread.join()
    assert report.warnings == []
    [phase] = [phase for phase in report.phases if phase.name == "webhooks"]
    assert phase.waited > 0
    assert plane.cluster.get(KIND, plane.name)["webhooks"][0]["clientConfig"]["caBundle"]
    assert plane.verdict() == plane.verdict("always")
    assert plane.verdict().reason == ""


@pytest.mark.parametrize(("patience", "timeout"), [(2.0, 60), (90.0, 2)])
def test_a_control_plane_that_never_writes_it(
    plane: Plane, monkeypatch: pytest.MonkeyPatch, patience: float, timeout: float
) -> None:
    plane.run_for_real()
    monkeypatch.setattr(waiting, "PATIENCE", patience)
    began = time.monotonic()
    with pytest.raises(ApplyError) as error:
        plane.apply(timeout=timeout)
    assert time.monotonic() - began < 15
    text = str(error.value)
    for words in (
        f"{KIND} {plane.name}: no caBundle yet in a.example.com",
        "has not written its CA bundle within 2 s",
        "log of the workload",
        "right to patch webhook configurations",
        "mesh_wait_webhooks",
    ):
        assert words in text
    verdict = plane.verdict()
    assert not verdict.ready
    assert verdict.reason == "no caBundle yet in a.example.com"


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"url": "https://127.0.0.1:1/x"}, "served from outside the cluster"),
        ({"service": {"name": "none", "namespace": "default"}}, "default/none that it calls does"),
    ],
)
def test_webhooks_that_no_pod_of_the_cluster_serves(
    plane: Plane, config: dict[str, Any], reason: str
) -> None:
    assert plane.apply(**config).warnings == []
    verdict = plane.verdict(**config)
    assert verdict.ok
    assert reason in verdict.reason
