"""Run ``go build``: progress while it compiles, and the remedy when it fails."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from pathlib import Path

from lab.console import Progress
from lab.errors import LabError
from lab.targets import Target
from lab.toolchain import Toolchain

_KEPT_LINES = 30
_REMEDIES = (
    (
        ("no space left on device",),
        "the disk is full: free some space, or set GOCACHE and GOMODCACHE to a folder with room",
    ),
    (
        ("dial tcp", "no such host", "i/o timeout", "TLS handshake", "proxyconnect", "refused"),
        "the Go module proxy cannot be reached: check the network, or set GOPROXY (and HTTPS_PROXY)"
        " to one that can; with the modules in GOMODCACHE already, GOPROXY=off builds offline",
    ),
    (
        ("403 Forbidden", "404 Not Found", "410 Gone", "module lookup disabled"),
        "the module proxy (GOPROXY) does not serve a pinned version: set it to one that does",
    ),
    (
        ("checksum mismatch", "SECURITY ERROR"),
        "a downloaded module is not the pinned one: remove it (`go clean -modcache`) and find out"
        " who served it",
    ),
    (
        ("signal: killed", "cannot allocate memory"),
        "memory ran out: set MESHOPS_BUILD_JOBS=1 to compile one package at a time",
    ),
)


def compile_package(target: Target, go: Toolchain, output: Path, progress: Progress) -> None:
    """Compile ``target`` to the file ``output``, or raise LabError."""
    listing = _run(["list", "-deps", *_list_flags(target), target.package], target, go, progress)
    command = ["build", "-v", "-p", str(jobs()), *target.flags(), "-o", str(output)]
    _run([*command, target.package], target, go, progress, total=len(listing))


def jobs() -> int:
    """How many packages to compile at a time: ``MESHOPS_BUILD_JOBS``, else one a core, 8 at most.

    Kubernetes' largest packages take about 1 GB of memory each.
    """
    chosen = os.environ.get("MESHOPS_BUILD_JOBS", "")
    return int(chosen) if chosen.isdigit() and int(chosen) else min(os.cpu_count() or 1, 8)


def _list_flags(target: Target) -> list[str]:
    flags = ["-tags", target.tags] if target.tags else []
    return flags + (["-modfile", target.mod_file] if target.mod_file != "go.mod" else [])


def _run(
    arguments: list[str], target: Target, go: Toolchain, progress: Progress, total: int = 0
) -> list[str]:
    """Run the go command, telling how far it is; return the packages that it named."""
    names: list[str] = []
    said: deque[str] = deque(maxlen=_KEPT_LINES)
    modules = 0
    with subprocess.Popen(
        [go.command, *arguments],
        cwd=target.module,
        env=go.environment(),
        # One pipe: with two, the one not read could fill up and stop the command.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in map(str.rstrip, process.stdout or ()):
            if line.startswith("go: downloading"):
                modules += 1
            elif _is_package(line):
                names.append(line)
            else:
                said.append(line)
            done = f"{len(names)} of at most {total} packages compiled" if total else "reading"
            progress.update(f"{done}, {modules} modules downloaded" if modules else done)
    if process.returncode:
        raise LabError(_explain(target, go, arguments[0], "\n".join(said)))
    return names


def _is_package(line: str) -> bool:
    return bool(line) and not any(sign in line for sign in " :\t")


def _explain(target: Target, go: Toolchain, step: str, output: str) -> str:
    remedy = "this is a fault of the lab or of the toolchain"
    for signs, advice in _REMEDIES:
        if any(sign in output for sign in signs):
            remedy = advice
            break
    return f"{target.name}: `{go.command} {step}` in {target.module} failed: {remedy}\n{output}"
