"""Where relative paths of charts are looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import folder_with


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """An inventory and a playbook folder; both have `both`, each has one of its own."""
    for name in ("inventory", "playbook"):
        (tmp_path / name / "both").mkdir(parents=True)
        (tmp_path / name / f"{name}.tgz").touch()
    return [tmp_path / "inventory", tmp_path / "playbook"]


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"charts": "both"}, 0),
        ({"charts": "inventory.tgz"}, 0),
        ({"charts": "playbook.tgz"}, 1),
        ({"charts": {"source": "playbook.tgz"}}, 1),
        ({"charts": "oci://both", "charts_lock": "playbook.tgz"}, 1),
        ({"charts": "neither"}, None),
        ({"charts": "oci://both"}, None),
        ({"charts": 5}, None),
        ({}, None),
    ],
)
def test_the_inventory_comes_before_the_playbook(
    folders: list[Path], options: dict[str, Any], place: int | None
) -> None:
    assert folder_with(options, folders) == (None if place is None else folders[place])
