# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `--diff` shows: owned fields before and after as YAML, without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import (
    Fields,
    merged,
    owned,
    project_object,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import (
    HIDDEN_AFTER,
    HIDDEN_BEFORE,
    redact_pair,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.yamltext import to_yaml


def owned_parts(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, manager: str
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both objects reduced to the fields this manager owns before or after."""
    fields: Fields = merged(owned(before, manager), owned(after, manager))
    return (
        project_object(before, fields) if before is not None else None,
        project_object(after, fields) if after is not None else None,
    )


def entry(
    title: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    outcome: str = "desired",
) -> dict[str, str]:
    """One entry of Ansible's `diff` list, redacted.

    `title` is the object in words, `outcome` what it becomes.
    """
    shown_before = redact_pair(before, after, HIDDEN_BEFORE)[0] if before is not None else None
    shown_after = redact_pair(after, before, HIDDEN_AFTER)[0] if after is not None else None
    return {
        "before": to_yaml(_sorted_like(shown_before, shown_after)) if shown_before else "",
        "after": to_yaml(shown_after) if shown_after else "",
        "before_header": f"{title} (live)" if before is not None else f"{title} (absent)",
        "after_header": f"{title} ({outcome})" if after is not None else f"{title} (removed)",
    }


def _sorted_like(value: Any, model: Any) -> Any:
    """The value with map keys in the model's order, so that the diff shows changes only."""
    if isinstance(value, dict):
        theirs = model if isinstance(model, dict) else {}
        keys = [key for key in theirs if key in value]
        keys += [key for key in value if key not in theirs]
        return {key: _sorted_like(value[key], theirs.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(model, list) and len(value) == len(model):
        return [_sorted_like(mine, other) for mine, other in zip(value, model)]
    return value
