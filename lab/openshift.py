"""What makes an OpenShift of a lab: CRDs, constraints, and the objects its operators write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from lab import constraints
from lab.api import Api
from lab.components import POD_RANGE
from lab.errors import LabError
from lab.identities import SERVICE_RANGE

INGRESS_DOMAIN = "apps.lab.example.com"
NETWORK_TYPE = "OVNKubernetes"
# Namespaces of the platform that other things refer to.
_NAMESPACES = (
    "openshift",
    "openshift-infra",
    "openshift-node",
    "openshift-ingress",
    "openshift-ingress-operator",
    "openshift-multus",
)
_CONFIG = "/apis/config.openshift.io/v1"
_CONTROLLERS = (
    "/apis/operator.openshift.io/v1/namespaces/openshift-ingress-operator/ingresscontrollers"
)
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_POLICIES = "/apis/admissionregistration.k8s.io/v1"
# OpenShift owns the Gateway API's CRDs from 4.19 on, and lets nobody else change them.
_INGRESS_OPERATOR = "ingress-operator"
_GATEWAY_API_POLICY = "openshift-ingress-operator-gatewayapi-crd-admission"
_OPERATOR_ACCOUNT = "system:serviceaccount:openshift-ingress-operator:ingress-operator"

Wait = Callable[[Callable[[], bool], str], None]


def furnish(api: Api, crds: Path, gateway_api: Path, wait: Wait) -> None:
    """Give a fresh API server what an OpenShift has, and return when its admission works.

    ``crds`` and ``gateway_api`` are folders of manifests.
    """
    names = [_apply_crd(api, document) for document in _documents(crds)]
    for document in _documents(gateway_api / "standard"):
        if document["kind"] == "CustomResourceDefinition":
            names.append(_apply_crd(api, document, _INGRESS_OPERATOR))
    wait(lambda: all(_established(api, name) for name in names), "kube-apiserver (CRDs)")
    for name in _NAMESPACES:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        api.apply(f"/api/v1/namespaces/{name}", namespace)
    # Created, not applied: what has been granted in their lists stays, as on OpenShift.
    for item in constraints.standard():
        _create(api, f"/apis/{constraints.GROUP}/v1/securitycontextconstraints", item)
    for item in constraints.roles():
        plural = f"{item['kind'].lower()}s"
        api.apply(f"{_RBAC}/{plural}/{quote(item['metadata']['name'])}", item)
    _describe(api)
    _protect_gateway_api(api)
    wait(lambda: _has_range(api, "openshift-ingress"), "openshift-namespaces")


def version_of(kubernetes: str) -> str:
    """The OpenShift that serves this Kubernetes version: 4.x has 1.(x+13)."""
    minor = int(kubernetes.removeprefix("v").split(".")[1])
    return f"4.{minor - 13}.0"


def _documents(folder: Path) -> list[dict[str, Any]]:
    return [
        document
        for path in sorted(folder.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if document
    ]


def _apply_crd(api: Api, crd: dict[str, Any], manager: str = "meshops-lab") -> str:
    name: str = crd["metadata"]["name"]
    crd.pop("status", None)
    api.apply(f"{_CRDS}/{name}", crd, manager)
    return name


def _established(api: Api, name: str) -> bool:
    conditions = (api.get(f"{_CRDS}/{name}") or {}).get("status", {}).get("conditions", [])
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


def _create(api: Api, collection: str, item: dict[str, Any]) -> None:
    status, answer = api.request("POST", collection, item)
    if status not in (201, 409):
        raise LabError(f"{item['kind']} {item['metadata']['name']}: {status}: {answer}")


def _describe(api: Api) -> None:
    """The objects by which a cluster says which OpenShift it is."""
    version = version_of((api.get("/version") or {})["gitVersion"])
    release = {"version": version, "image": "quay.io/openshift-release-dev/ocp-release:lab"}
    history = {
        "state": "Completed",
        "startedTime": "2026-01-01T00:00:00Z",
        "completionTime": "2026-01-01T01:00:00Z",
        "verified": True,
        **release,
    }
    network = {
        "clusterNetwork": [{"cidr": POD_RANGE, "hostPrefix": 24}],
        "serviceNetwork": [SERVICE_RANGE],
        "networkType": NETWORK_TYPE,
    }
    _config(
        api,
        "ClusterVersion",
        "version",
        {"clusterID": "00000000-0000-4000-8000-000000000000", "channel": "stable-4"},
        {
            "desired": release,
            "history": [history],
            "observedGeneration": 1,
            "versionHash": "lab",
            "availableUpdates": None,
        },
    )
    _config(
        api,
        "Infrastructure",
        "cluster",
        {"cloudConfig": {"name": ""}, "platformSpec": {"type": "None"}},
        {
            "infrastructureName": "lab",
            "controlPlaneTopology": "SingleReplica",
            "infrastructureTopology": "HighlyAvailable",
            "platformStatus": {"type": "None"},
        },
    )
    _config(
        api,
        "Network",
        "cluster",
        network,
        network,
    )
    _config(api, "Ingress", "cluster", {"domain": INGRESS_DOMAIN}, None)
    # Without routeAdmission, as OpenShift makes it: no wildcards, a host belongs to one namespace.
    api.apply(
        f"{_CONTROLLERS}/default",
        {
            "apiVersion": "operator.openshift.io/v1",
            "kind": "IngressController",
            "metadata": {"name": "default", "namespace": "openshift-ingress-operator"},
            "spec": {"replicas": 1},
        },
    )


def _config(api: Api, kind: str, name: str, spec: Any, status: Any) -> None:
    plural = "ingresses" if kind == "Ingress" else f"{kind.lower()}s"
    path = f"{_CONFIG}/{plural}/{name}"
    head = {"apiVersion": "config.openshift.io/v1", "kind": kind, "metadata": {"name": name}}
    api.apply(path, {**head, "spec": spec, **({"status": status} if status else {})})
    if status and (api.get(path) or {}).get("status", {}) != status:
        api.apply(f"{path}/status", {**head, "status": status})


def _protect_gateway_api(api: Api) -> None:
    crds = {
        "apiGroups": ["apiextensions.k8s.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["customresourcedefinitions"],
    }
    ours = "(has(request.name) && request.name.endsWith('.gateway.networking.k8s.io'))"
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": _GATEWAY_API_POLICY},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [crds]},
            "validations": [
                {
                    "expression": f"!{ours} || request.userInfo.username == '{_OPERATOR_ACCOUNT}'",
                    "message": "Gateway API Custom Resource Definitions are managed by the "
                    "Ingress Operator and may not be modified",
                }
            ],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": _GATEWAY_API_POLICY},
        "spec": {"policyName": _GATEWAY_API_POLICY, "validationActions": ["Deny"]},
    }
    for plural, item in (
        ("validatingadmissionpolicies", policy),
        ("validatingadmissionpolicybindings", binding),
    ):
        api.apply(f"{_POLICIES}/{plural}/{_GATEWAY_API_POLICY}", item)


def _has_range(api: Api, namespace: str) -> bool:
    found = api.get(f"/api/v1/namespaces/{namespace}") or {"metadata": {}}
    return "openshift.io/sa.scc.uid-range" in found["metadata"].get("annotations", {})
