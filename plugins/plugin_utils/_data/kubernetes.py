# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Kubernetes a release of Istio runs on: the dated table and the verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

_TABLE = Path(__file__).with_name("kubernetes_versions.yml")
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:[.+-].*)?")
_OVERRIDE = "mesh_kubernetes_versions"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Minor = tuple[int, int]


@dataclass(frozen=True)
class Verdict:
    """Whether a release of Istio goes on a version of Kubernetes."""

    level: Literal["ok", "warn", "refuse"]
    message: str


@dataclass(frozen=True)
class _Row:
    minimum: Minor
    first: Minor
    last: Minor


def check_kubernetes(
    istio_version: str, kube_version: str, override: Mapping[str, Any] | None = None
) -> Verdict:
    """Refuse below the minimum of the release, warn outside the table, else agree.

    ``override`` replaces or adds rows: ``{"1.31": {"minimum": "1.32", "supported": ["1.32",
    "1.37"]}}``. Versions may be whole (``v1.36.2+k3s1``); only their minor counts. Raises
    MeshError on a version or row that cannot be read.
    """
    istio, kube = _minor(istio_version, "Istio"), _minor(kube_version, "Kubernetes")
    table, as_of = _rows(override)
    name, running = f"Istio {_text(istio)}", f"Kubernetes {_text(kube)}"
    row = table.get(istio)
    if row is None:
        return Verdict(
            "warn",
            f"{name} is not in the table of {as_of}: nothing is known of its Kubernetes versions. "
            f"Add a row in {_OVERRIDE}.",
        )
    span = f"{_text(row.first)} to {_text(row.last)}"
    if kube < row.minimum:
        return Verdict(
            "refuse",
            f"{name} needs Kubernetes {_text(row.minimum)} or later, the cluster runs {running}. "
            f"Upgrade the cluster or choose an older mesh_version ({name} supports {span}).",
        )
    if not row.first <= kube <= row.last:
        return Verdict(
            "warn",
            f"{name} supports Kubernetes {span} (table of {as_of}), the cluster runs {running}.",
        )
    return Verdict("ok", f"{name} supports {running}.")


def default_kubernetes(istio_version: str) -> str:
    """The Kubernetes version (``1.37.0``) assumed when none is given and no cluster is asked.

    The newest that the release supports; for a release outside the table, the newest of the table.
    """
    table, _as_of = _rows(None)
    row = table.get(_minor(istio_version, "Istio"))
    last = row.last if row else max(entry.last for entry in table.values())
    return f"{_text(last)}.0"


def minimum_kubernetes(istio_version: str) -> str:
    """The oldest Kubernetes (``1.32.0``) that the release's istioctl installs to.

    It is also what istioctl renders for when it asks no cluster. For a release outside the table,
    that of the newest release in it.
    """
    table, _as_of = _rows(None)
    row = table.get(_minor(istio_version, "Istio")) or table[max(table)]
    return f"{_text(row.minimum)}.0"


def _rows(override: Mapping[str, Any] | None) -> tuple[dict[Minor, _Row], str]:
    rows, as_of = _shipped()
    if override:
        rows = {**rows, **_parse(override, _OVERRIDE)}
    return rows, as_of


@cache
def _shipped() -> tuple[dict[Minor, _Row], str]:
    document = yaml.load(_TABLE.read_text(encoding="utf-8"), Loader=_Loader)
    return _parse(document["versions"], _TABLE.name), str(document["as_of"])


def _parse(table: Mapping[str, Any], where: str) -> dict[Minor, _Row]:
    rows = {}
    for key, value in table.items():
        try:
            first, last = value["supported"]
            minimum = value.get("minimum", first)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise MeshError(
                f"{where}: the row of Istio {key} has not the form "
                '{minimum: "1.32", supported: ["1.32", "1.37"]}',
                "Correct the row.",
            ) from error
        context = f"{where}, row {key}:"
        rows[_minor(key, f"{context} Istio")] = _Row(
            _minor(minimum, context), _minor(first, context), _minor(last, context)
        )
    return rows


def _minor(version: Any, what: str) -> Minor:
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if not match:
        raise MeshError(
            f"{what} version {version!r} cannot be read", 'Write it as text, such as "1.31.1".'
        )
    return int(match[1]), int(match[2])


def _text(version: Minor) -> str:
    return f"{version[0]}.{version[1]}"
