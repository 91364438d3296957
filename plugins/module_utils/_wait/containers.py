# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do pods really run containers?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def run_nothing(pods: Iterable[Mapping[str, Any]]) -> bool:
    """True when pods count as running and yet no container of theirs has an id.

    A kubelet reports the runtime's id of every container it has started; simulated nodes report
    none. False when no pod of them runs (yet).
    """
    entries = [
        entry
        for pod in pods
        if not (pod.get("metadata") or {}).get("deletionTimestamp")
        for entry in (pod.get("status") or {}).get("containerStatuses") or ()
    ]
    running = any("running" in (entry.get("state") or {}) for entry in entries)
    return running and not any(entry.get("containerID") for entry in entries)
