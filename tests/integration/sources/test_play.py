"""The playbook fetch-release, as users run it, against a real registry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sources.conftest import VERSION
from tests.integration.sources.registries import PASSWORD, USER, passwords, registry

pytestmark = pytest.mark.reference
ROOT = Path(__file__).parents[3]
IMAGES = [
    "busybox:1.28",
    "example.org/istio/install-cni:1.31.1",
    "example.org/istio/pilot:1.31.1",
    "example.org/istio/proxyv2:1.31.1",
    "example.org/istio/ztunnel:1.31.1",
]


def play(name: str, variables: dict[str, Any], *options: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("ansible-playbook")), name]
    done = subprocess.run(
        [*command, "-i", "one,two,", "-e", json.dumps(variables), *options],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def files(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_an_air_gap_is_filled_and_used(tmp_path: Path, packages: Path) -> None:
    folder = tmp_path / "air-gap"
    with registry(tmp_path / "r", auth=passwords(tmp_path)) as running:
        for package in sorted(packages.iterdir()):
            running.push(package, "--plain-http", "--username", USER, "--password", PASSWORD)
        variables = {
            "mesh_charts": {"source": running.charts, "username": USER, "password": PASSWORD},
            "mesh_version": VERSION,
            "mesh_hub": "example.org/istio",
            "mesh_fetch_dest": str(folder),
        }
        for options, changed in ((("--check", "--diff"), 1), ((), 1), ((), 0), (("--check",), 0)):
            code, output = play("meshops.istio.fetch_release", variables, *options, "-vvv")
            assert code == 0, output
            # Two clusters share the folder: in check mode both would write it.
            hosts = 2 if options and changed else changed
            assert output.count("changed=1") == hosts, output
            assert folder.exists() == (options != ("--check", "--diff"))
            assert PASSWORD not in output.replace(str(variables), "")
        packed = {path.name: path.read_bytes() for path in packages.iterdir()}
        found = files(folder)
        assert {f"charts/{name}": data for name, data in packed.items()} == {
            name: data for name, data in found.items() if name.startswith("charts/")
        }
        assert found["images.txt"].decode().split() == IMAGES
        assert sorted(set(found) - {f"charts/{name}" for name in packed}) == [
            "images.txt",
            "mesh-charts.lock.yml",
        ]
        lock = folder / "mesh-charts.lock.yml"
        assert running.host in lock.read_text()
    rendered = _rendered(tmp_path, {"charts": str(folder), "charts_lock": str(lock)})
    local = _rendered(tmp_path, {"charts": str(packages)})
    assert rendered == local
    # The registry is gone: what it gave is still there, and the lock file agrees.
    charts = variables["mesh_charts"]
    assert _rendered(tmp_path, {"charts": charts, "charts_lock": str(lock)}) == local


def _rendered(folder: Path, options: dict[str, Any]) -> str:
    """What the module renders with the options."""
    out = folder / "rendered.yaml"
    task = {
        "meshops.istio.mesh_control_plane": {"state": "rendered", "version": VERSION, **options}
    }
    copy = {"ansible.builtin.copy": {"content": "{{ made.rendered }}", "dest": str(out)}}
    hosts: dict[str, Any] = {"hosts": "one", "gather_facts": False, "connection": "local"}
    hosts["vars"] = {"ansible_python_interpreter": sys.executable}
    playbook = folder / "render.yml"
    playbook.write_text(json.dumps([{**hosts, "tasks": [{**task, "register": "made"}, copy]}]))
    code, output = play(str(playbook), {})
    assert code == 0, output
    return out.read_text()


def test_a_failure_names_the_place_and_what_to_do(tmp_path: Path) -> None:
    with registry(tmp_path / "r", auth=passwords(tmp_path)) as running:
        charts = {"source": running.charts, "username": USER, "password": "hunter2"}
        variables = {"mesh_charts": charts, "mesh_fetch_dest": str(tmp_path / "air-gap")}
        code, output = play("meshops.istio.fetch_release", variables)
    assert code != 0
    assert "answers 401 Unauthorized. Give username and password" in " ".join(output.split())
    assert "hunter2" not in output
    assert not (tmp_path / "air-gap").exists()
