# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as Go's strconv package formats them."""

from __future__ import annotations

import math
import struct


def _digits(value: float) -> tuple[str, str, int]:
    """Return sign, shortest decimal digits and the exponent of the first digit."""
    mantissa, _e, exponent = repr(abs(value)).partition("e")
    whole, _point, fraction = mantissa.partition(".")
    exp = int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    if whole.strip("0"):
        exp += len(whole.lstrip("0")) - 1
    else:
        exp -= len(fraction) - len(fraction.lstrip("0")) + 1
    digits = digits.rstrip("0") or "0"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    return sign, digits, 0 if digits == "0" else exp


def _scientific(sign: str, digits: str, exp: int, min_exponent_digits: int) -> str:
    point = f".{digits[1:]}" if len(digits) > 1 else ""
    mark = "-" if exp < 0 else "+"
    return f"{sign}{digits[0]}{point}e{mark}{abs(exp):0{min_exponent_digits}d}"


def _decimal(sign: str, digits: str, exp: int) -> str:
    if exp < 0:
        return f"{sign}0.{'0' * (-exp - 1)}{digits}"
    if len(digits) <= exp + 1:
        return f"{sign}{digits}{'0' * (exp + 1 - len(digits))}"
    return f"{sign}{digits[: exp + 1]}.{digits[exp + 1 :]}"


def format_general(value: float) -> str:
    """Format as ``strconv.FormatFloat(value, 'g', -1, 64)``; infinities and NaN as go-yaml's."""
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    if math.isnan(value):
        return ".nan"
    sign, digits, exp = _digits(value)
    if exp < -4 or exp >= 6:
        return _scientific(sign, digits, exp, 2)
    return _decimal(sign, digits, exp)


def format_general32(value: float) -> str:
    """Format as ``strconv.FormatFloat(value, 'g', -1, 32)``: shortest digits of a float32."""
    if math.isinf(value) or math.isnan(value):
        return format_general(value)
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    for precision in range(1, 10):
        text = f"{single:.{precision}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == single:
            break
    return format_general(float(text))


def format_json(value: float) -> str:
    """Format as encoding/json does: decimal between 1e-6 and 1e21, else with an exponent."""
    sign, digits, exp = _digits(value)
    if digits == "0":
        return f"{sign}0"
    if exp < -6 or exp >= 21:
        return _scientific(sign, digits, exp, 1 if exp < 0 else 2)
    return _decimal(sign, digits, exp)
