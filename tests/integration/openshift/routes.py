"""A gateway with routes and nothing else of a mesh, and Routes that others have."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.mesh import Variables, gateway, small_mesh
from tests.integration.openshift.meshes import INVENTORY
from tests.integration.plays import Play, play
from tests.labs import Cluster

CONTROLLER = ("ingresscontroller/default", "--namespace", "openshift-ingress-operator")
_PATIENCE = 10.0
# The main job without its checks, to see what happens when a host is taken after them.
_UNCHECKED = """
- hosts: lab
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {name: meshops.istio.control_plane}
"""


def routed(cluster: Cluster, home: str, *routes: Any, **more: Any) -> Variables:
    """Variables of a mesh that is one gateway with these routes, all in one standing namespace."""
    off = {name: {"enabled": False} for name in ("base", "cni", "istiod")}
    item = {**gateway("public", home), "routes": list(routes)}
    return small_mesh(
        cluster,
        **{
            "mesh_namespace": home,
            "mesh_members": [],
            "mesh_components": {**off, "ingress_gateways": [item]},
            **more,
        },
    )


def unchecked(variables: Variables) -> Play:
    """Install without checks before it, and expect it to fail."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "unchecked.yml"
        file.write_text(_UNCHECKED)
        return play(str(file), variables, inventory=INVENTORY, expect=(2,))


def route(name: str, namespace: str, host: str = "", **spec: Any) -> dict[str, Any]:
    """A Route of somebody else."""
    wanted: dict[str, Any] = {"to": {"kind": "Service", "name": "x"}, **spec}
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**wanted, "host": host} if host else wanted,
    }


def create(cluster: Cluster, obj: dict[str, Any], user: str = "admin") -> None:
    """Create an object; LabError has the refusal."""
    cluster.kubectl("create", "--filename", "-", stdin=json.dumps(obj), user=user)


def word(cluster: Cluster, namespace: str, name: str) -> tuple[bool, str, str]:
    """What the router says of a Route, once it has: admitted or not, the reason, the message."""

    def said() -> Any:
        found = cluster.get("route", name, "--namespace", namespace)
        return (found.get("status") or {}).get("ingress")

    entry = eventually(said)[0]["conditions"][0]
    return entry["status"] == "True", entry.get("reason", ""), entry.get("message", "")


def eventually(look: Callable[[], Any]) -> Any:
    """What a look finds, once it finds something."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing found in time"
        time.sleep(0.05)
    return found


def allow_wildcards(cluster: Cluster, allow: bool) -> None:
    """Let the router admit wildcards, or not, as by default."""
    policy = "WildcardsAllowed" if allow else "WildcardsDisallowed"
    patch = json.dumps({"spec": {"routeAdmission": {"wildcardPolicy": policy}}})
    cluster.kubectl("patch", *CONTROLLER, "--type=merge", "--patch", patch)


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """A certificate that signs itself, and its key."""
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-out", str(paths[0]), "-keyout", str(paths[1])),
        ],
        check=True,
        capture_output=True,
    )
    return paths[0].read_text(), paths[1].read_text()
