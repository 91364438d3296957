"""What roles let use, and by what a subject still may use an SCC."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._scc.gather import Use, still_held
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject
from ansible_collections.meshops.istio.plugins.module_utils._scc.use import allowed_sccs
from lab.constraints import standard

SECURITY = "security.openshift.io"
SCCS = "securitycontextconstraints"


@pytest.mark.parametrize(
    ("groups", "resources", "verbs", "names", "allowed"),
    [
        ([SECURITY], [SCCS], ["use"], ["a", "b"], {"a", "b"}),
        ([SECURITY], [SCCS], ["use"], [], {"*"}),
        (["*"], ["*"], ["*"], [], {"*"}),
        ([SECURITY], [SCCS], ["get", "list"], ["a"], set()),
        ([""], [SCCS], ["use"], ["a"], set()),
        ([SECURITY], ["others"], ["use"], ["a"], set()),
    ],
)
def test_rules_that_let_use_sccs(
    groups: list[str], resources: list[str], verbs: list[str], names: list[str], allowed: set[str]
) -> None:
    rule: dict[str, Any] = {"apiGroups": groups, "resources": resources, "verbs": verbs}
    if names:
        rule["resourceNames"] = names
    assert allowed_sccs([rule, {"nonResourceURLs": ["/healthz"], "verbs": ["get"]}]) == allowed


ACCOUNT = Subject("User", "system:serviceaccount:shop:legacy")
OF_SHOP = Subject("Group", "system:serviceaccounts:shop")
ALL_ACCOUNTS = Subject("Group", "system:serviceaccounts")
ALL_USERS = Subject("Group", "system:authenticated")


@pytest.mark.parametrize(
    ("use", "held"),
    [
        (Use("anyuid", ACCOUNT, "", "list of users"), True),
        (Use("anyuid", OF_SHOP, "shop", "RoleBinding shop/a"), True),
        (Use("*", ALL_ACCOUNTS, "", "ClusterRoleBinding a"), True),
        (Use("anyuid", ALL_USERS, "", "list of groups"), True),
        # Its pods run in shop; another SCC; another namespace's accounts.
        (Use("anyuid", OF_SHOP, "elsewhere", "RoleBinding elsewhere/a"), False),
        (Use("nonroot", ACCOUNT, "", "list of users"), False),
        (Use("anyuid", Subject("Group", "system:serviceaccounts:other"), "", "list"), False),
    ],
)
def test_a_service_account_holds_what_its_groups_hold_at_home(use: Use, held: bool) -> None:
    assert still_held([use], "anyuid", ACCOUNT) == ([use] if held else [])


def test_a_group_holds_only_what_names_it() -> None:
    mine = Use("anyuid", OF_SHOP, "", "list of groups")
    uses = [mine, Use("anyuid", ALL_USERS, "", "list of groups")]
    assert still_held(uses, "anyuid", OF_SHOP) == [mine]


@pytest.mark.parametrize(
    ("subject", "wide"),
    [
        (Subject("User", "the-administrator"), False),
        (Subject("Group", "system:masters"), False),
        (ALL_USERS, True),
        (OF_SHOP, True),
    ],
)
def test_the_use_of_every_scc_is_too_wide_unless_it_is_an_administrators(
    subject: Subject, wide: bool
) -> None:
    sccs = {obj["metadata"]["name"]: obj for obj in standard()}
    shown = Use("*", subject, "", "ClusterRoleBinding a").as_dict(sccs)
    assert bool(shown["too_wide"]) == wide
    assert (shown["kind"], shown["name"]) == (subject.kind, subject.name)
