# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of annotations as Go's ``strconv`` and ``strings`` read them."""

from __future__ import annotations

import re
from typing import Final

_TRUE: Final = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE: Final = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_SIGNED = re.compile(r"[-+]?[0-9]+")
_UNSIGNED = re.compile(r"[0-9]+")
_INT64_MIN: Final = -(2**63)
_INT64_MAX: Final = 2**63 - 1
# What unicode.IsSpace calls space; str.strip() would take the separators U+001C to U+001F too.
_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LONGEST_NUMBER: Final = 4000


def parse_bool(text: str) -> bool | None:
    """Return what ``strconv.ParseBool`` gives, None for its error."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def parse_int(text: str) -> int | None:
    """Return what ``strconv.Atoi`` gives, None for its error."""
    if len(text) > _LONGEST_NUMBER or not _SIGNED.fullmatch(text):
        return None
    value = int(text)
    return value if _INT64_MIN <= value <= _INT64_MAX else None


def parse_uint(text: str, bits: int) -> int | None:
    """Return what ``strconv.ParseUint(text, 10, bits)`` gives, None for its error."""
    if len(text) > _LONGEST_NUMBER or not _UNSIGNED.fullmatch(text):
        return None
    value = int(text)
    return value if value < 2**bits else None


def trim_space(text: str) -> str:
    """Return what ``strings.TrimSpace`` gives."""
    return text.strip(_SPACE)
