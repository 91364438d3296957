# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What templates see: Istio's ``SidecarTemplateData`` for one pod."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.view import view
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.concurrency import (
    estimated_concurrency,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.images import (
    proxy_image,
    proxy_init_image,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import proxy_ids
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    Pod,
    annotations_of,
)

_POD: Final = "core/v1.Pod"


class GoStruct:
    """A Go struct (or a pointer to one) with the fields given.

    ``text`` is what its method ``String`` gives, if it has one; ``json`` is its JSON form, in which
    the fields have their Go names by default.
    """

    __slots__ = ("_fields", "_json", "_text", "go_type")

    def __init__(
        self,
        go_type: str,
        fields: Mapping[str, Any],
        *,
        text: str = "",
        json: Mapping[str, Any] | None = None,
    ) -> None:
        self.go_type = go_type
        self._fields = fields
        self._text = text
        self._json = json

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def go_field(self, name: str) -> Any:
        """Return a field; KeyError if there is none of that name."""
        return self._fields[name]

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return ``String`` where the type has it, else None."""
        return self.go_string if name == "String" and self._text else None

    def go_string(self) -> str:
        """Return the struct as text."""
        return self._text or "{" + " ".join(map(format_value, self._fields.values())) + "}"

    def go_json(self) -> Any:
        """Return what ``json.Marshal`` writes."""
        return Ordered(self._fields if self._json is None else self._json)


def template_data(pod: Pod, params: Params) -> GoStruct:
    """Return what the templates of one injection see.

    ``pod`` is the pod without what an earlier injection added, in canonical form.
    Besides the fields of 1.31 there is one of 1.11 to 1.17: ``EstimatedConcurrency``.
    """
    annotations = annotations_of(pod)
    typed = view(_POD, pod)
    uid, gid = proxy_ids(params.namespace)
    mesh, proxy = params.mesh_config, params.proxy_config
    name, namespace = params.deploy_name, params.deploy_namespace
    api_version, kind = params.type_meta
    return GoStruct(
        "*inject.SidecarTemplateData",
        {
            "TypeMeta": GoStruct(
                "v1.TypeMeta",
                {"Kind": kind, "APIVersion": api_version},
                json=_set({"kind": kind, "apiVersion": api_version}),
            ),
            "DeploymentMeta": GoStruct(
                "types.NamespacedName",
                {"Namespace": namespace, "Name": name},
                text=f"{namespace}/{name}",
            ),
            "ObjectMeta": typed.go_field("ObjectMeta"),
            "Spec": typed.go_field("Spec"),
            "ProxyConfig": message_view(PROXY_CONFIG, proxy),
            "MeshConfig": message_view(MESH_CONFIG, mesh),
            "Values": params.config.values_map,
            "Revision": params.revision,
            "NativeSidecars": params.native_sidecar,
            "ProxyImage": proxy_image(params.values, proxy, annotations),
            "ProxyInitImage": proxy_init_image(params.values, annotations),
            "ProxyUID": Int64(uid),
            "ProxyGID": Int64(gid),
            "InboundTrafficPolicyMode": _inbound_mode(mesh),
            "CompliancePolicy": params.compliance_policy,
            "EstimatedConcurrency": estimated_concurrency(proxy, annotations, params.values),
        },
    )


def _set(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _inbound_mode(mesh: Mapping[str, Any]) -> str:
    mode = (mesh.get("inboundTrafficPolicy") or {}).get("mode")
    return "localhost" if mode == "LOCALHOST" else "passthrough"
