# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of protobuf's JSON, read as golang/protobuf's ``jsonpb`` reads them.

Every function takes a JSON value as Python has it and returns its canonical form, or raises
ValueError with what is expected instead. A null is the zero value: it gets here from lists and maps
only, in a field it is the same as no field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import Enum
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import parse_duration
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import suggestion

_SECOND: Final = 10**9
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_EXPONENT_FROM: Final = 1e21  # encoding/json writes such floats as 1e+21, which is no integer
_EXACT_FLOAT: Final = 2**53
_INT32: Final = (-(2**31), 2**31 - 1)
_RANGES: Final = {
    "int32": _INT32,
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
}


def shown(value: Any) -> str:
    """Return a value as an error names it: ``text "abc"``, ``a list``, ``true``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'text "{value if len(value) <= 60 else value[:57] + "..."}"'
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a mapping" if isinstance(value, dict) else f"a {type(value).__name__} ({value})"


def _boolean(value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, not {shown(value)}")


def _string(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    raise ValueError(f"must be text, not {shown(value)}")


def _is_integer(value: Any) -> bool:
    """Return whether encoding/json writes a number as an integer."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) < _EXPONENT_FROM
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Any, bounds: tuple[int, int], what: str) -> int:
    """Return an integer that may also be written as text; ``what`` names the type in the error."""
    number: int | None = None
    if value is None:
        number = 0
    elif isinstance(value, str):
        # jsonpb takes away the quotes and reads what is between as JSON.
        text = value.strip(" ")
        if _INTEGER.match(text):
            number = int(text)
        elif text == "null":
            number = 0
    elif _is_integer(value):
        number = int(value)
    if number == 0 and not bounds[0] and str(value).strip(" ").startswith("-"):
        number = None  # -0 is no unsigned integer
    if number is None:
        raise ValueError(f"must be a whole number, not {shown(value)}")
    if not bounds[0] <= number <= bounds[1]:
        raise ValueError(f"is {number}, which is no {what} ({bounds[0]} to {bounds[1]})")
    return number


def _int32(value: Any) -> int:
    return _whole(value, _INT32, "int32")


def _uint32(value: Any) -> int:
    return _whole(value, _RANGES["uint32"], "uint32")


def _int64(value: Any) -> str:
    return str(_whole(value, _RANGES["int64"], "int64"))


def _double(value: Any) -> Any:
    if value is None:
        return 0.0
    if isinstance(value, str):
        if value in ("NaN", "Infinity", "-Infinity"):
            return str(value)
        text = value.strip(" ")
        if text == "null":
            return 0.0
        if _NUMBER.match(text):
            return finite(float(text))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        return finite(value)
    raise ValueError(f"must be a number, not {shown(value)}")


def finite(value: float) -> float:
    """Return a number as a float64; integers that are exact stay integers."""
    if isinstance(value, int) and abs(value) <= _EXACT_FLOAT:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("must be a number that a float64 can hold")
    return number


SCALARS: Final[dict[str, Callable[[Any], Any]]] = {
    "bool": _boolean,
    "double": _double,
    "int32": _int32,
    "int64": _int64,
    "string": _string,
    "uint32": _uint32,
}


def enum_value(enum: Enum, value: Any) -> str | int:
    """Return the name of an enum's value given as name or number; an unknown number stays one."""
    if isinstance(value, str):
        if value in enum.numbers:
            return enum.names[enum.numbers[value]]
        hint = suggestion(value.upper(), list(enum.numbers))
        names = ", ".join(sorted(enum.numbers, key=lambda name: enum.numbers[name]))
        raise ValueError(f'has the unknown value "{value}": {hint or f"one of {names}"}')
    if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
        raise ValueError(f"must be a name or number of {enum.go}, not {shown(value)}")
    number = _int32(value)
    return enum.names.get(number, number)


def duration(value: Any) -> str:
    """Return a duration (``1m30s``) in its canonical form (``90s``)."""
    if value is None:
        return "0s"
    if not isinstance(value, str):
        raise ValueError(f'must be a duration such as "10s", not {shown(value)}')
    try:
        return duration_text(parse_duration(value))
    except ValueError:
        raise ValueError(f'must be a duration such as "10s", not {shown(value)}') from None


def duration_text(nanos: int) -> str:
    """Return nanoseconds as protobuf's JSON has them: seconds with 0, 3, 6 or 9 digits."""
    seconds, rest = divmod(abs(nanos), _SECOND)
    digits = f"{rest:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    sign = "-" if nanos < 0 else ""
    return f"{sign}{seconds}.{digits}s" if digits else f"{sign}{seconds}s"


def duration_nanos(text: str) -> int:
    """Return the nanoseconds of a duration in its canonical form."""
    whole, _point, fraction = text.removesuffix("s").lstrip("-").partition(".")
    nanos = int(whole) * _SECOND + int(fraction.ljust(9, "0") if fraction else 0)
    return -nanos if text.startswith("-") else nanos


def int_or_string(value: Any) -> int | str:
    """Return istioctl's IntOrString: text stays text, anything else must be an int32."""
    if isinstance(value, str):
        return str(value)
    try:
        return _int32(value)
    except ValueError:
        raise ValueError(f"must be a whole number or text, not {shown(value)}") from None
