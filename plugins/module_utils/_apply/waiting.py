# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's use of the waiter: the timeout of a request, and problems as a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyRequest,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.webhooks import (
    PATIENCE,
    Webhooks,
    advice,
    without_bundle,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey, key_of
from ansible_collections.meshops.istio.plugins.module_utils._wait.readiness import (
    READY,
    status_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.report import explain
from ansible_collections.meshops.istio.plugins.module_utils._wait.waiter import Waiter


class Waiting:
    """Waits with the timeout of a request."""

    def __init__(
        self, client: Client, kinds: Kinds, request: ApplyRequest, progress: Progress
    ) -> None:
        self._mode = request.wait_webhooks
        self._webhooks = Webhooks(client, kinds, request.wait_webhooks)
        self._waiter = Waiter(client, kinds)
        self._timeout = request.wait_timeout
        self._progress = progress

    def ready(self, objects: Sequence[dict[str, Any]], limit: float | None = None) -> str:
        """Wait until live objects are ready; a text about those that are not, else empty.

        `limit` is in seconds, by default the request's timeout.
        """
        timeout = self._timeout if limit is None else limit
        pending = [obj for obj in objects if status_of(obj).state != READY]
        if not pending:
            return ""
        results = self._waiter.until_ready(pending, timeout, self._progress)
        return explain(results, timeout)

    def gone(self, objects: Mapping[ObjectKey, Mapping[str, Any]]) -> str:
        """Wait until these very objects are gone; a text about those that are not, else empty."""
        uids = {key: str(live["metadata"].get("uid", "")) for key, live in objects.items()}
        results = self._waiter.until_gone(objects, self._timeout, self._progress, uids)
        return explain(results, self._timeout)

    def bundles(self, objects: Sequence[dict[str, Any]]) -> tuple[str, list[str]]:
        """Wait until control planes have written their CA bundles into webhook configurations.

        Returns a text about those that lack it (else empty), and warnings about those that nobody
        waited for.
        """
        warnings, awaited = [], []
        for obj in objects:
            if not without_bundle(obj):
                continue
            excuse = self._webhooks.excuse(obj)
            if excuse is None:
                awaited.append(obj)
            elif excuse.unusual:
                warnings.append(f"{key_of(obj)}: its CA bundle is not waited for: {excuse.text}")
        limit = self._timeout
        if self._mode == "auto":
            limit = min(limit, PATIENCE)
        problem = self.ready(awaited, limit)
        return f"{problem}\n{advice(limit)}" if problem else "", warnings
