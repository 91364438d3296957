# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left in a namespace that is being deleted, object by object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._wait.deletion import explain_deletion
from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import Problem
from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import condition

# As the namespace controller writes it: "configmaps. has 1 resource instances, x.example.com has 2
# resource instances" (pkg/controller/namespace/deletion/status_condition_utils.go).
_REMAINING = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource instances")
RESOURCES = 5
OBJECTS = 5


class Leftovers:
    """Names the objects that keep a namespace, and their finalizers."""

    def __init__(self, client: Client, kinds: Kinds) -> None:
        self._client = client
        self._kinds = kinds

    def problems_of(self, namespace: Mapping[str, Any]) -> list[Problem]:
        """A text for each object left over, at most five of five kinds; raises ApiError."""
        remaining = condition(namespace, "NamespaceContentRemaining")
        if remaining.get("status") != "True":
            return []
        name = str(namespace["metadata"]["name"])
        problems = []
        for plural, group in _REMAINING.findall(str(remaining.get("message")))[:RESOURCES]:
            kind = self._kinds.for_resource(group, plural)
            for obj in self._list(kind, name) if kind else ():
                key = str(key_of(obj))
                problems.append(Problem(key, f"{key} {explain_deletion(obj)}", None))
        return problems

    def _list(self, kind: Kind, namespace: str) -> list[dict[str, Any]]:
        path = kind.collection(namespace)
        answer = self._client.request("GET", path, query={"limit": str(OBJECTS)})
        items = answer.get("items") or []
        return [{"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in items]
