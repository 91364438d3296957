# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an archive with many charts, such as that of a release, whose other content is large.

Links and files over 5 MiB (programs) are passed over and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._archive.tar import (
    ArchiveError,
    Limits,
    read_entries,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError

LIMITS: Final = Limits(
    unpacked=512 * 1024 * 1024, kept=100 * 1024 * 1024, file=5 * 1024 * 1024, entries=50_000
)


@dataclass(frozen=True)
class Contents:
    """Files by path; ``left_out`` are the paths of links and of files over 5 MiB."""

    files: dict[str, bytes]
    left_out: frozenset[str]


def read_contents(raw: BinaryIO, origin: str) -> Contents:
    """The regular files of a .tgz or .tar archive, opened at its beginning.

    Raises ReleaseError when the archive is damaged or hostile (see read_entries), and OSError when
    it cannot be read.
    """
    files: dict[str, bytes] = {}
    left_out: set[str] = set()
    try:
        for entry in read_entries(raw, LIMITS):
            if entry.data is None:
                left_out.add(entry.path)
            else:
                files[entry.path] = entry.data
    except ArchiveError as error:
        raise ReleaseError(
            f"{origin}: {error}", "Fetch it again, from a source you trust."
        ) from error
    return Contents(files, frozenset(left_out))
