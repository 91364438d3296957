# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading, deciding and writing again as long as another writer is quicker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind

_PATCH = "application/json-patch+json"
_MANAGER = {"fieldManager": "meshops.istio"}
# Seconds for which an object that others write all the time is tried again.
_PATIENCE = 60.0

Operations = list[dict[str, Any]]


class Turns:
    """Decides whether to take another turn, and waits a random moment before it."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._until = time.monotonic() + patience
        self._taken = 0

    def again(self, error: ApiError) -> None:
        """Wait before the next turn; raises `error` when there have been enough."""
        if time.monotonic() > self._until:
            raise error
        self._taken += 1
        spread: float = random.random()
        time.sleep(min(1.0, 0.01 * 2.0 ** min(self._taken, 7)) * spread)


def patch(
    client: Client, kind: Kind, obj: Mapping[str, Any], operations: Operations, dry: bool
) -> None:
    """Send a JSON patch that holds only for the version of the object that was read.

    Sent again by the client when an answer is lost: the version lets it take effect once.
    """
    metadata = obj["metadata"]
    version = metadata["resourceVersion"]
    client.request(
        "PATCH",
        kind.path(metadata.get("namespace", ""), metadata["name"]),
        query=query(dry),
        body=[{"op": "test", "path": "/metadata/resourceVersion", "value": version}, *operations],
        content_type=_PATCH,
        idempotent=True,
    )


def query(dry: bool) -> dict[str, str]:
    """The query of a write; `dry` asks the server to check everything and to store nothing."""
    return {**_MANAGER, "dryRun": "All"} if dry else dict(_MANAGER)


def overtaken(
    error: ApiError, obj: Mapping[str, Any], read: Callable[[], Mapping[str, Any] | None]
) -> bool:
    """Whether a write was refused because the object is not the one that was read any more.

    The server answers a failed test with 422, as it does a patch that is wrong for another reason;
    `read` gives the object as it is now.
    """
    if error.status == 409:
        return True
    if error.status not in (404, 422):
        return False
    now = read()
    if now is None:
        return True
    return bool(now["metadata"]["resourceVersion"] != obj["metadata"]["resourceVersion"])
