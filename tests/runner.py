"""Run steps side by side, keep their logs, count what they tested."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

HEARTBEAT = 60.0  # seconds of silence after which the output says what is still running


@dataclass(frozen=True)
class Step:
    """A command; it starts when the step named `after`, if selected, has ended, well or not.

    `junit`: the command takes `--junit-xml FILE`, and its tests are counted one by one; else it is
    one test, or none if it only prepares others. `timeout` is in seconds.
    """

    name: str
    group: str
    command: tuple[str, ...]
    after: str | None = None
    junit: bool = False
    timeout: float = 1800
    prepares: bool = False

    @property
    def slug(self) -> str:
        """The name as part of a file name."""
        return "".join(c if c.isalnum() else "-" for c in self.name)


@dataclass
class Result:
    """What a step did: counts of its tests, seconds, and the reasons of skipped tests."""

    step: Step
    log: Path
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Runner:
    """Runs steps, at most `jobs` at a time; logs and reports go to the folder `output`."""

    def __init__(self, root: Path, output: Path, jobs: int = 2) -> None:
        self.root = root
        self.output = output
        self.jobs = jobs
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def run(self, steps: Sequence[Step]) -> list[Result]:
        """Run all steps and return their results in the order in which they ended."""
        waiting = list(steps)
        running: dict[Future[Result], Step] = {}
        results: list[Result] = []
        pool = ThreadPoolExecutor(self.jobs)
        try:
            while waiting or running:
                unfinished = {step.name for step in [*waiting, *running.values()]}
                ready = [step for step in waiting if step.after not in unfinished]
                for step in ready[: self.jobs - len(running)]:
                    waiting.remove(step)
                    running[pool.submit(self._run_step, step)] = step
                done = wait(running, timeout=HEARTBEAT, return_when=FIRST_COMPLETED).done
                if not done:
                    self._say_running(list(running.values()))
                for future in done:
                    del running[future]
                    results.append(future.result())
                    self._say_result(results[-1])
        finally:
            self.stopping = True
            for process in list(self.processes.values()):
                _stop(process)
            pool.shutdown()
        return results

    def _run_step(self, step: Step) -> Result:
        log = self.output / f"{step.slug}.log"
        report = self.output / f"{step.slug}.xml"
        report.unlink(missing_ok=True)
        command = [*step.command, f"--junit-xml={report}"] if step.junit else list(step.command)
        start = time.monotonic()
        with log.open("wb") as stream:
            stream.write(("$ " + " ".join(command) + "\n").encode())
            stream.flush()
            code = self._execute(step, command, stream.fileno())
        result = Result(step, log, code, time.monotonic() - start)
        if step.junit and report.exists():
            count_tests(result, report)
        elif code == 0 and not step.prepares:
            result.passed = 1
        if code != 0 and result.failed == 0:
            result.failed = 1
        return result

    def _execute(self, step: Step, command: list[str], output: int) -> int:
        # A session of its own, so that a step that hangs can be ended with all it started.
        process = subprocess.Popen(
            command,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.processes[step.name] = process
        try:
            if self.stopping:
                _stop(process)
            return process.wait(timeout=step.timeout)
        except subprocess.TimeoutExpired:
            _stop(process)
            os.write(output, f"\nended after {step.timeout:.0f} s, its time limit\n".encode())
            return 124
        finally:
            del self.processes[step.name]

    def _say_running(self, steps: Sequence[Step]) -> None:
        for step in steps:
            print(f"  ...   {step.name}: {last_line(self.output / f'{step.slug}.log')}", flush=True)

    def _say_result(self, result: Result) -> None:
        counts = f"{result.passed} passed, {result.failed} failed"
        if result.skipped:
            counts += f", {result.skipped} skipped"
        detail = f"  ({counts})" if result.step.junit else ""
        mark = "  ok  " if result.code == 0 else " FAIL "
        print(f"{mark}  {result.seconds:6.1f} s  {result.step.name}{detail}", flush=True)


def count_tests(result: Result, report: Path) -> None:
    """Add a JUnit report's counts and reasons for skipping to the result."""
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif skipped is not None:
            result.skipped += 1
            result.reasons[skipped.get("message") or "no reason given"] += 1
        else:
            result.passed += 1


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, at most 100 characters of it."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line.strip()[:100] for line in reversed(lines) if line.strip()), "started")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a step's process group: politely, then by force."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
