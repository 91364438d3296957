# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How we say what is wrong: the base of all our errors, and lists of problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import without_keys


class MeshError(Exception):
    """What ends a job: what is wrong (and where), and what to do about it.

    A private key that stands where it does not belong is not quoted.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        message, remedy = without_keys(message), without_keys(remedy)
        self.message = message.rstrip(". ")
        self.remedy = remedy.strip()
        super().__init__(f"{self.message}. {self.remedy}" if self.remedy else message)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the user's input.

    ``where`` is the path in the inventory (``mesh_components.ingress_gateways[1].name``),
    ``origin`` the file, line and column it was written at (``group_vars/all.yml:12:1``), empty
    when not known.
    """

    where: str
    message: str
    remedy: str = ""
    origin: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        if self.remedy:
            text += f"; {self.remedy}"
        if self.origin:
            text += f" (set at {self.origin})"
        return text


class InputError(MeshError):
    """The user's input is wrong; ``problems`` has everything found, not only the first.

    ``what`` names the input as a whole.
    """

    what: ClassVar[str] = "the variables"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        if count == 1:
            super().__init__(str(self.problems[0]))
        else:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            super().__init__(f"{count} problems in {self.what}:\n{lines}")


def raise_for(problems: Sequence[Problem]) -> None:
    """Raise :class:`InputError` if there is any problem."""
    if problems:
        raise InputError(problems)


def suggestion(word: str, candidates: Sequence[str]) -> str:
    """``did you mean x?`` for the nearest candidate, or an empty string when none is near."""
    begun = [name for name in candidates if len(word) > 2 and name.startswith(word)]
    near = begun or get_close_matches(word, candidates, n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else ""


def choices(names: Sequence[str]) -> str:
    """The names as ``a, b or c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"
