"""Run the collection's plays as users do, and look at the results of their tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INVENTORY = ROOT / "inventories" / "lab"
_USERS_OWN = ("KUBECONFIG", "K8S_AUTH_KUBECONFIG", "MESHOPS_CHARTS", "mesh_kubeconfig")

Result = dict[str, Any]


@dataclass(frozen=True)
class Play:
    """What a run of ansible-playbook did."""

    code: int
    output: str
    tasks: list[dict[str, Any]]

    def result(self, action: str = "mesh_control_plane", host: str = "lab") -> Result:
        """The first result of an action on a host."""
        for task in self.tasks:
            if task["action"] == action and task["host"] == host:
                result: Result = task["result"]
                return result
        raise AssertionError(f"no result of {action} on {host}:\n{self.output}")

    def message(self, host: str = "lab") -> str:
        """The message of the task that failed on a host."""
        for task in self.tasks:
            if task["status"] == "failed" and task["host"] == host:
                return str(task["result"]["msg"])
        raise AssertionError(f"nothing failed on {host}:\n{self.output}")

    @property
    def changed(self) -> list[str]:
        """Names of tasks that reported a change."""
        return [task["task"] for task in self.tasks if task["result"].get("changed")]


def environment(**more: str) -> dict[str, str]:
    """Variables for ansible-playbook, without those by which a user names a cluster."""
    kept = {name: value for name, value in os.environ.items() if name not in _USERS_OWN}
    return {**kept, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", **more}


def command(
    playbook: str, variables: Mapping[str, Any], folder: Path, *options: str, inventory: Path
) -> list[str]:
    """The command line of a play, its variables in a file of the folder."""
    extra = folder / "variables.json"
    extra.write_text(json.dumps(variables), encoding="utf-8")
    tool = Path(sys.executable).with_name("ansible-playbook")
    where = playbook if "." in playbook else str(ROOT / "playbooks" / f"{playbook}.yml")
    return [str(tool), where, "--inventory", str(inventory), "--extra-vars", f"@{extra}", *options]


def play(
    playbook: str,
    variables: Mapping[str, Any],
    *options: str,
    inventory: Path = INVENTORY,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    expect: Sequence[int] = (0,),
) -> Play:
    """Run a playbook by its file's name or FQCN; fails when its exit code is not expected."""
    with tempfile.TemporaryDirectory() as name:
        record = Path(name) / "record"
        done = subprocess.run(
            command(playbook, variables, Path(name), *options, inventory=inventory),
            cwd=cwd,
            env={
                **environment(
                    ANSIBLE_CALLBACK_PLUGINS=str(Path(__file__).parent / "callbacks"),
                    ANSIBLE_CALLBACKS_ENABLED="recorder",
                    MESHOPS_RECORD=str(record),
                ),
                **(env or {}),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    output = done.stdout + done.stderr
    assert done.returncode in expect, output
    return Play(done.returncode, output, [json.loads(line) for line in lines])


def actions(result: Result) -> dict[str, str]:
    """`Kind namespace/name` -> action, over all components of a result."""
    return {
        f"{o['kind']} {o['namespace']}/{o['name']}": o["action"]
        for component in result["components"]
        for o in component["objects"]
    }


def states(result: Result) -> dict[str, str]:
    """Component -> state."""
    return {component["name"]: component["state"] for component in result["components"]}
