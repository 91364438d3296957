"""User and group of the proxy on OpenShift."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.id_ranges import parse_block
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.openshift import (
    proxy_ids,
    unknown_range,
    without_application_user,
)

UIDS = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("1000/10", (1000, 1009)),
        ("1000-1999", (1000, 1999)),
        (" 7 / 8", None),  # a blank is allowed before a number only
        (" 7/ 8 ", (7, 14)),
        ("1/2,3/4", (1, 2)),
        ("4294967295/2", (4294967295, 0)),
        ("4294967296/2", None),
        ("0/0", (0, 4294967295)),
        ("+1/2", None),
        ("", None),
        ("a-b", None),
        ("1" * 5000 + "/1", None),
    ],
)
def test_blocks_are_read_as_go_scans_them(text: str, block: tuple[int, int] | None) -> None:
    assert parse_block(text) == block


def _namespace(**annotations: str) -> dict[str, Any]:
    names = {"uids": UIDS, "groups": GROUPS}
    return {"metadata": {"annotations": {names[key]: value for key, value in annotations.items()}}}


def test_the_proxy_gets_the_last_ids() -> None:
    assert proxy_ids(_namespace(uids="1000/10", groups="5/5,100/9")) == (1009, 9)
    assert proxy_ids(_namespace(uids="1000/10")) == (1009, 1009)
    assert proxy_ids(_namespace(groups="5/5")) == (1337, 9)


def test_what_cannot_be_read_changes_nothing() -> None:
    assert proxy_ids(None) == (1337, 1337)
    assert proxy_ids({"metadata": {}}) == (1337, 1337)
    assert proxy_ids(_namespace(uids="x", groups="5/5,x")) == (1337, 1337)
    assert proxy_ids(_namespace(uids="1000/10", groups="")) == (1009, 1337)


def _pod(proxy: int | None, application: int | None) -> dict[str, Any]:
    def container(name: str, user: int | None) -> dict[str, Any]:
        context = {"runAsGroup": 5} | ({} if user is None else {"runAsUser": user})
        return {"name": name, "securityContext": context}

    return {
        "spec": {
            "containers": [container("web", application), container("istio-proxy", proxy)],
            "initContainers": [container("istio-init", 0)],
        }
    }


@pytest.mark.parametrize(
    ("proxy", "application", "kept"),
    [(1000, 1000, False), (1000, 2000, True), (1337, None, True), (None, None, False)],
)
def test_only_the_applications_user_is_taken_from_the_proxy(
    proxy: int | None, application: int | None, kept: bool
) -> None:
    pod = _pod(proxy, application)
    before = copy.deepcopy(pod)
    result = without_application_user(pod)
    assert pod == before
    assert (result == before) is kept
    if not kept:
        assert result["spec"]["containers"][1]["securityContext"] == {}
        assert result["spec"]["containers"][0] == before["spec"]["containers"][0]


def test_a_proxy_without_its_namespaces_user_is_told_with_the_remedy() -> None:
    [named] = unknown_range(_pod(1337, None), "shop", None)
    assert named.startswith("the user ids of namespace shop are not known, so its proxy runs as")
    assert f"give its Namespace, with annotation {UIDS}, in `namespaces`" in named
    [nameless] = unknown_range(_pod(1337, None), "", None)
    assert nameless.startswith("its namespace is not known, so its proxy runs as 1337")
    assert "name it with `namespace` or in its metadata" in nameless
    assert unknown_range(_pod(1337, None), "shop", _namespace(groups="5/5"))


def test_nothing_is_said_where_the_user_is_known() -> None:
    assert unknown_range(_pod(1337, None), "shop", _namespace(uids="1000/10")) == ()
    assert unknown_range(_pod(2000, None), "shop", None) == ()
    assert unknown_range({"spec": {"containers": [{"name": "web"}]}}, "shop", None) == ()
