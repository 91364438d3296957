# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the template engine, worded as Go's text/template words them."""

from __future__ import annotations

from typing import NamedTuple

from .strconv import quote

# Errors of runaway recursion show this many calls from either end of the chain.
_SHOWN = 5


class Frame(NamedTuple):
    """One place in the chain of templates that led to an error.

    ``template`` is the file (the name it was parsed under), ``name`` the template executing,
    ``column`` counts bytes from 0, as Go does; ``context`` is the source of the failing part.
    """

    template: str
    line: int
    column: int
    name: str
    context: str


class LimitError(Exception):
    """An execution passes a limit of the engine; a TemplateError is made of it at its place."""


class FunctionError(Exception):
    """What a template function raises to refuse; the engine adds the place of the call."""


class TemplateError(Exception):
    """A template that cannot be parsed or executed.

    ``template``, ``line`` and ``column`` (bytes from 0; None for parse errors) say where the
    outermost template failed, ``message`` why; ``chain`` lists the frames from the outermost
    template to the innermost, and ``reason`` is the innermost message alone. ``str()`` has the
    shape of Go's errors: ``template: x.yaml:12:3: executing "x.yaml" at <.Values.x>: reason``.
    """

    def __init__(
        self,
        message: str,
        template: str,
        line: int | None = None,
        column: int | None = None,
        frame: Frame | None = None,
        cause: TemplateError | None = None,
    ) -> None:
        super().__init__(message)
        self.template = template
        self.line = line
        self.column = column
        self._message = message
        self._frame = frame
        self._frames: list[Frame] = [] if frame is None else [frame]
        self._cause = cause

    @property
    def message(self) -> str:
        """What went wrong at this place, with the errors of the templates called there."""
        parts = [self._message]
        error = self._cause
        while error is not None:
            parts.append(error._head())
            error = error._cause
        if len(parts) > 2 * _SHOWN:
            hidden = len(parts) - 2 * _SHOWN
            parts[_SHOWN:-_SHOWN] = [f"[{hidden} more calls]"]
        return ": ".join(parts)

    @property
    def reason(self) -> str:
        """The message of the innermost error alone."""
        error = self
        while error._cause is not None:
            error = error._cause
        return error._message

    @property
    def chain(self) -> tuple[Frame, ...]:
        """The places from the outermost template to the innermost."""
        frames: list[Frame] = []
        error: TemplateError | None = self
        while error is not None:
            frames += reversed(error._frames)
            error = error._cause
        return tuple(frames)

    def called_from(self, frame: Frame) -> None:
        """Note that a ``{{template}}`` action at ``frame`` led here."""
        self._frames.append(frame)

    def _head(self) -> str:
        frame = self._frame
        if frame is not None:
            return (
                f"template: {frame.template}:{frame.line}:{frame.column}: "
                f"executing {quote(frame.name)} at <{frame.context}>: {self._message}"
            )
        if self.line is not None:
            return f"template: {self.template}:{self.line}: {self._message}"
        return f"template: {self._message}"

    def __str__(self) -> str:
        head = self._head()
        return head.removesuffix(self._message) + self.message
