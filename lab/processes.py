"""Start, recognise and stop processes by id and start time, so that a reused id is never hit."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Set for every process of a lab to its folder: finds those whose ids were never written down.
MARK = "MESHOPS_LAB"
_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One run of a program. ``start`` tells it from a later one with the same id."""

    pid: int
    start: str

    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return start_time(self.pid) == self.start

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it is still this process that has the id."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def memory(self) -> int:
        """Resident memory in bytes; 0 when it is gone."""
        with suppress(OSError, ValueError, IndexError):
            if _PROC.is_dir():
                pages = int((_PROC / str(self.pid) / "statm").read_text().split()[1])
                return pages * os.sysconf("SC_PAGE_SIZE")
            return int(_ps(self.pid, "rss=")) * 1024
        return 0


def start(command: Sequence[str], log: Path, lab: Path) -> Process:
    """Start a command in a session of its own, its output appended to ``log``."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        {**_environment(), MARK: str(lab)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return Process(pid, start_time(pid) or "ended at once")


def stop(processes: Sequence[Process], patience: float = 5.0) -> None:
    """End processes together: ask, wait up to ``patience`` seconds, then kill."""
    for process in processes:
        process.send(signal.SIGTERM)
    if not _wait_gone(processes, patience):
        for process in processes:
            process.send(signal.SIGKILL)
        _wait_gone(processes, patience)


def strays(lab: Path) -> list[Process]:
    """Processes marked as belonging to this lab's folder, whoever started them."""
    mark = f"{MARK}={lab}".encode()
    found = []
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        # Others' processes cannot be read; those that end meanwhile are gone.
        with suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                started = start_time(int(entry.name))
                if started:
                    found.append(Process(int(entry.name), started))
    return found


def start_time(pid: int) -> str | None:
    """What tells runs with one id apart; None when there is no such process, or a zombie."""
    if not _PROC.is_dir():
        return _ps(pid, "lstart=") or None
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the name in parentheses and may hold anything, so count from its end:
    # state is the third field, the start in clock ticks since boot the 22nd (proc(5)).
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def _ps(pid: int, column: str) -> str:
    command = ["ps", "-o", column, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _wait_gone(processes: Sequence[Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(process.alive() for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _environment() -> dict[str, str]:
    """The caller's environment without what would send the cluster's own traffic elsewhere."""
    unwanted = {"KUBECONFIG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    return {k: v for k, v in os.environ.items() if k.upper() not in unwanted}
