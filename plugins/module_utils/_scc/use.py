# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which SCCs roles and bindings let use, by what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import SCC
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import ROLE

ALL = "*"

Object = Mapping[str, Any]


def allowed_sccs(rules: Iterable[Object]) -> set[str]:
    """Names of the SCCs that rules let use; ALL when they name none and mean every one."""
    found: set[str] = set()
    for rule in rules:
        if (
            _has(rule, "apiGroups", SCC.group)
            and _has(rule, "resources", SCC.plural)
            and _has(rule, "verbs", "use")
        ):
            found.update(rule.get("resourceNames") or [ALL])
    return found


def _has(rule: Object, field: str, value: str) -> bool:
    values = rule.get(field) or ()
    return value in values or "*" in values


def named_sccs(role: Object) -> list[str]:
    """The SCCs that a role lets use by name."""
    return sorted(allowed_sccs(role.get("rules") or ()) - {ALL})


def role_bound(binding: Object) -> str:
    """The ClusterRole of a binding; empty when it binds a Role."""
    reference = binding.get("roleRef") or {}
    return str(reference.get("name") or "") if reference.get("kind") == "ClusterRole" else ""


def scc_of_role(name: str) -> str:
    """The SCC whose role, of OpenShift's own, is called like this; empty for any other."""
    return name[len(ROLE) :] if name.startswith(ROLE) else ""


def sccs_bound(binding: Object, roles: Mapping[str, Object]) -> list[str]:
    """The SCCs that a binding lets use; `roles` are the ClusterRoles that are not OpenShift's."""
    name = role_bound(binding)
    scc = scc_of_role(name)
    return [scc] if scc else named_sccs(roles.get(name) or {})
