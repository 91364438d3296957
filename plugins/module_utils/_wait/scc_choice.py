# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of OpenShift's own SCCs is enough for a refused pod, and where a user names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

Object = Mapping[str, Any]


class Asked(Protocol):
    """What a pod asks for; see Objection."""

    @property
    def field(self) -> str:
        """The field of the pod."""

    @property
    def value(self) -> str:
        """Its value."""


_IDS = frozenset(["runAsUser", "fsGroup", "supplementalGroups"])
# What each one allows beyond restricted-v2, the least powerful first. anyuid allows no seccomp
# profile, and a pod that sets one comes from restricted-v2's side.
_ALLOWS: Sequence[tuple[str, frozenset[str]]] = (
    ("nonroot-v2", _IDS),
    ("hostnetwork-v2", frozenset(["hostNetwork", "hostPort"])),
    ("anyuid", _IDS | {"runAsNonRoot", "allowPrivilegeEscalation"}),
)
_ANYTHING = "privileged"
# The mesh's own for pods that istio-init redirects; mesh_openshift makes it where it is named.
_SIDECAR = "istio-sidecar"
_REDIRECTING = frozenset(["NET_ADMIN", "NET_RAW"])


def smallest_scc(refused: Iterable[Asked], denied: Sequence[str]) -> str:
    """The least powerful of the SCCs that are there but not granted and that would take the pod.

    Empty when there is none.
    """
    refused = list(refused)
    fields = {entry.field for entry in refused}
    root = any(entry.field == "runAsUser" and entry.value == "0" for entry in refused)
    for name, allowed in _ALLOWS:
        if name in denied and fields <= allowed and not (root and name == "nonroot-v2"):
            return name
    if _SIDECAR in denied and _only_redirected(refused):
        return _SIDECAR
    return _ANYTHING if _ANYTHING in denied else ""


def where_to_set(
    scc: str, option: str, namespace: str, account: str, refused: Iterable[Asked]
) -> str:
    """What to write into the variables, and the module that does the same for other workloads."""
    refused = list(refused)
    added = {entry.value for entry in refused if entry.field == "capabilities"}
    own = option == "application_sccs" and _only_redirected(refused)
    ways = [f"mesh_openshift.{option}: [{_SIDECAR if own else scc}]"] if option else []
    if option == "application_sccs" and added and added <= _REDIRECTING:
        # What istio-init asks for.
        ways.insert(0, "mesh_components.cni.enabled: true, with which pods need no capabilities")
    ways.append(
        f"meshops.istio.mesh_scc with scc: {scc}, namespace: {namespace}, "
        f"service_accounts: [{account}]"
    )
    return f"To let them: {', or '.join(ways)}"


def _only_redirected(refused: Iterable[Asked]) -> bool:
    """Whether a pod asks for nothing but what istio-init and proxies do."""
    added = {entry.value for entry in refused if entry.field == "capabilities"}
    fields = {entry.field for entry in refused}
    redirecting = _IDS | {"capabilities", "runAsNonRoot"}
    return bool(added) and added <= _REDIRECTING and fields <= redirecting


def option_for(workload: Object, added: bool = False) -> str:
    """The key of mesh_openshift for this workload; empty when it is none of the mesh's.

    `added` says that the pods have containers their template does not have.
    """
    metadata = workload.get("metadata") or {}
    labels = metadata.get("labels") or {}
    if labels.get("k8s-app") == "istio-cni-node" or labels.get("app") == "ztunnel":
        return "cni_sccs"
    component = str(labels.get("operator.istio.io/component") or "")
    if (
        labels.get("app") == "istiod"
        or component.startswith(("IngressGateway", "EgressGateway"))
        or labels.get("istio") in ("ingressgateway", "egressgateway")
        or "gateway.istio.io/managed" in labels
        or _is_gateway(workload)
    ):
        return "control_plane_sccs"
    return "application_sccs" if added or _is_injected(workload) else ""


def _pod_parts(workload: Object) -> tuple[Object, Object]:
    template = (workload.get("spec") or {}).get("template") or {}
    return template.get("metadata") or {}, template.get("spec") or {}


def _is_gateway(workload: Object) -> bool:
    """Charts of gateways inject them by this annotation, or run nothing but the proxy."""
    metadata, spec = _pod_parts(workload)
    templates = (metadata.get("annotations") or {}).get("inject.istio.io/templates")
    names = [container.get("name") for container in spec.get("containers") or ()]
    return templates == "gateway" or names == ["istio-proxy"]


def _is_injected(workload: Object) -> bool:
    metadata, spec = _pod_parts(workload)
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return "sidecar.istio.io/status" in (metadata.get("annotations") or {}) or any(
        container.get("name") in ("istio-proxy", "istio-init") for container in containers
    )
