# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables we know: what the roles' argument specifications declare, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

_COLLECTION = Path(__file__).parents[3]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def known_variables(roles_dir: Path | None = None) -> dict[str, dict[str, Any]]:
    """Variable name -> argument specification, over all roles and all their entry points.

    Read from ``roles/*/meta/argument_specs.yml`` of this collection (or of ``roles_dir``) once a
    process. Raises MeshError when a file cannot be read or has another shape.
    """
    return dict(_read(roles_dir or _COLLECTION / "roles"))


@cache
def _read(roles_dir: Path) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for path in sorted(roles_dir.glob("*/meta/argument_specs.y*ml")):
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
            for entry in document["argument_specs"].values():
                for name, option in (entry.get("options") or {}).items():
                    result.setdefault(name, option)
        except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            raise MeshError(
                f"{path}: not a file of argument specifications: {error}",
                "Install the collection again.",
            ) from error
    return result
