"""A run that is killed at its n-th write: before the request is sent, or after it was answered.

Started by test_install_killed.py: killed_run.py KUBECONFIG PLAN present|absent N before|after
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / ".build"))

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.install import install
from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import RunOptions
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan
from ansible_collections.meshops.istio.plugins.module_utils._mesh.remove import remove


class MortalClient(Client):
    """A client whose process dies at its n-th write."""

    writes_left = 0
    after = False
    _lock = threading.Lock()

    def request(self, method: str, path: str, **more: Any) -> Any:
        """Send a request, unless this is the end."""
        with self._lock:
            self.writes_left -= method != "GET"
            last = method != "GET" and self.writes_left == 0
        if last and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = super().request(method, path, **more)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def main() -> None:
    """Install or remove until the end, which may come early."""
    kubeconfig, plan, state, number, when = sys.argv[1:]
    connection = load_connection(ConnectionOptions(kubeconfig=kubeconfig), environ={})
    client = MortalClient(connection)
    client.writes_left, client.after = int(number), when == "after"
    with client:
        wanted = Plan.from_dict(json.loads(Path(plan).read_text(encoding="utf-8")))
        options = RunOptions(wait_webhooks="never", scope="purge", delete_crds=True)
        run = install if state == "present" else remove
        run(client, wanted, options, lambda _line: None)


if __name__ == "__main__":
    main()
