# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a request is sent again, and how long to wait before that."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError

APPLY = "application/apply-patch+yaml"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The API server answers these reviews without storing anything.
_REVIEWS = ("/selfsubjectaccessreviews", "/selfsubjectrulesreviews", "/selfsubjectreviews")

# An apply whose object does not fit the kind's schema is answered with status 500 (texts of
# k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go).
_WRONG_TYPES = ("failed to create typed patch object", "failed to create typed live object")


@dataclass(frozen=True)
class RetryPolicy:
    """How often a request is sent at most, and bounds in seconds.

    `base` and `cap` bound the pauses; no attempt begins later than `budget` after the first, or
    `connect_budget` while the server cannot be reached at all.
    """

    attempts: int = 6
    base: float = 0.1
    cap: float = 5.0
    retry_after_cap: float = 60.0
    budget: float = 150.0
    connect_budget: float = 15.0

    def pause(self, attempt: int, retry_after: float | None) -> float:
        """Seconds to wait after the given failed attempt (1 is the first).

        Doubles from `base` up to `cap`, half of it random so that parallel requests spread out;
        what the server asks for goes first, with a little spread added.
        """
        spread: float = random.random()
        if retry_after is not None:
            return min(retry_after, self.retry_after_cap) * (1 + spread * 0.1)
        ceiling: float = min(self.cap, self.base * 2.0 ** (attempt - 1))
        return ceiling * (0.5 + spread / 2)


def is_idempotent(method: str, path: str, content_type: str, body: object) -> bool:
    """True when sending the request twice has the effect of sending it once.

    Reads are; so is a server-side apply, and a DELETE bound to a uid (a second one cannot hit a
    successor of the same name). POST, other patches and unbound deletes are not.
    """
    if method in _SAFE_METHODS:
        return True
    if method == "PATCH":
        return content_type.startswith("application/apply-patch")
    if method == "DELETE" and isinstance(body, Mapping):
        preconditions = body.get("preconditions")
        return isinstance(preconditions, Mapping) and bool(preconditions.get("uid"))
    return method == "POST" and path.endswith(_REVIEWS)


def may_retry(error: ApiError, idempotent: bool, body: Any) -> bool:
    """True when the server's error may go away by itself and sending again does no harm.

    With 429 the server did not process the request, whatever its method. A Conflict without
    field conflicts on an apply that names no resourceVersion means that other writers were
    quicker several times over; nothing of ours was lost.
    """
    if error.status == 429:
        return True
    if not idempotent:
        return False
    if error.status in (500, 502, 503, 504):
        return not error.message.startswith(_WRONG_TYPES)
    if error.status == 409 and error.reason == "Conflict" and not error.causes:
        metadata = body.get("metadata") if isinstance(body, Mapping) else None
        return not (isinstance(metadata, Mapping) and metadata.get("resourceVersion"))
    return False
