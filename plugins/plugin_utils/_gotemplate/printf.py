# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's fmt.Sprintf: verbs, flags, width, precision, argument indexes and error notes."""

from __future__ import annotations

from typing import Any

from . import verbs
from .objects import type_name
from .printing import format_value
from .verbs import Flags

_BIG = 1_000_000  # the largest width or precision Go accepts


def sprintf(template: str, *values: Any) -> str:
    """Return the values formatted by a Go format string.

    Mistakes show in the text as in Go: ``%!d(string=x)``, ``%!d(MISSING)``, ``%!(EXTRA int=1)``.
    """
    return _Printf(template, values).run()


class _Printf:
    """One formatting run: the position in the format and in the operands."""

    def __init__(self, template: str, values: tuple[Any, ...]) -> None:
        self.template = template
        self.values = values
        self.at = 0
        self.operand = 0
        self.reordered = False
        self.good_index = True
        self.after_index = False
        self.out: list[str] = []

    def run(self) -> str:
        template, out = self.template, self.out
        end = len(template)
        while self.at < end:
            percent = template.find("%", self.at)
            if percent < 0:
                out.append(template[self.at :])
                break
            out.append(template[self.at : percent])
            self.at = percent + 1
            if not self._directive():
                break
        if not self.reordered and self.operand < len(self.values):
            extra = (
                "<nil>" if value is None else f"{type_name(value)}={format_value(value)}"
                for value in self.values[self.operand :]
            )
            out.append(f"%!(EXTRA {', '.join(extra)})")
        return "".join(out)

    def _directive(self) -> bool:
        """Format one directive, whose percent sign has been read; False at the format's end."""
        template, end = self.template, len(self.template)
        self.good_index = True
        self.after_index = False
        flags = Flags()
        while self.at < end and template[self.at] in "#0+- ":
            flags.set(template[self.at])
            self.at += 1
        self._index()
        self._width(flags)
        self._precision(flags)
        if not self.after_index:
            self._index()
        if self.at >= end:
            self.out.append("%!(NOVERB)")
            return False
        verb = template[self.at]
        self.at += 1
        if verb == "%":
            self.out.append("%")
        elif not self.good_index:
            self.out.append(f"%!{verb}(BADINDEX)")
        elif self.operand >= len(self.values):
            self.out.append(f"%!{verb}(MISSING)")
        else:
            self.out.append(verbs.format_operand(self.values[self.operand], verb, flags))
            self.operand += 1
        return True

    def _index(self) -> None:
        """Read an explicit operand index such as ``[2]``."""
        template = self.template
        self.after_index = False
        if self.at >= len(template) or template[self.at] != "[":
            return
        self.reordered = True
        closing = template.find("]", self.at + 1)
        if closing < 0 or len(template) - self.at < 3:
            self.at += 1
            self.good_index = False
            return
        digits = template[self.at + 1 : closing]
        self.at = closing + 1
        number = int(digits) - 1 if digits.isascii() and digits.isdigit() else -1
        # Go keeps "after an index" also when the number is out of range.
        self.after_index = digits.isascii() and digits.isdigit()
        if 0 <= number < len(self.values):
            self.operand = number
        else:
            self.good_index = False

    def _number(self) -> int | None:
        template, start = self.template, self.at
        number = 0
        while self.at < len(template) and template[self.at] in "0123456789":
            if number > _BIG:
                self.at = len(template)
                return None
            number = number * 10 + int(template[self.at])
            self.at += 1
        return number if self.at > start else None

    def _star(self) -> int | None:
        """Take width or precision from an operand."""
        if self.operand >= len(self.values):
            return None
        value = self.values[self.operand]
        self.operand += 1
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _BIG:
            return int(value)
        return None

    def _width(self, flags: Flags) -> None:
        if self.template[self.at : self.at + 1] == "*":
            self.at += 1
            flags.width = self._star()
            if flags.width is None:
                self.out.append("%!(BADWIDTH)")
            elif flags.width < 0:
                flags.width, flags.minus, flags.zero = -flags.width, True, False
            self.after_index = False
            return
        flags.width = self._number()
        if self.after_index and flags.width is not None:
            self.good_index = False

    def _precision(self, flags: Flags) -> None:
        # A dot that ends the format is taken for the verb, as in Go.
        if self.at + 1 >= len(self.template) or self.template[self.at] != ".":
            return
        self.at += 1
        if self.after_index:
            self.good_index = False
        self._index()
        if self.template[self.at : self.at + 1] == "*":
            self.at += 1
            precision = self._star()
            if precision is None or precision < 0:
                # Go notes only a missing or unfit operand; a negative one just does not count.
                precision = None
                self.out.append("%!(BADPREC)")
            flags.precision = precision
            self.after_index = False
            return
        flags.precision = self._number() or 0
