"""Build targets into the cache: once per digest of sources, pins, flags and toolchain."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from lab import toolchain
from lab.compile import compile_package
from lab.console import Progress, say
from lab.errors import LabError
from lab.locks import locked
from lab.paths import cache_root
from lab.targets import Target
from lab.toolchain import Toolchain


def find(target: Target) -> Path | None:
    """Return a target from the cache, or None when it is not built; builds nothing."""
    go = toolchain.find(toolchain.minimum_version(target.go_mod), install=False)
    if go is None:
        return None
    product = _product(target, _folder(target, go))
    return product if product.exists() else None


def build(target: Target) -> Path:
    """Return a target, building it first when the cache does not have it.

    A program is a file, what a program writes is a folder. Raises LabError with the remedy when
    it cannot be built.
    """
    if not target.go_mod.exists():
        raise LabError(f"{target.name}: its sources are missing ({target.go_mod})")
    go = toolchain.find(toolchain.minimum_version(target.go_mod))
    if go is None:
        raise LabError(f"{target.name}: no Go toolchain")
    folder = _folder(target, go)
    product = _product(target, folder)
    if product.exists():
        return product
    lock = cache_root() / "locks" / target.name
    with locked(lock, f"{target.name}: waiting for another build of it"):
        if not product.exists():
            _build_into(folder, target, go)
    return product


def _folder(target: Target, go: Toolchain) -> Path:
    system, architecture = go.go_env("GOOS", "GOARCH")
    key = target.key(go.version, f"{system}/{architecture}")
    return cache_root() / f"{target.name}-{key}"


def _product(target: Target, folder: Path) -> Path:
    return folder if target.writes else folder / target.name


def _build_into(folder: Path, target: Target, go: Toolchain) -> None:
    say(f"Building {target.name} ({target.title}) with {go.version}, once for all clones:")
    say(
        f"  from nothing this takes about {_duration(target.seconds)} on two cores and "
        f"{target.megabytes / 1000:.1f} GB in Go's caches, less where they are warm"
    )
    _check_disk(target, go)
    progress = Progress(target.name)
    with tempfile.TemporaryDirectory(prefix=f"{target.name}-", dir=cache_root()) as scratch:
        made = Path(scratch) / "made"
        made.mkdir(mode=0o755)
        program = (Path(scratch) if target.writes else made) / target.name
        compile_package(target, go, program, progress)
        if target.writes:
            subprocess.run([program, made], check=True)
        for link in target.links:
            (made / link).symlink_to(target.name)
        # A folder of that name can only be what is left of a removal: the lock is ours.
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    progress.done(f"built, {_size(folder) / 1e6:.0f} MB in {folder}")


def _check_disk(target: Target, go: Toolchain) -> None:
    """Refuse when a build that finds Go's caches empty would fill the disk."""
    for name, place in zip(
        ("GOCACHE", "GOMODCACHE"), go.go_env("GOCACHE", "GOMODCACHE"), strict=True
    ):
        folder = Path(place)
        if folder.exists() and any(folder.iterdir()):
            continue
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free / 1e6
        if free < target.megabytes:
            raise LabError(
                f"{target.name}: {name} ({place}) has {free / 1000:.1f} GB left, a first build "
                f"needs {target.megabytes / 1000:.1f} GB: free some, or set {name} to a folder "
                "with room"
            )


def _size(folder: Path) -> int:
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{seconds / 60:.0f} min"
