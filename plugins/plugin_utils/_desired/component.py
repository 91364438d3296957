# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A component: the unit that is installed, owned and removed together, like a Helm release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal[
    "gateway-api",
    "base",
    "platform",
    "cni",
    "istiod",
    "default",
    "ztunnel",
    "gateway",
    "addon",
    "members",
]
Object = dict[str, Any]
# Rights and networks in namespaces of applications, which component `members` makes.
MEMBERS_PLATFORM = "platform-members"

ORDER: dict[Kind, int] = {
    "gateway-api": 5,
    "base": 10,
    "platform": 15,
    "cni": 20,
    "istiod": 30,
    "default": 40,
    "ztunnel": 50,
    "gateway": 60,
    "addon": 65,
    "members": 70,
}
_LAST = 75


@dataclass(frozen=True)
class Component:
    """A component of a mesh with its objects.

    ``shared`` ones are not of one revision: they stay while another revision lives. ``set_name``
    and ``set_namespace`` name the ApplySet that owns the objects; ``chart`` and ``release_name``
    are empty for objects that come from no chart. ``added`` counts the first objects, which an
    installation needs and `istioctl manifest generate` does not make; only components of
    IstioOperator documents know it. ``kept`` says why a component stays as the cluster has it.
    ``scc_entries`` are what is to be in lists of SecurityContextConstraints that are not ours:
    ``scc``, ``users``, ``groups``.
    """

    name: str
    kind: Kind
    title: str
    namespace: str
    set_name: str
    set_namespace: str
    objects: list[Object]
    version: str = ""
    chart: str = ""
    release_name: str = ""
    revision: str = ""
    shared: bool = True
    depends: tuple[str, ...] = ()
    added: int = 0
    kept: str = ""
    scc_entries: tuple[Object, ...] = ()

    @property
    def order(self) -> int:
        """Components are applied by ascending order."""
        return _LAST if self.name == MEMBERS_PLATFORM else ORDER[self.kind]

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of the objects; equal digests mean equal objects."""
        return digest_of(self.objects)


def digest_of(objects: Sequence[Object]) -> str:
    """``sha256:...`` over the objects in their order, whatever the order of their keys."""
    text = json.dumps(objects, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
