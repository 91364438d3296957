"""The template oracle (lab/oracle): Go's own text/template, asked thousands of cases at once."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    GoInt,
    TypedList,
    TypedMap,
)


def oracle_path() -> Path | None:
    """Return the oracle: the one MESHOPS_ORACLE names, else the one the lab has built."""
    named = os.environ.get("MESHOPS_ORACLE")
    if named:
        return Path(named)
    from lab import build
    from lab.targets import TARGETS

    return build.find(TARGETS["oracle"])


def require(figure: str) -> Path:
    """Return the oracle; where it is missing skip the test and record that."""
    from tests import figures

    path = oracle_path()
    if path is None:
        figures.record(figure, 0, 0, skipped=1)
        pytest.skip("the template oracle is not built: python -m lab build oracle")
    return path


def encode(value: Any) -> Any:
    """Return a value as the oracle reads it: numbers of other types than float64 are marked."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, GoInt):
        return {"$go": [value.go_type, str(int(value))]}
    if isinstance(value, int):
        return {"$go": ["int", str(value)]}
    if isinstance(value, float):
        return value if abs(value) < float("inf") else {"$go": ["float64", repr(value)]}
    if isinstance(value, bytes):
        return {"$go": ["bytes", value.decode()]}
    if isinstance(value, TypedList):
        return {"$go": ["strings", list(value)]}
    if isinstance(value, TypedMap):
        return {"$go": ["stringmap", dict(value)]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    return {key: encode(item) for key, item in value.items()}


def ask(path: Path, requests: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the oracle's answers in order; ``output`` is text as our engine holds it."""
    with subprocess.Popen(
        [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def feed() -> None:
            for request in requests:
                stdin.write(json.dumps(request) + "\n")
            stdin.close()

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        for line in stdout:
            answer: dict[str, Any] = json.loads(line)
            if "output_base64" in answer:
                raw = base64.b64decode(answer["output_base64"])
                answer["output"] = raw.decode("utf-8", "surrogateescape")
            yield answer
        feeder.join()
        assert process.wait() == 0, "the oracle failed; its message is above"
