"""Lookups asked in one play, as users ask them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COLLECTIONS = Path(__file__).parents[3] / ".build"


def ask(
    folder: Path,
    asked: Mapping[str, str],
    variables: Mapping[str, Any],
    refused: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What a play in the folder gets for each expression, and the failed task for each refused one.

    What it printed is under `output`.
    """
    refused = refused or {}
    result = folder / "result.json"
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.set_fact": {name: f"{{{{ {text} }}}}"}} for name, text in asked.items()
    ]
    tasks += [
        {
            "ansible.builtin.debug": {"msg": f"{{{{ {text} }}}}"},
            "register": name,
            "ignore_errors": True,
        }
        for name, text in refused.items()
    ]
    content = ", ".join(f"'{name}': {name}" for name in (*asked, *refused))
    copy = {"content": f"{{{{ {{{content}}} | to_json }}}}", "dest": str(result)}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": dict(variables),
        "tasks": [*tasks, {"ansible.builtin.copy": copy}],
    }
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps([play]))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    data: dict[str, Any] = json.loads(result.read_text())
    return {**data, "output": done.stdout + done.stderr}
