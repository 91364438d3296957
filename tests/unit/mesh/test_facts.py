"""What is asked of a cluster before a mesh is rendered for it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._mesh.facts import gather_facts

GROUPS = {
    "groups": [
        {"name": "apps", "versions": [{"groupVersion": "apps/v1"}]},
        {"name": "policy", "versions": [{"groupVersion": "policy/v1"}]},
    ]
}


class Cluster:
    """An API server that answers from a table, and knows nothing else."""

    def __init__(self, resources: list[str]) -> None:
        self.answers: dict[str, Any] = {
            "/version": {"gitVersion": "v1.18.20+k3s1"},
            "/apis": GROUPS,
            "/api/v1": {"resources": [{"name": name} for name in resources]},
        }

    def request(self, method: str, path: str) -> Any:
        assert method == "GET"
        if path not in self.answers:
            raise ApiError(404, "NotFound", "not found")
        return self.answers[path]


@pytest.mark.parametrize(
    ("resources", "policy"),
    [
        (["pods", "serviceaccounts", "serviceaccounts/token"], "third-party-jwt"),
        (["pods", "serviceaccounts"], "first-party-jwt"),
    ],
)
def test_the_token_policy_is_what_the_api_server_can_issue(
    resources: list[str], policy: str
) -> None:
    client: Any = Cluster(resources)
    facts = gather_facts(client)
    assert facts == {
        "kube_version": "v1.18.20+k3s1",
        "api_versions": ["apps/v1", "policy/v1", "v1"],
        "platform": "k3s",
        "jwt_policy": policy,
        "default_revision": None,
        "gateway_api": {"crds": {}, "protected": False, "unreadable": False},
        "openshift": None,
    }
