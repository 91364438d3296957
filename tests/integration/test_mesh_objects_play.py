"""mesh_objects in plays: in the controller's process and as a module, with the same results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.mesh_objects_tools import configmap, deployment
from tests.labs import Cluster

pytestmark = pytest.mark.lab

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery"
WAYS = {"process": False, "module": True}


def play(
    folder: Path,
    cluster: Cluster,
    tasks: list[dict[str, Any]],
    *arguments: str,
    way: str,
    **env: str,
) -> tuple[dict[str, Any], str]:
    """Run tasks on a local connection; each task's result by name, and all that was printed."""
    book = folder / f"play-{way}.json"
    variables = {
        "mesh_run_as_module": WAYS[way],
        "ansible_python_interpreter": sys.executable,
    }
    defaults = {"group/meshops.istio.mesh": {"kubeconfig": cluster.kubeconfig}}
    header = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    content = {**header, "vars": variables, "module_defaults": defaults, "tasks": tasks}
    book.write_text(json.dumps([content]))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,"]
    common = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "NO_COLOR": "1", **env}
    printed = subprocess.run(
        [*command, str(book), *arguments],
        env={**common, "ANSIBLE_STDOUT_CALLBACK": "default"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    results_file = folder / f"results-{way}.json"
    results = json.loads(results_file.read_text()) if results_file.exists() else {}
    return results, printed.stdout + printed.stderr


def keep(folder: Path, way: str, *names: str) -> dict[str, Any]:
    """A task that writes registered results where play() finds them."""
    content = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
    destination = str(folder / f"results-{way}.json")
    return {"ansible.builtin.copy": {"content": content, "dest": destination, "mode": "0600"}}


def without_times(value: Any) -> Any:
    """A result without what differs from run to run."""
    if isinstance(value, dict):
        dropped = {"seconds", "waited", "text", "ansible_facts"}
        return {k: without_times(v) for k, v in value.items() if k not in dropped}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def objects(namespace: str) -> list[Any]:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": namespace},
        "stringData": {"password": SECRET, "other": "x"},
    }
    text = json.dumps(deployment("d", namespace))
    return [configmap("c", namespace, a="1"), secret, text]


def test_same_results_in_process_and_as_module(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    def tasks(way: str) -> list[dict[str, Any]]:
        options = {"name": "one", "namespace": namespace, "report": "all"}
        given = {**options, "objects": objects(namespace)}
        broken = {**options, "objects": [configmap("x", "no-such-namespace")]}
        steps: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("planned", given, {"check_mode": True, "diff": True}),
            ("first", given, {"diff": True}),
            ("second", given, {}),
            ("changed", {**given, "objects": objects(namespace)[:2]}, {"diff": True}),
            ("broken", broken, {"ignore_errors": True}),
            ("rendered", {**given, "state": "rendered"}, {}),
            ("gathered", {**options, "state": "gathered"}, {}),
            ("unknown", {**options, "nmae": "x"}, {"ignore_errors": True}),
            ("removed", {**options, "state": "absent"}, {}),
        ]
        listed = [
            {"name": name, "meshops.istio.mesh_objects": args, "register": name, **more}
            for name, args, more in steps
        ]
        return [*listed, keep(tmp_path, way, *(name for name, _args, _more in steps))]

    found = {}
    for way in WAYS:
        results, output = play(tmp_path, cluster, tasks(way), way=way)
        assert results, output
        found[way] = without_times(results)
    here, there = found["process"], found["module"]
    for name in here:
        for result in (here[name], there[name]):
            result.pop("invocation", None) if name == "unknown" else None
            result.get("invocation", {}).pop("module_args", None)
        assert here[name] == there[name], name
    assert here["planned"]["summary"] == {"would_create": 4}
    assert here["first"]["summary"] == {"created": 4}
    assert here["second"]["changed"] is False
    assert here["changed"]["summary"] == {"pruned": 1, "unchanged": 2}
    assert "no-such-namespace does not exist" in here["broken"]["msg"]
    assert "nmae" in here["unknown"]["msg"]
    assert [obj["kind"] for obj in here["rendered"]["rendered"]] == [
        "ConfigMap",
        "Secret",
        "Deployment",
    ]
    assert here["removed"]["summary"] == {"deleted": 3}


@pytest.mark.parametrize("way", WAYS)
def test_secrets_are_never_shown(
    cluster: Cluster, namespace: str, tmp_path: Path, way: str
) -> None:
    kubeconfig = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
    key = kubeconfig["users"][0]["user"]["client-key-data"]
    bad = {**objects(namespace)[1], "data": {"k": SECRET}}
    tasks: list[dict[str, Any]] = [
        {"meshops.istio.mesh_objects": {
            "name": "one", "namespace": namespace, "kubeconfig": kubeconfig,
            "objects": objects(namespace), "report": "all"}},
        {"meshops.istio.mesh_objects": {
            "name": "one", "namespace": namespace, "state": "gathered"}},
        {"meshops.istio.mesh_objects": {
            "namespace": namespace, "objects": bad}, "ignore_errors": True},
        {"meshops.istio.mesh_objects": {"state": "absent", "name": "one", "namespace": namespace}},
    ]  # fmt: skip
    _results, output = play(tmp_path, cluster, tasks, "--diff", "-vvvv", way=way)
    assert "PLAY RECAP" in output
    assert "ignored=1" in output, output
    assert SECRET not in output
    assert "Y29ycmVjdC1ob3Jz" not in output  # the same in base64
    assert key not in output


def test_files_are_read_without_templating(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    source = tmp_path / "set.yaml"
    source.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {t: '{{ not ours }}'}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {d: 2026-01-02}\n"
    )
    for way in WAYS:
        args = {"name": "one", "namespace": namespace, "src": ["set.yaml"]}
        tasks: list[dict[str, Any]] = [
            {"meshops.istio.mesh_objects": args, "register": "first"},
            {"meshops.istio.mesh_objects": {**args, "state": "absent", "src": []}},
            keep(tmp_path, way, "first"),
        ]
        (tmp_path / "files").mkdir(exist_ok=True)
        source.replace(tmp_path / "files" / "set.yaml") if source.exists() else None
        results, output = play(tmp_path, cluster, tasks, way=way)
        assert results["first"]["summary"]["created"] == 3, output


def test_environment_of_the_task_and_check_mode_from_the_command_line(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    task = {
        "meshops.istio.mesh_objects": {
            "kubeconfig": "{{ omit }}",
            "objects": configmap("c", namespace, a="1"),
        },
        "environment": {"K8S_AUTH_KUBECONFIG": cluster.kubeconfig},
    }
    for way in WAYS:
        with cluster.audit() as seen:
            _results, output = play(tmp_path, cluster, [task], "--check", way=way)
        assert "changed=1" in output, output
        assert seen.writes == []


def test_a_task_without_connection_takes_that_of_its_host(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    task = {
        "meshops.istio.mesh_objects": {
            "kubeconfig": "{{ omit }}",
            "objects": configmap("ours", namespace, a="1"),
        },
        "vars": {"mesh_kubeconfig": "{{ elsewhere }}", "elsewhere": cluster.kubeconfig},
    }
    for way in WAYS:
        env = {"KUBECONFIG": "/nowhere/kubeconfig"}
        _results, output = play(tmp_path, cluster, [task], "--check", way=way, **env)
        assert "changed=1" in output, output
