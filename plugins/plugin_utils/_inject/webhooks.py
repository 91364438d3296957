# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection webhooks: which of them the API server calls for a pod."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import REVISION
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.selectors import (
    Selector,
    parse_selector,
)

KIND: Final = "MutatingWebhookConfiguration"
NAME_LABEL: Final = "kubernetes.io/metadata.name"
_TAG: Final = "istio.io/tag"
_ENV_OF: Final = {"cluster": "ISTIO_META_CLUSTER_ID", "net": "ISTIO_META_NETWORK"}


@dataclass(frozen=True)
class Webhook:
    """One webhook that injects proxies into pods.

    ``revision`` and ``tag`` are the labels of its configuration (``default`` without a revision),
    ``path`` that of istiod, which may name cluster and network.
    """

    configuration: str
    name: str
    revision: str
    tag: str
    path: str
    namespaces: Selector
    objects: Selector

    def selects(self, namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
        """Return whether the API server calls it, by the labels of the namespace and the pod."""
        return self.namespaces.matches(namespace) and self.objects.matches(pod)


def injection_webhooks(objects: Iterable[Mapping[str, Any]]) -> list[Webhook]:
    """Return the webhooks among the objects that change pods, in the order they are called in.

    ``objects`` may be all that a release renders, or what a cluster has. Raises SelectorError for
    selectors that the API server refuses.
    """
    configurations = [item for item in objects if item.get("kind") == KIND]
    configurations.sort(key=lambda item: (item.get("metadata") or {}).get("name", ""))
    return [
        _webhook(configuration, webhook)
        for configuration in configurations
        for webhook in configuration.get("webhooks") or ()
        if _is_for_pods(webhook)
    ]


def _is_for_pods(webhook: Mapping[str, Any]) -> bool:
    """Return whether it is called when a pod is created."""
    for rule in webhook.get("rules") or ():
        operations, groups = rule.get("operations") or (), rule.get("apiGroups") or ()
        resources = rule.get("resources") or ()
        if (
            not {"CREATE", "*"}.isdisjoint(operations)
            and not {"", "*"}.isdisjoint(groups)
            and not {"pods", "*", "*/*"}.isdisjoint(resources)
        ):
            return True
    return False


def _webhook(configuration: Mapping[str, Any], webhook: Mapping[str, Any]) -> Webhook:
    metadata = configuration.get("metadata") or {}
    labels = metadata.get("labels") or {}
    service = (webhook.get("clientConfig") or {}).get("service") or {}
    name = webhook.get("name", "")
    where = f"{KIND} {metadata.get('name', '')}, webhook {name}"
    return Webhook(
        configuration=metadata.get("name", ""),
        name=name,
        revision=labels.get(REVISION) or "default",
        tag=labels.get(_TAG) or "",
        path=service.get("path") or "",
        namespaces=parse_selector(webhook.get("namespaceSelector"), f"{where}: namespaceSelector"),
        objects=parse_selector(webhook.get("objectSelector"), f"{where}: objectSelector"),
    )


def environment_of(path: str) -> dict[str, str]:
    """Return the variables that the path of a webhook sets in the proxy (``parseInjectEnvs``).

    ``/inject/cluster/east/net/blue`` sets the cluster's id and the network; other keys are names of
    variables, in lower case if you like. A slash in a value is written ``--slash--``.
    """
    parts = path.removesuffix("/").split("/", 2)
    if len(parts) < 3:
        return {}
    if parts[2].startswith(":ENV:"):
        pairs = [pair.split("=", 1) for pair in parts[2].split(":ENV:")[1:]]
        pairs = [pair for pair in pairs if len(pair) == 2 and pair[0]]
    else:
        words = parts[2].split("/")
        pairs = [
            [key, value.replace("--slash--", "/")]
            for key, value in zip(words[::2], words[1::2], strict=False)
        ]
    named = ((_ENV_OF.get(key) or key.upper(), value) for key, value in pairs)
    return {name: value for name, value in named if name}
