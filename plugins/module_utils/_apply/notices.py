# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warnings of the API server about objects that were written, each text once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import (
    redact_text,
    secret_values,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import ObjectKey

_SHOWN = 3


class Notices:
    """Collects warnings; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, dict[ObjectKey, None]] = {}

    def add(self, key: ObjectKey, obj: Mapping[str, Any], text: str) -> None:
        """Note what the server says about an object, without secrets of that object."""
        shown = redact_text(text, secret_values(obj))
        with self._lock:
            self._keys.setdefault(shown, {})[key] = None

    def texts(self) -> list[str]:
        """A line for each different text, with the objects it is about."""
        with self._lock:
            return sorted(f"{_some(sorted(keys))}: {text}" for text, keys in self._keys.items())


def _some(keys: list[ObjectKey]) -> str:
    shown = ", ".join(str(key) for key in keys[:_SHOWN])
    return shown if len(keys) <= _SHOWN else f"{shown} and {len(keys) - _SHOWN} more"
