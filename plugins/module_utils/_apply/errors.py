# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the apply engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class InputError(Exception):
    """What the user gave cannot be a desired state; nothing was written."""


class ApplyError(Exception):
    """The run stopped. `failures` holds a text for each object at fault, `report` what was done.

    `report` is an ApplyReport, or None when nothing was begun.
    """

    def __init__(self, message: str, failures: Sequence[str] = (), report: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.failures = list(failures)
        self.report = report

    def __str__(self) -> str:
        if not self.failures:
            return self.message
        return "\n".join([self.message, *(f"  - {failure}" for failure in self.failures)])
