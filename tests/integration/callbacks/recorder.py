"""A callback that writes the result of each task to the file named by MESHOPS_RECORD."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Write the result of each task to a file
description:
  - One JSON object a line, to the file named by the environment variable C(MESHOPS_RECORD).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result, "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write(result, "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write(result, "unreachable")

    def _write(self, result: Any, status: str) -> None:
        entry = {
            "host": result.host.get_name(),
            "task": result.task.get_name(),
            "action": result.task.action.rpartition(".")[2],
            "status": status,
            "result": result.result,
        }
        with Path(os.environ["MESHOPS_RECORD"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, default=str) + "\n")
