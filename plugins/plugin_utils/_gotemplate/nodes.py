# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parsed form of a template, and its source text for error messages."""

from __future__ import annotations

from .strconv import quote


class Tree:
    """One template: its name, the file it was parsed from, that file's text, and its nodes."""

    __slots__ = ("name", "parse_name", "root", "text")

    def __init__(self, name: str, parse_name: str, text: str) -> None:
        self.name = name
        self.parse_name = parse_name
        self.text = text
        self.root: list[Node] = []

    def is_empty(self) -> bool:
        """Return whether there is nothing but white space: such a tree replaces no other."""
        return all(isinstance(node, Text) and not node.text.strip() for node in self.root)


class Node:
    """A part of a template; ``at`` is the offset that error messages point to."""

    __slots__ = ("at",)

    def __init__(self, at: int) -> None:
        self.at = at

    def source(self) -> str:
        """Return the part as Go prints it in messages (spaces made uniform)."""
        raise NotImplementedError


class Text(Node):
    """Plain text."""

    __slots__ = ("text",)

    def __init__(self, at: int, text: str) -> None:
        self.at = at
        self.text = text

    def source(self) -> str:
        """Return the text itself."""
        return self.text


class Dot(Node):
    """The cursor ``.``."""

    __slots__ = ()

    def source(self) -> str:
        """Return the dot."""
        return "."


class Nil(Node):
    """The constant nil."""

    __slots__ = ()

    def source(self) -> str:
        """Return the word."""
        return "nil"


class Bool(Node):
    """A boolean constant."""

    __slots__ = ("value",)

    def __init__(self, at: int, value: bool) -> None:
        self.at = at
        self.value = value

    def source(self) -> str:
        """Return the word."""
        return "true" if self.value else "false"


class String(Node):
    """A string constant: its literal and its value."""

    __slots__ = ("quoted", "value")

    def __init__(self, at: int, quoted: str, value: str) -> None:
        self.at = at
        self.quoted = quoted
        self.value = value

    def source(self) -> str:
        """Return the literal."""
        return self.quoted


class Number(Node):
    """A number constant; each attribute is None where Go's rules do not allow that type."""

    __slots__ = ("as_complex", "as_float", "as_int", "as_uint", "text")

    def __init__(self, at: int, text: str) -> None:
        self.at = at
        self.text = text
        self.as_int: int | None = None
        self.as_uint: int | None = None
        self.as_float: float | None = None
        self.as_complex: complex | None = None

    def source(self) -> str:
        """Return the literal."""
        return self.text


class Identifier(Node):
    """The name of a function."""

    __slots__ = ("name",)

    def __init__(self, at: int, name: str) -> None:
        self.at = at
        self.name = name

    def source(self) -> str:
        """Return the name."""
        return self.name


class Field(Node):
    """A chain of fields of dot, such as ``.Values.hub``."""

    __slots__ = ("names",)

    def __init__(self, at: int, names: list[str]) -> None:
        self.at = at
        self.names = names

    def source(self) -> str:
        """Return the chain."""
        return "." + ".".join(self.names)


class Variable(Node):
    """A variable, the dollar sign in its name, and the fields taken of it."""

    __slots__ = ("names",)

    def __init__(self, at: int, names: list[str]) -> None:
        self.at = at
        self.names = names

    def source(self) -> str:
        """Return the variable and its fields."""
        return ".".join(self.names)


class Chain(Node):
    """A chain of fields of any other term, such as ``(index .x 0).name``."""

    __slots__ = ("names", "node")

    def __init__(self, at: int, node: Node, names: list[str]) -> None:
        self.at = at
        self.node = node
        self.names = names

    def source(self) -> str:
        """Return the term and its fields."""
        return ".".join([_term(self.node), *self.names])


class Command(Node):
    """A term with its arguments; the first of ``args`` is the term."""

    __slots__ = ("args",)

    def __init__(self, at: int, args: list[Node]) -> None:
        self.at = at
        self.args = args

    def source(self) -> str:
        """Return the words, separated by single spaces."""
        return " ".join(map(_term, self.args))


class Pipe(Node):
    """Commands joined by ``|``, with the variables they declare or assign."""

    __slots__ = ("assign", "commands", "variables")

    def __init__(self, at: int) -> None:
        self.at = at
        self.assign = False
        self.variables: list[Variable] = []
        self.commands: list[Command] = []

    def source(self) -> str:
        """Return the pipeline without parentheses."""
        names = ", ".join(variable.source() for variable in self.variables)
        sign = (" = " if self.assign else " := ") if names else ""
        return names + sign + " | ".join(command.source() for command in self.commands)


class Action(Node):
    """A pipeline whose value is printed."""

    __slots__ = ("pipe",)

    def __init__(self, at: int, pipe: Pipe) -> None:
        self.at = at
        self.pipe = pipe

    def source(self) -> str:
        """Return the action with its delimiters."""
        return "{{" + self.pipe.source() + "}}"


class Branch(Node):
    """An if, with or range; ``word`` says which."""

    __slots__ = ("body", "otherwise", "pipe", "word")

    def __init__(
        self, at: int, word: str, pipe: Pipe, body: list[Node], otherwise: list[Node] | None
    ) -> None:
        self.at = at
        self.word = word
        self.pipe = pipe
        self.body = body
        self.otherwise = otherwise

    def source(self) -> str:
        """Return the opening action."""
        return "{{" + self.word + " " + self.pipe.source() + "}}"


class Call(Node):
    """A ``{{template}}`` (or ``{{block}}``) action."""

    __slots__ = ("name", "pipe")

    def __init__(self, at: int, name: str, pipe: Pipe | None) -> None:
        self.at = at
        self.name = name
        self.pipe = pipe

    def source(self) -> str:
        """Return the action with its delimiters."""
        argument = " " + self.pipe.source() if self.pipe else ""
        return "{{template " + quote(self.name) + argument + "}}"


class Jump(Node):
    """A ``{{break}}`` or ``{{continue}}``; ``word`` says which."""

    __slots__ = ("word",)

    def __init__(self, at: int, word: str) -> None:
        self.at = at
        self.word = word

    def source(self) -> str:
        """Return the action with its delimiters."""
        return "{{" + self.word + "}}"


def _term(node: Node) -> str:
    return f"({node.source()})" if isinstance(node, Pipe) else node.source()
