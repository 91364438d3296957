"""Istio's and Kubernetes' own Go functions (lab/tools/upstream), asked by JSON lines.

with Upstream() as upstream:
    upstream.ask("quantity", values=["1000m"])    # ["1"]
    upstream.ask_many([{"op": "decode", ...}])   # answers in order; some are UpstreamError
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from tests.reference import upstream_path


class UpstreamError(Exception):
    """What upstream's code answered instead of a result."""


class Upstream:
    """A running program; skips the test when it is not built.

    ``environment`` is added to that of this process: istiod takes settings from there.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._path = upstream_path()
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Upstream:
        self._process = subprocess.Popen(
            [self._path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process, self._process = self._running(), None
        if process.stdin is not None:
            process.stdin.close()
        if kind is not None:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()
        code = process.wait()
        if kind is None and code:
            raise UpstreamError(f"upstream ended with {code}; its message is above")

    def ask(self, op: str, **arguments: Any) -> Any:
        """Return the result of one operation; raise UpstreamError with upstream's message."""
        [answer] = self.ask_many([{"op": op, **arguments}])
        if isinstance(answer, UpstreamError):
            raise answer
        return answer

    def ask_many(self, requests: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Return the results in order; UpstreamError objects stand for those that failed.

        Requests are written while answers are read, so there may be any number.
        """
        process = self._running()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise UpstreamError("upstream has no pipes")
        lines = [json.dumps(request) + "\n" for request in requests]

        def feed() -> None:
            stdin.writelines(lines)
            stdin.flush()

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        results: list[Any] = []
        for _request in lines:
            line = stdout.readline()
            if not line:
                raise UpstreamError("upstream ended early; its message is above")
            answer = json.loads(line)
            results.append(UpstreamError(answer["error"]) if "error" in answer else answer["ok"])
        feeder.join()
        return results

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise UpstreamError("upstream is not running: use it in a with statement")
        return self._process
