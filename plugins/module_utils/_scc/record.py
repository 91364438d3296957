# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who of us asked for which entry in the lists of an SCC: an annotation on the SCC itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError

GRANTED = "meshops.istio/granted"
KINDS = ("users", "groups")

# {owner: {"users": [...], "groups": [...]}}
Records = dict[str, dict[str, list[str]]]


def records(obj: Mapping[str, Any]) -> Records:
    """The record of an SCC; SccError when its annotation is not what we wrote."""
    name, value = obj["metadata"]["name"], annotation(obj)
    try:
        data = json.loads(value) if value else {}
        return {
            str(owner): {kind: [str(n) for n in entry.get(kind) or ()] for kind in KINDS}
            for owner, entry in data.items()
        }
    except (ValueError, AttributeError, TypeError) as error:
        raise SccError(
            f"SCC {name}: its annotation {GRANTED} is not a record of grants: {value!r}. Somebody"
            " has changed it: repair it, or remove it (then nothing in its lists counts as ours)"
        ) from error


def annotation(obj: Mapping[str, Any]) -> str:
    """The record's text on an SCC, empty when there is none."""
    return str((obj["metadata"].get("annotations") or {}).get(GRANTED, ""))


def written(record: Records) -> str:
    """The record's text: owners that have nothing are left out; empty when none is left."""
    kept = {
        owner: {kind: sorted(entry[kind]) for kind in KINDS}
        for owner, entry in sorted(record.items())
        if entry["users"] or entry["groups"]
    }
    return json.dumps(kept, separators=(",", ":"), sort_keys=True) if kept else ""


def recorded_for(record: Records, kind: str) -> set[str]:
    """The entries of a list that any owner has recorded."""
    return {name for entry in record.values() for name in entry[kind]}
