# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outcomes of waiting, and the texts people read about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

READY = "ready"
FAILED = "failed"
TIMEOUT = "timeout"
STOPPED = "stopped"
GONE = "gone"

SHOWN = 20


class WaitResult(NamedTuple):
    """What became of one object.

    `state` is `ready` (or `gone` when that was waited for), `failed` (it will not get there),
    `timeout`, or `stopped` (not there yet when another object failed). `reason` says what is
    missing, over several lines when pods or events explain it; `seconds` is how long it took.
    """

    key: ObjectKey
    state: str
    reason: str
    seconds: float

    @property
    def reached(self) -> bool:
        """True when the object is where it should be."""
        return self.state in (READY, GONE)


def explain(results: Sequence[WaitResult], timeout: float) -> str:
    """Error message for results that are not all reached; empty when they are."""
    missing = [result for result in results if not result.reached]
    if not missing:
        return ""
    failed = [result for result in missing if result.state == FAILED]
    total = len(results)
    if failed:
        lines = [f"{len(failed)} of {total} objects cannot become ready:"]
        lines += [_line(result) for result in failed[:SHOWN]]
        rest = len(missing) - min(len(failed), SHOWN)
        if rest:
            lines.append(f"  (another {rest} were not there yet when waiting stopped)")
    else:
        lines = [f"timed out after {timeout:g} s waiting for {len(missing)} of {total} objects:"]
        lines += [_line(result) for result in missing[:SHOWN]]
        if len(missing) > SHOWN:
            lines.append(f"  ... and {len(missing) - SHOWN} more")
    return "\n".join(lines)


def _line(result: WaitResult) -> str:
    return f"  - {result.key}: " + result.reason.replace("\n", "\n      ")


def summarize(pending: Sequence[tuple[ObjectKey, str]], total: int, what: str) -> str:
    """One line for a progress report, such as `2 of 5 not ready: Deployment a/b (0 of 1 ...)`."""
    named = ", ".join(f"{key} ({reason.splitlines()[0]})" for key, reason in pending[:3])
    more = f" and {len(pending) - 3} more" if len(pending) > 3 else ""
    return f"{len(pending)} of {total} {what}: {named}{more}"
