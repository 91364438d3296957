"""Time mesh_objects against a bare Go client, kubectl and kubernetes.core on one API server.

    PYTHONPATH=.build:. python -m tests.bench.apply_bench [--objects 1000] [--peer VENV]

VENV is a virtual environment with the PyPI packages `ansible` and `kubernetes`; without it the
comparison with kubernetes.core is skipped and named. Every contestant applies the same custom
resources to a namespace of its own, twice. Times of plays have the empty play's time taken off.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import build
from lab.targets import TARGETS
from tests.integration.mesh_objects_tools import widget, widget_crd
from tests.labs import Cluster, running

ROOT = Path(__file__).resolve().parents[2]
GROUP = "bench.example.com"
CONCURRENCIES = (4, 8, 16)
ROUNDS = 3

Contestant = tuple[str, Callable[[str], float]]


@dataclass
class Row:
    """Seconds of the first run and of the second, in which nothing changes."""

    name: str
    first: float
    second: float


def run(command: Sequence[str], stdin: str | None = None, **env: str) -> tuple[float, str]:
    """Seconds and output of a command; SystemExit with its output when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **env},
    )
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
    return seconds, done.stdout


class Bench:
    """One lab, one number of objects, any number of contestants."""

    def __init__(self, cluster: Cluster, count: int, folder: Path, peer: Path | None) -> None:
        self.cluster = cluster
        self.count = count
        self.folder = folder
        self.peer = peer
        self.spaces = 0
        cluster.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(widget_crd(GROUP)))
        cluster.kubectl("wait", "--for=condition=Established", "crd", f"widgets.{GROUP}")

    def objects(self, namespace: str, count: int | None = None) -> list[dict[str, Any]]:
        """The objects for one contestant."""
        return [widget(f"w-{i}", namespace, GROUP) for i in range(count or self.count)]

    def contest(self, contestants: Sequence[Contestant], rounds: int) -> list[Row]:
        """The best of several rounds for each; in turn, so that a noisy moment hits one round."""
        rows = [Row(name, math.inf, math.inf) for name, _once in contestants]
        for _round in range(rounds):
            for row, (_name, once) in zip(rows, contestants, strict=True):
                self.spaces += 1
                namespace = f"bench-{self.spaces}"
                self.cluster.kubectl("create", "namespace", namespace)
                row.first = min(row.first, once(namespace))
                row.second = min(row.second, once(namespace))
                self.cluster.kubectl("delete", "namespace", namespace)
        for row in rows:
            print(f"  {row.name:44s} {row.first:8.2f} s {row.second:8.2f} s", flush=True)
        return rows

    def go(self, program: Path, concurrency: int) -> Callable[[str], float]:
        """The bare Go client."""
        authority, certificate, key = self.cluster.lab.credentials("admin")
        files = ["-ca", str(authority), "-cert", str(certificate), "-key", str(key)]

        def once(namespace: str) -> float:
            path = f"/apis/{GROUP}/v1/namespaces/{namespace}/widgets"
            lines = [
                json.dumps({"path": f"{path}/{obj['metadata']['name']}", "object": obj})
                for obj in self.objects(namespace)
            ]
            command = [str(program), "-server", self.cluster.server, *files]
            command += ["-concurrency", str(concurrency)]
            _seconds, output = run(command, "\n".join(lines))
            measured: float = json.loads(output)["seconds"]
            return measured

        return once

    def kubectl(self, namespace: str) -> float:
        """`kubectl apply --server-side` of one file."""
        documents = "\n".join("---\n" + json.dumps(obj) for obj in self.objects(namespace))
        file = self.folder / "objects.yaml"
        file.write_text(documents)
        began = time.monotonic()
        self.cluster.kubectl("apply", "--server-side", "-f", str(file))
        return time.monotonic() - began

    def play(self, task: dict[str, Any], empty: float, venv: Path) -> Callable[[str], float]:
        """A play of one task, whose variable `objs` is the list of objects."""

        def once(namespace: str) -> float:
            (self.folder / "objects.json").write_text(json.dumps(self.objects(namespace)))
            named = json.loads(json.dumps(task).replace("NAMESPACE", namespace))
            return max(0.0, self.play_seconds([named], venv) - empty)

        return once

    def play_seconds(self, tasks: list[dict[str, Any]], venv: Path) -> float:
        """Wall time of a whole play."""
        book = self.folder / "play.json"
        content = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {
                "objs": "{{ lookup('ansible.builtin.file', playbook_dir ~ '/objects.json')"
                " | from_json }}",
                "ansible_python_interpreter": str(venv / "bin" / "python"),
            },
            "tasks": tasks,
        }
        book.write_text(json.dumps([content]))
        command = [str(venv / "bin" / "ansible-playbook"), "-i", "localhost,", str(book)]
        seconds, _output = run(command, K8S_AUTH_KUBECONFIG=self.cluster.kubeconfig)
        return seconds

    def empty_play(self, venv: Path) -> float:
        """The least of three plays without tasks."""
        return min(self.play_seconds([], venv) for _round in range(3))

    def memory(self, count: int) -> float:
        """MiB of a process that applies objects with the engine, and then applies them again."""
        namespace = "bench-memory"
        self.cluster.kubectl("create", "namespace", namespace)
        file = self.folder / "memory.json"
        file.write_text(json.dumps(self.objects(namespace, count)))
        _seconds, output = run(
            [sys.executable, str(Path(__file__)), "--apply", str(file), namespace],
            PYTHONPATH=f"{ROOT / '.build'}:{ROOT}",
            K8S_AUTH_KUBECONFIG=self.cluster.kubeconfig,
        )
        self.cluster.kubectl("delete", "namespace", namespace)
        return float(output.split()[-1])

    def memory_line(self, count: int) -> str:
        """The line about the bar on memory."""
        used = self.memory(count)
        return bar_line(f"{count} objects, {used:.0f} MiB / 150", used, None, 150, 1.0)


def apply_file(path: str, namespace: str) -> None:
    """Apply the objects of a file twice, as the module does; print the peak memory in MiB."""
    from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
    from ansible_collections.meshops.istio.plugins.module_utils._apply.model import ApplyRequest
    from tests.integration.mesh_objects_tools import connected

    for _round in range(2):
        with connected(os.environ["K8S_AUTH_KUBECONFIG"]) as (client, kinds):
            text = Path(path).read_text(encoding="utf-8")
            request = ApplyRequest(objects=text, set_name="bench", set_namespace=namespace)
            print(apply_set(client, kinds, request).text())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def ours(**source: Any) -> dict[str, Any]:
    """A task of ours."""
    return {
        "meshops.istio.mesh_objects": {"name": "bench", "namespace": "NAMESPACE", **source},
        "no_log": False,
    }


def theirs(server_side: bool) -> dict[str, Any]:
    """A task of kubernetes.core with one list."""
    options: dict[str, Any] = {"state": "present", "definition": "{{ objs }}"}
    if server_side:
        manager = {"field_manager": "peer", "force_conflicts": True}
        options |= {"apply": True, "server_side_apply": manager}
    return {"kubernetes.core.k8s": options, "no_log": True}


def contests(bench: Bench) -> list[str]:
    """Run all contestants; returns the lines about the bars.

    The bars are for objects from a file (`src`). A list is shown beside it: Ansible templates each
    of its values before our code runs, and does the same for kubernetes.core.
    """
    program = build.find(TARGETS["bench"])
    venv = Path(sys.executable).parent.parent
    empty = bench.empty_play(venv)
    print(f"  (an empty play takes {empty:.2f} s)")
    source = ours(src=[str(bench.folder / "objects.json")])
    contestants: list[Contestant] = [
        ("kubectl apply --server-side", bench.kubectl),
        ("mesh_objects, a list", bench.play(ours(objects="{{ objs }}"), empty, venv)),
        ("mesh_objects, a file", bench.play(source, empty, venv)),
    ]
    if program is not None:
        contestants += [
            (f"Go client, {number} in flight", bench.go(program, number))
            for number in CONCURRENCIES
        ]
    kubectl, listed, from_file, *go = bench.contest(contestants, ROUNDS)
    lines = [
        bar_line("first / kubectl", from_file.first, listed.first, kubectl.first, 1.0),
        bar_line("second / kubectl", from_file.second, listed.second, kubectl.second, 1 / 5),
    ]
    if go:
        best = min(row.first for row in go)
        lines.append(bar_line("first / Go", from_file.first, listed.first, best, 1.3))
    else:
        lines.append("bare Go client: skipped (python -m lab build bench)")
    if bench.peer is None:
        return [*lines, "kubernetes.core: skipped, no virtual environment with it was named"]
    empty = bench.empty_play(bench.peer)
    peers = bench.contest(
        [
            (f"kubernetes.core.k8s, a list{note}", bench.play(theirs(ssa), empty, bench.peer))
            for ssa, note in ((False, ""), (True, ", server-side"))
        ],
        1,
    )
    first, second = min(p.first for p in peers), min(p.second for p in peers)
    lines.append(bar_line("first / kubernetes.core", from_file.first, listed.first, first, 1 / 3))
    lines.append(
        bar_line("second / kubernetes.core", from_file.second, listed.second, second, 0.05)
    )
    return lines


def bar_line(what: str, ours: float, listed: float | None, theirs: float, limit: float) -> str:
    """One line: a ratio, whether it is within its bar, and the ratio with a list."""
    ratio = ours / theirs
    verdict = "ok" if ratio <= limit else "MISSED"
    beside = f"(with a list {listed / theirs:.3f})" if listed is not None else ""
    return f"{what:32s} {ratio:6.3f}   bar {limit:.3f}   {beside:22s} {verdict}"


def main() -> None:
    """Print the table and the bars; exit code 1 when a bar is missed."""
    if sys.argv[1:2] == ["--apply"]:
        apply_file(*sys.argv[2:4])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--memory-objects", type=int, default=5000)
    parser.add_argument("--peer", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running("bench") as cluster:
        bench = Bench(cluster, options.objects, Path(folder), options.peer)
        print(f"{options.objects} custom resources: first run, second run", flush=True)
        lines = contests(bench)
        lines.append(bench.memory_line(options.memory_objects))
    print("\n".join(lines))
    raise SystemExit(any(line.endswith("MISSED") for line in lines))


if __name__ == "__main__":
    main()
