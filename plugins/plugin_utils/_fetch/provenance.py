# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provenance files of Helm: a signed text that has the digest of the archive in it.

The digest is always compared. The signature is checked only when the user gives a keyring, by
gpgv; then a chart without provenance is refused too.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError

_SECONDS = 30
_SIGNED = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:\S[^\n]*\n)*\n(.*?)\n-----BEGIN PGP SIGNATURE-----",
    re.S,
)
_FILE = re.compile(r"(?m)^[ ]+(\S+\.tgz):[ ]*(sha256:[0-9a-f]{64})[ ]*$")


def check_provenance(data: bytes | None, digest: str, what: str, keyring: str = "") -> None:
    """Compare an archive's digest with that in its provenance file. Raises FetchError.

    ``keyring`` is a file of public keys, one of which must have signed.
    """
    if data is None:
        if keyring:
            raise FetchError(
                f"{what}: has no provenance file", "Have it signed, or leave the keyring out."
            )
        return
    text = _verified(data, what, keyring) if keyring else _text(data, what)
    stated = {match[2] for match in _FILE.finditer(text)}
    if stated != {digest}:
        raise FetchError(
            f"{what}: its provenance file is of {', '.join(sorted(stated)) or 'no archive'}, "
            f"not of {digest}",
            "Fetch it from a source you trust.",
        )


def _text(data: bytes, what: str) -> str:
    match = _SIGNED.search(data.decode("utf-8", "replace").replace("\r\n", "\n"))
    if match is None:
        raise FetchError(f"{what}: its provenance file is no signed text", "Sign it again.")
    return match[1]


def _verified(data: bytes, what: str, keyring: str) -> str:
    """The text as gpgv read it: what stands beside the signed part does not count."""
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder, "chart.prov")
        signed.write_bytes(data)
        command = ["gpgv", "--keyring", str(Path(keyring).absolute()), "--output", "-", str(signed)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise FetchError(
                f"{what}: its signature cannot be checked: gpgv: {error}",
                "Install gpgv, or leave the keyring out.",
            ) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise FetchError(
            f"{what}: its signature is not good: {lines[-1]}",
            f"Fetch it from a source you trust, or add the signer's key to {keyring}.",
        )
    return done.stdout.decode("utf-8", "replace")
