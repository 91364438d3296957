"""Labs for tests: one of its own for a test run, and what its audit log saw."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lab.cluster import Lab
from lab.paths import runtime_root
from lab.processes import start_time
from lab.state import load_all

KEEP = "MESHOPS_KEEP_LAB"
_OF_A_RUN = re.compile(r"test-(\d+)-")
_WRITING = {"create", "update", "patch", "delete", "deletecollection"}
# Questions that the API takes by POST.
_QUESTIONS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"}
_QUESTIONS |= {"localsubjectaccessreviews", "selfsubjectreviews", "tokenreviews"}


@dataclass
class Seen:
    """The requests of one user that the API server answered, as events of its audit log."""

    user: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """What was written, such as `patch /api/v1/namespaces/a/configmaps/b: 200`.

        Dry runs, reviews of rights, and requests that were refused wrote nothing.
        """
        return [_text(event) for event in self.events if _writes(event)]

    @property
    def requests(self) -> list[str]:
        """All requests, in the same form."""
        return [_text(event) for event in self.events]


@dataclass(frozen=True)
class Cluster:
    """The lab of a test run, with its audit log on."""

    lab: Lab

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self.lab.server

    @property
    def kubeconfig(self) -> str:
        """Path of the kubeconfig of `meshops-admin`, of group system:masters."""
        return str(self.lab.kubeconfig("admin"))

    @property
    def cluster_admin_kubeconfig(self) -> str:
        """Path of the kubeconfig of `meshops-cluster-admin`, by role: fairness limits apply."""
        return str(self.lab.kubeconfig("cluster-admin"))

    @property
    def deployer_kubeconfig(self) -> str:
        """Path of the kubeconfig of `meshops-deployer`, which has what docs/rbac grants."""
        return str(self.lab.kubeconfig("deployer"))

    @property
    def audit_log(self) -> Path:
        """The audit log, one JSON object a line."""
        return self.lab.audit_log

    def kubectl(self, *arguments: str, user: str = "admin", stdin: str | None = None) -> str:
        """Run kubectl and return its output; LabError has its message when it fails."""
        return self.lab.kubectl(*arguments, user=user, stdin=stdin).stdout

    def get(self, *arguments: str, user: str = "admin") -> Any:
        """Return what `kubectl get ... -o json` reads, parsed."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json", user=user))

    @contextmanager
    def audit(self, user: str = "meshops-admin") -> Iterator[Seen]:
        """Collect the user's requests of the block; they are there when the block has ended."""
        seen = Seen(user)
        start = self.audit_log.stat().st_size
        yield seen
        self._settle()
        with self.audit_log.open("rb") as log:
            log.seek(start)
            events = [json.loads(line) for line in log if line.endswith(b"\n")]
        seen.events += [event for event in events if _user(event) == user]

    def _settle(self) -> None:
        """Make a request that can be told from all others, and wait until the log has it."""
        mark = f"settle={uuid.uuid4()}"
        authority, certificate, key = self.lab.credentials("cluster-admin")
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(certificate, key)
        host = urlsplit(self.server).netloc
        connection = http.client.HTTPSConnection(host, timeout=10, context=context)
        connection.request("GET", f"/version?{mark}")
        connection.getresponse().read()
        connection.close()
        deadline = time.monotonic() + 10
        while mark not in self.audit_log.read_text(encoding="utf-8"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.audit_log} does not show a request made 10 s ago")
            time.sleep(0.02)
        # An event is written just after its answer: one made before the mark may come after it.
        time.sleep(0.1)


@contextmanager
def running(worker: str, platform: str = "") -> Iterator[Cluster]:
    """Run a lab for one test process; with MESHOPS_KEEP_LAB=1 it stays, to be used again.

    ``platform`` is ``openshift``, or empty for Kubernetes.
    """
    keep = os.environ.get(KEEP) == "1"
    if not keep:
        _sweep()
    lab = Lab(f"test-{worker}" if keep else f"test-{os.getpid()}-{worker}")
    lab.up(audit="Metadata", platform=platform)
    try:
        yield Cluster(lab)
    finally:
        if not keep:
            lab.down()


def _sweep() -> None:
    """Stop the labs of test runs that were killed before they could do it."""
    for state in load_all(runtime_root()):
        match = _OF_A_RUN.match(state.name)
        if match and start_time(int(match[1])) is None:
            Lab(state.name).down()


def _user(event: dict[str, Any]) -> str:
    name: str = event["user"].get("username", "")
    return name


def _writes(event: dict[str, Any]) -> bool:
    answered: int = event.get("responseStatus", {}).get("code", 0)
    return (
        event["verb"] in _WRITING
        and 200 <= answered < 300
        and "dryRun=" not in event["requestURI"]
        and event.get("objectRef", {}).get("resource") not in _QUESTIONS
    )


def _text(event: dict[str, Any]) -> str:
    path = urlsplit(event["requestURI"]).path
    return f"{event['verb']} {path}: {event.get('responseStatus', {}).get('code')}"
