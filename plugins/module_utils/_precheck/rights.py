# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rights of the account that an installation needs, asked one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.access import (
    Right,
    account,
    allowed,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import (
    CUSTOM_HOST,
    needs_custom_host,
)
from ansible_collections.meshops.istio.plugins.module_utils._routes.status import GROUP as ROUTES

# What server-side apply, reading, pruning and removal need of each kind in the desired state.
OBJECT_VERBS = ("get", "list", "create", "patch", "delete")
# What waiting and the messages of failed waits read where workloads run.
WORKLOAD_READS = (("", "pods"), ("", "events"), ("apps", "replicasets"))
_WORKLOADS = {"Deployment", "DaemonSet", "StatefulSet", "Job"}
# Kinds that everybody shares: roles of least privilege name the objects that may be changed.
_BY_NAME = {"SecurityContextConstraints"}
_OF_ONE = {"patch", "delete"}
_DOC = "docs/rbac/deployer.yaml of the collection has a role that is enough"
_DOC_OPENSHIFT = (
    "docs/rbac/deployer-openshift.yaml of the collection has roles by what they are for (names of"
    " SCCs are to be added for a mesh outside of istio-system)"
)


def needed_rights(
    objects: Iterable[Mapping[str, Any]], kinds: Kinds, set_namespaces: Iterable[str]
) -> list[Right]:
    """The rights to apply, read, prune and wait for these objects, sorted and without duplicates.

    `objects` need apiVersion, kind and metadata only, Routes their spec too. Kinds that nobody
    knows are skipped: their CRD is not there yet, and the engine reports them.
    """
    rights: set[Right] = set()
    for obj in objects:
        kind = kinds.find(obj["apiVersion"], obj["kind"])
        namespace = (obj["metadata"].get("namespace") or "") if kind.namespaced else ""
        name = obj["metadata"]["name"] if kind.kind in _BY_NAME else ""
        rights.update(
            Right(kind.group, kind.plural, verb, namespace, name if verb in _OF_ONE else "")
            for verb in OBJECT_VERBS
        )
        if kind.group == ROUTES and needs_custom_host(obj):
            rights.add(Right(kind.group, CUSTOM_HOST, "create", namespace))
        if kind.kind in _WORKLOADS:
            rights.update(
                Right(group, resource, "list", namespace) for group, resource in WORKLOAD_READS
            )
    for namespace in set_namespaces:
        rights.update(Right("", "configmaps", verb, namespace) for verb in OBJECT_VERBS)
    return sorted(rights)


def missing_rights(client: Client, rights: Iterable[Right]) -> list[Right]:
    """Those the account does not have, in the given order.

    One question settles it for an administrator of the cluster; else cluster-wide questions come
    first, since a right in all namespaces is one in each.
    """
    rights = list(rights)
    if allowed(client, Right("*", "*", "*", "")):
        return []
    wide = sorted({right._replace(namespace="") for right in rights})
    granted = {
        right
        for right, held in zip(wide, client.map(lambda right: allowed(client, right), wide))
        if held
    }
    rest = [r for r in rights if r._replace(namespace="") not in granted]
    narrow = [right for right in rest if right.namespace]
    answers = dict(zip(narrow, client.map(lambda right: allowed(client, right), narrow)))
    return [right for right in rest if not answers.get(right, False)]


def check_rights(
    client: Client,
    kinds: Kinds,
    objects: Iterable[Mapping[str, Any]],
    set_namespaces: Iterable[str],
) -> Finding:
    """Ask for every right the desired state needs."""
    rights = needed_rights(objects, kinds, set_namespaces)
    missing = missing_rights(client, rights)
    if not missing:
        return Finding("rights", OK, f"the account has the {len(rights)} rights that are needed")
    lines = "\n".join(f"      - {line}" for line in describe(missing))
    return Finding(
        "rights",
        FAILED,
        f"{account(client)} lacks {len(missing)} of {len(rights)} rights:\n{lines}",
        f"Grant them, or use another account; {_documented(missing)}.",
    )


def _documented(missing: Iterable[Right]) -> str:
    if any(right.group.endswith(".openshift.io") for right in missing):
        return _DOC_OPENSHIFT
    return _DOC


def describe(rights: Iterable[Right]) -> list[str]:
    """`create, patch deployments.apps in istio-system` for each resource and namespace."""
    verbs: dict[str, list[str]] = defaultdict(list)
    for right in rights:
        verbs[right.target].append(right.verb)
    return [f"{', '.join(sorted(names))} {target}" for target, names in sorted(verbs.items())]
