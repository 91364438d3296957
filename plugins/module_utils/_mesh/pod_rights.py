# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running pod asks for that a SecurityContextConstraints (SCC) does not allow.

A part of the rules of OpenShift's admission (apiserver-library-go, securitycontextconstraints): the
ones by which pods of a mesh differ. SELinux, seccomp and what is filled in are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._mesh.id_ranges import (
    GROUPS,
    UIDS,
    parse_block,
)

SCC_NOTE = "openshift.io/scc"

# restricted-v2 of OpenShift 4.11 to 4.20 (bindata/bootkube/scc-manifests of its
# cluster-kube-apiserver-operator), for where the one of the cluster cannot be read.
RESTRICTED: dict[str, Any] = {
    "allowedCapabilities": ["NET_BIND_SERVICE"],
    "fsGroup": {"type": "MustRunAs"},
    "runAsUser": {"type": "MustRunAsRange"},
    "volumes": [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ],
}
# Field of the pod, field of the SCC, in words.
_HOST = (
    ("hostNetwork", "allowHostNetwork", "the host's network"),
    ("hostPID", "allowHostPID", "the host's processes"),
    ("hostIPC", "allowHostIPC", "the host's IPC"),
)

Table = Mapping[str, Any]
Ranges = list[tuple[int, int]]


def objections(scc: Table, pod: Table, notes: Mapping[str, str]) -> list[str]:
    """What the SCC does not allow, in words (`user 1337`), each once; empty when it takes the pod.

    `notes` are the annotations of the pod's namespace.
    """
    spec = pod.get("spec") or {}
    found = [text for ours, theirs, text in _HOST if spec.get(ours) and not scc.get(theirs)]
    allowed = set(scc.get("volumes") or ())
    kinds = {key for volume in spec.get("volumes") or () for key in volume if key != "name"}
    if "*" not in allowed:
        found += [f"volumes of type {kind}" for kind in sorted(kinds - allowed)]
    of_pod = spec.get("securityContext") or {}
    group = of_pod.get("fsGroup")
    if group is not None and not _group_allowed(scc.get("fsGroup") or {}, group, notes):
        found.append(f"group {group}")
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        found += _of_container(scc, container, of_pod, notes)
    return list(dict.fromkeys(found))


def _of_container(
    scc: Table, container: Table, of_pod: Table, notes: Mapping[str, str]
) -> Iterable[str]:
    context = container.get("securityContext") or {}
    if context.get("privileged") and not scc.get("allowPrivilegedContainer"):
        yield "a privileged container"
    if context.get("allowPrivilegeEscalation") and scc.get("allowPrivilegeEscalation") is not True:
        yield "privilege escalation"
    allowed = {*(scc.get("allowedCapabilities") or ()), *(scc.get("defaultAddCapabilities") or ())}
    for name in (context.get("capabilities") or {}).get("add") or ():
        if "*" not in allowed and name not in allowed:
            yield f"capability {name}"
    user = context.get("runAsUser", of_pod.get("runAsUser"))
    if user is not None and not _user_allowed(scc.get("runAsUser") or {}, user, notes):
        yield f"user {user}"
    ports = container.get("ports") or ()
    if any(port.get("hostPort") for port in ports) and not scc.get("allowHostPorts"):
        yield "a port of the host"


def _user_allowed(rule: Table, user: int, notes: Mapping[str, str]) -> bool:
    kind = rule.get("type")
    if kind == "MustRunAs":
        return bool(user == rule.get("uid"))
    if kind == "MustRunAsRange":
        first, last = rule.get("uidRangeMin"), rule.get("uidRangeMax")
        own = [] if first is None or last is None else [(int(first), int(last))]
        return _within(user, own or _blocks(notes.get(UIDS)))
    return kind == "RunAsAny" or (kind == "MustRunAsNonRoot" and user != 0)


def _group_allowed(rule: Table, group: int, notes: Mapping[str, str]) -> bool:
    if rule.get("type") != "MustRunAs":
        return True
    own = [(int(entry["min"]), int(entry["max"])) for entry in rule.get("ranges") or ()]
    return _within(group, own or _blocks(notes.get(GROUPS) or notes.get(UIDS)))


def _blocks(text: str | None) -> Ranges:
    """The range of an annotation; without one nothing is in it."""
    block = parse_block(text or "")
    return [block] if block else []


def _within(number: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in ranges)
