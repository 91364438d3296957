# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take over objects of another tool with all their fields.

Server-side apply alone would leave what only the former tool had set, for ever and unseen: that
tool still owns it. Its entries in `metadata.managedFields` become ours first, so that the apply
removes what is not desired. kubectl does the same when it moves to server-side apply:
https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ApplySet,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import merged
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import FIELD_MANAGER
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent

# Field managers that install Istio, and what people call them.
INSTALLERS = {
    "helm": "Helm",
    "istio-operator": "istioctl or the Istio operator",
    "sailoperator": "the Sail operator",
    "argocd-controller": "Argo CD",
    "kustomize-controller": "Flux",
}
_FORMER = {*INSTALLERS, "kubectl", "kubectl-client-side-apply"}
_ATTEMPTS = 5


def take_fields_over(client: Client, kinds: Kinds, component: PlanComponent) -> None:
    """Make the former tool's fields ours, on objects of the component that are not ours yet.

    Values stay as they are; the apply that follows decides. Raises ApiError.
    """
    applyset = ApplySet(component.set_name, component.set_namespace)
    client.map(lambda obj: _take_over(client, kinds, obj, applyset), component.objects)


def _take_over(client: Client, kinds: Kinds, obj: Mapping[str, Any], applyset: ApplySet) -> None:
    kind, metadata = kinds.of(obj), obj["metadata"]
    namespace, name = metadata.get("namespace") or "", metadata["name"]
    for attempt in range(_ATTEMPTS):
        live = client.get(kind, namespace, name)
        if live is None or set_of(live) == applyset.id or obj["kind"] == "Namespace":
            return
        fields = with_former_fields(live["metadata"].get("managedFields") or ())
        if fields is None:
            return
        version = live["metadata"]["resourceVersion"]
        try:
            client.request(
                "PATCH",
                kind.path(namespace, name),
                query={"fieldManager": FIELD_MANAGER},
                body={"metadata": {"managedFields": fields, "resourceVersion": version}},
                content_type="application/merge-patch+json",
            )
            return
        except ApiError as error:
            # Somebody wrote in between: read again.
            if error.status != 409 or attempt == _ATTEMPTS - 1:
                raise


def with_former_fields(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
    """The entries of managedFields with those of former tools made one of ours, None without any.

    Entries of subresources such as status stay: they are not of what was installed.
    """
    former = [e for e in entries if e.get("manager") in _FORMER and not e.get("subresource")]
    if not former:
        return None
    ours = [
        e
        for e in entries
        if e.get("manager") == FIELD_MANAGER
        and e.get("operation") == "Apply"
        and not e.get("subresource")
    ]
    # An entry counts for one version of the API; that of ours, or of the last writer.
    version = (ours or former)[-1]["apiVersion"]
    fields: dict[str, Any] = {}
    for entry in [*former, *ours]:
        if entry["apiVersion"] == version:
            fields = merged(fields, entry.get("fieldsV1") or {})
    union = {
        "manager": FIELD_MANAGER,
        "operation": "Apply",
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return [union, *(e for e in entries if e not in former and e not in ours)]
