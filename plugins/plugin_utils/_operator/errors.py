# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong when a document is rendered."""

from __future__ import annotations

from typing import ClassVar

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
    Problem,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    Path_,
    path_text,
)


class DocumentsError(InputError):
    """The user's documents are wrong."""

    what: ClassVar[str] = "the documents"


class OperatorError(MeshError):
    """A component of a document cannot be rendered."""


class SettingError(OperatorError):
    """A setting that cannot be applied; ``problem`` has its place in the merged document."""

    def __init__(self, path: Path_, message: str, remedy: str) -> None:
        self.problem = Problem(path_text(path), message, remedy)
        super().__init__(f"{self.problem.where}: {message}", remedy)


class ChartFailedError(OperatorError):
    """A component's chart refuses its values or cannot be rendered.

    ``path`` is the component's place in the document, ``root`` where its values are below
    `values`; ``reason`` is what the renderer says.
    """

    def __init__(self, path: Path_, root: str, reason: str, origin: str) -> None:
        self.path, self.root, self.reason = path, root, reason
        super().__init__(f"{path_text(path)} ({origin}): {reason}")
