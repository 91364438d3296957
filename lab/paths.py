"""Where the lab keeps things. Nothing of it lies in the work tree.

========  =======================================================  =========================
cache     ``$XDG_CACHE_HOME`` or ``~/.cache``                      built binaries, by digest
logs      ``$XDG_STATE_HOME`` or ``~/.local/state``                one folder a lab; stay after down
runtime   ``$MESHOPS_LAB_DIR``, ``/dev/shm`` or the temp folder    data and keys; gone after down
========  =======================================================  =========================
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from lab.errors import LabError

FOLDER = "meshops-istio-lab"
REPOSITORY = Path(__file__).resolve().parent.parent
_SHARED_MEMORY = Path("/dev/shm")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def check_name(name: str) -> str:
    """Return the lab's name, or raise LabError when it is no good as the name of a folder."""
    if not _NAME.fullmatch(name):
        raise LabError(
            f"lab name {name!r}: use 1 to 40 lower-case letters, digits and '-', "
            "beginning and ending with a letter or a digit"
        )
    return name


def cache_root() -> Path:
    """Folder of built binaries, shared by all clones of a user."""
    return _xdg("XDG_CACHE_HOME", ".cache") / FOLDER


def log_folder(name: str) -> Path:
    """Folder of one lab's logs; kept after ``down``, emptied by the next ``up`` from nothing."""
    return _xdg("XDG_STATE_HOME", ".local/state") / FOLDER / name


def runtime_root() -> Path:
    """Folder of all running labs of a user; in memory where the machine offers that.

    Raises LabError when somebody else has made it: keys would lie in another's hands.
    """
    chosen = os.environ.get("MESHOPS_LAB_DIR")
    if chosen:
        return Path(chosen).resolve()
    base = _SHARED_MEMORY if _roomy(_SHARED_MEMORY) else Path(tempfile.gettempdir())
    root = base / f"{FOLDER}-{os.getuid()}"
    try:
        owner = root.lstat().st_uid
    except FileNotFoundError:
        return root
    if owner != os.getuid() or root.is_symlink():
        raise LabError(f"{root} is not yours: set MESHOPS_LAB_DIR to a folder that is")
    return root


def _roomy(folder: Path) -> bool:
    """Whether a folder may be written to and is large enough; containers often have 64 MB there."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).total >= 2**30


def _xdg(variable: str, default: str) -> Path:
    value = os.environ.get(variable, "")
    # The specification: a relative path there is to be ignored.
    return Path(value) if value.startswith("/") else Path.home() / default
