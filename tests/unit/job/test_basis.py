"""A run says what its mesh was rendered for, and who says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner
from tests.older.charts import up_to_1_20, up_to_1_23, write

LIVE = {"kube_version": "v1.26.9", "platform": "openshift", "jwt_policy": "first-party-jwt"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("facts", "options", "text"),
    [
        (
            LIVE,
            {},
            "rendered for Kubernetes v1.26.9 (detected), platform openshift (detected), "
            "tokens first-party-jwt (detected)",
        ),
        (
            LIVE,
            {"kubernetes_version": "1.24", "platform": "kubernetes", "jwt_policy": "auto"},
            "rendered for Kubernetes 1.24.0 (given), platform kubernetes (given), "
            "tokens first-party-jwt (detected)",
        ),
        (
            {},
            {"jwt_policy": "third-party-jwt"},
            "rendered for Kubernetes 1.26.0 (default), platform kubernetes (default), "
            "tokens third-party-jwt (given)",
        ),
    ],
)
def test_what_a_mesh_was_rendered_for(
    tmp_path: Path, facts: dict[str, Any], options: dict[str, Any], text: str
) -> None:
    folder = write(tmp_path / "release", up_to_1_20())
    planner = Planner({"charts": str(folder), "version": "1.17.8", **options})
    assert planner.basis == ""
    planner(facts)
    assert planner.basis == text


def test_tokens_are_named_only_where_there_is_a_choice(tmp_path: Path) -> None:
    files = {
        name: re.sub(r"(?m)^ *jwtPolicy: third-party-jwt\n", "", text)
        for name, text in up_to_1_23().items()
    }
    files = {name: text for name, text in files.items() if "/gateways/" not in name}
    place = "charts/istio-control/istio-discovery/templates/deployment.yaml"
    files[place] = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n"
    folder = write(tmp_path / "release", files)
    options = {"charts": str(folder), "version": "1.22.8", "profile": "minimal"}
    planner = Planner(options)
    planner(LIVE)
    assert planner.basis.endswith("platform openshift (detected)")
