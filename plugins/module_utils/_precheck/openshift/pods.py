# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods of a member as they run or would: their users, and the SCCs that admitted them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds

_PROXY = "istio-proxy"
_INJECT = "sidecar.istio.io/inject"
_TEMPLATES = "inject.istio.io/templates"
_SCC = "openshift.io/scc"

Object = Mapping[str, Any]


class Member(NamedTuple):
    """A namespace with its range of user ids and the one its proxies get.

    `follows_scc` says that the injector takes the id from a pod's SCC where that has its own range.
    """

    namespace: str
    block: tuple[int, int]
    uid: int
    follows_scc: bool


def pods_of(client: Client, kinds: Kinds, namespace: str) -> list[dict[str, Any]]:
    """The pods of a namespace, and those that its Deployments and StatefulSets would make.

    These may have none yet, or be refused them. What the account may not read is left out.
    """
    pods = _list(client, kinds, "v1", "Pod", namespace)
    return pods + _of_templates(client, kinds, namespace)


def _of_templates(client: Client, kinds: Kinds, namespace: str) -> list[dict[str, Any]]:
    made = []
    for kind in ("Deployment", "StatefulSet"):
        for obj in _list(client, kinds, "apps/v1", kind, namespace):
            template = obj["spec"].get("template") or {}
            owner = {"kind": kind, "name": obj["metadata"]["name"], "controller": True}
            metadata = {**(template.get("metadata") or {}), "ownerReferences": [owner]}
            made.append({"metadata": metadata, "spec": template.get("spec") or {}})
    return made


def _list(
    client: Client, kinds: Kinds, api_version: str, kind: str, namespace: str
) -> list[dict[str, Any]]:
    try:
        return client.list(kinds.find(api_version, kind), namespace).items
    except ApiError as error:
        if error.status != 403:
            raise
        return []


def as_the_proxy(member: Member, pods: Sequence[Object]) -> list[str]:
    """Lines about containers that run as their proxy does; init containers may do so on purpose."""
    found = []
    for pod in _with_proxies(pods):
        spec = pod.get("spec") or {}
        proxy = _proxy(spec)
        uid = _user(proxy, spec) if proxy else None
        if uid is None:
            uid = member.uid
        names = [
            str(container.get("name"))
            for container in spec.get("containers") or ()
            if container.get("name") != _PROXY and _user(container, spec) == uid
        ]
        if names:
            found.append(f"{_owner(member, pod)}: {', '.join(names)} runs as {uid}")
    return _unique(found)


def refused_by_range(
    member: Member, pods: Sequence[Object], sccs: Mapping[str, Object], granted: Sequence[Object]
) -> list[str]:
    """Lines about pods whose SCC will not take a proxy; those that have one were admitted with it.

    `granted` are SCCs that the plan grants to all pods of the namespace.
    """
    if any(_takes_any(scc) for scc in granted):
        return []
    found = []
    for pod in _with_proxies(pods):
        name = (pod["metadata"].get("annotations") or {}).get(_SCC)
        users = (sccs.get(str(name)) or {}).get("runAsUser") or {}
        low, high = _bounds(users)
        if low is None or high is None or _proxy(pod.get("spec") or {}):
            continue
        if low <= member.uid <= high or (member.follows_scc and low < high):
            continue
        only = f"{low}-{high}" if low < high else str(low)
        found.append(f"{_owner(member, pod)}: SCC {name} takes {only}, the proxy is {member.uid}")
    return _unique(found)


def _bounds(users: Object) -> tuple[int | None, int | None]:
    """The user ids an SCC takes; none where it takes any, or those of the namespace."""
    if users.get("type") == "MustRunAs":
        return users.get("uid"), users.get("uid")
    if users.get("type") == "MustRunAsRange":
        return users.get("uidRangeMin"), users.get("uidRangeMax")
    return None, None


def _takes_any(scc: Object) -> bool:
    return (scc.get("runAsUser") or {}).get("type") in ("RunAsAny", "MustRunAsNonRoot")


def _with_proxies(pods: Iterable[Object]) -> list[Object]:
    """Pods that have a sidecar, or will get one when they are started anew."""
    return [pod for pod in pods if not _is_left_alone(pod)]


def _is_left_alone(pod: Object) -> bool:
    metadata, spec = pod["metadata"], pod.get("spec") or {}
    labels, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return (
        str(labels.get(_INJECT, notes.get(_INJECT))).lower() == "false"
        or notes.get(_TEMPLATES) == "gateway"
        or bool(spec.get("hostNetwork"))
        or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        or "deletionTimestamp" in metadata
    )


def _proxy(spec: Object) -> Object | None:
    """The sidecar, which is an init container where those are native."""
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return next((c for c in containers if c.get("name") == _PROXY), None)


def _user(container: Object, spec: Object) -> int | None:
    own = (container.get("securityContext") or {}).get("runAsUser")
    user: int | None = (
        own if own is not None else (spec.get("securityContext") or {}).get("runAsUser")
    )
    return user


def _owner(member: Member, pod: Object) -> str:
    """`ReplicaSet shop/web-7c9d5`, or the pod when nothing controls it."""
    for reference in pod["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            kind, name = reference.get("kind"), str(reference.get("name"))
            template = (pod["metadata"].get("labels") or {}).get("pod-template-hash")
            if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
                return f"Deployment {member.namespace}/{name[: -len(template) - 1]}"
            return f"{kind} {member.namespace}/{name}"
    return f"Pod {member.namespace}/{pod['metadata'].get('name')}"


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
