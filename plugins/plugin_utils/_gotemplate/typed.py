# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constants and checked arguments of compiled expressions."""

from __future__ import annotations

from typing import Any

from .functions import Param
from .nodes import Bool, Node, Number, String
from .objects import NIL
from .runtime import Code, Context, Places


def raising(places: Places, node: Node, message: str) -> Code:
    """Return code that fails with a message at a node, when it is reached."""

    def fail(dot: Any, variables: list[Any], context: Context) -> Any:
        raise places.error(node, message)

    return fail


def constant_code(places: Places, node: Node, param: Param | None = None) -> Code:
    """Return code that gives a constant, as the parameter's type if one is given."""
    value: Any
    if param is not None and not param.any:
        try:
            value = param.constant(node)
        except ValueError as error:
            return raising(places, node, str(error))
    elif isinstance(node, (Bool, String)):
        value = node.value
    elif isinstance(node, Number):
        try:
            value = _ideal(node)
        except ValueError as error:
            return raising(places, node, str(error))
    else:
        return raising(places, node, f"can't evaluate command {node.source()}")
    return lambda dot, variables, context: value


def _ideal(node: Number) -> Any:
    """Return the value of a number where no type is asked for."""
    text = node.text
    if node.as_complex is not None:
        return node.as_complex
    is_hex = text[:2] in ("0x", "0X") and len(text) > 2 and not any(c in text for c in "pP")
    looks_float = any(char in ".eEpP" for char in text)
    if node.as_float is not None and not is_hex and text[0] != "'" and looks_float:
        return node.as_float
    if node.as_int is not None:
        return node.as_int
    if node.as_uint is not None:
        raise ValueError(f"{text} overflows int")
    return None


def checked(places: Places, blamed: Node, param: Param, value: Code, origin: Code | None) -> Code:
    """Return the code of an argument that must fit a type; a misfit is reported at ``blamed``.

    ``origin`` tells whether a nil came out of a container.
    """
    exact = param.exact

    def check(dot: Any, variables: list[Any], context: Context) -> Any:
        given = value(dot, variables, context)
        if given.__class__ is exact:
            return given
        in_container = given is NIL
        if in_container:
            given = None
        elif given is None and origin is not None:
            in_container = bool(origin(dot, variables, context))
        message = param.refusal(given, in_container)
        if message:
            raise places.last(blamed, message, variables)
        return given

    return check
