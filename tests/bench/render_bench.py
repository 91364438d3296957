"""Time and memory of rendering a default installation, beside the real helm.

    python -m tests.bench.render_bench [runs]

Four runs of `helm template` (base, istiod, cni, gateway) against one process of ours for the same
four charts, cold: nothing cached, Python's start and imports included. "In a play" is what a task
costs inside a play: the whole desired state of the same components with the release cached, the
way the action plugin gets it, without imports, which a play pays once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.rows import Row, environment, run, show

CHARTS = ("base", "istio-control/istio-discovery", "istio-cni", "gateway")


def render_charts(charts: Path) -> None:
    """Render the four charts in this process."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
        Capabilities,
        Release,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render

    for folder in CHARTS:
        chart = load_chart(charts / folder)
        rendered = render(chart, Release("rel", "mesh"), {}, Capabilities("1.34.2"))
        sys.stdout.write(rendered.text())


def render_in_play(charts: Path, cache: Path) -> None:
    """Make the desired state; its milliseconds, without imports, go to standard error."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
        desired_state,
    )

    options = {
        "version": "1.31.1",
        "charts": str(charts),
        "components": {"cni": {"enabled": True}},
    }
    start = time.perf_counter()
    desired = desired_state(options, cache_dir=cache)
    if len(desired.objects) < 40:
        raise SystemExit("this is not a default installation")
    sys.stderr.write(f"{(time.perf_counter() - start) * 1e3}\n")


def main() -> None:
    """Print the table."""
    from tests import reference

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    charts = reference.charts_dir() / "charts"
    helm = str(reference.helm_path())
    env = environment()
    ours = [sys.executable, "-m", "tests.bench.render_bench", "--child", str(charts)]

    def by_helm() -> str:
        for folder in CHARTS:
            run([helm, "template", "rel", str(charts / folder), "-n", "mesh"], env)
        return ""

    with tempfile.TemporaryDirectory() as cache:
        rows = (
            Row("helm template, 4 runs", by_helm),
            Row("ours, cold process", lambda: run(ours, env)),
            Row("ours, in a play, release cached", lambda: run([*ours, cache], env)),
            Row("python -c pass", lambda: run([sys.executable, "-c", "pass"], env)),
        )
        show(rows, runs)
    print(f"memory of ours: {_peak(ours, env)} MB")


def _peak(ours: list[str], env: dict[str, str]) -> int:
    with subprocess.Popen(ours, stdout=subprocess.DEVNULL, env=env) as child:
        _pid, _status, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return usage.ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        if sys.argv[3:]:
            render_in_play(Path(sys.argv[2]), Path(sys.argv[3]))
        else:
            render_charts(Path(sys.argv[2]))
    else:
        main()
