# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plain YAML scalar means to go-yaml v2 (the library under sigs.k8s.io/yaml).

It differs from PyYAML's resolver: ``y`` and ``n`` are booleans, ``0o17``, ``0b11``, ``017`` and
``1_000`` are integers, ``1e3`` is a float, there is no base 60, and dates stay strings.
"""

from __future__ import annotations

import math
import re
from typing import Final

Scalar = None | bool | int | float | str

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE"), True),
    **dict.fromkeys(("on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
SPECIAL_FIRST: Final = frozenset("+-0123456789yYnNtTfFoO~.")

_DATE = re.compile(
    r"[0-9]{4}-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:[Tt](?P<clock>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
    r"|[ ](?P<clock2>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?)?\Z"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOTTED_FLOAT = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?\Z")
_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[oO](?P<oct>[0-7]+)|0[bB](?P<bin>[01]+)"
    r"|(?P<dec>0|[1-9][0-9]*)|0(?P<old>[0-7]+))\Z"
)
_MIN_INT64: Final = -(2**63)
_MAX_INT64: Final = 2**63 - 1
_MAX_UINT64: Final = 2**64 - 1


def parse_go_int(text: str) -> int | None:
    """Read an integer as ``strconv.ParseInt(text, 0, 64)``, then ``ParseUint``; None if neither."""
    match = _INTEGER.match(text)
    if match is None:
        return None
    bases = {"hex": 16, "oct": 8, "bin": 2, "dec": 10, "old": 8}
    value = int(match[match.lastgroup or "dec"], bases[match.lastgroup or "dec"])
    if match["sign"] == "-":
        value = -value
    if _MIN_INT64 <= value <= _MAX_INT64:
        return value
    return value if not match["sign"] and value <= _MAX_UINT64 else None


def is_timestamp(text: str) -> bool:
    """Tell whether go-yaml takes an unquoted text for a date."""
    match = _DATE.match(text)
    if match is None:
        return False
    month, day = int(match["month"]), int(match["day"])
    if not 1 <= month <= 12 or not 1 <= day <= _days(int(text[:4]), month):
        return False
    clock = match["clock"] or match["clock2"]
    if clock is None:
        return True
    hour, minute, second = (int(part) for part in clock.split(":"))
    return hour < 24 and minute < 60 and second < 60


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _number(text: str) -> Scalar:
    plain = text.replace("_", "")
    integer = parse_go_int(plain)
    if integer is not None:
        return integer
    if _FLOAT.match(plain):
        value = float(plain)
        if not math.isinf(value):
            return value
    return text


def resolve(text: str) -> Scalar:
    """Return the value of an unquoted scalar. A date is returned as its text."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        if _DOTTED_FLOAT.match(text):
            value = float(text)
            return text if math.isinf(value) else value
        return text
    if first in "+-0123456789":
        return text if is_timestamp(text) else _number(text)
    return text


def needs_quotes(text: str) -> bool:
    """Tell whether a string would be read back as something else if it were written plain."""
    if text == "":
        return True
    if text[0] not in SPECIAL_FIRST:
        return False
    if not isinstance(resolve(text), str):
        return True
    return text[0] in "+-0123456789" and (is_timestamp(text) or bool(_BASE60.match(text)))
