"""The lab's certificates as data, and the kubeconfigs made from them."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from lab.errors import LabError

SERVICE_RANGE = "10.96.0.0/16"
_SERVICE_ADDRESS = "10.96.0.1"
_LOOPBACK = ["127.0.0.1", "::1"]
_MASTERS = "system:masters"

# User of the least-privileged account; what it may do is in docs/rbac/deployer.yaml.
DEPLOYER = "meshops-deployer"
# An administrator by role binding, not by group: unlike system:masters it is subject to priority
# and fairness, to deny rules and to all else that a real administrator meets.
CLUSTER_ADMIN = "meshops-cluster-admin"

# Those for people and tests, by the name that `kubeconfig --user` takes.
USERS: dict[str, tuple[str, list[str]]] = {
    "admin": ("meshops-admin", [_MASTERS]),
    "cluster-admin": (CLUSTER_ADMIN, []),
    "deployer": (DEPLOYER, []),
}
_COMPONENTS: dict[str, tuple[str, list[str]]] = {
    "kube-controller-manager": ("system:kube-controller-manager", []),
    "kube-scheduler": ("system:kube-scheduler", []),
    "kwok": ("system:kwok", [_MASTERS]),
}


def specification() -> dict[str, Any]:
    """What the pki program is asked for: a lab's authorities, certificates and key pairs."""
    names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    server_names = ["localhost", *names, "kubernetes.default.svc.cluster.local"]

    def server(name: str, authority: str = "ca", *, client: bool = False) -> dict[str, Any]:
        return {
            "name": f"{name}-server",
            "authority": authority,
            "commonName": name,
            "dnsNames": server_names,
            "addresses": [*_LOOPBACK, _SERVICE_ADDRESS],
            "server": True,
            "client": client,
        }

    def client(name: str, user: str, groups: list[str], authority: str = "ca") -> dict[str, Any]:
        return {
            "name": name,
            "authority": authority,
            "commonName": user,
            "organizations": groups,
            "client": True,
        }

    people_and_components = {**USERS, **_COMPONENTS}
    return {
        "authorities": [
            {"name": "ca", "commonName": "meshops-lab"},
            {"name": "etcd-ca", "commonName": "meshops-lab-etcd"},
            {"name": "front-proxy-ca", "commonName": "meshops-lab-front-proxy"},
        ],
        "certificates": [
            server("kube-apiserver"),
            server("kube-controller-manager"),
            server("kube-scheduler"),
            server("etcd", "etcd-ca", client=True),
            client("etcd-client", "kube-apiserver", [], "etcd-ca"),
            client("front-proxy", "front-proxy", [], "front-proxy-ca"),
            *(client(name, user, groups) for name, (user, groups) in people_and_components.items()),
        ],
        "keyPairs": ["service-account"],
    }


def write(program: Path, folder: Path, server: str) -> None:
    """Write all certificates and kubeconfigs of a lab into ``folder``, unless they are there."""
    done = folder / "complete"
    if done.exists():
        return
    made = subprocess.run(
        [program, folder],
        input=json.dumps(specification()),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise LabError(f"certificates in {folder}: {made.stderr.strip()}")
    for name in (*USERS, *_COMPONENTS):
        path = folder / f"{name}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(_kubeconfig(folder, name, server))
    done.touch()


def _kubeconfig(folder: Path, user: str, server: str) -> str:
    def data(file: str) -> str:
        return base64.b64encode((folder / file).read_bytes()).decode()

    return f"""\
apiVersion: v1
kind: Config
current-context: lab
contexts:
  - name: lab
    context: {{cluster: lab, user: {user}}}
clusters:
  - name: lab
    cluster:
      server: {server}
      certificate-authority-data: {data("ca.crt")}
users:
  - name: {user}
    user:
      client-certificate-data: {data(f"{user}.crt")}
      client-key-data: {data(f"{user}.key")}
"""
