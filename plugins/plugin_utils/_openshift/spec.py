# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says about OpenShift, typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.openshift import (
    AUTO,
    NONE,
    ROLE_BINDING,
    SCC_KEYS,
    SCC_LISTS,
)

_TRUE = (True, "true", "yes", "on", "1", 1)


@dataclass(frozen=True)
class GrantSpec:
    """A grant of an SCC besides those that a mesh needs.

    An empty namespace means the whole cluster; with a namespace and without subjects it is for all
    of its service accounts.
    """

    scc: str
    namespace: str = ""
    service_accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenShiftSpec:
    """Wishes for OpenShift. SCCs None: as the release needs them; an empty tuple: none.

    ``facts`` are those of `ClusterFacts.openshift` that the user knows better.
    """

    control_plane_sccs: tuple[str, ...] | None = None
    application_sccs: tuple[str, ...] | None = None
    cni_sccs: tuple[str, ...] | None = None
    least_privilege: bool = False
    network_attachments: str = AUTO
    grant_by: str = ROLE_BINDING
    grants: tuple[GrantSpec, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_lists(self) -> bool:
        """Whether rights are granted in the lists of the SCCs, and not by bindings."""
        return self.grant_by == SCC_LISTS


def openshift_spec(data: Mapping[str, Any] | None) -> OpenShiftSpec:
    """The wishes as the user writes them (checked, plain data), typed."""
    data = data or {}
    facts = {key: value for key, value in (data.get("facts") or {}).items() if value is not None}
    for key in ("multus", "gateway_api_owned"):
        if key in facts:
            facts[key] = truth(facts[key])
    return OpenShiftSpec(
        **{key: _sccs(data.get(key)) for key in SCC_KEYS},
        least_privilege=truth(data.get("least_privilege") or False),
        network_attachments=data.get("network_attachments") or AUTO,
        grant_by=data.get("grant_by") or ROLE_BINDING,
        grants=tuple(_grant(item) for item in data.get("grants") or ()),
        facts=facts,
    )


def truth(value: Any) -> bool:
    """A checked truth value; texts as Ansible's own (yes, on) count."""
    return (value.lower() if isinstance(value, str) else value) in _TRUE


def _sccs(value: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if value in (None, AUTO):
        return None
    return () if value == NONE else tuple(dict.fromkeys(value or ()))


def _grant(data: Mapping[str, Any]) -> GrantSpec:
    subjects = {
        key: tuple(sorted(set(data.get(key) or ())))
        for key in ("service_accounts", "groups", "users")
    }
    return GrantSpec(scc=data["scc"], namespace=data.get("namespace") or "", **subjects)
