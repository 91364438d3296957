"""Build the collection, look into the archive, install it elsewhere, ask for its documentation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "meshops.istio"
NEEDED = ("README.md", "CHANGELOG.md", "LICENSE", "meta/runtime.yml", "requirements.txt")
# Nothing of the workshop, no build results, no copies of anything.
FORBIDDEN = (
    ".",
    "lab/",
    "molecule/",
    "tests/unit/",
    "tests/output/",
    "Makefile",
    "pyproject",
    "scripts/",
)
SIZE_LIMIT = 2_000_000  # bytes


class ArchiveError(Exception):
    """The archive is not what users should get."""


def run(folder: Path, *command: str) -> str:
    """Run a command in a folder with settings of its own and return its output.

    Raises ArchiveError for a failure, and for a warning too.
    """
    settings = folder / "ansible.cfg"
    settings.write_text("[defaults]\ncollections_path = installed\nnocolor = true\n")
    environment = {**os.environ, "ANSIBLE_CONFIG": str(settings)}
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode or "[WARNING]" in done.stdout + done.stderr:
        raise ArchiveError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def check_contents(archive: Path) -> list[str]:
    """Return the names in the archive; raises ArchiveError for what should not be there."""
    with tarfile.open(archive) as contents:
        names = [member.name for member in contents.getmembers() if member.isfile()]
    if missing := [name for name in NEEDED if name not in names]:
        raise ArchiveError(f"missing: {missing}; is a pattern of build_ignore too wide?")
    if surplus := [name for name in names if name.startswith(FORBIDDEN)]:
        raise ArchiveError(f"not for users: {surplus}; add them to build_ignore in galaxy.yml")
    if archive.stat().st_size > SIZE_LIMIT:
        raise ArchiveError(f"{archive.stat().st_size} bytes; what is so big in it?")
    return names


def check_documentation(folder: Path, names: list[str]) -> int:
    """Ask the installed collection for the documentation of each of its modules."""
    modules = [
        f"{NAME}.{Path(name).stem}" for name in names if name.startswith("plugins/modules/mesh_")
    ]
    if not modules:
        raise ArchiveError("no modules in the archive")
    text = run(folder, "ansible-doc", "--json", "--type", "module", *modules)
    if missing := set(modules) - set(json.loads(text)):
        raise ArchiveError(f"ansible-doc does not know: {sorted(missing)}")
    return len(modules)


def main() -> int:
    """Return 0 if a user gets what they should."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            run(folder, "ansible-galaxy", "collection", "build", str(ROOT))
            archive = next(folder.glob("*.tar.gz"))
            names = check_contents(archive)
            install = ("ansible-galaxy", "collection", "install", "--offline")
            run(folder, *install, "--collections-path", "installed", str(archive))
            modules = check_documentation(folder, names)
        except ArchiveError as problem:
            print(problem)
            return 1
    print(f"{len(names)} files, {modules} modules documented")
    return 0


if __name__ == "__main__":
    sys.exit(main())
