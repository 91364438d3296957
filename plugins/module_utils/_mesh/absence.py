# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proof that nothing is left of sets that were removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import PART_OF_LABEL
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind, Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import key_of
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import ComponentReport
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet

Object = dict[str, Any]


def still_there(
    client: Client,
    kinds: Kinds,
    plan: Plan,
    removed: Sequence[LiveSet],
    components: Iterable[ComponentReport],
) -> list[str]:
    """What still carries the label of a removed set, of all kinds that the sets or the plan have.

    `components` say what the removed sets had. Raises ApiError when the cluster cannot be asked.
    """
    pairs = {(obj["apiVersion"], obj["kind"]) for obj in plan.objects}
    pairs |= {
        (result.api_version, result.key.kind)
        for entry in components
        for result in entry.report.results
        if result.api_version
    }
    ids = sorted(live.applyset.id for live in removed)
    if not ids:
        return []
    selector = f"{PART_OF_LABEL} in ({','.join(ids)})"
    places = sorted({c.namespace for c in plan.components if c.namespace})

    def labelled(pair: tuple[str, str]) -> list[Object]:
        return _labelled(client, kinds.find(*pair), selector, places)

    lists = client.map(labelled, sorted(pairs))
    return sorted(
        str(key_of(obj))
        for items in lists
        for obj in items
        if not obj["metadata"].get("deletionTimestamp")
    )


def _labelled(client: Client, kind: Kind, selector: str, places: Iterable[str]) -> list[Object]:
    """In all namespaces, or in these where the account may not look everywhere."""
    try:
        return client.list(kind, "", labels=selector).items
    except ApiError as error:
        if error.status == 404:
            return []
        if error.status != 403 or not kind.namespaced:
            raise
    return [o for place in places for o in client.list(kind, place, labels=selector).items]
