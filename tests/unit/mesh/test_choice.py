"""Which sets an uninstall removes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._mesh.choice import (
    chosen_entries,
    chosen_sets,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.entries import Entries
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.module_utils._mesh.sets import LiveSet, movable


def live(kind: str, revision: str = "") -> LiveSet:
    name = f"{kind}-{revision}" if revision else kind
    return LiveSet(name, kind, revision, "1.31.1", f"istio.{name}", "mesh")


PLAN = Plan(
    "mesh",
    "",
    "1.31.1",
    [
        PlanComponent(kind, kind, kind, "mesh", "1.31.1", "", True, f"istio.{kind}", "mesh")
        for kind in ("base", "istiod")
    ],
)


def names(scope: str, *lives: LiveSet) -> list[str]:
    return [chosen.name for chosen in chosen_sets(scope, PLAN, lives)[0]]


def test_rights_that_were_only_kept_go_with_the_last_control_plane() -> None:
    lives = [live("base"), live("platform"), live("cni"), live("istiod")]
    assert names("options", *lives) == ["istiod", "platform", "base"]
    assert names("options", *lives, live("istiod", "old")) == ["istiod"]
    assert names("purge", *lives) == ["istiod", "cni", "platform", "base"]
    assert names("revision", *lives) == ["istiod"]


def test_objects_move_between_the_sets_of_the_platform_and_the_plugin_only() -> None:
    lives = [live("base"), live("platform"), live("cni"), live("istiod")]
    both = {live("platform").applyset.id, live("cni").applyset.id}
    assert movable("platform", lives, "") == movable("cni", lives, "") == both
    assert movable("istiod", lives, "") == frozenset()


def test_routes_move_between_the_gateways_of_one_revision() -> None:
    lives = [live("base"), live("gateway"), live("gateway", "canary")]
    assert movable("gateway", lives, "") == {live("gateway").applyset.id}
    assert movable("gateway", lives, "canary") == {live("gateway", "canary").applyset.id}


class Api:
    """An API server that shows no SCCs; `serves` says whether it has the kind at all."""

    def __init__(self, serves: bool) -> None:
        self.serves = serves

    def list(self, *_kind: Any, **_options: Any) -> Any:
        raise ApiError(403, "Forbidden", "not for this account")

    def request(self, _method: str, path: str, **_options: Any) -> Any:
        if path == "/apis/security.openshift.io" and self.serves:
            return {"versions": []}
        raise ApiError(404 if path.startswith("/apis/") else 403, "", "no")


@pytest.mark.parametrize("serves", [True, False])
def test_entries_that_may_not_be_seen_are_not_called_gone(serves: bool) -> None:
    client: Any = Api(serves)
    doomed, kept = chosen_entries("purge", PLAN, [], Entries(client, "mesh", RunOptions()))
    assert doomed == []
    assert [line for line in kept if "may not list them" in line] == (kept if serves else [])
    assert bool(kept) == serves
