# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One answer of the precheck."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
WARNING = "warning"
FAILED = "failed"


@dataclass
class Finding:
    """Result of one check; `level` is ok, warning or failed, `remedy` what to do about it."""

    check: str
    level: str
    message: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """The form modules return."""
        result = {"check": self.check, "level": self.level, "message": self.message}
        if self.remedy:
            result["remedy"] = self.remedy
        return result

    def __str__(self) -> str:
        text = f"{self.check}: {self.message}"
        return f"{text}\n    {self.remedy}" if self.remedy else text
