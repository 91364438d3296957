# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of the Gateway API a release of Istio needs: a dated table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_TABLE: Final = Path(__file__).parents[1] / "_data" / "gateway_api_versions.yml"
_MINOR = re.compile(r"v?(\d+\.\d+)")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Key = tuple[int, int, int, bool, str]


def needed_version(istio_version: str) -> str:
    """The version a release is built against, such as ``1.6.0``; empty when nothing is known.

    A release after the last one in the table needs no less than that one.
    """
    table = _versions()
    match = _MINOR.match(istio_version)
    if match is None:
        return ""
    known = sorted(table, key=_minor)
    if _minor(match[1]) > _minor(known[-1]):
        return table[known[-1]]
    return table.get(match[1], "")


def version_key(text: str) -> Key:
    """What versions of bundles are ordered by; an unknown one comes before all others."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return (0, 0, 0, False, "")
    major, minor, patch, candidate = match.groups()
    return (int(major), int(minor), int(patch), not candidate, candidate or "")


def is_version(text: str) -> bool:
    """Whether the text is a version of a bundle, with or without its v."""
    return bool(_VERSION.fullmatch(text))


def _minor(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@cache
def _versions() -> dict[str, str]:
    data = yaml.load(_TABLE.read_bytes(), Loader=_Loader)
    return {str(minor): str(version) for minor, version in data["versions"].items()}
