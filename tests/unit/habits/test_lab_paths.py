from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab import paths
from lab.errors import LabError


def test_a_folder_that_somebody_else_has_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESHOPS_LAB_DIR", raising=False)
    monkeypatch.setattr(paths, "_SHARED_MEMORY", tmp_path / "none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ours = paths.runtime_root()
    assert ours.parent == tmp_path
    ours.mkdir()
    assert paths.runtime_root() == ours
    (tmp_path / f"{paths.FOLDER}-4711").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(LabError, match=r"is not yours: set MESHOPS_LAB_DIR"):
        paths.runtime_root()
