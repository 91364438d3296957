# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of objects: keys to compare them by, and the form people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class ObjectKey(NamedTuple):
    """Identity of an object in a cluster; the version is not part of it.

    `group` is empty for the core group, `namespace` is empty for cluster-scoped objects.
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {where}"


def split_api_version(api_version: str) -> tuple[str, str]:
    """Split `apps/v1` into group and version; the core group is the empty string."""
    group, _slash, version = api_version.rpartition("/")
    return group, version


def key_of(obj: Mapping[str, Any]) -> ObjectKey:
    """Key of an object; ValueError when apiVersion, kind or metadata.name is missing."""
    metadata = obj.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    api_version, kind, name = obj.get("apiVersion"), obj.get("kind"), metadata.get("name")
    if not (
        isinstance(api_version, str)
        and api_version
        and isinstance(kind, str)
        and kind
        and isinstance(name, str)
        and name
    ):
        parts = {"apiVersion": api_version, "kind": kind, "metadata.name": name}
        missing = [
            field for field, value in parts.items() if not (isinstance(value, str) and value)
        ]
        known = ", ".join(f"{field}: {value!r}" for field, value in parts.items() if value)
        raise ValueError(
            f"object without {' and '.join(missing)}" + (f" ({known})" if known else "")
        )
    group = api_version.rpartition("/")[0]
    return ObjectKey(group, kind, metadata.get("namespace") or "", name)


def human(obj: Mapping[str, Any]) -> str:
    """`Deployment istio-system/istiod`, for messages."""
    return str(key_of(obj))
