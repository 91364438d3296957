# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenShift's refusal of a pod, said shortly: what is refused, to whom, and what to set.

The admission plugin lists every security context constraint (SCC) with every objection. The texts
are those of github.com/openshift/apiserver-library-go, package securitycontextconstraints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._wait.scc_choice import (
    option_for,
    smallest_scc,
    where_to_set,
)

Object = Mapping[str, Any]

_MARK = "unable to validate against any security context constraint:"
# Where one objection ends and the next begins; two versions of the plugin join them differently.
_NEXT = re.compile(
    r",?\s+(?=provider (?:\"[^\"]+\"|\S+): |spec\.[\w.\[\]]+: |pod\.\S+: |no access to scc/)"
)
_DENIED = re.compile(r"provider \"([^\"]+)\": Forbidden: not usable by user or serviceaccount")
_OBJECTION = re.compile(
    r"(?:provider (?P<scc>\S+): )?\.?(?P<path>[\w.\[\]/-]+): "
    r"(?P<kind>Invalid value|Forbidden|Required value)(?:: (?P<rest>.*))?",
    re.S,
)
_CONTAINER = re.compile(r"(?P<list>initContainers|containers|ephemeralContainers)\[(?P<at>\d+)\]")
_RANGE = re.compile(r"ranges?: \[(\d+), (\d+)\]")
_VALUE = re.compile(r"(?P<value>\"(?:[^\"\\]|\\.)*\"|[^:]*)(?:: (?P<detail>.*))?", re.S)


# Objected to for the pod, and again for each of its containers.
_OF_POD = ("hostNetwork", "hostPID", "hostIPC")


class Objection(NamedTuple):
    """One thing an SCC does not allow; `scc` is empty where the plugin does not say which one."""

    scc: str
    path: str
    field: str
    value: str
    detail: str


def shorten(text: str, workload: Object) -> str:
    """What stands in the way and what to do about it; other texts come back as they are."""
    _before, mark, listed = text.partition(_MARK)
    items = _NEXT.split(listed.strip().strip("[]")) if mark else []
    denied = [found[1] for found in map(_DENIED.match, items) if found]
    objections = [found for found in map(_objection, items) if found]
    if not objections:
        return text
    template = _template(workload)
    account = str(template.get("serviceAccountName") or "default")
    namespace = str((workload.get("metadata") or {}).get("namespace") or "")
    scc, refused = _nearest(objections)
    asks = _asks(refused, template)
    by = f"{scc} does not" if scc else "the SCCs it may use do not"
    said = f"OpenShift refuses pods of service account {namespace}/{account}: {by} allow {asks}.\n"
    choice = smallest_scc(refused, denied)
    if not choice:
        return said + "No other SCC that is there would take them: make one that does."
    added = any(_is_added(entry, template) for entry in refused)
    return said + where_to_set(choice, option_for(workload, added), namespace, account, refused)


def _objection(item: str) -> Objection | None:
    found = _OBJECTION.match(item)
    if found is None or _DENIED.match(item):
        return None
    value, detail = "", found["rest"] or ""
    if found["kind"] == "Invalid value":
        parts = _VALUE.match(detail)
        value, detail = (parts["value"].strip('"'), parts["detail"] or "") if parts else ("", "")
    path = found["path"]
    field = path.rpartition(".")[2] or path
    for name in ("capabilities", "volumes", "seLinuxOptions", "seccomp"):
        if name in path:
            field = name
    return Objection(found["scc"] or "", path, field, value, detail.strip())


def _nearest(objections: list[Objection]) -> tuple[str, list[Objection]]:
    """The SCC that objects least, with its objections and those nobody is named for."""
    nameless = [entry for entry in objections if not entry.scc]
    by_scc: dict[str, list[Objection]] = {}
    for entry in objections:
        if entry.scc:
            by_scc.setdefault(entry.scc, []).append(entry)
    if not by_scc:
        return "", nameless
    scc = min(by_scc, key=lambda name: len(by_scc[name]))
    return scc, by_scc[scc] + nameless


def _asks(refused: Iterable[Objection], template: Object) -> str:
    """`init container istio-init: runAsUser 0, capabilities NET_ADMIN NET_RAW; ...`."""
    places: dict[str, dict[str, list[str]]] = {}
    for entry in refused:
        values = places.setdefault(_where(entry, template), {}).setdefault(_wish(entry), [])
        value = _shown(entry)
        if value and value not in values:
            values.append(value)
    of_pod = places.pop("", {})
    said = [_joined(of_pod)] if of_pod else []
    return "; ".join(said + [f"{where}: {_joined(wishes)}" for where, wishes in places.items()])


def _joined(wishes: Mapping[str, list[str]]) -> str:
    return ", ".join(" ".join([wish, *values]) for wish, values in wishes.items())


_PLAIN = {
    "hostNetwork": "the host's network",
    "hostPID": "the host's processes",
    "hostIPC": "the host's IPC",
    "privileged": "privileged containers",
    "allowPrivilegeEscalation": "privilege escalation",
    "readOnlyRootFilesystem": "a writable root filesystem",
    "hostPort": "host port",
    "seLinuxOptions": "SELinux options",
    "seccomp": "this seccomp profile",
}


def _wish(entry: Objection) -> str:
    if entry.field == "volumes":
        return "volumes of type"
    if entry.field == "capabilities":
        return "capabilities"
    return _PLAIN.get(entry.field, entry.field)


def _shown(entry: Objection) -> str:
    """The value that is refused, with the range it would have to be in."""
    if entry.field == "capabilities" and not entry.path.endswith("add"):
        return ""
    if entry.field in ("volumes", "capabilities", "hostPort"):
        return entry.value
    if entry.field in _PLAIN:
        return ""
    bounds = _RANGE.search(entry.detail)
    if bounds:
        return f"{entry.value} (only {bounds[1]}-{bounds[2]})"
    return entry.value.strip("[]") or (f"({entry.detail})" if entry.detail else "")


def _where(entry: Objection, template: Object) -> str:
    """The container; by name when the template itself asks for this."""
    found = _CONTAINER.search(entry.path)
    if found is None or entry.field in _OF_POD:
        return ""
    container = _container(found, entry, template)
    if container is None:
        return found[0]
    kind = "init container" if found["list"] == "initContainers" else "container"
    return f"{kind} {container.get('name')}"


def _container(found: re.Match[str], entry: Objection, template: Object) -> Object | None:
    """The template's container, if it asks for this itself; else injection has moved them."""
    listed, at = template.get(found["list"]) or [], int(found["at"])
    return listed[at] if at < len(listed) and _asks_for(listed[at], entry, template) else None


def _is_added(entry: Objection, template: Object) -> bool:
    """True when it is about a container that the template does not have like this."""
    found = _CONTAINER.search(entry.path)
    return found is not None and _container(found, entry, template) is None


def _asks_for(container: Object, entry: Objection, template: Object) -> bool:
    context = container.get("securityContext") or {}
    if entry.field == "runAsUser":
        of_pod = (template.get("securityContext") or {}).get("runAsUser")
        return str(context.get("runAsUser", of_pod)) == entry.value
    if entry.field == "capabilities":
        return entry.value in ((context.get("capabilities") or {}).get("add") or ())
    if entry.field in _OF_POD:
        return True
    if entry.field == "hostPort":
        ports = container.get("ports") or ()
        return any(str(port.get("hostPort")) == entry.value for port in ports)
    field = "seccompProfile" if entry.field == "seccomp" else entry.field
    return bool(context.get(field))


def _template(workload: Object) -> Object:
    """The specification of the pods: of a Pod, a CronJob or what has a template."""
    spec = workload.get("spec") or {}
    if workload.get("kind") == "Pod":
        return dict(spec)
    if workload.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return dict((spec.get("template") or {}).get("spec") or {})
