# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of those who may use an SCC: users, groups, service accounts, and RBAC's subjects of them.

To authorization a service account is the user `system:serviceaccount:NAMESPACE:NAME`, in the groups
`system:serviceaccounts` and `system:serviceaccounts:NAMESPACE`
(k8s.io/apiserver/pkg/authentication/serviceaccount/util.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import (
    SccError,
    SubjectError,
)

RBAC = "rbac.authorization.k8s.io"
ACCOUNT = "system:serviceaccount:"
ACCOUNTS = "system:serviceaccounts"
ROLE = "system:openshift:scc:"
USER, GROUP = "User", "Group"

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
)
# Groups that API servers and OpenShift's log-in make up; no user can be called so.
_GROUPS = frozenset(
    {
        "system:authenticated",
        "system:authenticated:oauth",
        "system:cluster-admins",
        "system:cluster-readers",
        "system:masters",
        "system:nodes",
        "system:unauthenticated",
    }
)
# Users of the same kind.
_USERS = frozenset({"kube:admin", "system:admin", "system:anonymous"})


class Subject(NamedTuple):
    """A user or a group; a service account is the user it is to authorization."""

    kind: str
    name: str

    def __str__(self) -> str:
        account = account_of(self.name) if self.kind == USER else None
        if account:
            return f"service account {account[0]}/{account[1]}"
        return f"{self.kind.lower()} {self.name}"


def account_user(namespace: str, name: str) -> str:
    """The user that a service account is."""
    return f"{ACCOUNT}{namespace}:{name}"


def accounts_group(namespace: str) -> str:
    """The group of all service accounts of a namespace."""
    return f"{ACCOUNTS}:{namespace}"


def account_of(user: str) -> tuple[str, str] | None:
    """Namespace and name of the service account that a user is; None when it is none."""
    if not user.startswith(ACCOUNT):
        return None
    namespace, colon, name = user[len(ACCOUNT) :].partition(":")
    return (namespace, name) if namespace and colon and name else None


def namespace_of(group: str) -> str:
    """The namespace whose service accounts a group holds; empty for any other group."""
    prefix = f"{ACCOUNTS}:"
    return group[len(prefix) :] if group.startswith(prefix) else ""


def check_user(user: str) -> str:
    """The name of a user as given; SubjectError with the remedy when it is no user."""
    if user == ACCOUNTS or user.startswith(f"{ACCOUNTS}:") or user in _GROUPS:
        raise SubjectError(f"user {user!r} is a group: name it among the groups")
    if user.startswith(ACCOUNT):
        account = account_of(user)
        if account is None or not _is_account(*account):
            raise SubjectError(
                f"user {user!r} is no service account: write {ACCOUNT}NAMESPACE:NAME, or"
                f" {ACCOUNTS}:NAMESPACE among the groups for all of a namespace"
            )
    return _named("user", user)


def check_group(group: str) -> str:
    """The name of a group as given; SubjectError with the remedy when it is no group."""
    if group.startswith(ACCOUNT):
        raise SubjectError(
            f"group {group!r} is a user: name it among the users, or write"
            f" {ACCOUNTS}:NAMESPACE for all service accounts of a namespace"
        )
    if group in _USERS:
        raise SubjectError(f"group {group!r} is a user: name it among the users")
    namespace = namespace_of(group)
    if group.startswith(f"{ACCOUNTS}:") and not _LABEL.fullmatch(namespace):
        what = f"{namespace!r} is no namespace"
        if ":" in namespace:
            first, _colon, name = namespace.partition(":")
            what += f"; for one service account name {account_user(first, name)} among the users"
        raise SubjectError(f"group {group!r} is no group of service accounts: {what}")
    return _named("group", group)


def check_account(account: str, namespace: str) -> str:
    """The user that a service account is, given as `NAME`, `NAMESPACE:NAME` or as that user."""
    if account == ACCOUNTS or account.startswith(f"{ACCOUNTS}:"):
        raise SubjectError(f"service account {account!r} is a group: name it among the groups")
    if account.startswith(ACCOUNT):
        return check_user(account)
    home, colon, name = account.rpartition(":")
    home = home if colon else namespace
    if not home:
        raise SubjectError(
            f"service account {account!r}: of which namespace? Give `namespace`, or write"
            f" NAMESPACE:{account}"
        )
    if not _is_account(home, name):
        raise SubjectError(
            f"service account {account!r} is no name of one: write NAME or NAMESPACE:NAME"
        )
    return account_user(home, name)


def check_scc(name: str) -> str:
    """The name of an SCC as given; SccError when it is the name of its ClusterRole, or no name."""
    if name.startswith(ROLE):
        raise SccError(f"SCC {name!r} is the ClusterRole of an SCC: write {name[len(ROLE) :]!r}")
    if not _SUBDOMAIN.fullmatch(name):
        raise SccError(f"SCC {name!r} is no name of an object of Kubernetes")
    return name


def check_namespace(name: str) -> str:
    """The name of a namespace as given; SccError when it can be none."""
    if not _LABEL.fullmatch(name):
        raise SccError(f"namespace {name!r} is no name of a namespace")
    return name


def role_of(scc: str) -> str:
    """The ClusterRole that lets use an SCC, as OpenShift and `oc adm policy` name it."""
    return f"{ROLE}{scc}"


def subjects_of(users: Iterable[str], groups: Iterable[str]) -> list[Subject]:
    """Checked subjects without duplicates, groups first; SubjectError for a name of the other."""
    found = [Subject(GROUP, check_group(name)) for name in groups]
    found += [Subject(USER, check_user(name)) for name in users]
    return list(dict.fromkeys(found))


def to_rbac(subject: Subject) -> dict[str, str]:
    """The subject as a binding has it."""
    account = account_of(subject.name) if subject.kind == USER else None
    if account:
        return {"kind": "ServiceAccount", "namespace": account[0], "name": account[1]}
    return {"apiGroup": RBAC, "kind": subject.kind, "name": subject.name}


def from_rbac(subject: Mapping[str, Any], namespace: str) -> Subject:
    """A subject of a binding; `namespace` is the binding's, for an account that names none."""
    kind, name = str(subject.get("kind", "")), str(subject.get("name", ""))
    if kind == "ServiceAccount":
        return Subject(USER, account_user(str(subject.get("namespace") or namespace), name))
    return Subject(kind, name)


def _is_account(namespace: str, name: str) -> bool:
    return bool(_LABEL.fullmatch(namespace) and _SUBDOMAIN.fullmatch(name))


def _named(kind: str, name: str) -> str:
    if not name or name != name.strip():
        raise SubjectError(f"{kind} {name!r} is no name")
    return name
