"""Rows of a table of times: commands run in turn, compared with the first."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Row:
    """The times of one kind of run, in milliseconds: of the process, or what it says itself.

    ``work`` runs once before anything is counted; a text it returns ends in the milliseconds that
    count instead of the process's own.
    """

    def __init__(self, name: str, work: Callable[[], str]) -> None:
        self.name = name
        self.times: list[float] = []
        self._work = work
        work()

    def run(self) -> None:
        """Take one more time."""
        start = time.perf_counter()
        said = self._work()
        taken = (time.perf_counter() - start) * 1e3
        self.times.append(float(said.splitlines()[-1]) if said.strip() else taken)

    def line(self, base: Row) -> str:
        """Best and median time, and their ratios to those of another row."""
        best, median = min(self.times), statistics.median(self.times)
        ratios = best / min(base.times), median / statistics.median(base.times)
        return f"{self.name:34} {best:7.0f} {median:9.0f} {ratios[0]:10.2f} {ratios[1]:12.2f}"


def show(rows: Sequence[Row], runs: int) -> None:
    """Run all in turn, so that a busy moment hits them alike, and print the table."""
    for _round in range(runs):
        for row in rows:
            row.run()
    print(f"{'':34} {'best ms':>7} {'median ms':>9} {'ratio best':>10} {'ratio median':>12}")
    for row in rows:
        print(row.line(rows[0]))


def environment() -> dict[str, str]:
    """Variables for a child process that finds the collection and may keep its bytecode."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / '.build'}:{ROOT}"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def run(command: list[str], env: dict[str, str]) -> str:
    """Run a command to its end, drop its output, return what it wrote to standard error."""
    done = subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env
    )
    return done.stderr
