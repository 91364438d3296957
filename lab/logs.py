"""Folders of logs, one a lab: they stay after ``down``, but not for ever."""

from __future__ import annotations

import shutil
from collections.abc import Container

from lab.paths import log_folder

KEPT = 20


def renew(name: str, running: Container[str]) -> None:
    """Empty a lab's folder of logs; of labs that do not run keep the newest 20."""
    folder = log_folder(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    others = [
        each for each in folder.parent.iterdir() if each != folder and each.name not in running
    ]
    for old in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
