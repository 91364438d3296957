"""Start a lab: its processes in stages, each stage when the one before is healthy."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lab import identities, openshift, processes, seed
from lab.api import Api, plain_health
from lab.components import KWOK, OPENSHIFT, Component, Layout, components_of
from lab.console import say
from lab.errors import LabError
from lab.programs import Programs
from lab.state import Running, State

PATIENCE_SECONDS = 60.0
_TAIL_LINES = 20


def healthy(component: Component, layout: Layout) -> bool:
    """Whether a component says that it is well."""
    port = layout.ports[component.name]
    if component.scheme == "http":
        return plain_health(port, component.health)
    api = Api(port, layout.pki, component.client, component.authority)
    try:
        return api.healthy(component.health)
    finally:
        api.close()


class Start:
    """One start of a lab, from nothing or from what still runs of it."""

    def __init__(self, provided: Programs, known: State, layout: Layout) -> None:
        self._known = known
        self._layout = layout
        self._programs = provided
        self._components = components_of(known.platform)
        self._commands = {
            each.name: command
            for each in self._components
            if (command := provided.command(each.name)) is not None
        }

    def run(self) -> None:
        """Start all that is not running, wait until it is ready, and furnish it."""
        self._write_files()
        available = [each for each in self._components if each.name in self._commands]
        for stage in sorted({each.stage for each in available}):
            members = [each for each in available if each.stage == stage]
            for each in members:
                self._spawn(each)
            for each in members:
                self._wait(partial(healthy, each, self._layout), each.name)
        self._furnish()
        self._known.ready = True
        self._save()
        for each in self._components:
            if each.name not in self._commands:
                say(
                    f"  without {each.name}: {each.purpose}; KUBEBUILDER_ASSETS has none, "
                    "`python -m lab build cluster` makes one"
                )

    def _save(self) -> None:
        self._known.save(self._layout.folder)

    def _write_files(self) -> None:
        folder = self._layout.folder
        identities.write(self._programs.pki, self._layout.pki, self._layout.server)
        if self._known.audit:
            (folder / "audit-policy.json").write_text(seed.audit_policy(self._known.audit))
        if KWOK.name in self._commands:
            command = [*self._commands[KWOK.name][:-1], "kwok-stages"]
            stages = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            (folder / "kwok.yaml").write_text(seed.kwok_config(stages))

    def _spawn(self, component: Component) -> None:
        before = self._known.running.get(component.name)
        if before and before.process.alive():
            return
        process = processes.start(
            [*self._commands[component.name], *component.arguments(self._layout)],
            self._log(component.name),
            self._layout.folder,
        )
        self._known.running[component.name] = Running(process.pid, process.start, time.time())
        self._save()

    def _furnish(self) -> None:
        api = Api(self._layout.ports["kube-apiserver"], self._layout.pki, "admin")
        try:
            if self._known.platform == OPENSHIFT:
                crds, gateway_api = self._programs.openshift
                openshift.furnish(api, crds, gateway_api, self._wait)
            kubectl = self._programs.command("kubectl")
            seed.grant(api, kubectl, self._layout.kubeconfig("admin"), self._known.platform)
            if KWOK.name in self._commands:
                count = self._known.nodes
                seed.create_nodes(api, count)
                self._wait(lambda: seed.nodes_ready(api, count), f"{KWOK.name} (nodes)")
            if "kube-controller-manager" in self._commands:
                path = "/api/v1/namespaces/default/serviceaccounts/default"
                self._wait(lambda: api.get(path) is not None, "kube-controller-manager")
        finally:
            api.close()

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition; an end or a long delay of a component is an error."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            for name, running in self._known.running.items():
                if not running.process.alive():
                    raise LabError(f"{name} ended during the start.\n{self._tail(name)}")
            if time.monotonic() > deadline:
                raise LabError(
                    f"{what} is not ready after {PATIENCE_SECONDS:.0f} s.\n"
                    f"{self._tail(what.partition(' ')[0])}"
                )
            time.sleep(0.03)

    def _log(self, component: str) -> Path:
        return self._layout.logs / f"{component}.log"

    def _tail(self, component: str) -> str:
        path = self._log(component)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return "\n".join([f"The end of {path}:", *lines[-_TAIL_LINES:]])
