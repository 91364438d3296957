# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's base64, base32 and checksums."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import (
    from_bytes,
    to_bytes,
)


@gofunc("b64enc", (str,))
def b64enc(text: str) -> str:
    """Base64."""
    return base64.b64encode(to_bytes(text)).decode()


def _illegal(text: str, alphabet: str, name: str) -> str:
    for position, char in enumerate(text):
        if char not in alphabet:
            return f"illegal {name} data at input byte {position}"
    return f"illegal {name} data at input byte {len(text) - len(text) % 4}"


_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@gofunc("b64dec", (str,))
def b64dec(text: str) -> str:
    """Read base64; the error's text if it is none, as sprig does."""
    clean = text.replace("\n", "").replace("\r", "")
    try:
        return from_bytes(base64.b64decode(to_bytes(clean), validate=True))
    except (binascii.Error, ValueError):
        return _illegal(clean, _BASE64, "base64")


@gofunc("b32enc", (str,))
def b32enc(text: str) -> str:
    """Base32."""
    return base64.b32encode(to_bytes(text)).decode()


@gofunc("b32dec", (str,))
def b32dec(text: str) -> str:
    """Read base32; the error's text if it is none, as sprig does."""
    clean = text.replace("\n", "").replace("\r", "")
    try:
        return from_bytes(base64.b32decode(to_bytes(clean)))
    except (binascii.Error, ValueError):
        return _illegal(clean, _BASE32, "base32")


@gofunc("sha1sum", (str,))
def sha1sum(text: str) -> str:
    """SHA-1 in hex."""
    return hashlib.sha1(to_bytes(text), usedforsecurity=False).hexdigest()


@gofunc("sha256sum", (str,))
def sha256sum(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(to_bytes(text)).hexdigest()


@gofunc("sha512sum", (str,))
def sha512sum(text: str) -> str:
    """SHA-512 in hex."""
    return hashlib.sha512(to_bytes(text)).hexdigest()


@gofunc("adler32sum", (str,))
def adler32sum(text: str) -> str:
    """Adler-32 as a number."""
    return str(zlib.adler32(to_bytes(text)))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    function.__dict__["go_name"]: function
    for function in (
        adler32sum,
        b32dec,
        b32enc,
        b64dec,
        b64enc,
        sha1sum,
        sha256sum,
        sha512sum,
    )
}
