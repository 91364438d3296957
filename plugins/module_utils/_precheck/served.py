# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of the desired state that the cluster does not serve and that nobody is going to bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import (
    FAILED,
    OK,
    Finding,
)


def check_kinds(client: Client, kinds: Kinds, objects: Iterable[Mapping[str, Any]]) -> Finding:
    """Ask for every kind, but for those whose CRD is among the objects."""
    objects = list(objects)
    brought = {
        (obj["spec"]["group"], obj["spec"]["names"]["kind"])
        for obj in objects
        if obj["kind"] == "CustomResourceDefinition"
    }
    first = {kinds.of(obj): obj for obj in reversed(objects)}
    wanted = [kind for kind in first if (kind.group, kind.kind) not in brought]
    missing = [
        kind for kind, served in zip(wanted, client.map(kinds.is_served, wanted)) if not served
    ]
    if not missing:
        return Finding("kinds", OK, f"the cluster serves the {len(wanted)} kinds that are needed")
    lines = "\n".join(
        f"      - {kind.kind} in apiVersion {kind.api_version}, for "
        f"{first[kind]['metadata']['name']}"
        for kind in missing
    )
    return Finding(
        "kinds",
        FAILED,
        f"the cluster does not serve {len(missing)} of {len(wanted)} kinds:\n{lines}",
        "Install what brings them (their CRDs), or choose another mesh_platform or other "
        "mesh_components that do not need them.",
    )
