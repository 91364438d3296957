from __future__ import annotations

from pathlib import Path

import pytest

from tests import figures


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHOPS_FIGURES", str(tmp_path / "made-on-demand"))


def test_parts_of_one_name_add_up_in_order_of_mention() -> None:
    figures.record("helm template, value sets", 300, 300)
    figures.record("toYaml, random values", 0, 0, skipped=5000)
    figures.record("helm template, value sets", 11, 12)

    assert figures.summary_lines() == [
        "helm template, value sets: 311 of 312 equal",
        "toYaml, random values: 0 of 0 equal, 5000 skipped",
    ]


def test_clear_forgets() -> None:
    figures.record("anything", 1, 1)
    figures.clear()

    assert figures.read() == []


@pytest.mark.parametrize(
    ("name", "equal", "total", "skipped"),
    [("", 1, 1, 0), ("more equal than compared", 2, 1, 0), ("negative", 0, 1, -1)],
)
def test_counts_that_cannot_be_are_refused(name: str, equal: int, total: int, skipped: int) -> None:
    with pytest.raises(ValueError, match="figure"):
        figures.record(name, equal, total, skipped)

    assert figures.read() == []
