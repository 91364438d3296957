"""Locks on folders, held by the kernel: they end with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.console import say


@contextmanager
def locked(folder: Path, waiting: str) -> Iterator[None]:
    """Make ``folder`` (mode 0700) and hold its lock; say ``waiting`` when another has it.

    The folder itself is locked, so no lock file is left behind; whoever holds the lock may
    remove the folder, and those who waited for it make it anew.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            _acquire(handle, waiting)
            if _same(handle, folder):
                yield
                return
        finally:
            os.close(handle)


def _acquire(handle: int, waiting: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(waiting)
        fcntl.flock(handle, fcntl.LOCK_EX)


def _same(handle: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except FileNotFoundError:
        return False
