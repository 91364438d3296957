# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the fields of a Go struct are patched: their types, strategies and merge keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import MisfitError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    LEAVES,
    LIST,
    MAP,
    SCALARS,
    struct,
)

MERGE: Final = "merge"
REPLACE: Final = "replace"
_RETAIN_KEYS: Final = "retainKeys"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is patched: the type of its value (of a list: of its elements), the strategy
    (``merge``, ``replace`` or empty), and the field by which list elements are told apart.
    """

    type: str
    strategy: str
    merge_key: str


@cache
def rule(owner: str, key: str, of_list: bool) -> Rule:
    """Return the rule for the field ``key`` of a type; ``of_list``: both values are lists.

    Raises MisfitError when the type has no such field, or it is no list.
    """
    name = owner.removeprefix("*")
    if name in SCALARS or name in LEAVES or name.startswith((LIST, MAP)):
        raise MisfitError(f"cannot be patched: it has the type {name}, no fields")
    field = struct(name).find(key)
    if field is None:
        raise MisfitError(f"cannot be patched: {struct(name).go} has no field {key}")
    strategies = [each for each in field.strategy if each != _RETAIN_KEYS]
    value = _element(field.type) if of_list else field.type
    return Rule(value, strategies[0] if strategies else "", field.merge_key)


def _element(expression: str) -> str:
    """Return the type of a list's elements; a pointer stands for what it points to."""
    target = expression.removeprefix("*")
    if target.startswith(LIST):
        return target.removeprefix(LIST)
    if target != expression or target == "bytes":
        return target
    raise MisfitError(f"must not be a list: it has the type {expression}")
