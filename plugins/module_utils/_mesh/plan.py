# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rendered mesh on its way to a cluster, as plain data that also travels to a remote host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import redact


@dataclass(frozen=True)
class PlanComponent:
    """One component: a set of objects that is applied, pruned and removed as a whole.

    `kind` is gateway-api, base, platform, cni, istiod, default, ztunnel, gateway or members.
    `revision` is empty for the control plane without one. `shared` components serve every revision.
    `kept` says why most of a component is left as it is installed; `objects` and `version` are what
    is left of it then. `scc_entries` (`scc`, `users`, `groups`) belong into the lists of SCCs that
    others own.
    """

    name: str
    kind: str
    title: str
    namespace: str
    version: str
    revision: str
    shared: bool
    set_name: str
    set_namespace: str
    objects: list[dict[str, Any]] = field(default_factory=list)
    kept: str = ""
    scc_entries: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The components in the order of installation; `namespace` is the mesh's and names it."""

    namespace: str
    revision: str
    version: str
    components: list[PlanComponent] = field(default_factory=list)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects of all components."""
        return [obj for component in self.components for obj in component.objects]

    @property
    def scc_entries(self) -> list[dict[str, Any]]:
        """What is to be in lists of SCCs that others own, of all components."""
        return [entry for component in self.components for entry in component.scc_entries]

    def redacted(self) -> Plan:
        """The plan without its secrets, to be shown."""
        components = [
            replace(component, objects=[redact(obj) for obj in component.objects])
            for component in self.components
        ]
        return replace(self, components=components)

    def as_dict(self) -> dict[str, Any]:
        """JSON data from which from_dict makes the same plan."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """The plan as_dict was called on."""
        components = [PlanComponent(**entry) for entry in data["components"]]
        return cls(data["namespace"], data["revision"], data["version"], components)
