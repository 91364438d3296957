# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong on a network. Credentials never get into a message."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError


class FetchError(ReleaseError):
    """What was fetched, or is to be fetched, is refused: no other place can make it good."""


class UnavailableError(FetchError):
    """A place does not answer, has not got it or does not give it: another place may.

    ``status`` is that of HTTP, 0 when there was no answer.
    """

    def __init__(self, message: str, remedy: str = "", status: int = 0) -> None:
        self.status = status
        super().__init__(message, remedy)
