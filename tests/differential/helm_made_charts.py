"""Small charts of our own that use what Istio's do not: subcharts, hooks, CRDs, schemas, files.

Their files are in helm_made_charts.txt: a line ``-- chart/path --`` begins a file, ``<CR>`` is a
carriage return and ``<END>`` stands where a last line has no line break. Under ``odd`` are single
templates, good and bad.
"""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import Any

Files = dict[str, str]


def _read() -> dict[str, Files]:
    text = Path(__file__).with_suffix(".txt").read_text("utf-8")
    _head, *parts = re.split(r"^-- (.+) --\n", text, flags=re.MULTILINE)
    charts: dict[str, Files] = {}
    for path, content in zip(parts[::2], parts[1::2], strict=True):
        chart, _slash, name = path.partition("/")
        charts.setdefault(chart, {})[name] = content.replace("<CR>", "\r").replace("<END>\n", "")
    return charts


CHARTS = _read()
ODD = CHARTS.pop("odd")

# The value sets that each chart is rendered with.
VALUES: dict[str, list[dict[str, Any]]] = {
    "parent": [
        {},
        {"child": {"enabled": False}},
        {"child": {"enabled": True}, "twin": {"on": False}},
        {"tags": {"front": False}},
        {"tags": {"front": False}, "child": {"enabled": True}},
        {"global": {"g": "user", "t": {"b": 2}, "n": None}},
        {"global": {"g": None, "t": None}},
        {"child": {"size": None, "more": {"a": None, "c": 1}, "keep": 5}},
        {"child": {"global": {"h": "u"}, "grand": {"x": 1}}},
        {"m": {"x": None, "z": None, "new": None}, "a": None},
        {"m": None, "got": {"i": 7}},
        {"m": "text", "got": {"own": None}},
        {"child": "wrong"},
        {"twin": None},
        {"fromchild": None, "child": {"exports": {"data": {"fromchild": 5}}}},
    ],
    "kinds": [{}],
    "files": [{}],
    "schema": [
        {},
        {"a": 0},
        {"a": 1.5},
        {"a": "1"},
        {"a": None},
        {"a": True},
        {"a": 2.0},
        {"b": "x"},
        {"b": 1.0},
        {"b": True},
        {"b": None},
        {"c": []},
        {"c": ["a", "b"]},
        {"c": ["a", "a"]},
        {"c": ["long"]},
        {"c": ["a", "b", "c", "d"]},
        {"c": [1]},
        {"c": "x"},
        {"d": {}},
        {"d": {"x": "s", "y": None}},
        {"d": {"x": 1}},
        {"d": {"n1": 1}},
        {"d": {"n1": "s"}},
        {"e": "v12"},
        {"e": "x"},
        {"e": False},
        {"f": 4},
        {"f": 6},
        {"f": 8},
        {"g": 3},
        {"g": 4},
        {"h": "x"},
        {"h": "xx"},
        {"h": 10},
        {"h": 9},
        {"i": 0.3},
        {"i": 0.35},
        {"i": "x"},
    ],
}


def tgz(files: Files, folder: str) -> bytes:
    """Pack files as ``helm package`` does."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            data = text.encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write(files: Files, folder: Path) -> None:
    """Write a chart directory."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
