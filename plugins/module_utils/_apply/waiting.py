# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's use of the waiter: what is waited for, and problems as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyRequest,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey
from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import status_of
from ansible_collections.meshops.istio.plugins.module_utils._wait.waiter import Waiter


class Waiting:
    """Waits with the timeout of a request."""

    def __init__(
        self, client: Client, kinds: Kinds, request: ApplyRequest, progress: Progress
    ) -> None:
        self._waiter = Waiter(client, kinds)
        self._timeout = request.wait_timeout
        self._progress = progress

    def ready(self, objects: Sequence[dict[str, Any]]) -> list[str]:
        """Wait until live objects are ready; texts about those that are not."""
        pending = [obj for obj in objects if status_of(obj).state != "ready"]
        if not pending:
            return []
        results = self._waiter.until_ready(pending, self._timeout, self._progress)
        return [f"{r.key}: {r.reason}" for r in results if not r.ready]

    def gone(self, keys: Sequence[ObjectKey]) -> list[str]:
        """Wait until objects are gone; texts about those that are not."""
        results = self._waiter.until_gone(keys, self._timeout)
        return [f"{r.key}: {r.reason}" for r in results if not r.ready]
