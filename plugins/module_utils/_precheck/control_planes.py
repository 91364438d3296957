# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control planes and revision tags that are in the cluster already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    foreign_owner,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)

REVISION = "istio.io/rev"
TAG = "istio.io/tag"
_VERSION = "app.kubernetes.io/version"


def check_tags(client: Client, kinds: Kinds, plan: Plan) -> Finding:
    """Pods choose revisions and revision tags by one label, so these need different names."""
    kind = kinds.find("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
    hooks = _list(client, kinds, kind.api_version, kind.kind, TAG)
    if hooks is None:
        return Finding("tags", OK, "not looked at: the account may not list webhooks")
    tags = {_labels(hook)[TAG]: hook for hook in hooks}
    if plan.revision in tags:
        hook = tags[plan.revision]
        return Finding(
            "tags",
            FAILED,
            f"mesh_revision is {plan.revision}, and so is a revision tag: "
            f"MutatingWebhookConfiguration {hook['metadata']['name']} points it at revision "
            f"{_labels(hook).get(REVISION)}",
            f"Choose another mesh_revision, or remove the tag: istioctl tag remove {plan.revision}",
        )
    revisions = {
        str(_labels(o).get(REVISION))
        for o in _list(client, kinds, "apps/v1", "Deployment", "app=istiod") or ()
    } | {plan.revision}
    wanted = {_labels(obj).get(TAG) for obj in plan.objects if obj["kind"] == kind.kind}
    clash = sorted(str(tag) for tag in (wanted & revisions) - {"default", None, ""})
    if clash:
        return Finding(
            "tags",
            FAILED,
            f"revisionTags in mesh_values has {', '.join(clash)}, which is a revision",
            "Give the tag another name.",
        )
    names = ", ".join(sorted(tags)) or "none"
    return Finding("tags", OK, f"no name clash with the revision tags in the cluster ({names})")


def check_control_planes(client: Client, kinds: Kinds, plan: Plan) -> Finding:
    """Control planes that another tool has installed and that the plan does not speak of."""
    lives = _list(client, kinds, "apps/v1", "Deployment", "app=istiod")
    if lives is None:
        return Finding("control planes", OK, "not looked at: the account may not list Deployments")
    wanted = {
        (obj["metadata"].get("namespace"), obj["metadata"]["name"])
        for obj in plan.objects
        if obj["kind"] == "Deployment"
    }
    others = [
        live
        for live in lives
        if set_of(live) is None
        and (live["metadata"]["namespace"], live["metadata"]["name"]) not in wanted
    ]
    if not others:
        return Finding("control planes", OK, "none that another tool has installed")
    lines = "\n".join(f"      - {_describe(live)}" for live in others)
    return Finding(
        "control planes",
        WARNING,
        f"control planes that were not installed by this collection stay as they are:\n{lines}",
        "To take one over, run once with its mesh_namespace, mesh_revision and mesh_version, and "
        "mesh_adopt: true.",
    )


def _describe(live: Mapping[str, Any]) -> str:
    metadata, labels = live["metadata"], _labels(live)
    version = labels.get(_VERSION) or _image_tag(live)
    owner = foreign_owner(live, None)
    revision = labels.get(REVISION) or "default"
    by = f", of {owner}" if owner else ""
    name = f"{metadata['namespace']}/{metadata['name']}"
    return f"Deployment {name}: Istio {version}, revision {revision}{by}"


def _image_tag(live: Mapping[str, Any]) -> str:
    containers = live["spec"]["template"]["spec"].get("containers") or [{}]
    image = str(containers[0].get("image") or "").partition("@")[0].rpartition("/")[2]
    return image.partition(":")[2] or "of an unknown version"


def _labels(obj: Mapping[str, Any]) -> Mapping[str, str]:
    labels: Mapping[str, str] = obj["metadata"].get("labels") or {}
    return labels


def _list(
    client: Client, kinds: Kinds, api_version: str, kind: str, labels: str
) -> list[dict[str, Any]] | None:
    """The objects with these labels in the whole cluster; None when the account may not look."""
    try:
        return client.list(kinds.find(api_version, kind), labels=labels).items
    except ApiError as error:
        if error.status == 403:
            return None
        raise
