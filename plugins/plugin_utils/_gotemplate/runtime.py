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

    def __bool__(self) -> bool:
        return False


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
    it: only then can it hold a nil that came out of a container. ``kind`` is then the place that
    says whether its value came out of a container of any values (0: no range).
    """

    __slots__ = ("conditional", "index", "kind", "name", "ranged")

    def __init__(self, name: str, index: int, conditional: bool) -> None:
        self.name = name
        self.index = index
        self.conditional = conditional
        self.ranged = False
        self.kind = 0


class Scope:
    """The variables visible while compiling one template."""

    def __init__(self, assigned: set[str]) -> None:
        self.visible: list[Slot] = [Slot("$", 0, False)]
        self.size = 1
        self.conditional = 0
        self.conditionals: list[int] = []
        # In the body of a range, the place that says whether its elements have the type any, that
        # is, whether dot came out of a container; else 0.
        self.dot_kind = 0
        # Names that some range of the template assigns to (``range $x = ...``).
        self.assigned = assigned

    def declare(self, name: str) -> Slot:
        """Add a variable."""
        slot = Slot(name, self.reserve(), self.conditional > 0)
        if name in self.assigned:
            slot.ranged, slot.kind = True, self.reserve()
        if slot.conditional:
            self.conditionals.append(slot.index)
        self.visible.append(slot)
        return slot

    def reserve(self) -> int:
        """Return a place for the compiler's own use."""
        self.size += 1
        return self.size - 1

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
        # Where the variables tell which operand an and/or command got to.
        self.logic: dict[Node, int] = {}

    def last(self, node: Node, message: str, variables: list[Any]) -> TemplateError:
        """Return an error at what was evaluated last of an expression."""
        return self.error(last_node(node, variables, self.logic), message)

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


def last_node(node: Node, variables: list[Any], logic: dict[Node, int]) -> Node:
    """Return the part of an expression that was evaluated last: Go reports a wrong type there.

    ``logic`` says where ``variables`` tell which operand an ``and`` or ``or`` got to.
    """
    while True:
        if isinstance(node, Pipe):
            node = node.commands[-1]
        elif isinstance(node, Chain):
            node = node.node
        elif isinstance(node, Command):
            slot = logic.get(node)
            node = node.args[-1 if slot is None else variables[slot]]
        else:
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
