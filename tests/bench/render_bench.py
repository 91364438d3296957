"""Time and memory of rendering a default installation, beside the real helm.

    python -m tests.bench.render_bench [runs]

Whole processes on both sides: four runs of `helm template` (base, istiod, cni, gateway) against one
run of ours for the same four charts, cold (no cache) and with the charts cached. "Imports paid" is
the time without Python's start and our imports: what a task costs inside a play.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

CHARTS = ("base", "istio-control/istio-discovery", "istio-cni", "gateway")
ROOT = Path(__file__).resolve().parents[2]


def render_all(charts: Path, cache: str) -> None:
    """Render the four charts in this process; an empty ``cache`` means none.

    The milliseconds without start and imports, which a play pays once, go to standard error.
    """
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
        Capabilities,
        Release,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render

    store = None
    if cache:
        from ansible_collections.meshops.istio.plugins.plugin_utils._helm.cache import ChartCache

        store = ChartCache(Path(cache))
    start = time.perf_counter()
    for folder in CHARTS:
        path = charts / folder
        chart = store.load_chart(path) if store else load_chart(path)
        memo = store.memo(chart) if store else None
        rendered = render(chart, Release("rel", "mesh"), {}, Capabilities("1.34.2"), memo=memo)
        if store and memo:
            store.keep(chart, memo)
        sys.stdout.write(rendered.text())
    sys.stderr.write(f"{(time.perf_counter() - start) * 1e3}\n")


def _run(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env
    )
    return done.stderr


class _Row:
    """The times of one kind of run, in milliseconds."""

    def __init__(self, name: str, work: Callable[[], str]) -> None:
        self.name = name
        self.whole: list[float] = []
        self.inside: list[float] = []
        self._work = work
        work()

    def run(self) -> None:
        start = time.perf_counter()
        said = self._work()
        self.whole.append((time.perf_counter() - start) * 1e3)
        if said.strip():
            self.inside.append(float(said.splitlines()[-1]))

    def show(self, times: list[float], note: str, base: _Row) -> None:
        best, median = min(times), statistics.median(times)
        ratios = best / min(base.whole), median / statistics.median(base.whole)
        print(
            f"{self.name + note:34} {best:7.0f} {median:9.0f} {ratios[0]:10.2f} {ratios[1]:12.2f}"
        )


def main() -> None:
    """Print the table."""
    from tests import reference

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    charts = reference.charts_dir() / "charts"
    helm = str(reference.helm_path())
    env = {**os.environ, "PYTHONPATH": f"{ROOT / '.build'}:{ROOT}"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    ours = [sys.executable, "-m", "tests.bench.render_bench", "--child", str(charts)]

    def by_helm() -> str:
        for folder in CHARTS:
            _run([helm, "template", "rel", str(charts / folder), "-n", "mesh"], env)
        return ""

    with tempfile.TemporaryDirectory() as cache:
        theirs = _Row("helm template, 4 runs", by_helm)
        cold = _Row("ours, cold", lambda: _run([*ours, ""], env))
        cached = _Row("ours, charts cached", lambda: _run([*ours, cache], env))
        empty = _Row("python -c pass", lambda: _run([sys.executable, "-c", "pass"], env))
        for _ in range(runs):  # in turn, so that a busy moment hits all alike
            for row in (theirs, cold, cached, empty):
                row.run()
    print(f"{'':34} {'best ms':>7} {'median ms':>9} {'ratio best':>10} {'ratio median':>12}")
    for row in (theirs, cold, cached, empty):
        row.show(row.whole, "", theirs)
    cold.show(cold.inside, ", imports paid", theirs)
    cached.show(cached.inside, ", imports paid", theirs)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest child: {peak} MB (helm included); ours alone: {_peak(ours, env)} MB")


def _peak(ours: list[str], env: dict[str, str]) -> int:
    with subprocess.Popen([*ours, ""], stdout=subprocess.DEVNULL, env=env) as child:
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return usage.ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        render_all(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
