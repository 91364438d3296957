# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CNI agents of the plan against those in the cluster."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ApplySet,
    foreign_owner,
    set_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.agents import (
    CONFIG,
    NETWORKS,
    SELECTOR,
    Agent,
    agent_of,
    agents_in,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    WARNING,
    Finding,
)

_NAME = "cni"
# Volumes of the chart -> where OpenShift's CRI-O and Multus look.
_PLACES = (("cni-bin-dir", "/var/lib/cni/bin"), ("cni-net-dir", "/etc/cni/multus/net.d"))


def check_cni(client: Client, kinds: Kinds, plan: Plan, openshift: bool) -> Finding | None:
    """Whether the CNI agents of the plan can start on nodes that have the plugin of others.

    None when the plan has no agent. One request, and one more for each agent in the cluster.
    """
    wanted = agents_in(plan.objects)
    if not wanted:
        return None
    agent = wanted[0]
    itself = _needs_itself(agent)
    if itself:
        return itself
    lives = _live_agents(client, kinds)
    if lives is None:
        return Finding(_NAME, OK, "not looked at: the account may not list DaemonSets")
    own = {ApplySet(c.set_name, c.set_namespace).id for c in plan.components if c.kind == "cni"}
    for live in lives:
        finding = (
            _beside(agent, live, own) or _locked_out(agent, live) or _not_replaced(agent, live)
        )
        if finding:
            return finding
    if openshift:
        misplaced = _misplaced(agent)
        if misplaced:
            return misplaced
    return Finding(_NAME, OK, _all_well(agent, lives))


def _live_agents(client: Client, kinds: Kinds) -> list[Agent] | None:
    try:
        found = client.list(kinds.find("apps/v1", "DaemonSet"), labels=SELECTOR).items
    except ApiError as error:
        if error.status != 403:
            raise
        return None

    def complete(daemon_set: dict[str, Any]) -> Agent:
        namespace = daemon_set["metadata"]["namespace"]
        path = kinds.find("v1", "ConfigMap").path(namespace, CONFIG)
        return agent_of(daemon_set, read_if_there(client, path))

    return client.map(complete, found)


def _needs_itself(agent: Agent) -> Finding | None:
    if agent.on_host_network or not agent.asks_for_itself:
        return None
    return Finding(
        _NAME,
        FAILED,
        f"pods of {agent.name} ask Multus for the network istio-cni (annotation {NETWORKS}), which "
        "only they themselves bring to a node: none of them would ever start",
        "Take the annotation out of podAnnotations in the values of mesh_components.cni.",
    )


def _beside(agent: Agent, live: Agent, own: set[str]) -> Finding | None:
    """Agents in two namespaces write the same files of a node, over and over (istio#34777)."""
    if live.namespace == agent.namespace:
        return None
    if set_of(live.daemon_set) in own:
        locked = _locked_out(agent, live)
        return locked or Finding(
            _NAME,
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
        _NAME,
        FAILED,
        f"the cluster has a CNI agent already: {live.name} ({live.version}{of}). It and "
        f"{agent.name} would write the same files on every node",
        "Remove it first; or leave redirection to it, with mesh_components.cni.enabled: false and "
        "pilot.cni.enabled: true in the values of mesh_components.istiod; or take it over where it "
        f"is, with mesh_components.cni.namespace: {live.namespace} and mesh_adopt: true.",
    )


def _locked_out(agent: Agent, live: Agent) -> Finding | None:
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
            _NAME,
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
            _NAME,
            WARNING,
            f"on {live.silent_nodes} nodes the agent {live.version} of {live.name} is not ready: "
            "it cannot take its plugin out of the node's configuration, and the plugin may hold "
            "up the pod that replaces it (istio#55215)",
            "Make these agents ready first, or take istio-cni out of the CNI configuration of "
            "their nodes.",
        )
    return None


def _not_replaced(agent: Agent, live: Agent) -> Finding | None:
    """Settings with which the DaemonSet that is there would not follow."""
    old = live.daemon_set["spec"].get("selector")
    new = agent.daemon_set["spec"].get("selector")
    if live.namespace == agent.namespace and old != new:
        return Finding(
            _NAME,
            FAILED,
            f"{live.name} chooses its pods by other labels ({_labels(old)}) than the one that is "
            f"wanted ({_labels(new)}), and these cannot be changed",
            f"Delete the DaemonSet and leave its pods: kubectl --namespace {live.namespace} delete "
            f"daemonset {live.daemon_set['metadata']['name']} --cascade=orphan",
        )
    strategy = (agent.daemon_set["spec"].get("updateStrategy") or {}).get("type")
    if strategy == "OnDelete" and agent.image != live.image:
        return Finding(
            _NAME,
            WARNING,
            f"{agent.name} has update strategy OnDelete: every node keeps {live.version} until its "
            "pod is deleted by hand, and the play waits for that",
            "Set updateStrategy.type: RollingUpdate in the values of mesh_components.cni, or "
            "delete the pods node by node.",
        )
    return None


def _misplaced(agent: Agent) -> Finding | None:
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
        _NAME,
        WARNING,
        f"{agent.name} brings its plugin to {', '.join(wrong)}: on an OpenShift with its usual "
        "folders no pod gets its redirection from there",
        "Set mesh_platform: openshift (or auto), and leave bin_dir, conf_dir and chained of "
        "mesh_components.cni alone, unless your nodes are set up otherwise.",
    )


def _all_well(agent: Agent, lives: list[Agent]) -> str:
    if not lives:
        return f"no CNI agent is in the way of {agent.name}"
    live = lives[0]
    if live.image == agent.image:
        return f"{live.name} is at {live.version} already"
    return (
        f"{live.name} goes from {live.version} to {agent.version} in place, node by node; its pods "
        "start without the plugin they replace"
    )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _labels(selector: Any) -> str:
    labels = (selector or {}).get("matchLabels") or {}
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "none"
