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
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey
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
        self._client = client
        self._kinds = kinds
        self._waiter = Waiter(client, kinds)
        self._timeout = request.wait_timeout
        self._progress = progress

    def ready(self, objects: Sequence[dict[str, Any]]) -> str:
        """Wait until live objects are ready; a text about those that are not, else empty."""
        pending = [obj for obj in objects if status_of(obj).state != READY]
        if not pending:
            return ""
        results = self._waiter.until_ready(pending, self._timeout, self._progress)
        return explain(results, self._timeout)

    def gone(self, objects: Mapping[ObjectKey, Mapping[str, Any]]) -> str:
        """Wait until these very objects are gone; a text about those that are not, else empty."""
        uids = {key: str(live["metadata"].get("uid", "")) for key, live in objects.items()}
        results = self._waiter.until_gone(objects, self._timeout, self._progress, uids)
        return explain(results, self._timeout)

    def with_service(self, webhooks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those webhook configurations that call only Services which exist."""
        service = self._kinds.find("v1", "Service")
        known: dict[tuple[str, str], bool] = {}
        result = []
        for webhook in webhooks:
            called = {
                (str(ref.get("namespace")), str(ref.get("name")))
                for hook in webhook.get("webhooks") or ()
                for ref in [(hook.get("clientConfig") or {}).get("service") or {}]
            }
            for place in called - known.keys():
                known[place] = self._client.get(service, *place) is not None
            if all(known[place] for place in called):
                result.append(webhook)
        return result
