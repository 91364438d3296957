# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns over all of Unicode that cost nothing where texts are ASCII."""

from __future__ import annotations

import re
from typing import Final


class TextRegex:
    """A pattern in two forms: one for ASCII texts, and the full one, compiled when first needed.

    Python takes milliseconds to compile a class of characters beyond Latin-1.
    """

    def __init__(self, ascii_form: str, full: str) -> None:
        self._ascii: Final = re.compile(ascii_form)
        self._full = full
        self._compiled: re.Pattern[str] | None = None

    def for_text(self, text: str) -> re.Pattern[str]:
        """Return the pattern that is right for a text."""
        if text.isascii():
            return self._ascii
        if self._compiled is None:
            self._compiled = re.compile(self._full)
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """Search a text."""
        return self.for_text(text).search(text)
