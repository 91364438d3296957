"""The lookup control_plane in a play: options, variables, terms, output and errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.release.charts import below, chart_files, write_files

COLLECTIONS = Path(__file__).parents[3] / ".build"
LOOKUP = "'meshops.istio.control_plane'"
ASKED = {
    "names": f"query({LOOKUP}) | map(attribute='metadata.name')",
    "istiod": f"query({LOOKUP}, 'istiod') | map(attribute='metadata.name')",
    "gateways": f"query({LOOKUP}, 'gateway', 'base', profile='demo') | map(attribute='kind')",
    "text": f"lookup({LOOKUP}, 'members', output='yaml')",
}
REFUSED = {
    "component": f"query({LOOKUP}, 'ingress')",
    "revision": f"query({LOOKUP}, revision='a.b', namespace='C')",
    "charts": f"query({LOOKUP}, charts='/no/such')",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one play gets for all that is asked."""
    folder = tmp_path_factory.mktemp("lookup")
    for name in ("base", "istiod", "cni", "gateway"):
        write_files(folder / "charts", below(name, chart_files(name, "1.31.1")))
        demo = folder / "charts" / name / "files" / "profile-demo.yaml"
        demo.write_text("a: 1\n")
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.set_fact": {name: f"{{{{ {asked} }}}}"}} for name, asked in ASKED.items()
    ]
    tasks += [
        {
            "ansible.builtin.debug": {"msg": f"{{{{ {asked} }}}}"},
            "register": name,
            "ignore_errors": True,
        }
        for name, asked in REFUSED.items()
    ]
    result = folder / "result.json"
    content = ", ".join(f"'{name}': {name}" for name in (*ASKED, *REFUSED))
    copy = {"content": f"{{{{ {{{content}}} | to_json }}}}", "dest": str(result)}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "mesh_charts": "charts",
            "mesh_revision": "{{ 'ca' ~ 'nary' }}",
            "mesh_members": ["shop"],
        },
        "tasks": [*tasks, {"ansible.builtin.copy": copy}],
    }
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps([play]))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    data: dict[str, Any] = json.loads(result.read_text())
    return data


def test_options_come_from_the_variables_of_the_mesh(answers: dict[str, Any]) -> None:
    gateway = "istio-ingressgateway"
    assert answers["names"] == ["istio-system", "istio-base", "istiod-canary", gateway, "shop"]


def test_terms_choose_by_name_or_kind(answers: dict[str, Any]) -> None:
    assert answers["istiod"] == ["istiod-canary"]
    # In the order of installation, whatever the order of the terms.
    assert answers["gateways"] == ["Namespace", "ConfigMap", "ConfigMap", "ConfigMap"]


def test_yaml_is_one_text(answers: dict[str, Any]) -> None:
    assert answers["text"] == (
        "---\napiVersion: v1\nkind: Namespace\nmetadata:\n"
        "  labels:\n    istio.io/rev: canary\n  name: shop\n"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("component", "no component 'ingress'; it has base, istiod-canary"),
        ("revision", "2 problems in the variables"),
        ("revision", "write a-b"),
        ("charts", "there is no /no/such"),
    ],
)
def test_errors_say_what_to_do(answers: dict[str, Any], name: str, words: str) -> None:
    assert answers[name]["failed"]
    assert words in answers[name]["msg"]
