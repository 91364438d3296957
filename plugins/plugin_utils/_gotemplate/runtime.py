# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What compiled templates share: their run-time state, the scope of variables, and places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from .errors import Frame, TemplateError
from .functions import Function
from .nodes import Branch, Chain, Command, Node, Pipe, Tree
from .strconv import to_bytes

if TYPE_CHECKING:
    from .engine import Engine

MissingKey = Literal["default", "zero", "error"]
# A compiled expression or statement: called with dot, the variables, and the run's context.
Code = Callable[[Any, list[Any], "Context"], Any]


class _Undefined:
    """The content of a variable whose declaration has not been executed."""


UNDEFINED = _Undefined()


class Context:
    """The state of one execution: where output goes, the functions, and the engine's limits."""

    __slots__ = ("engine", "functions", "write")

    def __init__(
        self, write: Callable[[str], None], functions: dict[str, Function], engine: Engine
    ) -> None:
        self.write = write
        self.functions = functions
        self.engine = engine


class Slot:
    """The place of one declared variable.

    ``conditional`` when an ``and``/``or`` may skip the declaration; ``ranged`` when a range sets
    it: only then can it hold a nil that came out of a container.
    """

    __slots__ = ("conditional", "index", "name", "ranged")

    def __init__(self, name: str, index: int, conditional: bool) -> None:
        self.name = name
        self.index = index
        self.conditional = conditional
        self.ranged = False


class Scope:
    """The variables visible while compiling one template."""

    def __init__(self, assigned: set[str]) -> None:
        self.visible: list[Slot] = [Slot("$", 0, False)]
        self.size = 1
        self.conditional = 0
        self.conditionals: list[int] = []
        self.ranged_dot = False
        # Names that some range of the template assigns to (``range $x = ...``).
        self.assigned = assigned

    def declare(self, name: str) -> Slot:
        """Add a variable."""
        slot = Slot(name, self.size, self.conditional > 0)
        slot.ranged = name in self.assigned
        if slot.conditional:
            self.conditionals.append(slot.index)
        self.size += 1
        self.visible.append(slot)
        return slot

    def find(self, name: str) -> list[Slot]:
        """Return where to look for a variable: the innermost place first."""
        found: list[Slot] = []
        for slot in reversed(self.visible):
            if slot.name == name:
                found.append(slot)
                if not slot.conditional:
                    break
        return found


class Places:
    """Makes errors that point into one template."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def frame(self, node: Node) -> Frame:
        """Return the place of a node."""
        text = self.tree.text
        start = text.rfind("\n", 0, node.at) + 1
        line = text.count("\n", 0, node.at) + 1
        column = len(to_bytes(text[start : node.at]))
        return Frame(self.tree.parse_name, line, column, self.tree.name, node.source())

    def error(self, node: Node, message: str, cause: TemplateError | None = None) -> TemplateError:
        """Return an error at a node; ``cause`` is the error of a template called there."""
        frame = self.frame(node)
        return TemplateError(message, frame.template, frame.line, frame.column, frame, cause)


def last_node(node: Node) -> Node:
    """Return the part of an expression that Go evaluates last, where it reports a wrong type."""
    if isinstance(node, Pipe):
        return last_node(node.commands[-1])
    if isinstance(node, Command):
        return last_node(node.args[-1])
    if isinstance(node, Chain):
        return last_node(node.node)
    return node


def ranged_names(nodes: list[Node]) -> set[str]:
    """Return the variables that ranges in a template assign (not declare)."""
    names: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, Branch):
            pending += node.body
            pending += node.otherwise or []
            if node.word == "range" and node.pipe.assign:
                names.update(variable.names[0] for variable in node.pipe.variables)
    return names
