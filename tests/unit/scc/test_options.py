"""What the options of mesh_scc ask for, and which of them cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import Request
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject
from ansible_collections.meshops.istio.plugins.module_utils._scc.options import (
    RULES,
    argument_spec,
    request_from,
)


def request(**given: Any) -> Request:
    checked = ArgumentSpecValidator(argument_spec(env_fallback), **RULES).validate(given)
    assert not checked.error_messages, checked.error_messages
    return request_from(checked.validated_parameters, check_mode=False)


def refused(**given: Any) -> str:
    with pytest.raises(SccError) as caught:
        request(**given)
    return str(caught.value)


def test_a_namespace_alone_means_all_its_service_accounts() -> None:
    asked = request(scc=["anyuid"], namespace="shop")
    assert asked.subjects == (Subject("Group", "system:serviceaccounts:shop"),)
    assert (asked.state, asked.by, asked.namespace) == ("granted", "role_binding", "shop")


def test_lists_and_cluster_role_bindings_hold_everywhere() -> None:
    for by in ("scc_lists", "cluster_role_binding"):
        asked = request(scc=["anyuid"], by=by, namespace="shop", service_accounts=["a", "b:c"])
        assert asked.namespace == ""
        assert [subject.name for subject in asked.subjects] == [
            "system:serviceaccount:shop:a",
            "system:serviceaccount:b:c",
        ]


def test_gathering_is_not_restricted_to_a_group_by_a_namespace() -> None:
    asked = request(state="gathered", namespace="shop")
    assert (asked.subjects, asked.sccs, asked.namespace) == ((), (), "shop")


def test_an_empty_list_is_no_grant_to_everybody() -> None:
    text = refused(scc=["anyuid"], namespace="shop", service_accounts=[])
    assert text == "nobody is named: service_accounts is empty"
    assert "no SCC is named" in refused(scc=[], namespace="shop")


@pytest.mark.parametrize("state", ["granted", "revoked"])
def test_what_is_missing_is_named(state: str) -> None:
    assert "namespace: of the RoleBinding is missing" in refused(
        state=state, scc=["anyuid"], users=["bob"]
    )
    assert "or a namespace for all its service accounts" in refused(
        state=state, scc=["anyuid"], by="scc_lists"
    )
    spec = ArgumentSpecValidator(argument_spec(env_fallback), **RULES)
    assert "scc" in " ".join(spec.validate({"state": state}).error_messages)


def test_names_of_the_other_sort_are_refused() -> None:
    group = "system:serviceaccounts:shop"
    assert "among the groups" in refused(scc=["anyuid"], namespace="shop", users=[group])
    account = "system:serviceaccount:shop:a"
    assert "among the users" in refused(scc=["anyuid"], namespace="shop", groups=[account])
    assert "'Shop' is no name of a namespace" in refused(scc=["anyuid"], namespace="Shop")
