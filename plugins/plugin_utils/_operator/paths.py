# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of overlays: ``spec.containers.[name:istio-proxy].args.[:--log.*]`` in parts.

As operator/pkg/util/path.go of Istio 1.31.1 reads them.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

_KEY: Final = re.compile(r"[a-zA-Z0-9_-]*")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_APPEND: Final = -1


def split_path(path: str) -> list[str]:
    """The parts of a path. Dots in a part are escaped by a backslash; ``a[0]`` is ``a.[0]``."""
    cleaned = posixpath.normpath(path)
    if cleaned.startswith("//"):
        # Python keeps two leading slashes, Go does not.
        cleaned = cleaned[1:]
    cleaned = cleaned.removeprefix(".").removesuffix(".")
    parts: list[str] = []
    for item in split_escaped(cleaned, "."):
        text = item.replace("\\.", ".")
        bracket = text.find("[")
        if bracket > 0:
            parts += [text[:bracket], text[bracket:]]
        elif text:
            parts.append(text)
    return parts


def split_escaped(text: str, separator: str) -> list[str]:
    """Split at a separator that has no backslash before it."""
    return re.split(rf"(?<!\\){re.escape(separator)}", text) if text else []


def index_of(part: str) -> int | None:
    """The number in ``[n]``, at least -1; None when the part is none such."""
    inner = _inner(part)
    if inner is None or not _INTEGER.fullmatch(inner):
        return None
    number = int(inner)
    return number if number >= _APPEND else None


def key_value_of(part: str) -> tuple[str, str] | None:
    """Key and value of ``[key:value]``; None when the part is none such."""
    inner = _inner(part)
    if inner is None:
        return None
    pair = split_escaped(inner, ":")
    if len(pair) != 2 or not all(pair) or not _KEY.fullmatch(pair[0]):
        return None
    return pair[0], pair[1]


def value_of(part: str) -> str | None:
    """The pattern of ``[:pattern]``, or what is between brackets; None when that is nothing."""
    inner = _inner(part)
    if not inner:
        return None
    return inner[1:] if len(inner) > 1 and inner.startswith(":") else inner


def _inner(part: str) -> str | None:
    if not (part.startswith("[") and part.endswith("]")):
        return None
    return part[1:-1]
