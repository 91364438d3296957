# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile pipelines and terms to closures."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from .builtins import BUILTINS
from .calls import CALL_ERRORS, Stage, call_error, compile_call, compile_stage
from .fields import Selector
from .functions import Function, Param, Signature, signature_of
from .nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Node,
    Number,
    Pipe,
    String,
    Tree,
    Variable,
)
from .objects import NIL
from .runtime import UNDEFINED, Code, Context, MissingKey, Places, Scope, Slot
from .typed import checked, constant_code, raising

_CONSTANTS = (Bool, Number, String)


def _dot(dot: Any, variables: list[Any], context: Context) -> Any:
    return dot


class Expressions:
    """Compiles the expressions of one template."""

    def __init__(
        self, tree: Tree, functions: Mapping[str, Function], missing_key: MissingKey, scope: Scope
    ) -> None:
        self.places = Places(tree)
        self.functions = functions
        self.missing_key = missing_key
        self.scope = scope

    # Pipelines.

    def pipe(self, pipe: Pipe) -> Code:
        """Return the code of a pipeline; its variables become visible after it."""
        code = self.commands(pipe)
        if not pipe.variables:
            return code
        if pipe.assign:
            return self._assign(pipe, code)
        slots = [self.scope.declare(variable.names[0]).index for variable in pipe.variables]
        first, last = slots[0], slots[-1]

        def declare(dot: Any, variables: list[Any], context: Context) -> Any:
            value = variables[first] = variables[last] = code(dot, variables, context)
            return value

        return declare

    def _assign(self, pipe: Pipe, code: Code) -> Code:
        targets = [(self.slots(variable), variable) for variable in pipe.variables]
        blamed = pipe

        def assign(dot: Any, variables: list[Any], context: Context) -> Any:
            value = code(dot, variables, context)
            for slots, variable in targets:
                slot = self.living(slots, variable, blamed, variables)
                variables[slot.index] = value
                if slot.kind:
                    variables[slot.kind] = False
            return value

        return assign

    def slots(self, variable: Variable) -> list[Slot]:
        """Return where a variable may live, innermost first."""
        return self.scope.find(variable.names[0])

    def living(
        self, slots: list[Slot], variable: Variable, blamed: Node, variables: list[Any]
    ) -> Slot:
        """Return the innermost slot that has been set."""
        for slot in slots:
            if variables[slot.index] is not UNDEFINED:
                return slot
        raise self.places.last(blamed, f"undefined variable: {variable.names[0]}", variables)

    def commands(self, pipe: Pipe) -> Code:
        """Return the code of a pipeline without its variables."""
        first = self.command(pipe.commands[0], pipe)
        stages = [
            self.stage(command, before) for before, command in itertools.pairwise(pipe.commands)
        ]
        if not stages:
            return first
        if len(stages) == 1:
            only = stages[0]

            def two(dot: Any, variables: list[Any], context: Context) -> Any:
                return only(dot, variables, context, first(dot, variables, context))

            return two

        def many(dot: Any, variables: list[Any], context: Context) -> Any:
            value = first(dot, variables, context)
            for stage in stages:
                value = stage(dot, variables, context, value)
            return value

        return many

    # Commands.

    def command(self, command: Command, pipe: Pipe) -> Code:
        """Return the code of the first command of a pipeline."""
        word = command.args[0]
        if isinstance(word, Identifier):
            return self.call(word, command, command.args[1:])
        if len(command.args) > 1:
            if self._is_chain(word):
                return self._method(word, command.args[1:])
            message = f"can't give argument to non-function {word.source()}"
            return raising(self.places, pipe if isinstance(word, Pipe) else word, message)
        if isinstance(word, Nil):
            return raising(self.places, word, "nil is not a command")
        return self.term(word)

    def stage(self, command: Command, before: Command) -> Stage:
        """Return the code of a later command of a pipeline."""
        word, arguments = command.args[0], command.args[1:]
        if isinstance(word, Identifier):
            return self._call_stage(word, command, arguments)
        if self._is_chain(word):
            return self._method_stage(word, arguments)
        blamed = before if isinstance(word, Pipe) else word
        message = f"can't give argument to non-function {word.source()}"
        places = self.places

        def refuse(dot: Any, variables: list[Any], context: Context, piped: Any) -> Any:
            raise places.last(blamed, message, variables)

        return refuse

    @staticmethod
    def _is_chain(word: Node) -> bool:
        return isinstance(word, (Field, Chain)) or (
            isinstance(word, Variable) and len(word.names) > 1
        )

    def term(self, node: Node) -> Code:
        """Return the code of a term without arguments; nil out of a container becomes None."""
        if isinstance(node, Field):
            return self.selector(node).compile(None, self.scope.dot_kind)
        if isinstance(node, Variable):
            if len(node.names) > 1:
                return self.selector(node).compile(self.variable(node), self._kind(node))
            return self.variable(node, plain=True)
        if isinstance(node, Chain):
            if isinstance(node.node, Nil):
                message = f"indirection through explicit nil in {node.source()}"
                return raising(self.places, node, message)
            return self.selector(node).compile(self.term(node.node), 0)
        if isinstance(node, Pipe):
            return self.pipe(node)
        if isinstance(node, Dot):
            return _dot
        if isinstance(node, Identifier):
            return self.call(node, node, [])
        return constant_code(self.places, node)

    def selector(self, node: Node) -> Selector:
        """Return the selector of a field chain."""
        names: list[str] = getattr(node, "names", [])
        if isinstance(node, Variable):
            names = names[1:]
        return Selector(self.places, node, names, self.missing_key)

    def variable(self, node: Variable, *, plain: bool = False) -> Code:
        """Return the code that reads a variable; ``plain`` turns NIL into None."""
        slots = self.slots(node)
        if len(slots) == 1 and not slots[0].conditional:
            index = slots[0].index
            if not (plain and slots[0].ranged):
                return lambda dot, variables, context: variables[index]

            def read(dot: Any, variables: list[Any], context: Context) -> Any:
                value = variables[index]
                return None if value is NIL else value

            return read

        def search(dot: Any, variables: list[Any], context: Context) -> Any:
            value = variables[self.living(slots, node, node, variables).index]
            return None if plain and value is NIL else value

        return search

    # Calls.

    def signature(self, name: str) -> tuple[Signature, bool]:
        """Return the signature of a function, and whether it is Go's own."""
        function = self.functions[name]
        return signature_of(function), BUILTINS.get(name) is function

    def call(self, word: Identifier, node: Node, arguments: list[Node]) -> Code:
        """Return the code of a function call; errors of the function point to ``node``."""
        name = word.name
        signature, builtin = self.signature(name)
        wrong = signature.wrong_count(name, len(arguments), len(arguments))
        if wrong:
            return raising(self.places, word, wrong)
        if builtin and name in ("and", "or"):
            return self._logic(name == "or", node, arguments)
        args = self._arguments(signature, arguments, name if builtin else "")
        if not args:
            return self._call_none(node, name)
        return compile_call(self.places, node, name, args)

    def _call_none(self, node: Node, name: str) -> Code:
        places = self.places

        def call(dot: Any, variables: list[Any], context: Context) -> Any:
            try:
                return context.functions[name]()
            except CALL_ERRORS as error:
                raise call_error(places, node, name, error) from error

        return call

    def _arguments(self, signature: Signature, nodes: list[Node], raw: str = "") -> list[Code]:
        """Return the code of arguments; ``raw`` names a built-in function with looks of its own.

        ``len`` tells a nil out of a container from no value; ``slice`` accepts no index that came
        out of a container of any values. Both are given NIL then.
        """
        codes: list[Code] = []
        if raw == "call":
            callee = nodes[0].source() if nodes else "function"
            codes.append(lambda dot, variables, context: callee)
        for at, node in enumerate(nodes):
            code = self.argument(node, signature.param(at))
            if raw == "len" or (raw == "slice" and at):
                code = self._raw(node, code, only_nil=raw == "len")
            codes.append(code)
        return codes

    def _raw(self, node: Node, code: Code, only_nil: bool) -> Code:
        origin = self._origin(node)
        if origin is None:
            return code
        from_container = origin

        def raw(dot: Any, variables: list[Any], context: Context) -> Any:
            value = code(dot, variables, context)
            if only_nil and value is not None:
                return value
            return NIL if from_container(dot, variables, context) else value

        return raw

    def _call_stage(self, word: Identifier, node: Node, arguments: list[Node]) -> Stage:
        name = word.name
        signature, builtin = self.signature(name)
        wrong = signature.wrong_count(name, len(arguments), len(arguments) + 1)
        if wrong:
            error = raising(self.places, word, wrong)
            return lambda dot, variables, context, piped: error(dot, variables, context)
        if builtin and name in ("and", "or"):
            return self._logic_stage(name == "or", node, arguments)
        args = self._arguments(signature, arguments, name if builtin else "")
        blamed = arguments[-1] if arguments else word
        param = signature.param(len(arguments))
        return compile_stage(self.places, node, name, args, param, blamed)

    def _logic(self, is_or: bool, node: Node, arguments: list[Node]) -> Code:
        codes = self._logic_codes(arguments)
        reached = self.places.logic[node] = self.scope.reserve()

        def logic(dot: Any, variables: list[Any], context: Context) -> Any:
            value = None
            at = 0
            for code in codes:
                at += 1
                value = code(dot, variables, context)
                if (not value) is not is_or:
                    break
            variables[reached] = at
            return value

        return logic

    def _logic_stage(self, is_or: bool, node: Node, arguments: list[Node]) -> Stage:
        codes = self._logic_codes(arguments)
        reached = self.places.logic[node] = self.scope.reserve()

        def logic(dot: Any, variables: list[Any], context: Context, piped: Any) -> Any:
            at = 0
            for code in codes:
                at += 1
                value = code(dot, variables, context)
                if (not value) is not is_or:
                    variables[reached] = at
                    return value
            variables[reached] = at
            return piped

        return logic

    def _logic_codes(self, arguments: list[Node]) -> list[Code]:
        """Compile the operands of and/or; those after the first may be skipped."""
        codes: list[Code] = []
        for at, node in enumerate(arguments):
            self.scope.conditional += at > 0
            codes.append(self.argument(node, _ANY))
            self.scope.conditional -= at > 0
        return codes

    def argument(self, node: Node, param: Param) -> Code:
        """Return the code of an argument, checked against the parameter's type."""
        if isinstance(node, Nil):
            if param.nilable:
                return lambda dot, variables, context: None
            return raising(self.places, node, f"cannot assign nil to {param.name}")
        if isinstance(node, _CONSTANTS):
            return constant_code(self.places, node, param)
        if param.any:
            return self.term(node)
        if isinstance(node, Chain) and not isinstance(node.node, Nil):
            # Its term may declare variables or have effects: it is not evaluated twice.
            code = self.selector(node).marking(self.term(node.node))
        else:
            code = self.term(node)
        return checked(self.places, node, param, code, self._origin(node))

    def _kind(self, node: Variable) -> int:
        """Return the place that says whether a variable's value came out of a container."""
        slots = self.slots(node)
        return slots[0].kind if len(slots) == 1 else 0

    def _origin(self, node: Node) -> Code | None:
        """Return code that tells whether a nil argument came out of a container."""
        if isinstance(node, Dot):
            kind = self.scope.dot_kind
            return lambda dot, variables, context: kind > 0 and variables[kind]
        if isinstance(node, Variable) and len(node.names) == 1:
            kind = self._kind(node)
            return (lambda dot, variables, context: variables[kind]) if kind else None
        if isinstance(node, Chain) or not self._is_chain(node):
            return None
        selector = self.selector(node)
        start, kind = self._start(node)

        def origin(dot: Any, variables: list[Any], context: Context) -> bool:
            first = start(dot, variables, context)
            return selector.from_container(first, kind > 0 and variables[kind], variables)

        return origin

    # Methods.

    def _start(self, word: Node) -> tuple[Code, int]:
        """Return the first receiver of a chain, and its kind as for ``Selector.compile``."""
        if isinstance(word, Variable):
            return self.variable(word), self._kind(word)
        if isinstance(word, Chain):
            return self.term(word.node), 0
        return _dot, self.scope.dot_kind

    def _method(self, word: Node, arguments: list[Node]) -> Code:
        stage = self._method_stage(word, arguments, piped=False)
        return lambda dot, variables, context: stage(dot, variables, context, None)

    def _method_stage(self, word: Node, arguments: list[Node], piped: bool = True) -> Stage:
        selector, places = self.selector(word), self.places
        start, kind = self._start(word)
        # The types are known only at run time: each argument is compiled for any value, and
        # constants once more for the type wanted.
        codes = [self.term(node) if not isinstance(node, Nil) else _none for node in arguments]
        name = selector.names[-1]
        blamed = arguments[-1] if arguments else word
        total = len(arguments) + piped

        def call(dot: Any, variables: list[Any], context: Context, value: Any) -> Any:
            receiver = start(dot, variables, context)
            in_container = kind > 0 and variables[kind]
            method = selector.method(receiver, in_container, len(codes), total, variables)
            signature = signature_of(method)
            values: list[Any] = []
            for at, code in enumerate(codes):
                node, param = arguments[at], signature.param(at)
                if isinstance(node, (*_CONSTANTS, Nil)):
                    code = self.argument(node, param)
                given = code(dot, variables, context)
                wrong = param.refusal(given, False)
                if wrong:
                    raise places.last(node, wrong, variables)
                values.append(given)
            if piped:
                wrong = signature.param(len(codes)).refusal(value, False)
                if wrong:
                    raise places.last(blamed, wrong, variables)
                values.append(value)
            try:
                return method(*values)
            except CALL_ERRORS as error:
                raise call_error(places, word, name, error) from error

        return call


def _none(dot: Any, variables: list[Any], context: Context) -> Any:
    return None


_ANY = signature_of(len).params[0]
