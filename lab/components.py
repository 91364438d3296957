"""The components of a lab as data: command line, stage and health check of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab.identities import SERVICE_RANGE

OPENSHIFT = "openshift"
POD_RANGE = "10.244.0.0/16"
ETCD_PEER = "etcd-peer"
_REQUESTS = ["--kube-api-qps=1000", "--kube-api-burst=2000"]


@dataclass(frozen=True)
class Layout:
    """Where a lab's files are, and its ports by use."""

    folder: Path
    logs: Path
    ports: dict[str, int]
    audit: str
    platform: str = ""

    @property
    def pki(self) -> Path:
        """Folder of certificates, keys and kubeconfigs."""
        return self.folder / "pki"

    @property
    def audit_log(self) -> Path:
        """The API server's audit log, one JSON object a line."""
        return self.logs / "audit.log"

    @property
    def server(self) -> str:
        """URL of the API server."""
        return f"https://127.0.0.1:{self.ports['kube-apiserver']}"

    def kubeconfig(self, user: str) -> Path:
        """Kubeconfig of a user or a component."""
        return self.pki / f"{user}.kubeconfig"


@dataclass(frozen=True)
class Component:
    """A process of the lab.

    Those of one ``stage`` start together, when all before are healthy. ``health`` is a path that
    answers 200 on the component's port; it is asked with the key pair and authority named.
    """

    name: str
    stage: int
    arguments: Callable[[Layout], list[str]]
    health: str
    client: str = "admin"
    authority: str = "ca"
    scheme: str = "https"
    more_ports: tuple[str, ...] = ()
    # What is lost where no program of it can be had.
    purpose: str = ""


def _etcd(lab: Layout) -> list[str]:
    client = f"https://127.0.0.1:{lab.ports['etcd']}"
    peer = f"https://127.0.0.1:{lab.ports[ETCD_PEER]}"
    pair = {"cert": lab.pki / "etcd-server.crt", "key": lab.pki / "etcd-server.key"}
    authority = lab.pki / "etcd-ca.crt"
    return [
        "--name=lab",
        f"--data-dir={lab.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=lab={peer}",
        *(f"--{part}-file={path}" for part, path in pair.items()),
        *(f"--peer-{part}-file={path}" for part, path in pair.items()),
        "--client-cert-auth",
        "--peer-client-cert-auth",
        f"--trusted-ca-file={authority}",
        f"--peer-trusted-ca-file={authority}",
        # A lab's data need not survive the machine.
        "--unsafe-no-fsync",
        # The only member: elect itself at once.
        "--heartbeat-interval=10",
        "--election-timeout=100",
        "--auto-compaction-retention=5m",
        f"--quota-backend-bytes={2 * 2**30}",
        "--log-level=warn",
    ]


def _api_server(lab: Layout) -> list[str]:
    pki = lab.pki
    arguments = [
        # Not upstream's: the lab's own binary wants it first.
        *(["--openshift"] if lab.platform == OPENSHIFT else []),
        "--bind-address=127.0.0.1",
        f"--secure-port={lab.ports['kube-apiserver']}",
        # It would refuse to publish a loopback address as an endpoint.
        "--endpoint-reconciler-type=none",
        f"--etcd-servers=https://127.0.0.1:{lab.ports['etcd']}",
        f"--etcd-cafile={pki / 'etcd-ca.crt'}",
        f"--etcd-certfile={pki / 'etcd-client.crt'}",
        f"--etcd-keyfile={pki / 'etcd-client.key'}",
        f"--tls-cert-file={pki / 'kube-apiserver-server.crt'}",
        f"--tls-private-key-file={pki / 'kube-apiserver-server.key'}",
        f"--client-ca-file={pki / 'ca.crt'}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki / 'service-account.pub'}",
        f"--service-account-signing-key-file={pki / 'service-account.key'}",
        f"--requestheader-client-ca-file={pki / 'front-proxy-ca.crt'}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki / 'front-proxy.crt'}",
        f"--proxy-client-key-file={pki / 'front-proxy.key'}",
        "--shutdown-delay-duration=0s",
        "--profiling=false",
    ]
    if lab.audit:
        arguments += [
            f"--audit-policy-file={lab.folder / 'audit-policy.json'}",
            f"--audit-log-path={lab.audit_log}",
            "--audit-log-format=json",
            # Written within the request, not in batches: little to wait for in a test.
            "--audit-log-mode=blocking",
        ]
    return arguments


def _controllers(lab: Layout) -> list[str]:
    pki = lab.pki
    return [
        *_secured("kube-controller-manager", lab),
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={pki / 'service-account.key'}",
        f"--root-ca-file={pki / 'ca.crt'}",
        f"--cluster-signing-cert-file={pki / 'ca.crt'}",
        f"--cluster-signing-key-file={pki / 'ca.key'}",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={POD_RANGE}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        # No metrics here: it would only write failures into every autoscaler's status.
        "--controllers=*,-horizontal-pod-autoscaler-controller",
    ]


def _scheduler(lab: Layout) -> list[str]:
    return _secured("kube-scheduler", lab)


def _secured(name: str, lab: Layout) -> list[str]:
    """What the controller manager and the scheduler have in common."""
    kubeconfig = lab.kubeconfig(name)
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--client-ca-file={lab.pki / 'ca.crt'}",
        f"--requestheader-client-ca-file={lab.pki / 'front-proxy-ca.crt'}",
        f"--tls-cert-file={lab.pki / f'{name}-server.crt'}",
        f"--tls-private-key-file={lab.pki / f'{name}-server.key'}",
        "--bind-address=127.0.0.1",
        f"--secure-port={lab.ports[name]}",
        "--leader-elect=false",
        "--profiling=false",
        *_REQUESTS,
    ]


def _kwok(lab: Layout) -> list[str]:
    return [
        f"--config={lab.folder / 'kwok.yaml'}",
        f"--kubeconfig={lab.kubeconfig('kwok')}",
        f"--server-address=127.0.0.1:{lab.ports['kwok']}",
    ]


def _openshift(name: str, lab: Layout) -> list[str]:
    """What our own parts of an OpenShift have in common."""
    return [f"--kubeconfig={lab.kubeconfig('admin')}", f"--listen=127.0.0.1:{lab.ports[name]}"]


API = (
    Component("etcd", 1, _etcd, "/health", "etcd-client", "etcd-ca", more_ports=(ETCD_PEER,)),
    # It waits for etcd by itself.
    Component("kube-apiserver", 1, _api_server, "/readyz"),
)
CONTROLLERS = (
    Component(
        "kube-controller-manager",
        2,
        _controllers,
        "/healthz",
        purpose="Deployments make no pods, namespaces do not go away",
    ),
    Component("kube-scheduler", 2, _scheduler, "/healthz", purpose="pods get no node"),
)
KWOK = Component(
    "kwok", 2, _kwok, "/healthz", scheme="http", purpose="there are no nodes, pods do not run"
)
OPENSHIFT_NAMESPACES = Component(
    "openshift-namespaces",
    2,
    partial(_openshift, "openshift-namespaces"),
    "/healthz",
    scheme="http",
    purpose="namespaces get no range of user ids, pods are refused",
)
OPENSHIFT_ROUTER = Component(
    "openshift-router",
    2,
    partial(_openshift, "openshift-router"),
    "/healthz",
    scheme="http",
    purpose="nobody admits Routes",
)
_EVERYWHERE = (*API, *CONTROLLERS, KWOK)
_OPENSHIFT = (OPENSHIFT_NAMESPACES, OPENSHIFT_ROUTER)


def components_of(platform: str) -> tuple[Component, ...]:
    """What runs on a platform: empty for Kubernetes, or openshift."""
    return (*_EVERYWHERE, *(_OPENSHIFT if platform == OPENSHIFT else ()))


def port_uses(platform: str) -> list[str]:
    """What needs a port on a platform."""
    components = components_of(platform)
    return [use for each in components for use in (each.name, *each.more_ports)]
