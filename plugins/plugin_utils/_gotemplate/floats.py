# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatting of floats as Go's strconv.FormatFloat does."""

from __future__ import annotations

import math
import struct


def shortest(value: float) -> str:
    """Return a float as Go's %v prints it: shortest digits, exponent below 1e-4 and from 1e6 on."""
    if math.isnan(value):
        return "NaN"
    if value in (math.inf, -math.inf):
        return "+Inf" if value > 0 else "-Inf"
    return general(value, None)


def _digits(value: float, precision: int | None) -> tuple[str, str, int]:
    """Return sign, significant digits without trailing zeros, and the decimal point's place."""
    text = repr(value) if precision is None else f"{value:.{max(precision, 1) - 1}e}"
    sign = ""
    if text[0] == "-":
        sign, text = "-", text[1:]
    mantissa, _e, exponent = text.partition("e")
    whole, _point, fraction = mantissa.partition(".")
    digits = (whole + fraction).rstrip("0")
    point = len(whole) + int(exponent or "0")
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return sign, stripped or "0", point if stripped else 1


def general(value: float, precision: int | None, mark: str = "e") -> str:
    """Return a float in the %g form; precision None means the shortest exact digits."""
    sign, digits, point = _digits(value, precision)
    threshold = 6 if precision is None else max(precision, 1)
    exponent = point - 1
    if exponent < -4 or exponent >= threshold:
        return sign + _scientific(digits, exponent, mark)
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if len(digits) <= point:
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _scientific(digits: str, exponent: int, mark: str) -> str:
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _binary(value: float) -> str:
    bits = int.from_bytes(struct.pack(">d", value), "big")
    exponent, fraction = bits >> 52 & 0x7FF, bits & ((1 << 52) - 1)
    if exponent:
        fraction |= 1 << 52
    sign = "-" if bits >> 63 else ""
    return f"{sign}{fraction}p{max(exponent, 1) - 1075:+d}"


def _hexadecimal(value: float, precision: int | None, upper: bool) -> str:
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, exponent = math.frexp(abs(value))
    whole, exponent = (int(math.ldexp(mantissa, 53)), exponent - 1) if value else (0, 0)
    if precision is not None and precision < 13:
        shift = 52 - 4 * precision
        whole, rest = whole >> shift, whole & ((1 << shift) - 1)
        half = 1 << (shift - 1)
        whole += rest > half or (rest == half and whole & 1)
        if whole >> (4 * precision + 1):
            whole, exponent = whole >> 1, exponent + 1
        whole <<= shift
    fraction = f"{whole & ((1 << 52) - 1):013x}"
    if precision is None:
        fraction = fraction.rstrip("0")
    else:
        fraction = fraction[:precision].ljust(precision, "0")
    dot = "." if fraction else ""
    power = f"p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    text = f"{sign}0x{whole >> 52}{dot}{fraction}{power}"
    return text.upper() if upper else text


def format_float(value: float, verb: str, precision: int | None) -> str:
    """Return strconv.FormatFloat(value, verb, precision, 64); precision None means shortest."""
    if math.isnan(value):
        return "NaN"
    if value in (math.inf, -math.inf):
        return "+Inf" if value > 0 else "-Inf"
    if verb in "gG":
        return general(value, precision, "E" if verb == "G" else "e")
    if verb in "xX":
        return _hexadecimal(value, precision, verb == "X")
    if verb == "b":
        return _binary(value)
    if verb == "f":
        return f"{value:.{6 if precision is None else precision}f}"
    text = f"{value:.{6 if precision is None else precision}e}"
    return text.upper() if verb == "E" else text
