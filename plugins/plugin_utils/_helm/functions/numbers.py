# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's arithmetic. Integers are int64 and wrap around as Go's do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int64,
    TypedList,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import (
    int64,
    to_float,
    to_int,
)

_MAX_STEPS: Final = 1_000_000


@gofunc("int", (object,))
def int_(value: Any) -> int:
    """Any value as int."""
    return to_int(value)


@gofunc("int64", (object,))
def int64_(value: Any) -> Int64:
    """Any value as int64."""
    return int64(to_int(value))


@gofunc("float64", (object,))
def float64(value: Any) -> float:
    """Any value as float64."""
    return to_float(value)


@gofunc("atoi", (str,))
def atoi(text: str) -> int:
    """A decimal number, or 0."""
    digits = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    sound = digits.isascii() and digits.isdigit() and -(2**63) <= int(text) < 2**63
    return int(text) if sound else 0


@gofunc("toDecimal", (object,))
def to_decimal(value: Any) -> Int64:
    """Read an octal number, or 0."""
    text = format_value(value)
    digits = text.removeprefix("-").removeprefix("+")
    sound = bool(digits) and all(char in "01234567" for char in digits)
    return int64(int(text, 8)) if sound else Int64(0)


@gofunc("add1", (object,))
def add1(value: Any) -> Int64:
    """One more."""
    return int64(to_int(value) + 1)


@gofunc("add", (object,), variadic=True)
def add(*values: Any) -> Int64:
    """Sum."""
    return int64(sum(map(to_int, values)))


@gofunc("sub", (object, object))
def sub(left: Any, right: Any) -> Int64:
    """Difference."""
    return int64(to_int(left) - to_int(right))


@gofunc("mul", (object, object), variadic=True)
def mul(first: Any, *values: Any) -> Int64:
    """Product."""
    product = to_int(first)
    for value in values:
        product *= to_int(value)
    return int64(product)


def _divide(left: Any, right: Any) -> tuple[int, int]:
    """Quotient and remainder, cut off towards zero as Go does."""
    a, b = to_int(left), to_int(right)
    if b == 0:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(a) // abs(b)
    quotient = quotient if (a < 0) == (b < 0) else -quotient
    return quotient, a - b * quotient


@gofunc("div", (object, object))
def div(left: Any, right: Any) -> Int64:
    """Whole quotient."""
    return int64(_divide(left, right)[0])


@gofunc("mod", (object, object))
def mod(left: Any, right: Any) -> Int64:
    """Remainder."""
    return int64(_divide(left, right)[1])


@gofunc("max", (object, object), variadic=True)
def max_(first: Any, *values: Any) -> Int64:
    """The biggest."""
    return int64(max(to_int(first), *map(to_int, values)) if values else to_int(first))


@gofunc("min", (object, object), variadic=True)
def min_(first: Any, *values: Any) -> Int64:
    """The smallest."""
    return int64(min(to_int(first), *map(to_int, values)) if values else to_int(first))


@gofunc("maxf", (object, object), variadic=True)
def maxf(first: Any, *values: Any) -> float:
    """The biggest."""
    return max([to_float(first), *map(to_float, values)])


@gofunc("minf", (object, object), variadic=True)
def minf(first: Any, *values: Any) -> float:
    """The smallest."""
    return min([to_float(first), *map(to_float, values)])


def _decimal(operation: str, first: Any, values: tuple[Any, ...]) -> float:
    """Calculate with decimals, as sprig does by shopspring/decimal (16 places for a quotient)."""
    from decimal import ROUND_HALF_UP, Context, Decimal

    context = Context(prec=800)
    result = Decimal(repr(to_float(first)))
    for value in values:
        operand = Decimal(repr(to_float(value)))
        if operation == "add":
            result = context.add(result, operand)
        elif operation == "sub":
            result = context.subtract(result, operand)
        elif operation == "mul":
            result = context.multiply(result, operand)
        elif not operand:
            raise FunctionError("decimal division by 0")
        else:
            exact = context.divide(result, operand)
            result = exact.quantize(Decimal(1).scaleb(-16), ROUND_HALF_UP, context)
    return float(result)


@gofunc("add1f", (object,))
def add1f(value: Any) -> float:
    """One more."""
    return _decimal("add", value, (1,))


@gofunc("addf", (object,), variadic=True)
def addf(*values: Any) -> float:
    """Sum."""
    return _decimal("add", 0.0, values)


@gofunc("subf", (object, object), variadic=True)
def subf(first: Any, *values: Any) -> float:
    """Difference."""
    return _decimal("sub", first, values)


@gofunc("mulf", (object, object), variadic=True)
def mulf(first: Any, *values: Any) -> float:
    """Product."""
    return _decimal("mul", first, values)


@gofunc("divf", (object, object), variadic=True)
def divf(first: Any, *values: Any) -> float:
    """Quotient."""
    return _decimal("div", first, values)


def _whole(value: float, step: Callable[[float], int]) -> float:
    return float(step(value)) if math.isfinite(value) else value


@gofunc("floor", (object,))
def floor(value: Any) -> float:
    """Round down."""
    return _whole(to_float(value), math.floor)


@gofunc("ceil", (object,))
def ceil(value: Any) -> float:
    """Round up."""
    return _whole(to_float(value), math.ceil)


@gofunc("round", (object, int, float), variadic=True)
def round_(value: Any, places: int, *round_on: float) -> float:
    """Round to places; from which fraction on is upwards may be said."""
    power = math.pow(10, places)
    digit = power * to_float(value)
    fraction = math.modf(digit)[0]
    step = math.ceil if fraction >= (round_on[0] if round_on else 0.5) else math.floor
    return _whole(digit, step) / power


def _steps(start: int, stop: int, step: int) -> list[int]:
    if (stop < start and step >= 0) or (stop >= start and step <= 0):
        return []
    numbers = range(start, stop, step)
    if len(numbers) > _MAX_STEPS:
        raise FunctionError(f"more than {_MAX_STEPS} numbers asked for; refused")
    return list(numbers)


@gofunc("until", (int,))
def until(count: int) -> TypedList:
    """0, 1... below a number."""
    return TypedList(_steps(0, count, -1 if count < 0 else 1), "int")


@gofunc("untilStep", (int, int, int))
def until_step(start: int, stop: int, step: int) -> TypedList:
    """Numbers from, below, by."""
    return TypedList(_steps(start, stop, step), "int")


@gofunc("seq", (int,), variadic=True)
def seq(*params: int) -> str:
    """Numbers as the shell's seq prints them, on one line."""
    if not params or len(params) > 3:
        return ""
    start = 1 if len(params) == 1 else params[0]
    end = params[-1]
    increment = -1 if end < start else 1
    step = increment
    if len(params) == 3:
        step = params[1]
        if end < start and step > 0:
            return ""
    return " ".join(map(str, _steps(start, end + increment, step)))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            add, add1, add1f, addf, atoi, ceil, div, divf, float64, floor, int64_, int_, max_,
            maxf, min_, minf, mod, mul, mulf, round_, seq, sub, subf, to_decimal, until, until_step,
        )
    },
    "biggest": max_,
}  # fmt: skip
