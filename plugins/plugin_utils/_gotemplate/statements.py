# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile the statements of a template: text, actions, if, with, range, template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import LimitError
from .expressions import Expressions
from .functions import Function
from .nodes import Action, Branch, Call, Jump, Node, Pipe, Text, Tree
from .objects import NIL
from .printing import format_value, to_text
from .ranging import BREAK, CONTINUE, has_any_elements, items_of
from .runtime import UNDEFINED, Code, Context, MissingKey, Scope, ranged_names
from .strconv import quote

_TEXT, _ACTION, _DECLARATION, _STATEMENT = range(4)


class Program:
    """A compiled template: its code and the number of variables it needs."""

    __slots__ = ("code", "size", "tree")

    def __init__(self, tree: Tree, code: Code, size: int) -> None:
        self.tree = tree
        self.code = code
        self.size = size

    def run(self, data: Any, context: Context) -> None:
        """Execute the template with ``data`` as dot and ``$``."""
        variables: list[Any] = [UNDEFINED] * self.size
        variables[0] = data
        self.code(data, variables, context)


def compile_tree(tree: Tree, functions: Mapping[str, Function], missing_key: MissingKey) -> Program:
    """Compile a parsed template."""
    scope = Scope(ranged_names(tree.root))
    code = _Statements(tree, functions, missing_key, scope).list(tree.root)
    return Program(tree, code, scope.size)


class _Statements(Expressions):
    """Compiles the statements of one template."""

    def list(self, nodes: list[Node]) -> Code:
        """Return the code of a list of nodes; its variables are forgotten at its end."""
        visible = len(self.scope.visible)
        items: list[tuple[int, Any]] = []
        jumps = False
        for node in nodes:
            if isinstance(node, Text):
                items.append((_TEXT, node.text))
            elif isinstance(node, Action):
                code = self.pipe(node.pipe)
                items.append((_DECLARATION if node.pipe.variables else _ACTION, code))
            elif isinstance(node, Branch):
                items.append((_STATEMENT, self._branch(node)))
                jumps = jumps or _jumps(node)
            elif isinstance(node, Call):
                items.append((_STATEMENT, self._template(node)))
            elif isinstance(node, Jump):
                items.append((_STATEMENT, _break if node.word == "break" else _continue))
                jumps = True
        del self.scope.visible[visible:]
        return _sequence_with_jumps(items) if jumps else _sequence(items)

    def _branch(self, node: Branch) -> Code:
        visible = len(self.scope.visible)
        try:
            if node.word == "range":
                return self._range(node)
            return self._condition(node)
        finally:
            del self.scope.visible[visible:]

    def _condition(self, node: Branch) -> Code:
        test = self.pipe(node.pipe)
        dot_kind = self.scope.dot_kind
        is_with = node.word == "with"
        if is_with:
            self.scope.dot_kind = 0
        body = self.list(node.body)
        self.scope.dot_kind = dot_kind
        otherwise = None if node.otherwise is None else self.list(node.otherwise)

        def run_if(dot: Any, variables: list[Any], context: Context) -> Any:
            if test(dot, variables, context):
                return body(dot, variables, context)
            if otherwise is not None:
                return otherwise(dot, variables, context)
            return None

        def run_with(dot: Any, variables: list[Any], context: Context) -> Any:
            value = test(dot, variables, context)
            if value:
                return body(value, variables, context)
            if otherwise is not None:
                return otherwise(dot, variables, context)
            return None

        return run_with if is_with else run_if

    def _range(self, node: Branch) -> Code:
        scope, places = self.scope, self.places
        pipe = node.pipe
        source = self.pipe(pipe)
        kind = scope.reserve()
        store = self._loop_variables(pipe, kind)
        dot_kind, before = scope.dot_kind, len(scope.conditionals)
        scope.dot_kind = kind
        body = self.list(node.body)
        scope.dot_kind = dot_kind
        # A declaration in the body that and/or skips must not leave the last round's value.
        stale = scope.conditionals[before:]
        otherwise = None if node.otherwise is None else self.list(node.otherwise)
        double = len(pipe.variables) > 1

        def run_range(dot: Any, variables: list[Any], context: Context) -> Any:
            value = source(dot, variables, context)
            items = items_of(value, double)
            if items is None:
                message = f"range can't iterate over {format_value(value)}"
                raise places.last(pipe, message, variables)
            if isinstance(items, str):
                raise places.last(pipe, items, variables)
            variables[kind] = has_any_elements(value)
            ran = False
            tick = context.engine.tick
            try:
                for index, element in items:
                    ran = True
                    tick()
                    for slot in stale:
                        variables[slot] = UNDEFINED
                    if store is not None:
                        store(variables, index, NIL if element is None else element)
                    if body(element, variables, context) == BREAK:
                        break
            except LimitError as error:
                raise places.error(pipe, str(error)) from None
            if not ran and otherwise is not None:
                # As in Go: a break there ends this range, a continue the outer one's round.
                jump = otherwise(dot, variables, context)
                return None if jump == BREAK else jump
            return None

        return run_range

    def _loop_variables(self, pipe: Pipe, kind: int) -> Callable[[Any, Any, Any], None] | None:
        """Return what sets the variables of a range for each element."""
        if not pipe.variables:
            return None
        names = pipe.variables
        if pipe.assign:
            targets = [(self.slots(variable), variable) for variable in names]

            def assign(variables: list[Any], index: Any, element: Any) -> None:
                pair = (element,) if len(targets) == 1 else (index, element)
                for (slots, variable), value in zip(targets, pair, strict=True):
                    slot = self.living(slots, variable, pipe, variables)
                    variables[slot.index] = value
                    if slot.kind:
                        variables[slot.kind] = variables[kind]

            return assign
        declared = self.scope.visible[-len(names) :]
        own = self.scope.reserve()
        declared[-1].ranged, declared[-1].kind = True, own
        first, last = declared[0].index, declared[-1].index

        def declare(variables: list[Any], index: Any, element: Any) -> None:
            variables[first] = index
            variables[last] = element
            variables[own] = variables[kind]

        return declare

    def _template(self, node: Call) -> Code:
        places, name = self.places, node.name
        pipe = None if node.pipe is None else self.pipe(node.pipe)

        def run_template(dot: Any, variables: list[Any], context: Context) -> Any:
            engine = context.engine
            program = engine.program(name)
            if program is None:
                raise places.error(node, f"template {quote(name)} not defined")
            data = None if pipe is None else pipe(dot, variables, context)
            engine.call(program, data, context, places, node)

        return run_template


def _jumps(node: Branch) -> bool:
    """Return whether a break or continue leaves this if or with (a range keeps its own)."""
    if node.word == "range":
        return _leaves(node.otherwise or [])
    return _leaves(node.body) or _leaves(node.otherwise or [])


def _leaves(nodes: list[Node]) -> bool:
    return any(
        isinstance(node, Jump) or (isinstance(node, Branch) and _jumps(node)) for node in nodes
    )


def _break(dot: Any, variables: list[Any], context: Context) -> int:
    return BREAK


def _continue(dot: Any, variables: list[Any], context: Context) -> int:
    return CONTINUE


def _sequence(items: list[tuple[int, Any]]) -> Code:
    if len(items) == 1 and items[0][0] == _TEXT:
        text = items[0][1]
        return lambda dot, variables, context: context.write(text)

    def run(dot: Any, variables: list[Any], context: Context) -> None:
        write = context.write
        for kind, item in items:
            if kind == _TEXT:
                write(item)
            elif kind == _ACTION:
                value = item(dot, variables, context)
                write(value if value.__class__ is str else to_text(value))
            else:
                item(dot, variables, context)

    return run


def _sequence_with_jumps(items: list[tuple[int, Any]]) -> Code:
    def run(dot: Any, variables: list[Any], context: Context) -> Any:
        write = context.write
        for kind, item in items:
            if kind == _TEXT:
                write(item)
            elif kind == _ACTION:
                value = item(dot, variables, context)
                write(value if value.__class__ is str else to_text(value))
            elif kind == _DECLARATION:
                item(dot, variables, context)
            else:
                jump = item(dot, variables, context)
                if jump:
                    return jump
        return None

    return run
