"""Small charts of Istio, made for tests that look at files and versions only."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def chart_files(name: str, version: str = "1.0.0") -> dict[str, bytes]:
    """The files of a chart that renders one ConfigMap."""
    return {
        "Chart.yaml": (
            f"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: {version}\n"
        ).encode(),
        "values.yaml": b"a: 1\n",
        "templates/a.yaml": (
            b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
        ),
        "files/profile-ambient.yaml": b"b: 1\n",
        "files/profile-platform-openshift.yaml": b"c: 1\n",
        "files/profile-compatibility-version-1.30.yaml": b"d: 1\n",
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


def pack(files: Mapping[str, bytes], *more: tarfile.TarInfo) -> bytes:
    """The bytes of a .tgz with the files and the further, empty members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in more:
            tar.addfile(info)
    return out.getvalue()
