# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object to the server: apply, dry run, delete, release; and the server's refusals in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import PART_OF_LABEL
from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import owned_parts
from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import owned
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import Target
from ansible_collections.meshops.istio.plugins.module_utils._apply.notices import Notices
from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import (
    redact_text,
    secret_values,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError, KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
_DELETE_ATTEMPTS = 5


class Writer:
    """Writes for one field manager; in check mode everything is a dry run.

    `notices` collects what the server warns of when objects are applied.
    """

    def __init__(self, client: Client, manager: str, check_mode: bool) -> None:
        self._client = client
        self._manager = manager
        self._check_mode = check_mode
        self.notices = Notices()

    def apply(self, target: Target) -> dict[str, Any]:
        """Server-side apply; the object as the server has (or would have) it. Raises ApiError."""
        query = {"fieldManager": self._manager, "fieldValidation": "Strict"}
        if target.force:
            query["force"] = "true"
        if self._check_mode:
            query["dryRun"] = "All"
        result: dict[str, Any] = self._client.request(
            "PATCH",
            target.kind.path(target.key.namespace, target.key.name),
            query=query,
            body=target.obj,
            content_type=APPLY,
            warn=lambda text: self.notices.add(target.key, target.obj, text),
        )
        return result

    def changed(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
        """Whether an apply changed something of ours: an owned value, or what we own."""
        if before is None:
            return True
        same_version = before["metadata"]["resourceVersion"] == after["metadata"]["resourceVersion"]
        if same_version and not self._check_mode:
            return False
        mine, result = owned_parts(before, after, self._manager)
        return mine != result or owned(before, self._manager) != owned(after, self._manager)

    def delete(
        self, kind: Kind, live: Mapping[str, Any], propagation: str = "Background", label: str = ""
    ) -> bool:
        """Delete this very object (by uid); False when it is gone already.

        The delete is bound to the version that was read. When somebody wrote in between it is read
        again, and deleted only if it is still the same object with the same set label.
        """
        metadata = live["metadata"]
        path = kind.path(metadata.get("namespace") or "", metadata["name"])
        version = metadata.get("resourceVersion")
        for attempt in range(_DELETE_ATTEMPTS):
            body: dict[str, Any] = {
                "kind": "DeleteOptions",
                "apiVersion": "v1",
                "propagationPolicy": propagation,
                "preconditions": {"uid": metadata["uid"], "resourceVersion": version},
            }
            query = {}
            if self._check_mode:
                body["dryRun"] = ["All"]  # what counts when there is a body
                query["dryRun"] = "All"  # what logs show
            try:
                self._client.request("DELETE", path, query=query, body=body)
                return True
            except ApiError as error:
                if error.status == 404:
                    return False
                if error.status != 409 or attempt == _DELETE_ATTEMPTS - 1:
                    raise
            current = self._client.get(kind, metadata.get("namespace") or "", metadata["name"])
            if current is None or current["metadata"]["uid"] != metadata["uid"]:
                return False
            labels = current["metadata"].get("labels") or {}
            if label and labels.get(PART_OF_LABEL) != label:
                return False
            version = current["metadata"]["resourceVersion"]
        return False

    def release(self, kind: Kind, live: Mapping[str, Any], empty_apply: bool) -> dict[str, Any]:
        """Give an object up without deleting it; returns what stays (or would stay).

        With `empty_apply` every field of ours is given up (values nobody else owns go); without,
        only the set's label goes and all else stays as it is.
        """
        metadata = live["metadata"]
        path = kind.path(metadata.get("namespace") or "", metadata["name"])
        query = {"fieldManager": self._manager}
        if self._check_mode:
            query["dryRun"] = "All"
        if not empty_apply:
            body: dict[str, Any] = {
                "metadata": {"uid": metadata["uid"], "labels": {PART_OF_LABEL: None}}
            }
            left = self._client.request("PATCH", path, query=query, body=body, content_type=MERGE)
            return dict(left)
        names = {k: metadata[k] for k in ("name", "namespace", "uid") if metadata.get(k)}
        body = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": names}
        query["force"] = "true"
        left = self._client.request("PATCH", path, query=query, body=body, content_type=APPLY)
        return dict(left)


def refusal(key: ObjectKey, error: KubeError, obj: Mapping[str, Any], origin: str = "") -> str:
    """Why the server refused an object, with the remedy, and without secrets of that object."""
    where = f" ({origin})" if origin else ""
    text = redact_text(_reason(error), secret_values(obj))
    return f"{key}{where}: {text}"


def _reason(error: KubeError) -> str:
    if not isinstance(error, ApiError):
        return str(error)
    if error.conflicts:
        fields = ", ".join(f'{c.field} is managed by "{c.manager}"' for c in error.conflicts)
        return (
            f"conflict: {fields}. Leave the field out of the desired state, stop the other "
            "manager, or set force_conflicts: true to take it over"
        )
    if (
        error.status == 403
        and error.reason == "Forbidden"
        and "is forbidden: User" in error.message
    ):
        return f"missing right: {error.message}"
    if error.failed_webhook:
        return (
            f"{error.message}. The admission webhook {error.failed_webhook} does not answer: "
            "is the workload behind it ready?"
        )
    return error.summary
