# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may use which SCC: by the lists of SCCs, and by roles and their bindings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._scc.bindings import (
    CLUSTER_ROLE_BINDINGS,
    ROLE_BINDINGS,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import (
    NOT_OPENSHIFT,
    SCC,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import (
    SccError,
    UnknownSccError,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    ACCOUNTS,
    GROUP,
    USER,
    Subject,
    account_of,
    accounts_group,
    from_rbac,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.roles import CLUSTER_ROLES, ROLES
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import ALL, allowed_sccs
from ansible_collections.meshops.istio.plugins.module_utils._scc.wide import too_wide

Object = dict[str, Any]


class Use(NamedTuple):
    """That a subject may use an SCC (`*`: every one), in a namespace or (empty) in all.

    `by` is what says so: `list of users` or `list of groups` of the SCC, or a binding.
    """

    scc: str
    subject: Subject
    namespace: str
    by: str

    def as_dict(self, sccs: Mapping[str, Object]) -> Object:
        """The use as the module returns it."""
        account = account_of(self.subject.name) if self.subject.kind == USER else None
        return {
            "scc": self.scc,
            "kind": "ServiceAccount" if account else self.subject.kind,
            "name": account[1] if account else self.subject.name,
            "account_namespace": account[0] if account else "",
            "namespace": self.namespace,
            "by": self.by,
            "too_wide": self._too_wide(sccs, account is not None),
        }

    def _too_wide(self, sccs: Mapping[str, Object], is_account: bool) -> str:
        if self.scc == ALL and not (is_account or self.subject.name.startswith("system:")):
            # Administrators, as a rule: they may do anything.
            return ""
        obj = sccs.get("privileged" if self.scc == ALL else self.scc)
        return too_wide(obj, self.subject, self.namespace) if obj else ""


class Uses(NamedTuple):
    """All uses that were found, and the SCCs by name."""

    uses: list[Use]
    sccs: dict[str, Object]


def gather(
    client: Client,
    sccs: Sequence[str] = (),
    namespace: str = "",
    subjects: Sequence[Subject] = (),
) -> Uses:
    """Who may use SCCs: all or those named, in a namespace or everywhere, all subjects or these.

    Subjects are taken as they are named in lists and bindings. Needs to list SCCs, roles and
    bindings; SccError names the right that is missing.
    """
    kinds = (SCC, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, ROLES, ROLE_BINDINGS)
    constraints, cluster_roles, wide, roles, narrow = client.map(
        lambda kind: _read(client, kind, namespace), kinds
    )
    by_name = {obj["metadata"]["name"]: obj for obj in constraints}
    found = [*_of_lists(constraints), *_of_bindings(cluster_roles + roles, wide + narrow)]
    chosen = {
        use
        for use in found
        if (not sccs or use.scc in sccs or use.scc == ALL)
        and (not subjects or use.subject in subjects)
    }
    return Uses(sorted(chosen), by_name)


def still_held(uses: Iterable[Use], scc: str, subject: Subject) -> list[Use]:
    """By which of these a subject may use an SCC, as itself or as a member of a group.

    Of a service account, those that hold in its own namespace, where its pods run.
    """
    names, home = {subject}, ""
    if subject.kind == USER:
        names.add(Subject(GROUP, "system:authenticated"))
        account = account_of(subject.name)
        if account:
            home = account[0]
            names |= {Subject(GROUP, ACCOUNTS), Subject(GROUP, accounts_group(home))}
    return [
        use
        for use in uses
        if use.scc in (scc, ALL)
        and use.subject in names
        and (not home or use.namespace in ("", home))
    ]


def _read(client: Client, kind: Kind, namespace: str) -> list[Object]:
    try:
        return client.list(kind, namespace if kind.namespaced else "").items
    except ApiError as error:
        if kind == SCC and error.kind_not_served:
            raise UnknownSccError(NOT_OPENSHIFT) from error
        if error.status == 403:
            where = f" in {namespace}" if kind.namespaced and namespace else ""
            raise SccError(
                f"who may use SCCs cannot be read: our account lacks list {kind.resource}{where}"
            ) from error
        raise


def _of_lists(sccs: Iterable[Object]) -> list[Use]:
    found = []
    for obj in sccs:
        name = obj["metadata"]["name"]
        for user in obj.get("users") or ():
            found.append(Use(name, Subject(USER, user), "", "list of users"))
        for group in obj.get("groups") or ():
            found.append(Use(name, Subject(GROUP, group), "", "list of groups"))
    return found


def _of_bindings(roles: Iterable[Object], bindings: Iterable[Object]) -> list[Use]:
    allowed = {
        (obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]): sccs
        for obj in roles
        for sccs in [allowed_sccs(obj.get("rules") or ())]
        if sccs
    }
    found = []
    for obj in bindings:
        reference, namespace = obj["roleRef"], obj["metadata"].get("namespace", "")
        home = namespace if reference["kind"] == "Role" else ""
        name = f"{namespace}/{obj['metadata']['name']}" if namespace else obj["metadata"]["name"]
        for scc in allowed.get((reference["kind"], home, reference["name"]), ()):
            found += [
                Use(scc, from_rbac(subject, namespace), namespace, f"{obj['kind']} {name}")
                for subject in obj.get("subjects") or ()
            ]
    return found
