"""The real tools that tests compare with: their paths, or a skip that names the missing one.

`make test` builds them (MESHOPS_BUILD_REFERENCES=1); else those that the lab's cache has are used.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from lab import build
from lab.errors import LabError
from lab.targets import TARGETS


def helm_path() -> Path:
    """Return the real helm."""
    return _path("helm")


def istioctl_path() -> Path:
    """Return the real istioctl."""
    return _path("istioctl")


def upstream_path() -> Path:
    """Return the program around Istio's and Kubernetes' own functions (lab/tools/upstream)."""
    return _path("upstream")


def types_dir() -> Path:
    """Return the folder that has the tables of Go types, freshly generated from Go's packages."""
    return _path("types")


def oracle_path() -> Path:
    """Return the program around Go's text/template and sprig."""
    return _path("oracle")


def bench_path() -> Path:
    """Return the bare client that does nothing but server-side applies."""
    return _path("bench")


def registry_path() -> Path:
    """Return the real OCI registry, the program that Debian packages as docker-registry."""
    return _path("registry")


def kubectl_path() -> Path:
    """Return the real kubectl."""
    return _path("cluster").with_name("kubectl")


def charts_dir(version: str = "1.31.1") -> Path:
    """Return the folder that has `charts` and `profiles` of an Istio release."""
    return _path(f"charts-{version}")


def gateway_api_dir() -> Path:
    """Return the folder that has the Gateway API's CRDs, a folder for each channel."""
    return _path("gateway-api")


def _path(name: str) -> Path:
    found = _find(name)
    if isinstance(found, str):
        pytest.skip(found)
    return found


@cache
def _find(name: str) -> Path | str:
    """Return where a target is, or why it is not to be had."""
    target = TARGETS[name]
    if os.environ.get("MESHOPS_BUILD_REFERENCES") == "1":
        try:
            return build.build(target)
        except LabError as error:
            return f"reference tool {name} cannot be built: {str(error).splitlines()[0]}"
    return build.find(target) or (
        f"reference tool {name} is not built: `python -m lab build {name}` builds it"
    )
