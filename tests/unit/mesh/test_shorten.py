"""Diffs stay readable, and never lose a line that differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.meshops.istio.plugins.module_utils._mesh.shorten import shorten

LINES = st.lists(st.sampled_from("abcdef"), max_size=40)


def shown(before: list[str], after: list[str], kind: str = "ConfigMap") -> tuple[str, str]:
    entry = shorten(
        {
            "before": "".join(f"{line}\n" for line in before),
            "after": "".join(f"{line}\n" for line in after),
            "before_header": f"{kind} a (live)",
            "after_header": f"{kind} a (desired)",
        }
    )
    return entry["before"], entry["after"]


def test_a_new_crd_is_its_head_and_a_number() -> None:
    before, after = shown([], [f"line {n}" for n in range(1000)], "CustomResourceDefinition")
    assert before == ""
    assert after.startswith("line 0\n")
    assert after.endswith("# 980 more lines\n")


def test_other_new_objects_are_shown_whole() -> None:
    lines = [f"line {n}" for n in range(250)]
    assert shown([], lines)[1].splitlines() == lines
    assert shown(lines, [])[0].splitlines() == lines


def test_equal_ends_of_a_large_object_are_counted() -> None:
    lines = [f"line {n}" for n in range(1000)]
    before, after = shown(lines, [*lines[:500], "new", *lines[500:]])
    assert before.splitlines() == ["# 495 equal lines", *lines[495:505], "# 495 equal lines"]
    assert "new\n" in after


@given(LINES, LINES)
def test_lines_left_out_are_equal_and_counted(before: list[str], after: list[str]) -> None:
    def counted(text: str) -> int:
        lines = text.splitlines()
        gone = [int(line.split()[1]) for line in lines if line.startswith("# ")]
        return len(lines) - len(gone) + sum(gone)

    texts = shown(before, after)
    assert counted(texts[0]) == len(before)
    assert counted(texts[1]) == len(after)
    assert (texts[0] == texts[1]) == (before == after)
