# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection of one pod (``injectPod`` and ``RunTemplate`` of Istio 1.31)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.annotations import (
    validate_annotations,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.context import template_data
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.legacy import inject_legacy
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.overrides import (
    overlay_pod,
    reapply_overrides,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    NETWORK,
    PROXY,
    Pod,
    annotations_of,
    containers_of,
    find_container,
    labels_of,
    pod_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.postprocess import post_process
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.strip import (
    reinsert_overrides,
    strip_pod,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.template import (
    chosen_templates,
)

CLUSTER_ENV: Final = "ISTIO_META_CLUSTER_ID"
NETWORK_ENV: Final = "ISTIO_META_NETWORK"
_NATIVE: Final = "sidecar.istio.io/nativeSidecar"


@dataclass(frozen=True)
class InjectedPod:
    """An injected pod, what the templates made on their own, and the templates' names, in order.

    Both pods are in canonical form. ``warnings`` are for people.
    """

    pod: Pod
    template_pod: Pod
    templates: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def inject_pod(pod: Pod, params: Params) -> Pod:
    """Return a pod with the proxy injected; see :func:`inject`."""
    return inject(pod, params).pod


def inject(pod: Pod, params: Params) -> InjectedPod:
    """Return a pod with the proxy injected, and how it came about.

    ``pod`` has ``metadata`` and ``spec`` in canonical form (:func:`.._gotypes.decode.decode`) and
    stays unchanged; whether it is to be injected at all is asked elsewhere (:mod:`.policy`).
    Raises MeshError for annotations that Istio refuses, for unknown templates, and for templates
    that fail or do not give a pod.
    """
    validate_annotations(annotations_of(pod), pod_name(pod), release=params.config.release)
    params = replace(params, proxy_envs=_cluster_and_network(pod, params))
    if params.config.legacy_template:
        return InjectedPod(*inject_legacy(pod, params), (), tuple(_warnings(pod)))
    names = chosen_templates(pod, params)
    merged, template_pod = _run_templates(pod, params, names)
    final = reapply_overrides(merged, pod, template_pod, params.proxy_config)
    if final is pod:
        final = overlay_pod(pod, {})  # what follows changes it
    post_process(final, template_pod, params, original=pod)
    return InjectedPod(final, template_pod, names, tuple(_warnings(pod)))


def _cluster_and_network(pod: Pod, params: Params) -> Mapping[str, str]:
    """Return the proxy's variables with those of the cluster and network the pod is in.

    Those of the webhook's URL win over the chart values, the pod's label over all.
    """
    settings = params.values.get("global") or {}
    given = params.proxy_envs
    cluster = given.get(CLUSTER_ENV) or (settings.get("multiCluster") or {}).get("clusterName")
    network = given.get(NETWORK_ENV) or settings.get("network")
    network = labels_of(pod).get(NETWORK, network)
    found = {CLUSTER_ENV: cluster, NETWORK_ENV: network}
    return {**given, **{name: str(value) for name, value in found.items() if value}}


def _run_templates(pod: Pod, params: Params, names: Sequence[str]) -> tuple[Pod, Pod]:
    """Return the pod with all templates merged into it, and what the templates make alone."""
    templates = params.config.templates
    stripped = reinsert_overrides(strip_pod(pod, params.mesh_config))
    data = template_data(stripped, params)
    merged, template_pod = pod, overlay_pod({}, {})
    for name in names:
        patch = templates.run(name, data)
        where = f"injection template {name}"
        template_pod = overlay_pod(template_pod, patch, where)
        if _is_native(merged, params):
            merged = _with_native_proxy(merged, template_pod)
        merged = overlay_pod(merged, patch, where)
    return merged, template_pod


def _is_native(pod: Pod, params: Params) -> bool:
    """Return whether the pod's proxy is a native sidecar; templates may set the annotation too."""
    said = annotations_of(pod).get(_NATIVE)
    return said == "true" or (params.native_sidecar and said != "false")


def _with_native_proxy(pod: Pod, template_pod: Mapping[str, Any]) -> Pod:
    """Return the pod with its own proxy container where the template has it: a native sidecar.

    Users write their settings into ``containers``; merging goes by the place.
    """
    regular = containers_of(pod)
    own = find_container(PROXY, regular)
    if own is None or find_container(PROXY, containers_of(template_pod, "initContainers")) is None:
        return pod
    spec = {
        **pod["spec"],
        "containers": [item for item in regular if item is not own],
        "initContainers": [*containers_of(pod, "initContainers"), own],
    }
    return {**pod, "spec": spec}


def _warnings(pod: Pod) -> list[str]:
    policy = (pod.get("spec") or {}).get("dnsPolicy")
    if policy in (None, "", "ClusterFirst"):
        return []
    return [
        f"{pod_name(pod) or 'the pod'} has dnsPolicy {policy}, with which its proxy may not find "
        "the control plane"
    ]
