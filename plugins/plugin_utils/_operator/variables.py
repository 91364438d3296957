# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user's variables say, as the last document: its problems bear the variables' names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import Problem
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    Document,
    Path_,
    path_text,
)

# Places of the last document and the variables that they come from, the deepest first.
_VARIABLES: Final[tuple[tuple[Path_, str], ...]] = (
    (("spec", "values", "global", "istioNamespace"), "namespace"),
    (("spec", "values", "global", "platform"), "platform"),
    (("spec", "values"), "values"),
    (("spec", "meshConfig"), "mesh_config"),
    (("spec", "profile"), "profile"),
    (("spec", "revision"), "revision"),
    (("spec", "hub"), "hub"),
    (("spec", "tag"), "tag"),
)
_OPERATOR: Final = "operator"


@dataclass(frozen=True)
class Variables(Document):
    """The last document; ``name`` is what the variables' names begin with, such as ``mesh_``."""

    def problem(self, path: Path_, message: str, remedy: str = "") -> Problem:
        """A problem at a place of the document, told with the variable's name."""
        return Problem(self.variable(path), message, remedy)

    def variable(self, path: Path_) -> str:
        """The variable of a place, and the place within: ``mesh_values.pilot.env``."""
        for above, variable in _VARIABLES:
            if path[: len(above)] == above:
                return path_text((self._named(variable), *path[len(above) :]))
        return path_text(path)

    def _named(self, variable: str) -> str:
        # Each option of a lookup is called as its variable, without the prefix.
        return variable if variable.startswith(self.name) else f"{self.name}{variable}"


def variables(spec: dict[str, Any], option: str) -> Variables:
    """The last document with this specification; ``option`` is what names the documents."""
    return Variables({"spec": spec} if spec else {}, option.removesuffix(_OPERATOR))
