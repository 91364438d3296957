"""Small bundles: CRDs that have the Gateway API's names and annotations, and little else."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMES = ("gateways", "httproutes")
_PREFIX = "gateway.networking.k8s.io"


def crd(
    plural: str,
    version: str = "1.6.0",
    channel: str = "standard",
    group: str = "gateway.networking.k8s.io",
) -> dict[str, Any]:
    """A CRD as its file has it, with a status that only the API server may write."""
    notes = {f"{_PREFIX}/bundle-version": f"v{version}", f"{_PREFIX}/channel": channel}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": notes,
            "creationTimestamp": None,
        },
        "spec": {"group": group, "names": {"plural": plural, "kind": plural.title()}},
        "status": {"acceptedNames": {}},
    }


def policy(kind: str = "ValidatingAdmissionPolicy") -> dict[str, Any]:
    """The policy that comes with the CRDs."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": f"safe-upgrades.{_PREFIX}"},
        "spec": {},
    }


def text(objects: Sequence[Mapping[str, Any]]) -> bytes:
    """One file with all of them."""
    return b"".join(b"---\n" + json.dumps(item).encode() + b"\n" for item in objects)


def install(version: str = "1.6.0", channel: str = "standard") -> bytes:
    """The file of a channel."""
    objects = [policy(), *(crd(name, version, channel) for name in NAMES)]
    return text(objects)


def sources(folder: Path, version: str = "1.6.0") -> Path:
    """A folder as config/crd of the sources."""
    for channel in ("standard", "experimental"):
        below = folder / channel
        below.mkdir(parents=True)
        (below / "kustomization.yaml").write_text("resources: [a.yaml]\n")
        for name in NAMES:
            (below / f"{name}.yaml").write_bytes(text([crd(name, version, channel)]))
    return folder


def archive(path: Path, files: Mapping[str, bytes]) -> Path:
    """A packed archive."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path
