"""Names of users, groups and service accounts, and what is said when they are mixed up."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import (
    SccError,
    SubjectError,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    Subject,
    account_of,
    check_account,
    check_group,
    check_scc,
    check_user,
    from_rbac,
    subjects_of,
    to_rbac,
)


@pytest.mark.parametrize(
    ("given", "namespace", "user"),
    [
        ("legacy", "shop", "system:serviceaccount:shop:legacy"),
        ("other:legacy", "shop", "system:serviceaccount:other:legacy"),
        ("system:serviceaccount:other:a.b", "", "system:serviceaccount:other:a.b"),
    ],
)
def test_a_service_account_is_a_user(given: str, namespace: str, user: str) -> None:
    assert check_account(given, namespace) == user


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ("system:serviceaccounts:shop", "is a group: name it among the groups"),
        ("system:serviceaccounts", "is a group: name it among the groups"),
        ("legacy", "of which namespace? Give `namespace`, or write NAMESPACE:legacy"),
        (":legacy", "of which namespace?"),
        ("shop:Legacy", "write NAME or NAMESPACE:NAME"),
        ("a:b:c", "write NAME or NAMESPACE:NAME"),
        ("system:serviceaccount:shop", "write system:serviceaccount:NAMESPACE:NAME"),
    ],
)
def test_what_is_no_service_account_is_refused(given: str, remedy: str) -> None:
    with pytest.raises(SubjectError) as caught:
        check_account(given, "")
    assert repr(given) in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    ("user", "remedy"),
    [
        ("system:serviceaccounts:shop", "is a group: name it among the groups"),
        ("system:serviceaccounts", "is a group"),
        ("system:authenticated", "is a group"),
        ("system:authenticated:oauth", "is a group"),
        ("system:masters", "is a group"),
        ("system:serviceaccount:shop", "write system:serviceaccount:NAMESPACE:NAME"),
        ("system:serviceaccount:shop:a:b", "is no service account"),
        ("", "is no name"),
        (" bob", "is no name"),
    ],
)
def test_what_is_no_user_is_refused(user: str, remedy: str) -> None:
    with pytest.raises(SubjectError, match=remedy):
        check_user(user)


@pytest.mark.parametrize(
    ("group", "remedy"),
    [
        ("system:serviceaccount:shop:legacy", "is a user: name it among the users"),
        ("system:serviceaccount:shop:legacy", "write system:serviceaccounts:NAMESPACE"),
        ("system:serviceaccounts:shop:a", "name system:serviceaccount:shop:a among the users"),
        ("system:serviceaccounts:Shop", "'Shop' is no namespace"),
        ("system:serviceaccounts:", "'' is no namespace"),
        ("kube:admin", "is a user: name it among the users"),
        ("", "is no name"),
    ],
)
def test_what_is_no_group_is_refused(group: str, remedy: str) -> None:
    with pytest.raises(SubjectError, match=remedy):
        check_group(group)


def test_names_that_are_right_stay_as_they_are() -> None:
    for user in ("bob", "system:admin", "Jürgen Groß", "system:serviceaccount:shop:a.b-c"):
        assert check_user(user) == user
    for group in ("devs", "system:serviceaccounts", "system:serviceaccounts:shop"):
        assert check_group(group) == group


def test_an_scc_is_not_named_by_its_role() -> None:
    with pytest.raises(SccError, match="write 'anyuid'"):
        check_scc("system:openshift:scc:anyuid")
    with pytest.raises(SccError, match="no name of an object"):
        check_scc("Any UID")
    for name in ("a..b", "a.-b", "a" * 254, "any\n"):
        with pytest.raises(SccError, match="no name of an object"):
            check_scc(name)
    assert check_scc("a" * 253) == "a" * 253
    assert check_scc("hostmount-anyuid-v2") == "hostmount-anyuid-v2"


def test_subjects_of_bindings_are_the_users_and_groups_they_are_to_authorization() -> None:
    account = Subject("User", "system:serviceaccount:shop:legacy")
    bound = {"kind": "ServiceAccount", "namespace": "shop", "name": "legacy"}
    assert to_rbac(account) == bound
    assert from_rbac(bound, "elsewhere") == account
    # In a RoleBinding an account may leave its namespace out; a user of that name is the same one.
    assert from_rbac({"kind": "ServiceAccount", "name": "legacy"}, "shop") == account
    assert from_rbac({"kind": "User", "name": account.name}, "x") == account
    assert str(account) == "service account shop/legacy"
    group = Subject("Group", "devs")
    assert from_rbac(to_rbac(group), "shop") == group


def test_subjects_are_named_once() -> None:
    assert subjects_of(["bob", "bob"], ["devs"]) == [
        Subject("Group", "devs"),
        Subject("User", "bob"),
    ]


@pytest.mark.parametrize("user", ["bob", "system:serviceaccount:shop", "system:serviceaccount::x"])
def test_other_users_are_no_service_accounts(user: str) -> None:
    assert account_of(user) is None
