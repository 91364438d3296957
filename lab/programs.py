"""Which program runs which component: the lab's own binary, or binaries the machine has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lab import build
from lab.components import OPENSHIFT
from lab.console import say
from lab.errors import LabError
from lab.targets import TARGETS

# What envtest ships. With these two the API is there; kubectl is not needed to run.
_REQUIRED = ("etcd", "kube-apiserver")


@dataclass(frozen=True)
class Programs:
    """Programs at hand. ``own`` is the lab's multi-call binary, ``assets`` a folder of others."""

    pki: Path
    own: Path | None
    assets: Path | None
    # Folders of CRDs: OpenShift's, and the Gateway API's.
    openshift: tuple[Path, ...] = ()

    def command(self, component: str) -> list[str] | None:
        """Beginning of the command line that runs a component; None when there is no program."""
        # kwok alone is no use: its stages come with the lab's binary.
        if self.assets and component != "kwok" and (self.assets / component).is_file():
            return [str(self.assets / component)]
        return [str(self.own), component] if self.own else None


def assets_folder() -> Path | None:
    """Folder of envtest binaries (``KUBEBUILDER_ASSETS``), when it is set and complete."""
    value = os.environ.get("KUBEBUILDER_ASSETS", "")
    if not value:
        return None
    missing = [name for name in _REQUIRED if not os.access(Path(value) / name, os.X_OK)]
    if missing:
        raise LabError(
            f"KUBEBUILDER_ASSETS={value}: no program {' and no '.join(missing)} there; "
            "unset it to use the lab's own binaries"
        )
    return Path(value).resolve()


def provide(platform: str = "") -> Programs:
    """Find the programs of a lab; without envtest binaries build what is not built."""
    assets = assets_folder()
    pki = build.build(TARGETS["pki"])
    if platform == OPENSHIFT:
        if assets:
            say("KUBEBUILDER_ASSETS is not used: its kube-apiserver has no OpenShift in it")
        crds = tuple(build.build(TARGETS[name]) for name in ("openshift", "gateway-api"))
        return Programs(pki, build.build(TARGETS["cluster"]), None, crds)
    if assets is None:
        return Programs(pki, build.build(TARGETS["cluster"]), None)
    programs = Programs(pki, build.find(TARGETS["cluster"]), assets)
    say(f"etcd and kube-apiserver come from KUBEBUILDER_ASSETS ({assets})")
    return programs
