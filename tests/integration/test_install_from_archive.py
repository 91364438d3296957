"""The collection as users get it: built, installed elsewhere, its plays called by FQCN."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.mesh import bare_mesh
from tests.integration.plays import ROOT, environment, play, states
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]


def _galaxy(folder: Path, *arguments: str) -> None:
    tool = Path(sys.executable).with_name("ansible-galaxy")
    done = subprocess.run(
        [str(tool), "collection", *arguments],
        cwd=ROOT,
        env={**environment(), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_plays_work_by_their_fqcn(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").touch()
    _galaxy(tmp_path, "build", "--output-path", str(tmp_path))
    (archive,) = tmp_path.glob("*.tar.gz")
    installed = tmp_path / "collections"
    # By force, as the virtual environment knows the checkout by its path.
    options = ("--offline", "--force", "--collections-path", str(installed))
    _galaxy(tmp_path, "install", str(archive), *options)
    assert (installed / "ansible_collections/meshops/istio/MANIFEST.json").exists()
    elsewhere = {
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
        "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
    }
    mesh = bare_mesh(cluster, "archived-mesh")

    def run(name: str, *options: str, code: int = 0) -> dict[str, str]:
        done = play(
            f"meshops.istio.{name}", mesh, *options, cwd=tmp_path, env=elsewhere, expect=(code,)
        )
        return states(done.result()) if "components" in done.result() else {}

    assert run("install_mesh", "--check")["istiod"] == "created"
    run("verify_mesh", code=2)
    assert run("uninstall_mesh") == {}
