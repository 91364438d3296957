# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User and group ids of the proxy on OpenShift (``GetProxyIDs`` and ``openshift.go`` of Istio).

OpenShift gives every namespace a range of ids, in annotations, and runs containers with the first
one. The proxy gets the last one, so that its own traffic can be told from the application's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._mesh.id_ranges import (
    GROUPS,
    UIDS,
    parse_block,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    INIT,
    PROXY,
    VALIDATION,
    Pod,
    containers_of,
    find_sidecar,
)

DEFAULT_ID: Final = 1337


class ProxyIds(NamedTuple):
    """The ids that the proxy runs with."""

    uid: int = DEFAULT_ID
    gid: int = DEFAULT_ID


def proxy_ids(namespace: Mapping[str, Any] | None) -> ProxyIds:
    """Return the ids for proxies in a Namespace; 1337 without (readable) annotations."""
    annotations = _annotations(namespace)
    uid = gid = DEFAULT_ID
    block = parse_block(annotations.get(UIDS, ""))
    if block is not None:
        uid = block[1]
    groups = annotations.get(GROUPS, annotations.get(UIDS, ""))
    blocks = [parse_block(part) for part in groups.split(",")]
    if None not in blocks and blocks[0] is not None:
        gid = blocks[0][1]
    return ProxyIds(uid, gid)


def unknown_range(pod: Pod, place: str, namespace: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return what to say of an injected pod whose proxy has 1337 as its namespace is not known.

    ``place`` is the namespace's name, empty where nobody says it.
    """
    if parse_block(_annotations(namespace).get(UIDS, "")) is not None or not _runs_as_default(pod):
        return ()
    remedy = f"give its Namespace, with annotation {UIDS}, in `namespaces`"
    if place:
        unknown = f"the user ids of namespace {place} are not known"
    else:
        unknown = "its namespace is not known"
        remedy = f"name it with `namespace` or in its metadata, and {remedy}"
    return (
        f"{unknown}, so its proxy runs as {DEFAULT_ID}, which OpenShift refuses by default: "
        f"{remedy}",
    )


def without_application_user(pod: Pod) -> Pod:
    """Return the pod with its own istio-proxy container's ids removed if the application has them.

    OpenShift sets one user id on all containers at admission. On the proxy that would count as the
    user's wish, and with the application's id redirection does not work. ``pod`` stays unchanged.
    """
    sidecar = find_sidecar(pod)
    if sidecar is None or not sidecar.get("securityContext") or not _same_user(pod):
        return pod
    result = copy.deepcopy(pod)
    sidecar = find_sidecar(result) or {}
    for field in ("runAsUser", "runAsGroup"):
        sidecar["securityContext"].pop(field, None)
    return result


def _same_user(pod: Pod) -> bool:
    """Return whether the last user ids set for the proxy and for another container are equal."""
    proxy = application = 0
    for container in containers_of(pod) + containers_of(pod, "initContainers"):
        user = (container.get("securityContext") or {}).get("runAsUser")
        if user is None or container.get("name") in (VALIDATION, INIT):
            continue
        if container.get("name") == PROXY:
            proxy = user
        else:
            application = user
    return bool(proxy == application)


def _runs_as_default(pod: Pod) -> bool:
    """Return whether the pod's proxy is told to be user 1337."""
    sidecar = find_sidecar(pod)
    return ((sidecar or {}).get("securityContext") or {}).get("runAsUser") == DEFAULT_ID


def _annotations(namespace: Mapping[str, Any] | None) -> Mapping[str, str]:
    return ((namespace or {}).get("metadata") or {}).get("annotations") or {}
