# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calling template functions from compiled code, and what their failures become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .errors import FunctionError, TemplateError
from .functions import Param
from .nodes import Node
from .objects import TypedList
from .runtime import Code, Context, Places

# The longest text, and the longest list, that a function may return: what doubles in a loop would
# else take all memory.
MAX_TEXT: Final = 20_000_000
_LONGEST: Final[dict[type, int]] = {str: MAX_TEXT, list: 2_000_000, TypedList: 2_000_000}

# What a function may raise; Go likewise turns a panic inside a function into an error.
CALL_ERRORS = (FunctionError, TemplateError, ArithmeticError, LookupError, TypeError, ValueError)


def fitting(value: Any) -> Any:
    """A function's result, unless it is too long: then raises FunctionError."""
    longest = _LONGEST.get(value.__class__)
    if longest is not None and len(value) > longest:
        what = "characters" if value.__class__ is str else "elements"
        raise FunctionError(f"the result has more than {longest} {what}; refused")
    return value


def call_error(places: Places, node: Node, name: str, error: Exception) -> TemplateError:
    """Return the error of a failed call at its place."""
    if isinstance(error, TemplateError):
        return places.error(node, f"error calling {name}", error)
    return places.error(node, f"error calling {name}: {error}")


def compile_call(places: Places, node: Node, name: str, args: list[Code]) -> Code:
    """Return code that evaluates the arguments in order and calls the function of that name."""
    if len(args) == 1:
        return _call_one(places, node, name, args[0])
    if len(args) == 2:
        return _call_two(places, node, name, args[0], args[1])

    def call(dot: Any, variables: list[Any], context: Context) -> Any:
        values = [arg(dot, variables, context) for arg in args]
        try:
            return fitting(context.functions[name](*values))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    return call


def _call_one(places: Places, node: Node, name: str, arg: Code) -> Code:
    def call(dot: Any, variables: list[Any], context: Context) -> Any:
        value = arg(dot, variables, context)
        try:
            return fitting(context.functions[name](value))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    return call


def _call_two(places: Places, node: Node, name: str, first: Code, second: Code) -> Code:
    # Without a list of arguments: nested includes must not use up the C stack.
    def call(dot: Any, variables: list[Any], context: Context) -> Any:
        value = first(dot, variables, context)
        other = second(dot, variables, context)
        try:
            return fitting(context.functions[name](value, other))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    return call


# Code of a later stage of a pipeline: the last argument is the value of the stage before.
Stage = Callable[[Any, list[Any], Context, Any], Any]


def compile_stage(
    places: Places, node: Node, name: str, args: list[Code], param: Param, blamed: Node
) -> Stage:
    """Return the call of a function at a later stage of a pipeline.

    The piped value is checked against ``param`` after the other arguments were evaluated, and a
    wrong type is reported at ``blamed``, both as in Go.
    """
    exact, unchecked = param.exact, param.any

    def check(piped: Any, variables: list[Any]) -> None:
        message = param.refusal(piped, False)
        if message:
            raise places.last(blamed, message, variables)

    def alone(dot: Any, variables: list[Any], context: Context, piped: Any) -> Any:
        if not (unchecked or piped.__class__ is exact):
            check(piped, variables)
        try:
            return fitting(context.functions[name](piped))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    if not args:
        return alone
    first = args[0]

    def after_one(dot: Any, variables: list[Any], context: Context, piped: Any) -> Any:
        value = first(dot, variables, context)
        if not (unchecked or piped.__class__ is exact):
            check(piped, variables)
        try:
            return fitting(context.functions[name](value, piped))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    if len(args) == 1:
        return after_one

    def after_more(dot: Any, variables: list[Any], context: Context, piped: Any) -> Any:
        values = [arg(dot, variables, context) for arg in args]
        if not (unchecked or piped.__class__ is exact):
            check(piped, variables)
        try:
            return fitting(context.functions[name](*values, piped))
        except CALL_ERRORS as error:
            raise call_error(places, node, name, error) from error

    return after_more
