# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse template text into trees, as Go's text/template/parse does."""

from __future__ import annotations

from collections.abc import Container

from . import lexer as lx
from .errors import TemplateError
from .lexer import Lexer, Token
from .nodes import (
    Action,
    Bool,
    Branch,
    Call,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Jump,
    Nil,
    Node,
    Number,
    Pipe,
    String,
    Text,
    Tree,
    Variable,
)
from .numbers import number_node
from .strconv import quote, unquote

# Go allows 10,000 nested parentheses.
_MAX_PARENTHESES = 10_000
_ARGUMENT_ENDS = frozenset((lx.RIGHT_DELIM, lx.RIGHT_PAREN))
_NOT_EXECUTABLE = (Bool, Dot, Nil, Number, String)
_OPERANDS = frozenset(
    (
        lx.BOOL,
        lx.CHAR_CONSTANT,
        lx.COMPLEX,
        lx.DOT,
        lx.FIELD,
        lx.IDENTIFIER,
        lx.NUMBER,
        lx.NIL,
        lx.RAW_STRING,
        lx.STRING,
        lx.VARIABLE,
        lx.LEFT_PAREN,
    )
)


class _End(Node):
    """What closes a list of nodes: an ``{{end}}`` or ``{{else}}``."""

    __slots__ = ("word",)

    def __init__(self, at: int, word: str) -> None:
        self.at = at
        self.word = word

    def source(self) -> str:
        return "{{" + self.word + "}}"


def parse(name: str, text: str, functions: Container[str]) -> dict[str, Tree]:
    """Return the trees of a template text by name: its own and those it defines.

    Raises TemplateError for wrong syntax, an unknown function or an undefined variable.
    """
    return _Parser(name, text, functions).run()


class _Parser:
    """The state of parsing one text. Nested definitions save and restore the tree's own state."""

    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        self.name = name
        self.text = text
        self.functions = functions
        self.tokens = Lexer(text, functions).run()
        self.tokens += self.tokens[-1:] * 4  # EOF (or the error) can be read again and again
        self.index = 0
        self.seen = 0  # how many tokens Go would have lexed: errors name the last one's line
        self.trees: dict[str, Tree] = {}
        self.variables = ["$"]
        self.action_line = 0
        self.range_depth = 0
        self.parentheses = 0

    def run(self) -> dict[str, Tree]:
        tree = Tree(self.name, self.name, self.text)
        while True:
            token = self._peek()
            if token[0] == lx.EOF:
                break
            if token[0] == lx.LEFT_DELIM and self.tokens[self.index + 1][0] == lx.DEFINE:
                self.index += 2
                self.seen = max(self.seen, self.index)
                self._definition()
                continue
            node = self._text_or_action()
            if isinstance(node, _End):
                self._fail(f"unexpected {node.source()}")
            tree.root.append(node)
        self._add(tree)
        return self.trees

    # Tokens.

    def _next(self) -> Token:
        token = self.tokens[self.index]
        if token[0] not in (lx.EOF, lx.ERROR):
            self.index += 1
            if self.index > self.seen:
                self.seen = self.index
        else:
            self.seen = max(self.seen, self.index + 1)
        return token

    def _peek(self) -> Token:
        if self.index >= self.seen:
            self.seen = self.index + 1
        return self.tokens[self.index]

    def _expect(self, kind: int, context: str) -> Token:
        token = self._next()
        if token[0] != kind:
            self._unexpected(token, context)
        return token

    # Errors.

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _fail(self, message: str) -> None:
        line = self._line(self.tokens[max(self.seen, 1) - 1][2])
        raise TemplateError(message, self.name, line)

    def _unexpected(self, token: Token, context: str) -> None:
        if token[0] == lx.ERROR:
            extra = ""
            if self.action_line not in (0, self._line(token[2])):
                extra = f" in action started at {self.name}:{self.action_line}"
                if token[1].endswith(" action"):
                    extra = extra.removeprefix(" in action")
            self._fail(token[1] + extra)
        self._fail(f"unexpected {lx.describe(token)} in {context}")

    # Lists and actions.

    def _add(self, tree: Tree) -> None:
        present = self.trees.get(tree.name)
        if present is None or present.is_empty():
            self.trees[tree.name] = tree
        elif not tree.is_empty():
            self._fail(f"template: multiple definition of template {quote(tree.name)}")

    def _nested(self, name: str, context: str) -> None:
        """Parse the body of a define or block as a tree of its own."""
        saved = self.variables, self.action_line, self.range_depth, self.parentheses
        self.variables, self.action_line, self.range_depth, self.parentheses = ["$"], 0, 0, 0
        tree = Tree(name, self.name, self.text)
        tree.root, end = self._list()
        if end.word != "end":
            self._fail(f"unexpected {end.source()} in {context}")
        self._add(tree)
        self.variables, self.action_line, self.range_depth, self.parentheses = saved

    def _definition(self) -> None:
        saved, self.action_line = self.action_line, 0
        name = self._string_name(self._next(), "define clause")
        self._expect(lx.RIGHT_DELIM, "define clause")
        self.action_line = saved
        self._nested(name, "define clause")

    def _string_name(self, token: Token, context: str) -> str:
        if token[0] not in (lx.STRING, lx.RAW_STRING):
            self._unexpected(token, context)
        return self._unquote(token[1])

    def _unquote(self, literal: str) -> str:
        try:
            return unquote(literal)
        except ValueError as error:
            self._fail(str(error))
            raise

    def _list(self) -> tuple[list[Node], _End]:
        nodes: list[Node] = []
        append = nodes.append
        while self._peek()[0] != lx.EOF:
            node = self._text_or_action()
            if isinstance(node, _End):
                return nodes, node
            append(node)
        self._fail("unexpected EOF")
        raise AssertionError

    def _text_or_action(self) -> Node:
        token = self._next()
        if token[0] == lx.TEXT:
            return Text(token[2], token[1])
        if token[0] != lx.LEFT_DELIM:
            self._unexpected(token, "input")
        self.action_line = self._line(token[2]) if self.tokens[-1][0] == lx.ERROR else 0
        node = self._action()
        self.action_line = 0
        return node

    def _action(self) -> Node:
        token = self._peek()
        kind = token[0]
        if kind > lx.FIRST_KEYWORD and kind not in (lx.DOT, lx.NIL, lx.DEFINE):
            self._next()
            if kind == lx.END:
                return _End(self._expect(lx.RIGHT_DELIM, "end")[2], "end")
            if kind == lx.ELSE:
                return self._else()
            if kind in (lx.IF, lx.WITH, lx.RANGE):
                return self._branch(token[1])
            if kind == lx.TEMPLATE:
                return self._template()
            if kind == lx.BLOCK:
                return self._block()
            return self._jump(token)
        return Action(token[2], self._pipeline("command", lx.RIGHT_DELIM))

    def _jump(self, token: Token) -> Node:
        shown = "{{" + token[1] + "}}"
        self._expect(lx.RIGHT_DELIM, shown)
        if not self.range_depth:
            self._fail(f"{shown} outside {{{{range}}}}")
        return Jump(token[2], token[1])

    def _else(self) -> _End:
        token = self._peek()
        if token[0] not in (lx.IF, lx.WITH):
            self._expect(lx.RIGHT_DELIM, "else")
        return _End(token[2], "else")

    def _branch(self, word: str) -> Branch:
        visible = len(self.variables)
        pipe = self._pipeline(word, lx.RIGHT_DELIM)
        self.range_depth += word == "range"
        body, end = self._list()
        self.range_depth -= word == "range"
        otherwise: list[Node] | None = None
        if end.word == "else":
            follow = self._peek()
            if word != "range" and follow[1] == word and follow[0] in (lx.IF, lx.WITH):
                self._next()
                otherwise = [self._branch(word)]
            else:
                otherwise, end = self._list()
                if end.word != "end":
                    self._fail(f"expected end; found {end.source()}")
        del self.variables[visible:]
        return Branch(pipe.at, word, pipe, body, otherwise)

    def _template(self) -> Call:
        token = self._next()
        name = self._string_name(token, "template clause")
        pipe = None
        if self._peek()[0] == lx.RIGHT_DELIM:
            self._next()
        else:
            pipe = self._pipeline("template clause", lx.RIGHT_DELIM)
        return Call(token[2], name, pipe)

    def _block(self) -> Call:
        token = self._next()
        name = self._string_name(token, "block clause")
        pipe = self._pipeline("block clause", lx.RIGHT_DELIM)
        self._nested(name, "block clause")
        return Call(token[2], name, pipe)

    # Pipelines.

    def _pipeline(self, context: str, end: int) -> Pipe:
        token = self._peek()
        pipe = Pipe(token[2])
        if token[0] == lx.VARIABLE:
            self._declarations(pipe, context)
        commands = pipe.commands
        while True:
            token = self._peek()
            kind = token[0]
            if kind == end:
                self._next()
                self._check(pipe, context)
                return pipe
            if kind not in _OPERANDS:
                self._unexpected(self._next(), context)
            commands.append(self._command())

    def _declarations(self, pipe: Pipe, context: str) -> None:
        while self._peek()[0] == lx.VARIABLE:
            variable = self._next()
            follow = self._peek()
            if follow[0] in (lx.ASSIGN, lx.DECLARE):
                self._next()
                pipe.assign = follow[0] == lx.ASSIGN
                self._declare(pipe, variable)
                return
            if follow[0] != lx.CHAR or follow[1] != ",":
                self.index -= 1
                return
            self._next()
            self._declare(pipe, variable)
            if context != "range" or len(pipe.variables) > 1:
                self._fail(f"too many declarations in {context}")
            if self._peek()[0] not in (lx.VARIABLE, lx.RIGHT_DELIM, lx.RIGHT_PAREN):
                self._fail("range can only initialize variables")

    def _declare(self, pipe: Pipe, token: Token) -> None:
        pipe.variables.append(Variable(token[2], [token[1]]))
        self.variables.append(token[1])

    def _check(self, pipe: Pipe, context: str) -> None:
        if not pipe.commands:
            self._fail(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            first = command.args[0]
            if isinstance(first, _NOT_EXECUTABLE):
                self._fail(f"non executable command in pipeline stage {stage}")

    def _command(self) -> Command:
        args: list[Node] = []
        command = Command(self._peek()[2], args)
        while True:
            operand = self._operand()
            if operand is not None:
                args.append(operand)
            token = self._peek()
            kind = token[0]
            if operand is not None and token[3] and kind not in _ARGUMENT_ENDS and kind != lx.PIPE:
                continue
            if kind == lx.PIPE:
                self._next()
            elif kind not in _ARGUMENT_ENDS:
                self._unexpected(self._next(), "operand")
            if not args:
                self._fail("empty command")
            return command

    def _operand(self) -> Node | None:
        node = self._term()
        if node is None:
            return None
        token = self._peek()
        if token[0] != lx.FIELD or token[3]:
            return node
        self._next()
        names = token[1][1:].split(".")
        if isinstance(node, Variable):
            return Variable(token[2], node.names + names)
        if isinstance(node, _NOT_EXECUTABLE):
            self._fail(f"unexpected . after term {quote(node.source())}")
        return Chain(token[2], node, names)

    def _term(self) -> Node | None:
        token = self._peek()
        kind, value, at, _spaced = token
        if kind not in _OPERANDS:
            return None
        self._next()
        if kind == lx.FIELD:
            names = value[1:].split(".")
            # Go points at the second link of a chain.
            return Field(at if len(names) == 1 else at + 1 + len(names[0]), names)
        if kind == lx.IDENTIFIER:
            if value not in self.functions:
                self._fail(f"function {quote(value)} not defined")
            return Identifier(at, value)
        if kind == lx.VARIABLE:
            if value not in self.variables:
                self._fail(f"undefined variable {quote(value)}")
            return Variable(at, [value])
        if kind == lx.LEFT_PAREN:
            if self.parentheses >= _MAX_PARENTHESES:
                self._fail("max expression depth exceeded")
            self.parentheses += 1
            pipe = self._pipeline("parenthesized pipeline", lx.RIGHT_PAREN)
            self.parentheses -= 1
            return pipe
        if kind == lx.DOT:
            return Dot(at)
        return self._constant(token)

    def _constant(self, token: Token) -> Node:
        kind, value, at, _spaced = token
        if kind in (lx.STRING, lx.RAW_STRING):
            return String(at, value, self._unquote(value))
        if kind == lx.BOOL:
            return Bool(at, value == "true")
        if kind == lx.NIL:
            return Nil(at)
        try:
            return number_node(at, value, kind)
        except ValueError as error:
            self._fail(str(error))
            raise
