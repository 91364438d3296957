# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts among the files of a release, by folder and by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

# Names that charts had in some release, and the one we know them by.
_NAMES = {
    "istio-discovery": "istiod",
    "istio-cni": "cni",
    "istio-default": "default",
}
WANTED = frozenset(
    {
        "base",
        "cni",
        "default",
        "gateway",
        "istio-egress",
        "istio-ingress",
        "istio-operator",
        "istiod",
        "istiod-remote",
        "ztunnel",
    }
)
# Charts of Istio 1.7 that only documents of its istioctl install, some of them not Istio's own.
# Their names are common ones, so that they count only where that release has them.
OLDER_FOLDERS = (
    "istio-policy",
    "istio-telemetry/grafana",
    "istio-telemetry/kiali",
    "istio-telemetry/mixer-telemetry",
    "istio-telemetry/prometheus",
    "istio-telemetry/prometheusOperator",
    "istio-telemetry/tracing",
    "istiocoredns",
)


def is_older(folder: str) -> bool:
    """Whether the folder is that of such a chart."""
    return folder.endswith(tuple(f"/{name}" for name in OLDER_FOLDERS))


def canonical(name: str) -> str:
    """The name we know a chart by, whatever its release called it."""
    return _NAMES.get(name, name)


def chart_folders(paths: Iterable[str]) -> list[str]:
    """Folders that have a Chart.yaml and are not within another chart, sorted."""
    folders = sorted(
        str(PurePosixPath(path).parent)
        for path in paths
        if PurePosixPath(path).name == "Chart.yaml"
    )
    result: list[str] = []
    for folder in folders:
        if not any(outer == "." or folder.startswith(f"{outer}/") for outer in result):
            result.append(folder)
    return result


def paths_below(paths: Iterable[str], folder: str) -> dict[str, str]:
    """Path relative to the folder -> whole path, for the paths that lie in the folder."""
    prefix = "" if folder == "." else f"{folder}/"
    return {path[len(prefix) :]: path for path in paths if path.startswith(prefix)}
