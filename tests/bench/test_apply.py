"""`make bench` for the apply engine; MESHOPS_PEER names a virtual environment with `ansible`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench import apply_bench
from tests.labs import running

pytestmark = pytest.mark.lab


def test_bars_are_met(tmp_path: Path) -> None:
    peer = os.environ.get("MESHOPS_PEER")
    with running("bench") as cluster:
        bench = apply_bench.Bench(cluster, 1000, tmp_path, Path(peer) if peer else None)
        lines = [*apply_bench.contests(bench), bench.memory_line(5000)]
    print("\n".join(["", *lines]))
    assert [line for line in lines if line.endswith("MISSED")] == []
