# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities of Kubernetes (``500m``, ``1Gi``) in their canonical form.

Behaviour of k8s.io/apimachinery/pkg/api/resource: a text that is canonical already is kept, others
get the largest unit that keeps their value; more than nine decimals are rounded up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_NUMBER = re.compile(r"[+-]?(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)")
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15}
_DECIMAL["E"] = 18
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_UNITS: Final = {power: unit for unit, power in _DECIMAL.items()}
_BINARY_UNITS: Final = {power: unit for unit, power in _BINARY.items()}
_LARGEST: Final = 2**63 - 1
# What Go computes with plain integers; more digits than that go another way, by other rules.
_PLAIN_DIGITS: Final = 18
_NANO: Final = -9
# Go would write numbers of gigabytes for more.
_MAX_EXPONENT: Final = 100_000


@lru_cache(maxsize=1024)
def canonical(text: str) -> str:
    """Return the canonical form of a quantity; ValueError says what is wrong with it."""
    text = text.strip()
    match = _NUMBER.fullmatch(text)
    if not text or match is None:
        raise ValueError("must be a number and a unit, such as 500m or 1Gi")
    zeros, whole, fraction, suffix = match[1], match[2] or "0", match[3] or "", match[4]
    negative = text.startswith("-")
    without_digits = not (zeros or match[2] or fraction)
    if suffix in _BINARY:
        if without_digits and _BINARY[suffix] > _BINARY["Ti"]:
            raise ValueError("has no digits")
        return _binary(text, whole, fraction, _BINARY[suffix], negative)
    exponent, scientific = _power(suffix)
    if without_digits and exponent < _NANO:
        raise ValueError("has no digits")
    return _decimal(text, whole, fraction, exponent, scientific, negative)


def _power(suffix: str) -> tuple[int, bool]:
    """Return the power of ten that a suffix stands for, and whether it was written as such."""
    if suffix in _DECIMAL:
        return _DECIMAL[suffix], False
    try:
        if suffix[0] not in "eE":
            raise ValueError(suffix)
        power = int(suffix[1:])
    except ValueError:
        raise ValueError(f"has no unit {suffix!r}; units are Ki, Mi, Gi, m, k, M, G, ...") from None
    if abs(power) > _MAX_EXPONENT:
        raise ValueError("is out of range")
    return power, True


def _decimal(
    text: str, whole: str, fraction: str, exponent: int, scientific: bool, negative: bool
) -> str:
    shifted = whole + fraction
    scale = exponent - len(fraction)
    if len(shifted) <= _PLAIN_DIGITS and scale >= _NANO:
        if scale % 3 == 0 and not shifted.endswith("000") and shifted[0] != "0":
            return text
        value = int(shifted)
    else:
        value, scale = _rounded(int(shifted), scale)
    return _with_power(-value if negative else value, scale, scientific)


def _binary(text: str, whole: str, fraction: str, power: int, negative: bool) -> str:
    digits = len(whole)
    # Go asks float32(power)*3/10 for how many digits the unit adds.
    if not fraction and 14 - digits - power * 3 // 10 >= 0:
        value = int(whole)
        result = value << power
        if result <= _LARGEST:
            return text if value & 7 else _with_binary_unit(-result if negative else result, 0)
    value, scale = _rounded(int(whole + fraction) << power, -len(fraction))
    if value > _LARGEST * 10**-scale:
        value, scale = _LARGEST, 0
    return _with_binary_unit(-value if negative else value, scale)


def _rounded(value: int, scale: int) -> tuple[int, int]:
    """Return value and scale (a power of ten) with nine decimals at most, rounded up."""
    if scale >= _NANO or not value:
        return value, scale
    dropped = _NANO - scale
    if dropped > len(str(value)):
        return 1, _NANO
    return -(-value // 10**dropped), _NANO


def _with_power(value: int, scale: int, scientific: bool) -> str:
    """Return ``value * 10**scale`` with a decimal unit or an exponent, a multiple of three."""
    if not value:
        return "0"
    while value % 10 == 0:
        value //= 10
        scale += 1
    value *= 10 ** (scale % 3)
    scale -= scale % 3
    if scientific:
        return f"{value}e{scale}" if scale else str(value)
    # Like Go, which has no unit for more and leaves it out.
    return f"{value}{_DECIMAL_UNITS.get(scale, '')}"


def _with_binary_unit(value: int, scale: int) -> str:
    """Return ``value * 10**scale`` with a binary unit; small and broken numbers with a decimal."""
    while scale < 0 and value % 10 == 0:
        value //= 10
        scale += 1
    if scale < 0 or abs(value) < 1024:
        return _with_power(value, scale, False)
    value *= 10**scale
    power = 0
    while value % 1024 == 0:
        value //= 1024
        power += 10
    return f"{value}{_BINARY_UNITS.get(power, '')}"
