"""Who looks after the CRDs of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._mesh.gateway_api import (
    GROUP,
    PROTECTION,
    gateway_api_facts,
)

NAME = "gateways.gateway.networking.k8s.io"


class Cluster:
    """An API server with CRDs, which notes what it is asked."""

    def __init__(
        self, *crds: dict[str, Any], policy: bool = False, forbidden: bool = False
    ) -> None:
        self.crds = crds
        self.policy = policy
        self.forbidden = forbidden
        self.asked: list[str] = []

    def request(self, method: str, path: str, accept: str = "") -> Any:
        self.asked.append(path)
        if path.endswith(PROTECTION):
            if self.policy:
                return {"metadata": {"name": PROTECTION}}
            raise ApiError(404, "NotFound", "not found")
        assert "PartialObjectMetadataList" in accept
        if self.forbidden:
            raise ApiError(403, "Forbidden", "no")
        return {"items": [{"metadata": metadata} for metadata in self.crds]}


def crd(
    name: str = NAME, manager: str = "kubectl-client-side-apply", **more: Any
) -> dict[str, Any]:
    notes = {
        "gateway.networking.k8s.io/bundle-version": "v1.5.1",
        "gateway.networking.k8s.io/channel": "standard",
        **more.pop("annotations", {}),
    }
    fields = [
        {"manager": manager, "time": "2026-01-01T00:00:00Z"},
        {"manager": "kube-apiserver", "subresource": "status", "time": "2026-01-02T00:00:00Z"},
    ]
    return {"name": name, "annotations": notes, "managedFields": fields, **more}


def ask(cluster: Cluster, groups: set[str] | None = None) -> dict[str, Any]:
    client: Any = cluster
    return gateway_api_facts(client, groups or {GROUP})


def test_where_the_kinds_are_not_served_nothing_is_asked() -> None:
    cluster = Cluster()
    assert ask(cluster, {"apps"})["crds"] == {}
    assert cluster.asked == []


def test_other_crds_are_passed_over() -> None:
    found = ask(Cluster(crd(), crd("gateways.networking.istio.io")))["crds"]
    assert found == {
        NAME: {
            "version": "v1.5.1",
            "channel": "standard",
            "set": "",
            "platform": "",
            "owner": 'kubectl (field manager "kubectl-client-side-apply")',
        }
    }


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        (crd(manager="meshops.istio"), ""),
        (crd(manager="terraform"), 'somebody else (field manager "terraform")'),
        (
            crd(
                annotations={
                    "meta.helm.sh/release-name": "gwapi",
                    "meta.helm.sh/release-namespace": "infra",
                }
            ),
            "release infra/gwapi of Helm",
        ),
        (crd(annotations={"argocd.argoproj.io/tracking-id": "x"}), "Argo CD"),
        (crd(labels={"kustomize.toolkit.fluxcd.io/name": "x"}), "Flux"),
        (
            crd(labels={"applyset.kubernetes.io/part-of": "applyset-x-v1"}),
            "another set of objects (applyset.kubernetes.io/part-of: applyset-x-v1)",
        ),
    ],
)
def test_owners(metadata: dict[str, Any], owner: str) -> None:
    assert ask(Cluster(metadata))["crds"][NAME]["owner"] == owner


@pytest.mark.parametrize(
    ("metadata", "platform"),
    [
        (crd(manager="ingress-operator"), "OpenShift's ingress operator"),
        (
            crd(labels={"addonmanager.kubernetes.io/mode": "Reconcile"}),
            "the cluster's addon manager",
        ),
    ],
)
def test_platforms(metadata: dict[str, Any], platform: str) -> None:
    assert ask(Cluster(metadata))["crds"][NAME]["platform"] == platform


def test_openshift_protects_them_even_when_they_are_absent() -> None:
    facts = ask(Cluster(policy=True), {"config.openshift.io"})
    assert facts["protected"]


def test_an_account_that_may_not_list_crds() -> None:
    assert ask(Cluster(forbidden=True))["unreadable"]
