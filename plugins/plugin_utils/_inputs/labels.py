# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels and annotations as users write them."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs import (
    kubernetes_names as names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker


def check_labels(check: Checker, where: str, value: Any, annotations: bool = False) -> None:
    """Note what is wrong with labels, or with annotations, whose values may be any text."""
    for key, item in check.mapping(where, value).items():
        path = f"{where}.{key}"
        fault = names.label_key_fault(str(key))
        if fault:
            check.add(path, fault, "", item, value)
        if item is None:
            check.add(path, "has no value", 'write "" for an empty one', value)
        check.text(path, item, None if annotations else names.label_value_fault)
