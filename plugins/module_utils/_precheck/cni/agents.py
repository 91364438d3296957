# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CNI agent of a release, from the objects of its chart.

Read from istio/istio, branches release-1.7 to release-1.31: manifests/charts/istio-cni, and
cni/pkg for what the agent does with its settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SELECTOR = "k8s-app=istio-cni-node"
CONFIG = "istio-cni-config"
NETWORKS = "k8s.v1.cni.cncf.io/networks"
_NETWORK = re.compile(r"(?:^|[,\s/\"])istio-cni(?:[@,\s\"]|$)")
_EXCLUDED = re.compile(r'"exclude_namespaces"\s*:\s*(\[[^\]]*\])')

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Agent:
    """A DaemonSet istio-cni-node with its settings, wanted or live.

    `settings` are the ConfigMap's data under the DaemonSet's own environment; empty when the
    ConfigMap is not there or not for our account.
    """

    daemon_set: Object
    settings: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Where its pods are."""
        return str(self.daemon_set["metadata"].get("namespace") or "")

    @property
    def name(self) -> str:
        """`DaemonSet kube-system/istio-cni-node`."""
        return f"DaemonSet {self.namespace}/{self.daemon_set['metadata']['name']}"

    @property
    def pod(self) -> Object:
        """The specification of its pods."""
        found: Object = _template(self.daemon_set).get("spec") or {}
        return found

    @property
    def image(self) -> str:
        """The image of its first container."""
        return str(_containers(self.pod)[0].get("image") or "")

    @property
    def version(self) -> str:
        """The image's tag, or its digest."""
        name = self.image.rpartition("/")[2]
        return name.partition("@")[0].partition(":")[2] or name.partition("@")[2]

    @property
    def on_host_network(self) -> bool:
        """Its pods then pass no CNI plugin: up to 1.10, and for ambient up to 1.25 by default."""
        return bool(self.pod.get("hostNetwork"))

    @property
    def asks_for_itself(self) -> bool:
        """True when its pods ask Multus for the network that only they bring."""
        notes = _template(self.daemon_set).get("metadata", {}).get("annotations") or {}
        return bool(_NETWORK.search(str(notes.get(NETWORKS) or "")))

    @property
    def chained(self) -> bool:
        """Whether all pods of a node pass the plugin, or those only that ask Multus for it.

        Every release says so; False where the settings could not be read.
        """
        return self.settings.get("CHAINED_CNI_PLUGIN", "").lower() == "true"

    @property
    def leaves_plugin(self) -> bool:
        """Whether an agent that is replaced leaves its plugin in the node's configuration.

        From 1.25 on it does so with ambient, to hold up pods until its successor is there; all
        others take the plugin out as they end.
        """
        return (
            self.settings.get("AMBIENT_ENABLED") == "true"
            and "AMBIENT_RECONCILE_POD_RULES_ON_STARTUP" in self.settings
            and self.settings.get("AMBIENT_DISABLE_SAFE_UPGRADE") != "true"
        )

    @property
    def knows_its_pods(self) -> bool:
        """Whether the plugin lets pods of its own agent pass when the API refuses its token.

        istio#55304, in 1.24.5, 1.25.2 and 1.26: the same change corrected the setting's name, which
        was EXCLUDED_NAMESPACES from 1.23 on, and without effect.
        """
        return "EXCLUDE_NAMESPACES" in self.settings

    @property
    def excluded(self) -> frozenset[str]:
        """Namespaces whose pods the plugin lets pass."""
        if "EXCLUDE_NAMESPACES" in self.settings:
            return frozenset(self.settings["EXCLUDE_NAMESPACES"].split(","))
        found = _EXCLUDED.search(self.settings.get("cni_network_config", ""))
        return frozenset(json.loads(found[1])) if found else frozenset()

    @property
    def silent_nodes(self) -> int:
        """Nodes whose agent is not ready, and so cannot take its plugin out."""
        status = self.daemon_set.get("status") or {}
        return int(status.get("desiredNumberScheduled", 0)) - int(status.get("numberReady", 0))

    def path_of(self, volume: str) -> str:
        """The node's folder behind a volume; empty when there is no such volume."""
        for entry in self.pod.get("volumes") or ():
            if entry.get("name") == volume:
                return str((entry.get("hostPath") or {}).get("path") or "")
        return ""


def agent_of(daemon_set: Object, config: Object | None) -> Agent:
    """The agent of a DaemonSet and its ConfigMap."""
    settings = {key: str(value) for key, value in ((config or {}).get("data") or {}).items()}
    for container in _containers(_template(daemon_set).get("spec") or {}):
        for entry in container.get("env") or ():
            if "value" in entry:
                settings[str(entry["name"])] = str(entry["value"])
    return Agent(daemon_set, settings)


def agents_in(objects: Iterable[Object]) -> list[Agent]:
    """The agents among rendered objects."""
    objects = list(objects)
    configs = {
        obj["metadata"].get("namespace"): obj
        for obj in objects
        if obj["kind"] == "ConfigMap" and obj["metadata"]["name"] == CONFIG
    }
    key, _sign, value = SELECTOR.partition("=")
    return [
        agent_of(obj, configs.get(obj["metadata"].get("namespace")))
        for obj in objects
        if obj["kind"] == "DaemonSet" and (obj["metadata"].get("labels") or {}).get(key) == value
    ]


def _template(daemon_set: Object) -> Object:
    return (daemon_set.get("spec") or {}).get("template") or {}


def _containers(pod: Object) -> list[Object]:
    return pod.get("containers") or [{}]
