# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each release of Istio needs on OpenShift: the dated table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_TABLE: Final = Path(__file__).parent.with_name("_data") / "openshift_eras.yml"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NAMESPACES, DEFAULT = "namespaces", "default"


@dataclass(frozen=True)
class Era:
    """Releases that need the same, from ``since`` (major, minor) on.

    ``with_cni`` and ``with_init`` are the SCCs for injected pods whose traffic the CNI plugin or
    an init container redirects; ``network`` is ``namespaces`` or ``default``. An SCC that
    OpenShift has not got is one of the mesh's own.
    """

    since: tuple[int, int]
    control_plane: tuple[str, ...]
    with_cni: tuple[str, ...]
    with_init: tuple[str, ...]
    network: str
    why: str
    why_init: str

    def applications(self, cni: bool) -> tuple[str, ...]:
        """The SCCs for injected pods."""
        return self.with_cni if cni else self.with_init

    def reason(self, cni: bool) -> str:
        """Why injected pods need them."""
        return self.why if cni else self.why_init

    @property
    def fixed_user(self) -> bool:
        """Whether proxies run as user 1337, and not as one of their namespace's range."""
        return bool(self.control_plane)


def era_of(minor: tuple[int, int]) -> Era:
    """The era of a release; one older than the table counts as the first one."""
    eras = _eras()
    return next((era for era in reversed(eras) if era.since <= minor), eras[0])


@cache
def _eras() -> tuple[Era, ...]:
    table = yaml.load(_TABLE.read_text(encoding="utf-8"), Loader=_Loader)
    eras = (_era(row) for row in table["eras"])
    return tuple(sorted(eras, key=lambda era: era.since))


def _era(row: Mapping[str, Any]) -> Era:
    major, minor = map(int, row["since"].split("."))
    return Era(
        since=(major, minor),
        control_plane=tuple(row["control_plane"]),
        with_cni=tuple(row["applications"]["cni"]),
        with_init=tuple(row["applications"]["init"]),
        network=row["network"],
        why=row["why"],
        why_init=row.get("why_init", row["why"]),
    )
