# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CNI agents of the plan against those in the cluster."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import (
    ApplySet,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.agents import (
    CONFIG,
    SELECTOR,
    Agent,
    agent_of,
    agents_in,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.cni.hazards import (
    NAME,
    beside,
    locked_out,
    misplaced,
    needs_itself,
    not_replaced,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    OK,
    Finding,
)


def check_cni(client: Client, kinds: Kinds, plan: Plan, openshift: bool) -> Finding | None:
    """Whether the CNI agents of the plan can start on nodes that have the plugin of others.

    None when the plan has no agent. One request, and one more for each agent in the cluster.
    """
    wanted = agents_in(plan.objects)
    if not wanted:
        return None
    agent = wanted[0]
    itself = needs_itself(agent)
    if itself:
        return itself
    lives = _live_agents(client, kinds)
    if lives is None:
        return Finding(NAME, OK, "not looked at: the account may not list DaemonSets")
    own = {ApplySet(c.set_name, c.set_namespace).id for c in plan.components if c.kind == "cni"}
    for live in lives:
        finding = beside(agent, live, own) or locked_out(agent, live) or not_replaced(agent, live)
        if finding:
            return finding
    if openshift:
        finding = misplaced(agent)
        if finding:
            return finding
    return Finding(NAME, OK, _all_well(agent, lives))


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
