# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be known of a cluster before a mesh is rendered for it."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._mesh.gateway_api import (
    gateway_api_facts,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.openshift import (
    is_openshift,
    openshift_facts,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there

VALIDATORS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
INJECTORS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
DEFAULT_VALIDATOR = "istiod-default-validator"
DEFAULT_TAG = "istio-revision-tag-default"

_BOUND_TOKENS = "serviceaccounts/token"
# Suffix of the server's version -> platform as Istio's charts name it.
_BY_VERSION = (("+k3s", "k3s"), ("-gke.", "gke"))


def gather_facts(client: Client) -> dict[str, Any]:
    """Ask for version, API groups and the default revision, as JSON data.

    `kube_version` is the server's gitVersion, `api_versions` a sorted list such as `apps/v1`,
    `platform` openshift, gke, k3s or kubernetes, `jwt_policy` the tokens that pods can be given
    (third-party-jwt, or first-party-jwt where the API server issues no others), `default_revision`
    the revision that validates configuration (`default` for a control plane without one) or None,
    `gateway_api` the CRDs of the Gateway API (see gateway_api.py), `openshift` which OpenShift it
    is (see openshift.py), None elsewhere.
    Raises KubeError when the server cannot be reached or refuses.
    """
    version = client.request("GET", "/version")
    groups = client.request("GET", "/apis").get("groups") or []
    names = {group["name"] for group in groups}
    served = {entry["groupVersion"] for group in groups for entry in group["versions"]}
    git_version = str(version["gitVersion"])
    gateway_api = gateway_api_facts(client, names)
    return {
        "kube_version": git_version,
        "api_versions": sorted(served | {"v1"}),
        "platform": _platform(names, git_version),
        "jwt_policy": _jwt_policy(client),
        "default_revision": _default_revision(client),
        "gateway_api": gateway_api,
        "openshift": openshift_facts(client, names, gateway_api),
    }


def _jwt_policy(client: Client) -> str:
    """What istioctl asks too: an API server that issues bound tokens has a resource for it."""
    resources = client.request("GET", "/api/v1").get("resources") or []
    bound = any(resource.get("name") == _BOUND_TOKENS for resource in resources)
    return "third-party-jwt" if bound else "first-party-jwt"


def _platform(groups: set[str], git_version: str) -> str:
    if is_openshift(groups):
        return "openshift"
    return next((name for mark, name in _BY_VERSION if mark in git_version), "kubernetes")


def _default_revision(client: Client) -> str | None:
    """The revision behind the tag `default`, else the one whose Service the validator calls."""
    tag = read_if_there(client, f"{INJECTORS}/{DEFAULT_TAG}")
    if tag is not None:
        labels = tag["metadata"].get("labels") or {}
        if labels.get("istio.io/rev"):
            return str(labels["istio.io/rev"])
    validator = read_if_there(client, f"{VALIDATORS}/{DEFAULT_VALIDATOR}")
    for webhook in (validator or {}).get("webhooks") or ():
        service = (webhook.get("clientConfig") or {}).get("service") or {}
        name = str(service.get("name") or "")
        if name == "istiod" or name.startswith("istiod-"):
            return name[len("istiod-") :] or "default"
    return "default" if validator else None
