"""Time and memory of rendering a default installation, beside the real helm.

    python -m tests.bench.render_bench [runs]

Whole processes on both sides: four runs of `helm template` (base, istiod, cni, gateway) against one
run of ours for the same four charts, cold (no cache) and with the charts cached. The best and the
median of the runs are shown, and the ratio of the medians.
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
    """Render the four charts in this process; an empty ``cache`` means none."""
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
    for folder in CHARTS:
        path = charts / folder
        chart = store.load_chart(path) if store else load_chart(path)
        memo = store.memo(chart) if store else None
        rendered = render(chart, Release("rel", "mesh"), {}, Capabilities("1.34.2"), memo=memo)
        if store and memo:
            store.keep(chart, memo)
        sys.stdout.write(rendered.text())


def _run(command: list[str], env: dict[str, str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)


def _measure(runs: int, work: Callable[[], None]) -> list[float]:
    work()
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def _row(name: str, times: list[float], base: float) -> None:
    median = statistics.median(times)
    print(f"{name:24} {min(times) * 1e3:9.0f} {median * 1e3:9.0f} {median / base:8.2f}")


def main() -> None:
    """Print the table."""
    from tests import reference

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    charts = reference.charts_dir() / "charts"
    helm = str(reference.helm_path())
    env = {**os.environ, "PYTHONPATH": f"{ROOT / '.build'}:{ROOT}"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    ours = [sys.executable, "-m", "tests.bench.render_bench", "--child", str(charts)]

    def by_helm() -> None:
        for folder in CHARTS:
            _run([helm, "template", "rel", str(charts / folder), "-n", "mesh"], env)

    with tempfile.TemporaryDirectory() as cache:
        start = _measure(runs, lambda: _run([sys.executable, "-c", "pass"], env))
        theirs = _measure(runs, by_helm)
        cold = _measure(runs, lambda: _run([*ours, ""], env))
        cached = _measure(runs, lambda: _run([*ours, cache], env))
    base = statistics.median(theirs)
    print(f"{'':24} {'best ms':>9} {'median ms':>9} {'ratio':>8}")
    _row("helm template, 4 runs", theirs, base)
    _row("ours, cold", cold, base)
    _row("ours, charts cached", cached, base)
    _row("python -c pass", start, base)
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
