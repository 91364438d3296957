# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diffs of a size that people read and job logs take: Istio's CRDs alone are 19,000 lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Lines shown of an object that is new or goes; of a CRD that is its names.
_WHOLE = 300
_CRD = 20
# Equal lines shown before the first and after the last difference of an object.
_CONTEXT = 5


def shorten(entry: Mapping[str, str]) -> dict[str, str]:
    """An entry of Ansible's `diff` list without lines that nobody would read, and their number."""
    before, after = entry["before"].splitlines(), entry["after"].splitlines()
    if before and after:
        before, after = _differing(before, after)
    else:
        crd = entry["before_header"].startswith("CustomResourceDefinition ")
        limit = _CRD if crd else _WHOLE
        before, after = _first(before, limit), _first(after, limit)
    return {**entry, "before": _text(before), "after": _text(after)}


def _first(lines: list[str], limit: int) -> list[str]:
    rest = len(lines) - limit
    return lines if rest <= 1 else [*lines[:limit], f"# {rest} more lines"]


def _differing(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    head = _common(before, after)
    shortest = min(len(before), len(after)) - head
    tail = min(shortest, _common(before[::-1], after[::-1]))
    first, last = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    return _middle(before, first, last), _middle(after, first, last)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are equal from the beginning."""
    count = 0
    for mine, theirs in zip(one, other):
        if mine != theirs:
            break
        count += 1
    return count


def _middle(lines: list[str], first: int, last: int) -> list[str]:
    shown = lines[first : len(lines) - last]
    head = [f"# {first} equal lines"] if first else []
    tail = [f"# {last} equal lines"] if last else []
    return [*head, *shown, *tail]


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
