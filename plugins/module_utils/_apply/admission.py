# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last gate of a run: objects on which somebody else decides, once the set is pruned."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey, key_of

# A Route may want the host of one that this run prunes.
_DECIDED_BY_OTHERS = {"Route"}
# Seconds. A Route's status does not tell which of its states it is about.
_NOTICED_BY_ROUTERS = 2.0


def gated_at_the_end(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those live objects that can become ready only when the set has been pruned."""
    return [obj for obj in objects if obj["kind"] in _DECIDED_BY_OTHERS]


def settled(
    client: Client, kinds: Kinds, lives: Sequence[dict[str, Any]], changed: Collection[ObjectKey]
) -> list[dict[str, Any]]:
    """The objects, read again after a while if one of them was there and has been changed.

    What their status says until then may be about what they were before. Raises KubeError.
    """
    if not any(key_of(obj) in changed for obj in lives):
        return list(lives)
    time.sleep(_NOTICED_BY_ROUTERS)
    keys = [(obj, key_of(obj)) for obj in lives]
    return [client.get(kinds.of(obj), key.namespace, key.name) or obj for obj, key in keys]
