# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether our account may grant an SCC, and which right it lacks.

The API server lets an account bind a role when it may `bind` that role, or has itself every right
of the role where the binding holds (k8s.io/kubernetes/pkg/registry/rbac/rolebinding/policybased).
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import RBAC, role_of

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SECURITY = "security.openshift.io"
SCCS = "securitycontextconstraints"

ROLE_BINDING = "role_binding"
CLUSTER_ROLE_BINDING = "cluster_role_binding"
SCC_LISTS = "scc_lists"
WAYS = (ROLE_BINDING, CLUSTER_ROLE_BINDING, SCC_LISTS)


def missing_for_grant(
    client: Client, scc: str, namespace: str, how: str, role: str = ""
) -> list[str]:
    """Rights that our account lacks to grant an SCC, in words; empty when it may.

    `how` is one of WAYS, `namespace` that of a RoleBinding. `role` is the ClusterRole that is bound
    (OpenShift's by default). The texts are of the form
    `patch securitycontextconstraints.security.openshift.io/anyuid`, or
    `bind clusterroles.rbac.authorization.k8s.io/ROLE in shop, or use ... in shop`.
    """
    if how == SCC_LISTS:
        needed = [_attributes(verb, SECURITY, SCCS, name=scc) for verb in ("get", "patch")]
        return [text(right) for right in needed if not allowed(client, right)]
    where = namespace if how == ROLE_BINDING else ""
    plural = "rolebindings" if how == ROLE_BINDING else "clusterrolebindings"
    needed = [_attributes(verb, RBAC, plural, where) for verb in ("list", "create", "patch")]
    lacking = [text(right) for right in needed if not allowed(client, right)]
    bind = _attributes("bind", RBAC, "clusterroles", where, role or role_of(scc))
    use = _attributes("use", SECURITY, SCCS, where, scc)
    if not (allowed(client, bind) or allowed(client, use)):
        lacking.append(f"{text(bind)}, or {text(use)}")
    return lacking


def allowed(client: Client, attributes: dict[str, str]) -> bool:
    """Whether our account has a right, given as resourceAttributes of a SelfSubjectAccessReview."""
    body: dict[str, Any] = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = client.request("POST", REVIEWS, body=body, idempotent=True)
    return bool(answer["status"].get("allowed"))


def text(attributes: dict[str, str]) -> str:
    """`bind clusterroles.rbac.authorization.k8s.io/NAME in shop`."""
    words = f"{attributes['verb']} {attributes['resource']}.{attributes['group']}"
    if attributes.get("name"):
        words += f"/{attributes['name']}"
    return f"{words} in {attributes['namespace']}" if attributes.get("namespace") else words


def _attributes(
    verb: str, group: str, resource: str, namespace: str = "", name: str = ""
) -> dict[str, str]:
    found = {"verb": verb, "group": group, "resource": resource}
    if namespace:
        found["namespace"] = namespace
    if name:
        found["name"] = name
    return found
