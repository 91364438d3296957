"""What the lab can build, as data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.errors import LabError
from lab.paths import REPOSITORY

ISTIO = "1.31.1"
ISTIO_REVISION = "190ae921b848"
OLDER_ISTIO = "1.31.0"
# The head of a branch: its charts are those of a release, 1.29.6 or soon after.
BRANCH_ISTIO = "1.29"
_LAB = REPOSITORY / "lab"


@dataclass(frozen=True)
class Target:
    """A Go program, or what such a program writes when ``writes`` is set.

    ``seconds`` and ``megabytes`` are what a first build takes on two cores, and adds to Go's
    caches and ours; measured, they are printed before a build.
    """

    name: str
    module: Path
    package: str
    title: str
    seconds: int
    megabytes: int
    tags: str = ""
    stamps: dict[str, str] = field(default_factory=dict)
    mod_file: str = "go.mod"
    links: tuple[str, ...] = ()
    writes: bool = False

    @property
    def go_mod(self) -> Path:
        """The module file this target is built by."""
        return self.module / self.mod_file

    def flags(self) -> list[str]:
        """Flags of ``go build`` that decide what comes out."""
        stamps = " ".join(f"-X {name}={value}" for name, value in sorted(self.stamps.items()))
        flags = ["-trimpath", "-ldflags", f"-s -w {stamps}".strip()]
        if self.tags:
            flags += ["-tags", self.tags]
        if self.mod_file != "go.mod":
            flags += ["-modfile", self.mod_file]
        return flags

    def key(self, go_version: str, platform: str) -> str:
        """Digest of all that decides what comes out: sources, pins, flags, toolchain."""
        digest = hashlib.sha256()
        for part in (go_version, platform, self.package, *self.flags(), *self.links):
            digest.update(part.encode() + b"\0")
        for path in self._inputs():
            digest.update(path.relative_to(self.module).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def _inputs(self) -> Iterator[Path]:
        yield self.go_mod
        sums = self.go_mod.with_suffix(".sum")
        if sums.exists():
            yield sums
        yield from sorted(self.module.rglob("*.go"))


def _pinned(module_folder: str, module: str) -> str:
    """Version of a module in one of the lab's go.mod files, so that it is written only once."""
    go_mod = _LAB / module_folder / "go.mod"
    match = re.search(rf"^\s*(?:require )?{re.escape(module)} (v\S+)", go_mod.read_text(), re.M)
    if match is None:
        raise LabError(f"{go_mod}: {module} is not required there")
    return match[1]


def _cluster() -> Target:
    version = _pinned("tools/cluster", "k8s.io/kubernetes")
    major, minor, _patch = version.removeprefix("v").split(".", 2)
    # Without a version the server says v0.0.0-master, which clients cannot parse.
    stamp = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "1970-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return Target(
        name="cluster",
        module=_LAB / "tools/cluster",
        package=".",
        title=f"Kubernetes {version}: etcd, API server, controllers, scheduler, kubectl, kwok",
        seconds=430,
        megabytes=4000,
        stamps={f"{package}.{k}": v for package in packages for k, v in stamp.items()},
        links=("kubectl",),
    )


def _helm() -> Target:
    version = _pinned("tools/helm", "helm.sh/helm/v3")
    major, minor = "1", _pinned("tools/helm", "k8s.io/client-go").split(".")[1]
    # As upstream's own build stamps it; the Kubernetes version is what charts see offline.
    stamps = {"helm.sh/helm/v3/internal/version.version": version}
    for package in ("helm.sh/helm/v3/pkg/lint/rules", "helm.sh/helm/v3/pkg/chartutil"):
        stamps[f"{package}.k8sVersionMajor"] = major
        stamps[f"{package}.k8sVersionMinor"] = minor
    return Target(
        name="helm",
        module=_LAB / "tools/helm",
        package="helm.sh/helm/v3/cmd/helm",
        title=f"Helm {version}",
        seconds=180,
        megabytes=900,
        stamps=stamps,
    )


def _istioctl() -> Target:
    package = "istio.io/istio/pkg/version"
    return Target(
        name="istioctl",
        module=_LAB / "tools/istioctl",
        package="istio.io/istio/istioctl/cmd/istioctl",
        title=f"istioctl {ISTIO}",
        seconds=330,
        megabytes=2500,
        tags="vtprotobuf,disable_pgv",
        stamps={
            f"{package}.buildVersion": ISTIO,
            f"{package}.buildTag": ISTIO,
            f"{package}.buildHub": "docker.io/istio",
            f"{package}.buildGitRevision": ISTIO_REVISION,
            f"{package}.buildStatus": "Clean",
        },
    )


def _upstream() -> Target:
    # As istioctl is built, so that Go's build cache serves both.
    return replace(
        _istioctl(),
        name="upstream",
        module=_LAB / "tools/upstream",
        package=".",
        title=f"functions of Istio {ISTIO} and Kubernetes, for comparison",
        seconds=400,
        megabytes=2700,
    )


def _types() -> Target:
    return Target(
        name="types",
        module=_LAB / "tools/types",
        package=".",
        title="tables of Go's types for Kubernetes and Istio",
        seconds=90,
        megabytes=900,
        writes=True,
    )


def _charts(version: str, mod_file: str) -> Target:
    return Target(
        name=f"charts-{version}",
        module=_LAB / "tools/charts",
        package=".",
        title=f"charts and profiles of Istio {version}",
        seconds=15,
        megabytes=100,
        mod_file=mod_file,
        writes=True,
    )


def _gateway_api() -> Target:
    version = _pinned("tools/gatewayapi", "sigs.k8s.io/gateway-api")
    return Target(
        name="gateway-api",
        module=_LAB / "tools/gatewayapi",
        package=".",
        title=f"CRDs of the Gateway API {version}",
        seconds=10,
        megabytes=60,
        writes=True,
    )


def _openshift() -> Target:
    return Target(
        name="openshift",
        module=_LAB / "tools/openshift",
        package=".",
        title="CRDs of OpenShift and Multus",
        seconds=10,
        megabytes=60,
        writes=True,
    )


def _small(name: str, folder: str, title: str, seconds: int, megabytes: int) -> Target:
    return Target(name, _LAB / folder, ".", title, seconds, megabytes)


def _all() -> dict[str, Target]:
    targets = (
        _cluster(),
        _small("pki", "tools/pki", "certificates of a lab", 20, 60),
        _charts(ISTIO, "go.mod"),
        _charts(OLDER_ISTIO, f"go-{OLDER_ISTIO}.mod"),
        _charts(BRANCH_ISTIO, f"go-{BRANCH_ISTIO}.mod"),
        _gateway_api(),
        _openshift(),
        _helm(),
        _istioctl(),
        _upstream(),
        _types(),
        _small("oracle", "oracle", "Go's text/template with sprig", 20, 80),
        _small("bench", "tools/bench", "bare server-side apply client", 20, 60),
        _small("registry", "tools/registry", "OCI registry (CNCF Distribution)", 100, 500),
    )
    return {target.name: target for target in targets}


TARGETS = _all()
DEMO = ("cluster", "pki", f"charts-{ISTIO}")
REFERENCES = (
    f"charts-{OLDER_ISTIO}",
    f"charts-{BRANCH_ISTIO}",
    "gateway-api",
    "openshift",
    "helm",
    "istioctl",
    "upstream",
    "types",
    "oracle",
    "bench",
    "registry",
)


def find_target(name: str) -> Target:
    """Return the target of that name; ``charts`` is short for the newest ones."""
    try:
        return TARGETS[f"charts-{ISTIO}" if name == "charts" else name]
    except KeyError:
        raise LabError(f"no target {name!r}: there are {', '.join(TARGETS)}") from None
