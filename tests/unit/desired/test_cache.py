"""The cache returns what was rendered from the same inputs, and only that."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired import cache as module
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.cache import RenderCache

OBJECTS: list[dict[str, Any]] = [{"kind": "A", "spec": {"x": [1, "é", None]}}]


class Renderer:
    """Counts how often it had to work."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> list[dict[str, Any]]:
        self.calls += 1
        return OBJECTS


def test_the_same_inputs_are_rendered_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    renderer = Renderer()
    for _number in range(3):
        assert RenderCache(folder).get(["a", {"b": 1, "c": 2}], renderer) == OBJECTS
    assert RenderCache(folder).get(["a", {"c": 2, "b": 1}], renderer) == OBJECTS
    assert renderer.calls == 1
    assert RenderCache(folder).get(["a", {"b": 2}], renderer) == OBJECTS
    assert renderer.calls == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_another_renderer_renders_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Renderer()
    RenderCache(tmp_path).get([], renderer)
    monkeypatch.setattr(module, "_renderer", lambda: "changed")
    RenderCache(tmp_path).get([], renderer)
    assert renderer.calls == 2


@pytest.mark.parametrize("damage", ["", "{", "{}", "[1"])
def test_a_damaged_file_is_rendered_again(tmp_path: Path, damage: str) -> None:
    renderer = Renderer()
    RenderCache(tmp_path).get([], renderer)
    (file,) = tmp_path.iterdir()
    file.write_text(damage)
    assert RenderCache(tmp_path).get([], renderer) == OBJECTS
    assert renderer.calls == 2


def test_a_folder_that_cannot_be_used_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert RenderCache(tmp_path / "file" / "cache").get([], Renderer()) == OBJECTS


def test_old_renderings_go(tmp_path: Path) -> None:
    for number in range(40):
        RenderCache(tmp_path).get([number], Renderer())
    assert len(list(tmp_path.iterdir())) == 32
