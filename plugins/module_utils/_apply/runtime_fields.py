# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields that the mesh writes into our objects at run time: no drift, no conflict, left alone.

istiod puts its CA bundle into every webhook it serves, and turns the validator's failurePolicy
from Ignore to Fail once it answers (pilot/pkg/webhooks and pkg/webhooks/validation/controller of
Istio).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._apply.fields import (
    Fields,
    item_with,
    owned,
    owns,
)


class _Rule(NamedTuple):
    """A field of each entry of `webhooks`; `written` tells a value that was written at run time."""

    path: tuple[str, ...]
    written: Callable[[Any], bool]


_CA_BUNDLE = _Rule(("clientConfig", "caBundle"), bool)
_FAILURE_POLICY = _Rule(("failurePolicy",), lambda value: value == "Fail")

_RULES: dict[str, tuple[_Rule, ...]] = {
    "MutatingWebhookConfiguration": (_CA_BUNDLE,),
    "ValidatingWebhookConfiguration": (_CA_BUNDLE, _FAILURE_POLICY),
}


def without_runtime_fields(
    desired: dict[str, Any], live: Mapping[str, Any] | None, manager: str
) -> dict[str, Any]:
    """The desired object without fields that somebody else has filled in the live one."""
    rules = _RULES.get(desired["kind"], ())
    webhooks = desired.get("webhooks")
    if not rules or live is None or not isinstance(webhooks, list):
        return desired
    fields = owned(live, manager)
    kept = [
        _without(
            webhook, item_with(live.get("webhooks"), {"name": webhook.get("name")}), rules, fields
        )
        if isinstance(webhook, dict)
        else webhook
        for webhook in webhooks
    ]
    return {**desired, "webhooks": kept}


def _without(
    webhook: dict[str, Any], live: Any, rules: tuple[_Rule, ...], fields: Fields
) -> dict[str, Any]:
    if not isinstance(live, dict):
        return webhook
    step = "k:" + json.dumps({"name": webhook["name"]}, separators=(",", ":"), ensure_ascii=False)
    for path, written in rules:
        steps = ("f:webhooks", step, *("f:" + key for key in path))
        if written(_at(live, path)) and not owns(fields, steps):
            webhook = _drop(webhook, path)
    return webhook


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _drop(value: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    head, rest = path[0], path[1:]
    if head not in value:
        return value
    if rest and isinstance(value[head], dict):
        return {**value, head: _drop(value[head], rest)}
    return {key: item for key, item in value.items() if key != head}
