# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong with a CNI agent, alone or beside another one; None where it is not."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    foreign_owner,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.agents import (
    NETWORKS,
    Agent,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    WARNING,
    Finding,
)

NAME = "cni"
# Volumes of the chart -> where OpenShift's CRI-O and Multus look.
_PLACES = (("cni-bin-dir", "/var/lib/cni/bin"), ("cni-net-dir", "/etc/cni/multus/net.d"))


def needs_itself(agent: Agent) -> Finding | None:
    """Its pods ask for the network that they bring."""
    if agent.on_host_network or not agent.asks_for_itself:
        return None
    return Finding(
        NAME,
        FAILED,
        f"pods of {agent.name} ask Multus for the network istio-cni (annotation {NETWORKS}), which "
        "only they themselves bring to a node: none of them would ever start",
        "Take the annotation out of podAnnotations in the values of mesh_components.cni.",
    )


def beside(agent: Agent, live: Agent, own: set[str]) -> Finding | None:
    """Agents in two namespaces write the same files of a node, over and over (istio#34777)."""
    if live.namespace == agent.namespace:
        return None
    if set_of(live.daemon_set) in own:
        locked = locked_out(agent, live)
        return locked or Finding(
            NAME,
            WARNING,
            f"the CNI agent moves from {live.namespace} to {agent.namespace}: until the old one is "
            "gone both write the same files on every node, and as it goes it takes away what the "
            "new one has written, which writes it again. Pods that start in between are without "
            "redirection",
            f"Do it when nothing rolls out, or stay: mesh_components.cni.namespace: "
            f"{live.namespace}.",
        )
    owner = foreign_owner(live.daemon_set, None)
    of = f", of {owner}" if owner else ""
    return Finding(
        NAME,
        FAILED,
        f"the cluster has a CNI agent already: {live.name} ({live.version}{of}). It and "
        f"{agent.name} would write the same files on every node",
        "Remove it first; or leave redirection to it, with mesh_components.cni.enabled: false and "
        "pilot.cni.enabled: true in the values of mesh_components.istiod; or take it over where it "
        f"is, with mesh_components.cni.namespace: {live.namespace} and mesh_adopt: true.",
    )


def locked_out(agent: Agent, live: Agent) -> Finding | None:
    """Pods of the new agent pass the old one's plugin, whose token died with the old pod.

    The plugin then answers "Unauthorized", and the pod that would renew it never starts:
    istio#57438, istio#58111.
    """
    moved = live.namespace != agent.namespace
    if agent.on_host_network or not live.chained or agent.namespace in live.excluded:
        return None
    if not moved and (live.knows_its_pods or agent.image == live.image):
        return None
    # One that moves is started while the old one still lives.
    if live.leaves_plugin and not moved:
        return Finding(
            NAME,
            FAILED,
            f"pods of {agent.name} {agent.version} would not start: their network is set up by the "
            f"plugin of {live.version} that is on the nodes, which asks the API with the token of "
            "the agent that was just stopped, and is refused (Unauthorized; istio#57438)",
            "Let the new agent share its node's network for this step (ambient."
            "shareHostNetworkNamespace: true in the values of mesh_components.cni), or go to the "
            f"newest patch release of {_minor(live.version)} first, whose plugin lets its own "
            "agents pass.",
        )
    if live.silent_nodes > 0:
        return Finding(
            NAME,
            WARNING,
            f"on {live.silent_nodes} nodes the agent {live.version} of {live.name} is not ready: "
            "it cannot take its plugin out of the node's configuration, and the plugin may hold "
            "up the pod that replaces it (istio#55215)",
            "Make these agents ready first, or take istio-cni out of the CNI configuration of "
            "their nodes.",
        )
    return None


def not_replaced(agent: Agent, live: Agent) -> Finding | None:
    """Settings with which the DaemonSet that is there would not follow."""
    old = live.daemon_set["spec"].get("selector")
    new = agent.daemon_set["spec"].get("selector")
    if live.namespace == agent.namespace and old != new:
        return Finding(
            NAME,
            FAILED,
            f"{live.name} chooses its pods by other labels ({_labels(old)}) than the one that is "
            f"wanted ({_labels(new)}), and these cannot be changed",
            f"Delete the DaemonSet and leave its pods: kubectl --namespace {live.namespace} delete "
            f"daemonset {live.daemon_set['metadata']['name']} --cascade=orphan",
        )
    strategy = (agent.daemon_set["spec"].get("updateStrategy") or {}).get("type")
    if strategy == "OnDelete" and agent.image != live.image:
        return Finding(
            NAME,
            WARNING,
            f"{agent.name} has update strategy OnDelete: every node keeps {live.version} until its "
            "pod is deleted by hand, and the play waits for that",
            "Set updateStrategy.type: RollingUpdate in the values of mesh_components.cni, or "
            "delete the pods node by node.",
        )
    return None


def misplaced(agent: Agent) -> Finding | None:
    """Folders and ways of other platforms: the plugin would be written where nobody looks."""
    wrong = [
        f"{path} instead of {place}"
        for path, place in ((agent.path_of(volume), place) for volume, place in _PLACES)
        if path and path != place
    ]
    if agent.chained:
        wrong.append("as part of a chain of plugins, which OpenShift does not support")
    if not wrong:
        return None
    return Finding(
        NAME,
        WARNING,
        f"{agent.name} brings its plugin to {', '.join(wrong)}: on an OpenShift with its usual "
        "folders no pod gets its redirection from there",
        "Set mesh_platform: openshift (or auto), and leave bin_dir, conf_dir and chained of "
        "mesh_components.cni alone, unless your nodes are set up otherwise.",
    )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _labels(selector: Any) -> str:
    labels = (selector or {}).get("matchLabels") or {}
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "none"
