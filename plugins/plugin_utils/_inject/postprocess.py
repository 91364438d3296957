# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What injection does to a pod after its templates (``postProcessPod`` of Istio)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.order import (
    holds_application,
    reorder,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    NETWORK,
    STATUS,
    Container,
    Pod,
    annotations_of,
    find_sidecar,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.probes import apply_rewrite
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import (
    announce_secure_port,
    merge_metrics,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.status import injection_status

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params

_NETWORK_ENV: Final = "ISTIO_META_NETWORK"


def post_process(
    pod: Pod,
    template_pod: Mapping[str, Any],
    params: Params,
    *,
    original: Mapping[str, Any] | None = None,
) -> None:
    """Finish a pod, in place, after the templates and the user's overrides were merged into it.

    In Istio's order: names of cluster and network, merged metrics, probes, status, order of
    containers. ``template_pod`` is what the templates made on their own, ``original`` the pod
    before injection (by default ``pod``, whose proxy configuration templates rarely touch).
    ``params.proxy_envs`` has the cluster and the network already.
    Raises MeshError for metrics that Istio refuses to merge.
    """
    asked = dict(annotations_of(pod if original is None else original))
    variables = params.proxy_envs
    metadata = pod.setdefault("metadata", {})
    metadata["annotations"] = dict(metadata.get("annotations") or {})
    sidecar = find_sidecar(pod)
    if sidecar is not None and variables:
        set_environment(sidecar, variables)
    mesh = params.mesh_config
    release = params.config.release
    merge_metrics(pod, mesh, release=release)
    announce_secure_port(pod, release=release)
    webhook = params.values.get("sidecarInjectorWebhook") or {}
    apply_rewrite(
        pod,
        setting=webhook.get("rewriteAppHTTPProbe") is True,
        status_port=int((mesh.get("defaultConfig") or {}).get("statusPort", 0)),
    )
    if _NETWORK_ENV in variables:
        labels = metadata.get("labels") or {}
        metadata["labels"] = labels | {NETWORK: variables[_NETWORK_ENV]}
    status = injection_status(template_pod.get("spec") or {}, params.revision)
    metadata["annotations"] |= {STATUS: status, **params.injected_annotations}
    reorder(pod, hold=holds_application(asked, mesh, params.values))


def set_environment(container: Container, variables: Mapping[str, str]) -> None:
    """Put variables at the end of the environment, sorted by name, instead of those of the name."""
    kept = [item for item in container.get("env") or () if item.get("name") not in variables]
    added = [_variable(name, variables[name]) for name in sorted(variables)]
    container["env"] = kept + added


def _variable(name: str, value: str) -> dict[str, Any]:
    """Return an environment variable as Go writes it: an empty value is left out."""
    return {"name": name, "value": value} if value else {"name": name}
