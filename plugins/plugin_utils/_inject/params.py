# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the injection of one pod depends on besides the pod (Istio's ``InjectionParameters``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import InjectorConfig

SIDECAR: Final = "sidecar"
# What we call the only template of releases before 1.9, which has no name.
LEGACY: Final = "template"


class TypeMeta(NamedTuple):
    """The type of the object that a pod belongs to: ``apps/v1`` and ``Deployment``..."""

    api_version: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Params:
    """Everything that decides what becomes of a pod.

    ``deploy_name``, ``deploy_namespace`` and ``type_meta`` are those of the object the pod belongs
    to. ``namespace`` is its Namespace object, on OpenShift only: annotations there give the proxy
    its user and group. ``mesh_config`` and ``proxy_config`` are in the canonical form of
    :mod:`.._meshconfig.defaults`, with the workload's own ``proxy.istio.io/config`` merged in.
    ``values`` are the injector's chart values in the canonical form of ``apis.Values``;
    templates see them as they were written (``config.values_map``).
    ``template_names`` are the templates of pods that do not choose any, aliases included.
    ``proxy_envs`` are variables for the proxy (those of the webhook's URL), such as
    ``ISTIO_META_CLUSTER_ID``. ``compliance_policy`` is istiod's ``COMPLIANCE_POLICY``.
    """

    config: InjectorConfig
    mesh_config: Mapping[str, Any]
    proxy_config: Mapping[str, Any]
    values: Mapping[str, Any]
    deploy_name: str = ""
    deploy_namespace: str = ""
    type_meta: TypeMeta = field(default_factory=TypeMeta)
    namespace: Mapping[str, Any] | None = None
    native_sidecar: bool = False
    revision: str = ""
    template_names: Sequence[str] = (SIDECAR,)
    proxy_envs: Mapping[str, str] = field(default_factory=dict)
    injected_annotations: Mapping[str, str] = field(default_factory=dict)
    compliance_policy: str = ""
