"""Run all of `ansible-test sanity` on a copy of the collection.

ansible-test wants the path .../ansible_collections/meshops/istio, follows symbolic links, and
lists files with git; so it gets a copy of all files that git tracks or would track, as they are.
"""

from __future__ import annotations

import ast
import configparser
import fcntl
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".build" / "sanity" / "ansible_collections" / "meshops" / "istio"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
# The pip that ansible-test 2.19 asks for; it names the file it misses when this changes.
GET_PIP = "get_pip_24_2.py"
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def export(target: Path) -> None:
    """Replace `target` by a copy of the work tree, new files included and ignored ones not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name, follow_symlinks=False)
    # A repository of its own: in the outer one the copy is an ignored folder, thus empty.
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)


def make_home() -> Path:
    """Return a home folder for ansible-test: its environments are kept, the user's stay clean."""
    home = CACHE / "meshops-istio-ansible-test"
    scripts = home / ".ansible" / "test" / "cache"
    scripts.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("get_pip.py"), scripts / GET_PIP)
    configuration = home / ".config" / "pip" / "pip.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(pip_settings(), encoding="utf-8")
    return home


def pip_settings() -> str:
    """Return pip's settings here (index, proxy, certificates) as a file.

    ansible-test passes on neither the home folder's nor the environment's.
    """
    lines = [":env:.cache-dir=" + repr(ask_pip("cache", "dir").strip())]
    lines += ask_pip("config", "list").splitlines()
    sections: dict[str, dict[str, str]] = {}
    for line in reversed(lines):  # the environment's come first and win
        name, value = line.split("=", maxsplit=1)
        section, key = name.replace(":env:", "global").split(".", maxsplit=1)
        sections.setdefault(section, {})[key] = str(ast.literal_eval(value))
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(sections)
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def ask_pip(*arguments: str) -> str:
    """Return what a pip command prints."""
    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def find_pythons(folder: Path) -> list[str]:
    """Link the interpreters that really run into `folder` and return their versions.

    Looks on PATH and among pyenv's, whose stand-ins on PATH exist but need not run.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    versions = []
    for version in PYTHONS:
        name = f"python{version}"
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
        found = shutil.which(name)
        candidates = [Path(found)] if found else []
        for path in [*candidates, *sorted(pyenv.glob(f"{version}.*/bin/{name}"))]:
            probe = subprocess.run(
                [path, "-c", "import ensurepip, venv"], capture_output=True, check=False
            )
            if probe.returncode == 0:
                (folder / name).symlink_to(path)
                versions.append(version)
                break
    return versions


def main(arguments: list[str]) -> int:
    """Export and check, one run at a time; `arguments` go to ansible-test (`--test pylint`)."""
    COPY.parent.mkdir(parents=True, exist_ok=True)
    with (ROOT / ".build" / "sanity.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return check(arguments)


def check(arguments: list[str]) -> int:
    """Export and check; another run at the same time would take the copy away."""
    export(COPY)
    pythons = ROOT / ".build" / "pythons"
    targets = find_pythons(pythons)
    print("import and compile on Python", ", ".join(targets), flush=True)
    if missing := sorted(set(PYTHONS) - set(targets)):
        print("not installed here: Python", ", ".join(missing), flush=True)
    environment = {
        **os.environ,
        "HOME": str(make_home()),
        "PATH": f"{pythons}{os.pathsep}{os.environ['PATH']}",
    }
    # Its settings are its own: ours name a collections path that is not the copy's.
    environment.pop("ANSIBLE_CONFIG", None)
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = ["ansible-test", "sanity", "--color", "no", "--controller", f"origin:python={own}"]
    for version in targets:
        command += ["--target-python", f"{version}@{pythons / f'python{version}'}"]
    return subprocess.run([*command, *arguments], cwd=COPY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
