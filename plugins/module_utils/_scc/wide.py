# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants that are wider than they look, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    ACCOUNTS,
    GROUP,
    Subject,
    account_of,
    namespace_of,
)

_EVERYBODY = {
    "system:authenticated": "every user and every service account of the cluster",
    "system:authenticated:oauth": "every user who logs in to the cluster",
    "system:unauthenticated": "whoever reaches the API server, without a login,",
    ACCOUNTS: "every service account of the cluster",
}
_FLAGS = {
    "allowPrivilegedContainer": "run privileged containers",
    "allowHostDirVolumePlugin": "mount folders of the host",
    "allowHostNetwork": "use the host's network",
    "allowHostPID": "see the host's processes",
    "allowHostIPC": "use the host's IPC",
}


def powers(scc: Mapping[str, Any]) -> list[str]:
    """What pods may do under an SCC that reaches beyond themselves."""
    found = [text for flag, text in _FLAGS.items() if scc.get(flag)]
    if "*" in (scc.get("allowedCapabilities") or ()):
        found.append("have every capability")
    return found


def too_wide(scc: Mapping[str, Any], subject: Subject, namespace: str) -> str:
    """Why the use of an SCC by this subject is wider than a mesh needs; empty when it is not.

    `namespace` is where the grant holds, empty for the whole cluster. Users and groups of the
    system itself may have what it has given them.
    """
    name, reach = scc["metadata"]["name"], powers(scc)
    may = f": it lets pods {_joined(reach)}" if reach else ""
    where = f" in {namespace}" if namespace else ""
    if subject.kind == GROUP and subject.name in _EVERYBODY:
        if not reach and (scc.get("runAsUser") or {}).get("type") == "MustRunAsRange":
            return ""
        return (
            f"{_EVERYBODY[subject.name]} may use SCC {name}{where}{may}. Grant it to the service"
            " accounts that need it"
        )
    if not reach:
        return ""
    of_namespace = namespace_of(subject.name) if subject.kind == GROUP else ""
    if of_namespace:
        return (
            f"every service account of {of_namespace} may use SCC {name}{may}. Name the service"
            " accounts that need it"
        )
    account = account_of(subject.name) if subject.kind != GROUP else None
    if account:
        if account[1] != "default":
            return ""
        return (
            f"service account {account[0]}/default may use SCC {name}{may}. Every pod of"
            f" {account[0]} that names no service account has it: give the pods that need it one"
        )
    if namespace or subject.name.startswith("system:"):
        return ""
    return f"{subject} may use SCC {name} in every namespace{may}. Grant it by role_binding"


def _joined(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
