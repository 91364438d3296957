"""What is remembered of a running lab, in its runtime folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab.errors import LabError
from lab.processes import Process

FILE = "state.json"


@dataclass
class Running:
    """A component that was started: its process, and when (seconds since 1970)."""

    pid: int
    start: str
    since: float

    @property
    def process(self) -> Process:
        """The process as one can be signalled."""
        return Process(self.pid, self.start)


@dataclass
class State:
    """A lab: its ports by use, its options, its processes by component."""

    name: str
    ports: dict[str, int]
    audit: str = ""
    nodes: int = 3
    platform: str = ""
    running: dict[str, Running] = field(default_factory=dict)
    ready: bool = False

    def complete(self) -> bool:
        """Whether it was ready once and nothing of it has ended since."""
        return self.ready and all(each.process.alive() for each in self.running.values())

    def save(self, folder: Path) -> None:
        """Write to the lab's folder, whole or not at all."""
        scratch = folder / f"{FILE}.new"
        scratch.write_text(json.dumps(asdict(self), indent=2))
        scratch.rename(folder / FILE)


def load(folder: Path) -> State | None:
    """Read a lab's state; None when its folder has none."""
    path = folder / FILE
    try:
        data = json.loads(path.read_text())
        data["running"] = {k: Running(**v) for k, v in data["running"].items()}
        return State(**data)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise LabError(f"{path} cannot be read ({error}): run `down` for this lab") from error


def load_all(root: Path) -> list[State]:
    """States of all labs that have a folder under ``root``, by name."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [state for folder in folders if (state := load(folder))]
