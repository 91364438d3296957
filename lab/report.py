"""Tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from lab import build
from lab.cluster import Lab
from lab.targets import Target


def labs_table(labs: Sequence[Lab]) -> tuple[str, bool]:
    """How labs are, and whether all of them are up and well."""
    if not labs:
        return "No lab is up.", True
    parts, well = [], True
    for lab in labs:
        components = lab.status()
        if not components:
            parts.append(f"Lab {lab.name} is not up.")
            well = False
            continue
        well = well and all(each.health in ("healthy", "absent") for each in components)
        rows = [
            (
                each.name,
                str(each.pid or "-"),
                str(each.port),
                each.health,
                _duration(each.seconds),
                f"{each.memory / 1e6:.0f} MB",
            )
            for each in components
        ]
        total = sum(each.memory for each in components)
        head = f"Lab {lab.name}  {lab.server}  {total / 1e6:.0f} MB"
        table = _table(("COMPONENT", "PID", "PORT", "HEALTH", "UP", "MEMORY"), rows)
        state = lab.state()
        tail = [f"kubeconfig  {lab.kubeconfig()}", f"logs        {lab.logs}"]
        if state and state.audit:
            tail.append(f"audit       {lab.audit_log} ({state.audit})")
        parts.append("\n".join([head, table, *tail]))
    return "\n\n".join(parts), well


def tools_table(targets: Sequence[Target]) -> str:
    """What can be built, and where it is when it is built."""
    rows = [
        (target.name, target.title, str(build.find(target) or _cost(target))) for target in targets
    ]
    return _table(("TARGET", "WHAT", "WHERE"), rows)


def _cost(target: Target) -> str:
    return f"not built (about {_duration(target.seconds)}, {target.megabytes / 1000:.1f} GB)"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = int(seconds) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    )
    return "\n".join(lines)
