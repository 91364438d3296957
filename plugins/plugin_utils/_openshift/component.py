# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The component `platform`: SCCs, grants and networks that a mesh on OpenShift needs.

It comes before the pods that need it. Namespaces of applications are made with their labels last of
all, so what belongs into them is a component of its own after that, `platform-members`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ansible_collections.meshops.istio.plugins.module_utils._scc.exempt import is_exempt
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    account_user,
    accounts_group,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    MEMBERS_PLATFORM,
    Component,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.namespaces import (
    member_namespace,
    member_namespaces,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.parts import component_of
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import OPENSHIFT
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.openshift import AUTO, NONE
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    DEFAULT_NAMESPACE,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift import (
    grants,
    networks,
    rendered,
    sccs,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.eras import (
    DEFAULT,
    NAMESPACES,
    era_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.grants import Grant

_PLATFORM: Final = "platform"
_ANYUID: Final = "anyuid"
_PRIVILEGED: Final = "privileged"
_PURPOSES: Final = {"proxy": sccs.proxy_scc, "sidecar": sccs.sidecar_scc}
_FIXED: Final = "pods of this gateway run as user 1337"
_AGENTS: Final = {"cni": "the CNI plugin", "ztunnel": "ztunnel"}


def with_platform(mesh: Mesh, components: Sequence[Component]) -> list[Component]:
    """The components in their order, with those that OpenShift needs besides."""
    if mesh.platform != OPENSHIFT:
        return list(components)
    return _Platform(mesh, components).components()


class _Platform:
    """What OpenShift needs for the components of one mesh."""

    def __init__(self, mesh: Mesh, components: Sequence[Component]) -> None:
        self._mesh = mesh
        self._wishes = mesh.spec.openshift
        self._era = era_of(mesh.release.minor)
        self._components = list(components)
        self._agents = rendered.agents(components)
        self._redirection = rendered.redirection(components, mesh.cni)
        self._injected = _injected_members(mesh)
        self._late = {item["metadata"]["name"] for item in member_namespaces(mesh)}
        # Two meshes in one cluster must not have objects of the same name.
        namespace = mesh.spec.namespace
        self._suffix = "" if namespace == DEFAULT_NAMESPACE else f"-{namespace}"
        self._own: dict[str, Object] = {}
        self._narrowed: dict[str, str] = {}

    def components(self) -> list[Component]:
        """All components, in order."""
        wanted = grants.merged(self._grants())
        objects, entries = self._granted(wanted)
        objects += [networks.network(namespace) for namespace in self._networks()]
        late = [one for one in objects if one["metadata"].get("namespace") in self._late]
        early = [one for one in objects if one not in late]
        result = [self._adapted(component) for component in self._components]
        if early or entries:
            made = self._component(_PLATFORM, early, "OpenShift: rights and networks of the mesh")
            result.append(replace(made, scc_entries=entries))
        if late:
            title = "OpenShift: rights and networks of applications"
            result.append(self._component(MEMBERS_PLATFORM, late, title))
        return sorted(result, key=lambda component: component.order)

    def _component(self, name: str, objects: list[Object], title: str) -> Component:
        made = component_of(self._mesh, _PLATFORM, name, "", objects, title=title)
        return replace(made, added=len(objects)) if self._mesh.spec.operator else made

    def _grants(self) -> Iterable[Grant]:
        yield from self._of_control_plane()
        yield from self._of_applications()
        yield from self._of_agents()
        for one in self._wishes.grants:
            accounts = (account_user(one.namespace, name) for name in one.service_accounts)
            users = (*one.users, *accounts)
            everybody = not (users or one.groups)
            groups = (accounts_group(one.namespace),) if everybody else one.groups
            yield Grant(self._made(one.scc), one.namespace, "", groups, users)

    def _of_control_plane(self) -> Iterable[Grant]:
        mesh = self._mesh
        places = {gateway.namespace for gateway in mesh.gateways}
        if mesh.istiod:
            places.add(mesh.spec.namespace)
        fixed = rendered.fixed_users(self._components)
        for namespace in places:
            needed, why = self._era.control_plane, self._era.why
            if not needed and namespace in fixed:
                needed, why = (_ANYUID,), _FIXED
            wished = self._wishes.control_plane_sccs
            yield from self._to_all(namespace, wished, needed, "proxy", why)

    def _of_applications(self) -> Iterable[Grant]:
        wished, cni = self._wishes.application_sccs, self._redirection.cni
        needed, own = self._era.applications(cni), "proxy" if cni else "sidecar"
        for namespace in self._injected:
            yield from self._to_all(namespace, wished, needed, own, self._era.reason(cni))

    def _to_all(
        self,
        namespace: str,
        wished: Sequence[str] | None,
        needed: Sequence[str],
        own: str,
        why: str,
    ) -> Iterable[Grant]:
        """What is wished for, or else needed, for all service accounts of the namespace.

        ``own`` is the SCC of ours that takes the place of those needed.
        """
        if is_exempt(namespace, self._labels(namespace)):
            return
        if wished is not None:
            why = ""
        elif needed and self._wishes.least_privilege:
            needed = (self._own_scc(own),)
        for scc in needed if wished is None else wished:
            yield grants.to_all(self._made(scc), namespace, why)

    def _of_agents(self) -> Iterable[Grant]:
        for agent in self._agents:
            why = f"pods of {_AGENTS[agent.component]} change the network of their node"
            wanted = self._wishes.cni_sccs
            if wanted is None:
                wanted = self._auto_of_agent(agent)
            for scc in wanted:
                user = account_user(agent.namespace, agent.account)
                yield Grant(scc, agent.namespace, why, users=(user,))

    def _auto_of_agent(self, agent: rendered.Agent) -> tuple[str, ...]:
        if is_exempt(agent.namespace, self._labels(agent.namespace)):
            return ()
        if not self._wishes.least_privilege:
            return () if _PRIVILEGED in agent.may_use else (_PRIVILEGED,)
        name = f"istio-{agent.component}{self._suffix}"
        self._own[name] = sccs.agent_scc(name, agent.pod)
        if _PRIVILEGED in agent.may_use:
            # The chart's own role then lets use this one instead.
            self._narrowed[agent.component] = name
            return ()
        return (name,)

    def _own_scc(self, purpose: str) -> str:
        name = f"istio-{purpose}{self._suffix}"
        self._own[name] = _PURPOSES[purpose](name)
        return name

    def _made(self, scc: str) -> str:
        """The SCC of this name; one of the mesh's own is made, and has the mesh's name for it."""
        for purpose in _PURPOSES:
            if scc in (f"istio-{purpose}", f"istio-{purpose}{self._suffix}"):
                return self._own_scc(purpose)
        return scc

    def _granted(self, wanted: list[Grant]) -> tuple[list[Object], tuple[Object, ...]]:
        """SCCs, roles and bindings; or else the entries of others' SCCs."""
        if not self._wishes.by_lists:
            roles = grants.roles(wanted, self._suffix)
            bindings = [grants.binding(one, self._suffix) for one in wanted]
            return [*self._own.values(), *roles, *bindings], ()
        entries = grants.entries(wanted)
        ours = {one["scc"]: one for one in entries if one["scc"] in self._own}
        made = [
            {**scc, **{key: ours[name][key] for key in ("users", "groups") if name in ours}}
            for name, scc in self._own.items()
        ]
        return made, tuple(one for one in entries if one["scc"] not in self._own)

    def _networks(self) -> list[str]:
        """The namespaces that need a network which charts do not bring."""
        wish = self._wishes.network_attachments
        if wish == AUTO:
            wish = self._era.network if self._mesh.cni and self._redirection.network else NONE
        if wish == NAMESPACES:
            wanted = {*self._injected, *rendered.injected_gateways(self._components)}
        else:
            wanted = {networks.SHARED} if wish == DEFAULT else set()
        return sorted(wanted - networks.rendered_in(self._components))

    def _adapted(self, component: Component) -> Component:
        """A component of the mesh as the wishes for OpenShift change it."""
        if self._wishes.network_attachments == NONE and component.kind == "cni":
            kept = [one for one in component.objects if not networks.is_network(one)]
            component = replace(component, objects=kept)
        if component.kind in self._narrowed:
            instead = self._narrowed[component.kind]
            return rendered.narrowed(component, _PRIVILEGED, instead)
        return component

    def _labels(self, namespace: str) -> dict[str, str]:
        members = {member.name: dict(member.labels) for member in self._mesh.spec.members}
        return members.get(namespace, {})


def _injected_members(mesh: Mesh) -> list[str]:
    """The members whose pods get a sidecar, by the labels their namespaces have."""
    result = []
    for member in mesh.spec.members:
        labels = member_namespace(mesh, member)["metadata"].get("labels") or {}
        ambient = labels.get("istio.io/dataplane-mode") == "ambient"
        injection = labels.get("istio-injection") or (
            "enabled" if "istio.io/rev" in labels and not ambient else ""
        )
        if injection == "enabled":
            result.append(member.name)
    return result
