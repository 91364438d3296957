"""A run that is killed at any moment leaves nothing that the next run does not put right."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import Planner
from tests.integration.mesh import Variables, bare_mesh, everything, gateway
from tests.integration.plays import INVENTORY, ROOT, command, environment, play
from tests.labs import Cluster
from tests.reference import charts_dir

pytestmark = [pytest.mark.lab, pytest.mark.reference]

HOME = "killed-mesh"
PURGE = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}


def _until_done(cluster: Cluster, plan: Path, state: str, chance: random.Random) -> int:
    """Run again and again, killed at a random write, until a run gets through; how often killed."""
    script = Path(__file__).with_name("killed_run.py")
    arguments = [sys.executable, str(script), cluster.deployer_kubeconfig, str(plan), state]
    for kills in range(100):
        moment = [str(chance.randint(2, 12)), chance.choice(["before", "after"])]
        done = subprocess.run([*arguments, *moment], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return kills
        assert done.returncode == -signal.SIGKILL, done.stderr
    raise AssertionError(f"{state} does not come to an end")


def test_killed_at_random_writes(cluster: Cluster, tmp_path: Path) -> None:
    mesh: Variables = bare_mesh(cluster, HOME)
    before = set(everything(cluster))
    options = {
        "namespace": HOME,
        "charts": str(charts_dir()),
        "version": "1.31.1",
        "components": {"ingress_gateways": []},
        "values": {"base": {"validationFailurePolicy": "Ignore"}},
    }
    plan = tmp_path / "plan.json"
    version = json.loads(cluster.kubectl("get", "--raw", "/version"))["gitVersion"]
    plan.write_text(json.dumps(Planner(options)({"kube_version": version}).as_dict()))
    chance = random.Random(20261121)
    assert _until_done(cluster, plan, "present", chance) >= 3
    play("verify-mesh", mesh)
    assert play("install-mesh", mesh).changed == []
    assert _until_done(cluster, plan, "absent", chance) >= 3
    assert set(everything(cluster)) == before


def test_killed_plays(cluster: Cluster, tmp_path: Path) -> None:
    mesh = bare_mesh(cluster, HOME, mesh_components={"ingress_gateways": [gateway("edge", HOME)]})
    before = set(everything(cluster))
    chance = random.Random(1121)
    for _attempt in range(3):
        began = subprocess.Popen(
            command("install-mesh", mesh, tmp_path, inventory=INVENTORY),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(1.5, 4.0))
        os.killpg(began.pid, signal.SIGKILL)
        began.wait()
    play("install-mesh", mesh)
    assert play("install-mesh", mesh).changed == []
    play("uninstall-mesh", {**mesh, **PURGE})
    assert set(everything(cluster)) == before
