# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pods still need a grant, an SCC or a network that the mesh does not want any more.

What is taken away from a running pod does not hurt it, but its next one would be refused: OpenShift
judges a pod when it is made. So a grant stays as long as there is a pod that was admitted by it and
that no SCC would take which it may use without it; and a network as long as a pod refers to it.
Pods that run under the old SCC only because it comes first (as anyuid does) need it no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.pod_rights import (
    RESTRICTED,
    SCC_NOTE,
    objections,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there
from ansible_collections.meshops.istio.plugins.module_utils._mesh.scc_grants import (
    BINDINGS,
    grants_of,
    identities,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.usage import (
    pod_selectors,
    selects,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.bindings import subjects_of
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import (
    named_sccs,
    role_bound,
    scc_of_role,
)

NETWORKS = "k8s.v1.cni.cncf.io/networks"
NETWORK = "NetworkAttachmentDefinition"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
# What every pod may use; the second one before OpenShift 4.11.
_EVERYBODYS = ("restricted-v2", "restricted")
_DONE = ("Succeeded", "Failed")
_SHOWN = 3
REMEDY = "restart them, then run again"

Object = Mapping[str, Any]


class Dependants:
    """Looks at the cluster's pods, once until it is told that they may have changed.

    `wanted` are the components that are to be: what they grant may be used instead. `leaving` are
    objects that go or are replaced: the pods of workloads among them do not count.
    """

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        wanted: Iterable[PlanComponent] = (),
        leaving: Iterable[Object] = (),
    ) -> None:
        self._client = client
        self._kinds = kinds
        wanted = list(wanted)
        self._grants = grants_of(wanted)
        self._sccs: dict[str, Object | None] = {
            obj["metadata"]["name"]: obj
            for c in wanted
            for obj in c.objects
            if obj["kind"] == SCC.kind
        }
        self._leaving = pod_selectors(leaving)
        self._notes: dict[str, Mapping[str, str]] = {}

    def look_again(self) -> None:
        """Forget the pods: the run has taken some away."""
        self.__dict__.pop("_pods", None)

    def of(self, live: Object) -> str:
        """Who needs an object, with what for, in words; empty when nobody does.

        Knows bindings and roles for SCCs, SCCs and networks. Not knowing counts as needed.
        """
        return self._unless_refused(lambda: self._of(live))

    def of_network(self, live: Object) -> str:
        """The same for networks only."""
        return self.of(live) if live["kind"] == NETWORK else ""

    def of_entry(self, scc: str, subject: Subject) -> str:
        """The same for a user or a group in the lists of an SCC, which hold in all namespaces."""
        return self._unless_refused(
            lambda: self._by_scc([scc], lambda pod: subject in identities(pod))
        )

    def _unless_refused(self, look: Callable[[], str]) -> str:
        try:
            return look()
        except ApiError as error:
            if error.status != 403:
                raise
            return f"whether pods need it cannot be told: {error.message}"

    def _of(self, live: Object) -> str:
        kind, metadata = live["kind"], live["metadata"]
        if kind == NETWORK:
            network = (metadata["namespace"], metadata["name"])
            pods = [pod for pod in self._pods if network in _networks(pod)]
            return f"pods ask for it: {_names(pods)}" if pods else ""
        if kind == SCC.kind:
            return self._by_scc([metadata["name"]], lambda _pod: True)
        if kind == "ClusterRole":
            return self._by_scc(named_sccs(live), lambda _pod: True)
        if kind in BINDINGS:
            home, granted = metadata.get("namespace") or "", set(subjects_of(live))
            return self._by_scc(
                self._sccs_of_role(role_bound(live)),
                lambda pod: (
                    home in ("", pod["metadata"]["namespace"])
                    and not granted.isdisjoint(identities(pod))
                ),
            )
        return ""

    def _by_scc(self, sccs: Sequence[str], concerned: Callable[[Object], bool]) -> str:
        if not sccs:
            return ""
        asked = {
            number: self._asks(pod)
            for number, pod in enumerate(self._pods)
            if _notes(pod).get(SCC_NOTE) in sccs and concerned(pod)
        }
        asked = {number: asks for number, asks in asked.items() if asks}
        if not asked:
            return ""
        words = list(dict.fromkeys(text for asks in asked.values() for text in asks))
        pods = _names([self._pods[number] for number in asked])
        return f"pods need it for {', '.join(words[:_SHOWN])}: {pods}"

    @cached_property
    def _pods(self) -> list[Object]:
        """Those that run or will run."""
        return [
            pod
            for pod in self._client.list(self._kinds.find("v1", "Pod")).items
            if (pod.get("status") or {}).get("phase") not in _DONE
            and not pod["metadata"].get("deletionTimestamp")
            and not selects(self._leaving, pod)
        ]

    def _asks(self, pod: Object) -> list[str]:
        """What of a pod everybody's SCC refuses, if none that is granted to it takes it."""
        namespace, notes = pod["metadata"]["namespace"], self._notes_of(pod)
        refused = objections(self._everybodys, pod, notes)
        if not refused:
            return []
        me = identities(pod)
        usable = {
            grant.scc
            for grant in self._grants
            if grant.namespace in ("", namespace) and grant.subject in me
        }
        sccs = filter(None, map(self._scc, usable))
        return [] if any(not objections(scc, pod, notes) for scc in sccs) else refused

    @cached_property
    def _everybodys(self) -> Object:
        return next(filter(None, map(self._scc, _EVERYBODYS)), RESTRICTED)

    def _scc(self, name: str) -> Object | None:
        if name not in self._sccs:
            self._sccs[name] = read_if_there(self._client, SCC.path("", name))
        return self._sccs[name]

    def _notes_of(self, pod: Object) -> Mapping[str, str]:
        name = pod["metadata"]["namespace"]
        if name not in self._notes:
            live = read_if_there(self._client, f"/api/v1/namespaces/{name}")
            self._notes[name] = _notes(live or {"metadata": {}})
        return self._notes[name]

    def _sccs_of_role(self, name: str) -> list[str]:
        scc = scc_of_role(name)
        if scc or not name:
            return [scc] if scc else []
        return named_sccs(read_if_there(self._client, f"{_RBAC}/clusterroles/{name}") or {})


def _networks(pod: Object) -> Iterator[tuple[str, str]]:
    """Namespace and name of the networks a pod asks Multus for.

    `name`, `namespace/name` and `name@interface` with commas between, or a JSON list of objects
    (k8snetworkplumbingwg, Kubernetes Network Custom Resource Definition De-facto Standard 4.1.2).
    """
    home, text = pod["metadata"]["namespace"], _notes(pod).get(NETWORKS) or ""
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except ValueError:
            return
        for item in items:
            if isinstance(item, dict):
                yield str(item.get("namespace") or home), str(item.get("name"))
        return
    for part in filter(None, (part.strip() for part in text.split(","))):
        place, slash, name = part.partition("@")[0].rpartition("/")
        yield (place if slash else home), name


def _names(pods: Sequence[Object]) -> str:
    names = [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in pods]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _notes(obj: Object) -> Mapping[str, str]:
    notes: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    return notes
