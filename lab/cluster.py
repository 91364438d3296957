"""One lab: bring it up, take it down, say how it is, use it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lab import identities, logs, ports, processes, programs, seed, state
from lab.components import API, Component, Layout, components_of, port_uses
from lab.console import Progress, say
from lab.errors import LabError
from lab.locks import locked
from lab.paths import check_name, log_folder, runtime_root
from lab.starting import Start, healthy
from lab.state import State


@dataclass(frozen=True)
class ComponentStatus:
    """How a component is: ``health`` is healthy, unhealthy, died, or absent (never started)."""

    name: str
    health: str
    port: int
    pid: int | None = None
    seconds: float = 0.0
    memory: int = 0


class Lab:
    """A lab by name. Making the object does nothing; ``up`` starts it, here or in another process.

    All that a lab is lies in its folder, so any process of the same user may use it by its name.
    """

    def __init__(self, name: str = "demo") -> None:
        self.name = check_name(name)
        self.folder = runtime_root() / self.name
        self.logs = log_folder(self.name)

    # --- Use it

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self._layout(self._up()).server

    @property
    def audit_log(self) -> Path:
        """The audit log, one JSON object a line; written when up with ``audit``."""
        return self._layout(self._up()).audit_log

    def state(self) -> State | None:
        """What is remembered of the lab; None when it is not up."""
        return state.load(self.folder)

    def kubeconfig(self, user: str = "admin") -> Path:
        """Kubeconfig of ``admin``, ``cluster-admin`` or ``deployer``."""
        if user not in identities.USERS:
            raise LabError(f"no user {user!r}: there are {', '.join(identities.USERS)}")
        return self._layout(self._up()).kubeconfig(user)

    def credentials(self, user: str = "admin") -> tuple[Path, Path, Path]:
        """Files with the authority, the client certificate and the key of a user."""
        folder = self.kubeconfig(user).parent
        return folder / "ca.crt", folder / f"{user}.crt", folder / f"{user}.key"

    def kubectl(
        self, *arguments: str, user: str = "admin", stdin: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as a user; when it fails and ``check``, LabError has what it said."""
        command = programs.provide().command("kubectl")
        if command is None:
            raise LabError("no kubectl in KUBEBUILDER_ASSETS, and the lab's own is not built")
        done = subprocess.run(
            [*command, "--kubeconfig", self.kubeconfig(user), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise LabError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done

    def status(self) -> list[ComponentStatus]:
        """How each component is; empty when the lab is not up."""
        known = self.state()
        if known is None:
            return []
        return [self._status_of(each, known) for each in components_of(known.platform)]

    # --- Start and stop it

    def up(self, audit: str = "", nodes: int = 3, platform: str = "") -> Lab:
        """Start what does not run yet, and return when all is ready.

        ``audit`` is the level of the audit log (``Metadata``, ``Request``, ``RequestResponse``) or
        empty, ``platform`` is ``openshift`` or empty for Kubernetes. When a start from nothing
        fails, all is stopped again; the logs stay.
        """
        if audit and audit not in seed.AUDIT_LEVELS:
            raise LabError(f"no audit level {audit!r}: there are {', '.join(seed.AUDIT_LEVELS)}")
        # Before anything is written: this is where a start that cannot be is refused.
        provided = programs.provide(platform or self._platform())
        with self._locked():
            known = self._running(audit, platform)
            if known and known.complete() and self._all_healthy(known):
                say(f"Lab {self.name} is already up: {self._layout(known).server}")
                return self
            progress = Progress(f"lab {self.name}")
            if known:
                Start(provided, known, self._layout(known)).run()
            else:
                try:
                    known = self._prepare(audit, nodes, platform)
                    Start(provided, known, self._layout(known)).run()
                except BaseException:
                    self._clear()
                    raise
            progress.done(f"up, {self._layout(known).server}")
        return self

    def down(self) -> bool:
        """Stop it and remove all but its logs; return whether there was anything to do."""
        if not self.folder.exists() and not processes.strays(self.folder):
            return False
        with self._locked():
            self._clear()
        with suppress(OSError):  # the folder of all labs, when this was the last
            self.folder.parent.rmdir()
        return True

    # --- How it is done

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self.folder, f"lab {self.name}: waiting for another up or down of it"):
            yield

    def _up(self) -> State:
        known = self.state()
        if known is None:
            raise LabError(
                f"lab {self.name} is not up: `make lab-up NAME={self.name}` starts it, "
                "`make lab-status` lists those that are"
            )
        return known

    def _layout(self, known: State) -> Layout:
        return Layout(self.folder, self.logs, known.ports, known.audit, known.platform)

    def _platform(self) -> str:
        """The platform of the lab as it is; empty where there is none, or nothing can be read."""
        try:
            known = self.state()
        except LabError:
            return ""
        return known.platform if known else ""

    def _running(self, audit: str, platform: str) -> State | None:
        """State of a lab of which something runs; else clear what is left of it."""
        try:
            known = self.state()
        except LabError:  # unreadable: nothing to go on with
            known = None
        if known and any(each.process.alive() for each in known.running.values()):
            for what, wanted, has in (
                ("audit", audit, known.audit or "off"),
                ("platform", platform, known.platform or "kubernetes"),
            ):
                if wanted and wanted != has:
                    raise LabError(
                        f"lab {self.name} is up with {what} {has}, not {wanted}: "
                        f"run `python -m lab down --name {self.name}` first"
                    )
            return known
        self._stop(known)
        for entry in self.folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        return None

    def _all_healthy(self, known: State) -> bool:
        layout = self._layout(known)
        components = components_of(known.platform)
        return all(healthy(each, layout) for each in components if each.name in known.running)

    def _prepare(self, audit: str, nodes: int, platform: str) -> State:
        """Empty the folder of logs, and choose ports that no other lab has."""
        root = self.folder.parent
        with locked(root, "waiting for another lab to choose its ports"):
            others = state.load_all(root)
            logs.renew(self.name, {each.name for each in others})
            taken = {port for each in others for port in each.ports.values()}
            chosen = ports.choose(self.name, port_uses(platform), taken)
            known = State(self.name, chosen, audit, nodes, platform)
            known.save(self.folder)
        return known

    def _clear(self) -> None:
        try:
            known = self.state()
        except LabError:  # unreadable: its processes are found by their mark
            known = None
        self._stop(known)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self, known: State | None) -> None:
        """Stop all: first what talks to the API server, then that, etcd, and any stray."""
        last = [each.name for each in reversed(API)]
        running = known.running if known else {}
        first = [each.process for name, each in running.items() if name not in last]
        groups = [first, *([running[name].process] for name in last if name in running)]
        for group in groups:
            processes.stop(group)
        processes.stop(processes.strays(self.folder))

    def _status_of(self, component: Component, known: State) -> ComponentStatus:
        # A lab that an earlier version of this program started has no port for a newer component.
        port = known.ports.get(component.name, 0)
        running = known.running.get(component.name)
        if running is None:
            return ComponentStatus(component.name, "absent", port)
        process = running.process
        if not process.alive():
            return ComponentStatus(component.name, "died", port, process.pid)
        health = "healthy" if healthy(component, self._layout(known)) else "unhealthy"
        age = time.time() - running.since
        return ComponentStatus(component.name, health, port, process.pid, age, process.memory())
