# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Webhook configurations into which a control plane has yet to write its CA bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._wait.containers import run_nothing

# Seconds that `auto` gives a control plane whose workloads are ready; istiod needs a few.
PATIENCE = 90.0


class Excuse(NamedTuple):
    """Why a CA bundle is not waited for; `unusual` when the user should be told."""

    text: str
    unusual: bool = False


class Webhooks:
    """Judges webhook configurations by what stands behind them; reads each Service once."""

    def __init__(self, client: Client, kinds: Kinds, mode: str) -> None:
        self._client = client
        self._kinds = kinds
        self._mode = mode
        self._known: dict[tuple[str, str], Excuse | None] = {}

    def excuse(self, webhook: Mapping[str, Any]) -> Excuse | None:
        """Why a bundle that is missing need not be waited for, or None when it must be.

        `mode` is the request's wait_webhooks.
        """
        if self._mode == "never":
            return Excuse("wait_webhooks is never")
        if self._mode == "always":
            return None
        callees = set()
        for config in without_bundle(webhook):
            service = config.get("service")
            if not service:
                return Excuse("it is called by URL, so it is served from outside the cluster")
            callees.add((str(service.get("namespace")), str(service.get("name"))))
        for place in sorted(callees):
            if place not in self._known:
                self._known[place] = self._judge(*place)
            excuse = self._known[place]
            if excuse is not None:
                return excuse
        return None

    def _judge(self, namespace: str, name: str) -> Excuse | None:
        where = f"the Service {namespace}/{name}"
        try:
            service = self._client.get(self._kinds.find("v1", "Service"), namespace, name)
            if service is None:
                return Excuse(f"{where} that it calls does not exist")
            selector = (service.get("spec") or {}).get("selector")
            if not selector:
                return None
            labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
            pods = self._client.list(self._kinds.find("v1", "Pod"), namespace, labels=labels).items
        except ApiError as error:
            if error.status == 403:  # no right to look: waiting will tell
                return None
            raise
        if run_nothing(pods):
            return Excuse(f"the nodes run no containers for the pods behind {where}", True)
        return None


def without_bundle(webhook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The client configurations of a webhook configuration that have no CA bundle."""
    if not str(webhook.get("kind")).endswith("WebhookConfiguration"):
        return []
    configs = [hook.get("clientConfig") or {} for hook in webhook.get("webhooks") or ()]
    return [config for config in configs if not config.get("caBundle")]


def advice(seconds: float) -> str:
    """What to look at when bundles stay away for so many seconds."""
    return (
        f"The control plane has not written its CA bundle within {seconds:g} s; it takes a few "
        "seconds once its pods run. Look at the log of the workload behind the webhook's Service "
        "(istiod), at its right to patch webhook configurations, and whether it reaches the API "
        "server. `wait_webhooks: never` (variable mesh_wait_webhooks) is for clusters whose nodes "
        "run no containers"
    )
