# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is raised for values that do not fit a Go type."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


class GoTypeError(MeshError):
    """A value does not fit its type; the message begins with the path of the value."""


class MisfitError(Exception):
    """What is wrong at some depth; ``keys`` are those of the path, innermost first."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
        self.keys: list[str | int] = []

    def at(self, where: str) -> GoTypeError:
        """Return the error for users; ``where`` says in which object the path is."""
        path = ""
        for key in reversed(self.keys):
            path += f"[{key}]" if isinstance(key, int) else f".{key}" if path else str(key)
        places = [place for place in (where, path) if place]
        return GoTypeError(": ".join([*places, str(self)]), self.remedy)


def shown(value: object) -> str:
    """Return a value for a message: its kind, and itself when it is short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        text = str(value)
        return f"the text {text if len(text) <= 60 else text[:57] + '...'!r}"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"
