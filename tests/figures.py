"""Figures of the comparisons with real tools, kept in a file while the tests run.

A comparison test calls `record`; the runner prints `summary_lines` at the end. The file is
`figures.jsonl` in the folder that MESHOPS_FIGURES names, else in tests/output.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent / "output"


@dataclass(frozen=True)
class Figure:
    """Of `total` comparisons `equal` agreed; `skipped` ones could not be made (in neither)."""

    name: str
    equal: int
    total: int
    skipped: int = 0

    def __str__(self) -> str:
        """For example `helm template, profiles: 84 of 84 equal, 3 skipped`."""
        text = f"{self.name}: {self.equal} of {self.total} equal"
        return f"{text}, {self.skipped} skipped" if self.skipped else text


def _file() -> Path:
    return Path(os.environ.get("MESHOPS_FIGURES") or OUTPUT) / "figures.jsonl"


def record(name: str, equal: int, total: int, skipped: int = 0) -> None:
    """Add a figure; the same name may be recorded in parts, also from several processes.

    A reference that is missing is recorded as `record(name, 0, 0, skipped=N)`.
    Raises ValueError for counts that cannot be.
    """
    if not name or not 0 <= equal <= total or skipped < 0:
        raise ValueError(f"figure {name!r}: equal={equal} total={total} skipped={skipped}")
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.write(json.dumps(asdict(Figure(name, equal, total, skipped))) + "\n")


def read() -> list[Figure]:
    """Return the recorded figures, parts of one name added up, in the order of first mention."""
    path = _file()
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    sums: dict[str, Figure] = {}
    for part in (Figure(**json.loads(line)) for line in lines):
        known = sums.get(part.name, Figure(part.name, 0, 0))
        sums[part.name] = Figure(
            part.name,
            known.equal + part.equal,
            known.total + part.total,
            known.skipped + part.skipped,
        )
    return list(sums.values())


def summary_lines() -> list[str]:
    """Return one printable line for each figure."""
    return [str(figure) for figure in read()]


def clear() -> None:
    """Forget what earlier runs recorded."""
    _file().unlink(missing_ok=True)
