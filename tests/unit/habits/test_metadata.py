from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_action_group_holds_every_module() -> None:
    """Users set the connection once for all, by `module_defaults: group/meshops.istio.mesh`."""
    modules = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("mesh_*.py"))

    assert load("meta/runtime.yml")["action_groups"]["mesh"] == modules


def test_the_changelog_knows_this_version() -> None:
    assert load("galaxy.yml")["version"] in load("changelogs/changelog.yaml")["releases"]


def test_playbooks_can_be_called_by_the_collections_name() -> None:
    """`ansible-playbook meshops.istio.install_mesh` needs a name without hyphen."""
    hyphenated = {path.stem for path in (ROOT / "playbooks").glob("*-*.yml")}
    twins = {path.stem for path in (ROOT / "playbooks").glob("*_*.yml")}

    assert hyphenated
    assert {name.replace("-", "_") for name in hyphenated} == twins


def test_the_lock_covers_what_users_need() -> None:
    locked = {
        line.partition("==")[0].lower()
        for line in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines()
    }
    wanted = {
        line.partition(">=")[0].lower()
        for name in ("requirements.txt", "requirements-dev.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }

    assert wanted <= locked
