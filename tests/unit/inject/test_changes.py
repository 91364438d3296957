"""What injection changed, told apart from what an API server did."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.changes import (
    with_changes,
    without_defaults,
)


def _container(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "terminationMessagePath": "/dev/termination-log", **more}


def test_defaults_of_the_server_stay_out() -> None:
    mine = {"containers": [{"name": "app", "ports": [{"containerPort": 80}]}]}
    served = [_container("app", ports=[{"containerPort": 80, "protocol": "TCP"}])]
    before = {"containers": served, "tolerations": [{"key": "x"}], "priority": 0}
    proxy = _container("istio-proxy", image="p:1", imagePullPolicy="IfNotPresent")
    after = {**before, "containers": [proxy, *served], "hostUsers": True}
    assert with_changes(mine, before, after) == {
        "containers": [{"name": "istio-proxy", "image": "p:1"}, mine["containers"][0]],
        "hostUsers": True,
    }


def test_parts_that_injection_changed_and_took_away() -> None:
    probe = {"tcpSocket": {"port": 80}}
    mine = {"containers": [{"name": "app", "readinessProbe": probe, "tty": True}]}
    before = {"containers": [_container("app", readinessProbe={**probe, "timeoutSeconds": 1})]}
    rewritten = {"httpGet": {"path": "/app", "port": 1, "scheme": "HTTP"}, "timeoutSeconds": 1}
    after = {"containers": [_container("app", readinessProbe=rewritten)]}
    assert with_changes(mine, before, after) == {
        "containers": [
            {"name": "app", "readinessProbe": {"httpGet": {"path": "/app", "port": 1}}, "tty": True}
        ]
    }


def test_elements_that_only_the_server_added_are_not_ours() -> None:
    mine = {"volumes": [{"name": "a"}]}
    before = {"volumes": [{"name": "a"}, {"name": "server"}, {"name": "kube-api-access-1"}]}
    after = {"volumes": [{"name": "kube-api-access-2"}, *before["volumes"][:2], {"name": "istio"}]}
    assert with_changes(mine, before, after) == {"volumes": [{"name": "a"}, {"name": "istio"}]}


def test_nothing_changed_means_ours_as_it_is() -> None:
    mine = {"a": 1}
    assert with_changes(mine, {"a": 1, "b": 2}, {"a": 1, "b": 2}) is mine


@pytest.mark.parametrize(
    ("image", "policy", "dropped"),
    [
        ("p:1", "IfNotPresent", True),
        ("p:1", "Always", False),
        ("p", "Always", True),
        ("r:5000/p:latest", "Always", True),
        ("r:5000/p", "IfNotPresent", False),
        ("p@sha256:1", "IfNotPresent", True),
    ],
)
def test_pull_policies_depend_on_the_tag(image: str, policy: str, dropped: bool) -> None:
    result = without_defaults({"image": image, "imagePullPolicy": policy})
    assert ("imagePullPolicy" not in result) is dropped
