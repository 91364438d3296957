# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The template engine: a set of named templates that share functions."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .builtins import BUILTINS
from .errors import LimitError, TemplateError
from .functions import Function
from .nodes import Node, Tree
from .parser import parse
from .runtime import Context, MissingKey, Places
from .statements import Program, compile_tree
from .strconv import quote

# Nested templates and includes. Go allows 100,000, helm 1,000 of one name.
MAX_DEPTH = 4_000
# Rounds of all ranges and calls of templates together in one execution, and characters written by
# all templates: Istio's charts need thousands and a million, only a mistake needs more than this.
MAX_STEPS = 2_000_000
MAX_OUTPUT = 100_000_000
# A call takes about as long as so many rounds.
_CALL = 10
# Nested templates are nested Python calls. They do not use the C stack, so that a high limit is
# safe; it holds only while some engine works.
_RECURSION_LIMIT = 1_000_000


class _DeepCalls:
    """Raises Python's recursion limit while any thread executes or parses templates."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, _RECURSION_LIMIT))
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                sys.setrecursionlimit(self._before)


_deep_calls = _DeepCalls()


class _Limits:
    """What an engine and its clones count together during an execution."""

    __slots__ = ("depth", "max_depth", "max_output", "max_steps", "steps", "written")

    def __init__(self, max_depth: int, max_steps: int, max_output: int) -> None:
        self.max_depth = max_depth
        self.max_steps = max_steps
        self.max_output = max_output
        self.depth = 0
        self.steps = 0
        self.written = 0

    def step(self, weight: int = 1) -> None:
        """Count a round or a call; raises LimitError when there were too many."""
        self.steps += weight
        if self.steps > self.max_steps:
            raise LimitError(
                f"exceeded {self.max_steps} rounds of range and calls of templates; does it end?"
            )

    def writer(self, parts: list[str]) -> Callable[[str], None]:
        """A function that adds a text to the output; raises LimitError when that is too much."""
        append = parts.append

        def write(text: str) -> None:
            self.written += len(text)
            if self.written > self.max_output:
                raise LimitError(f"exceeded {self.max_output} characters of output; does it end?")
            append(text)

        return write


class Engine:
    """Templates by name, as one Go ``template.Template`` with its associated templates.

    ``functions`` are added to Go's own and may replace them; see ``functions.gofunc``.
    ``missing_key`` is Go's option: "default" and "zero" print an absent key as ``<no value>``
    (helm uses "zero"), "error" refuses it. An engine serves one thread at a time.
    """

    def __init__(
        self,
        functions: Mapping[str, Function] | None = None,
        missing_key: MissingKey = "default",
        *,
        name: str = "gotpl",
        max_depth: int = MAX_DEPTH,
        max_steps: int = MAX_STEPS,
        max_output: int = MAX_OUTPUT,
    ) -> None:
        self.name = name
        self.missing_key: MissingKey = missing_key
        self.functions: dict[str, Function] = {**BUILTINS, **(functions or {})}
        self._trees: dict[str, Tree] = {}
        self._programs: dict[str, Program] = {}
        self._limits = _Limits(max_depth, max_steps, max_output)

    def clone(self, functions: Mapping[str, Function] | None = None) -> Engine:
        """Return a copy that new templates can be added to, sharing what is parsed already.

        ``functions`` replace those of the same name and must have the same signature; the
        templates taken over call the new ones.
        """
        copy = Engine.__new__(Engine)
        copy.name = self.name
        copy.missing_key = self.missing_key
        copy.functions = {**self.functions, **(functions or {})}
        copy._trees = dict(self._trees)
        copy._programs = dict(self._programs)
        copy._limits = self._limits
        return copy

    def parse(self, name: str, text: str) -> None:
        """Add a template and those its text defines.

        A later definition replaces an earlier one unless it is empty. Raises TemplateError.
        """
        with _deep_calls:
            trees = parse(name, text, self.functions)
        for key, tree in trees.items():
            if key in self._trees and tree.is_empty():
                continue
            self._trees[key] = tree
            self._programs.pop(key, None)

    def has(self, name: str) -> bool:
        """Return whether there is a template of that name."""
        return name in self._trees

    def execute(self, name: str, data: Any) -> str:
        """Return the output of a template; ``data`` becomes dot and ``$``.

        Raises TemplateError. Functions may call it again (that is how ``include`` is made):
        nested executions count against the same limits.
        """
        program = self.program(name)
        if program is None:
            message = f"no template {quote(name)} associated with template {quote(self.name)}"
            raise TemplateError(message, name)
        limits = self._limits
        if limits.depth == 0:
            limits.steps = limits.written = 0
            with _deep_calls:
                return self._execute(program, data)
        if limits.depth >= limits.max_depth:
            raise TemplateError(_too_deep(limits), name)
        return self._execute(program, data)

    def _execute(self, program: Program, data: Any) -> str:
        parts: list[str] = []
        limits = self._limits
        limits.depth += 1
        try:
            limits.step(_CALL)
            program.run(data, Context(limits.writer(parts), self.functions, self))
        except LimitError as error:
            raise TemplateError(str(error), program.tree.parse_name) from None
        except RecursionError:
            raise TemplateError(_too_deep(limits), program.tree.name) from None
        finally:
            limits.depth -= 1
        return "".join(parts)

    # For compiled templates.

    def program(self, name: str) -> Program | None:
        """Return a template ready to run, compiled when first needed."""
        program = self._programs.get(name)
        if program is None:
            tree = self._trees.get(name)
            if tree is None:
                return None
            program = compile_tree(tree, self.functions, self.missing_key)
            self._programs[name] = program
        return program

    def call(
        self, program: Program, data: Any, context: Context, places: Places, node: Node
    ) -> None:
        """Run a template for a ``{{template}}`` action at ``node``."""
        limits = self._limits
        if limits.depth >= limits.max_depth:
            raise places.error(node, _too_deep(limits))
        limits.depth += 1
        try:
            limits.step(_CALL)
            program.run(data, context)
        except LimitError as error:
            raise places.error(node, str(error)) from None
        except TemplateError as error:
            error.called_from(places.frame(node))
            raise
        finally:
            limits.depth -= 1

    def tick(self) -> None:
        """Count one round of a range; raises LimitError when there were too many."""
        self._limits.step()


def _too_deep(limits: _Limits) -> str:
    return f"exceeded maximum template depth ({limits.max_depth})"
