# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who our account is to the API server, and what it may do.

SelfSubjectRulesReview would answer in one request, but its answer may be incomplete (authorizers
other than RBAC); SelfSubjectAccessReview is what the API server itself decides by.
https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
WHO_AM_I = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


class Right(NamedTuple):
    """A verb on a resource, in a namespace or (empty) in the whole cluster.

    `name` is that of the only object meant, or empty for all.
    """

    group: str
    resource: str
    verb: str
    namespace: str
    name: str = ""

    def __str__(self) -> str:
        """`bind clusterroles.rbac.authorization.k8s.io/NAME in shop`."""
        words = f"{self.verb} {self.resource}"
        words += f".{self.group}" if self.group else ""
        words += f"/{self.name}" if self.name else ""
        return f"{words} in {self.namespace}" if self.namespace else words

    @property
    def target(self) -> str:
        """`deployments.apps in istio-system`."""
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        name += f"/{self.name}" if self.name else ""
        return f"{name} in {self.namespace}" if self.namespace else f"{name} in the cluster"


def account(client: Client) -> str:
    """Who the API server takes us for; an older one (before 1.28) does not say."""
    try:
        answer = client.request(
            "POST",
            WHO_AM_I,
            body={"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
            idempotent=True,
        )
    except ApiError:
        return "the account"
    return f'account "{answer["status"]["userInfo"].get("username", "")}"'


def allowed(client: Client, right: Right) -> bool:
    """Whether the account has a right."""
    resource, _slash, subresource = right.resource.partition("/")
    attributes = {"group": right.group, "resource": resource, "verb": right.verb}
    if subresource:
        attributes["subresource"] = subresource
    if right.namespace:
        attributes["namespace"] = right.namespace
    if right.name:
        attributes["name"] = right.name
    answer = client.request(
        "POST",
        REVIEWS,
        body={
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        },
        idempotent=True,
    )
    return bool(answer["status"].get("allowed"))
