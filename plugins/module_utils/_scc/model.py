# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run asks for, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject

GRANTED, REVOKED, GATHERED = "granted", "revoked", "gathered"
STATES = (GRANTED, REVOKED, GATHERED)

CREATED, CONFIGURED, DELETED, UNCHANGED = "created", "configured", "deleted", "unchanged"
_WOULD = {CREATED: "would_create", CONFIGURED: "would_configure", DELETED: "would_delete"}


@dataclass(frozen=True)
class Request:
    """Subjects, the SCCs they are to use or not, and the way.

    `namespace` is that of RoleBindings; empty means the whole cluster, and when SCCs are only read,
    everywhere.
    """

    state: str
    by: str
    sccs: tuple[str, ...]
    namespace: str
    subjects: tuple[Subject, ...]
    check_mode: bool = False


@dataclass(frozen=True)
class Change:
    """What became of one object; `before` and `after` are what of it is ours to change."""

    scc: str
    kind: str
    namespace: str
    name: str
    action: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        """`RoleBinding shop/system:openshift:scc:anyuid`."""
        where = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {where}"

    @property
    def changed(self) -> bool:
        """Whether the object was written."""
        return self.action != UNCHANGED

    def as_dict(self, check_mode: bool) -> dict[str, Any]:
        """The change as the module returns it."""
        return {
            "scc": self.scc,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "action": _WOULD.get(self.action, self.action) if check_mode else self.action,
            "added": list(self.added),
            "removed": list(self.removed),
        }
