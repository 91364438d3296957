# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS settings as one SSL context."""

from __future__ import annotations

import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError


@dataclass(frozen=True)
class TlsSettings:
    """PEM data of the CA and of the client's certificate and key; None where not given.

    Without a CA the system's are trusted; with one it alone, or the system's too with `system`.
    `where` says for messages where the data comes from.
    """

    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = None
    verify: bool = True
    where: str = ""
    system: bool = False


def make_context(settings: TlsSettings) -> ssl.SSLContext:
    """Build the SSL context; ConfigError when certificate or key is unusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        if settings.ca is None or settings.system:
            context.load_default_certs()
        _trust(context, settings)
    if settings.cert is not None:
        _load_client_certificate(context, settings)
    elif settings.key is not None:
        raise ConfigError(f"{settings.where}: there is a client key but no client certificate")
    return context


def _trust(context: ssl.SSLContext, settings: TlsSettings) -> None:
    if settings.ca is not None:
        try:
            context.load_verify_locations(cadata=settings.ca.decode("ascii", "ignore"))
        except (ssl.SSLError, ValueError) as exc:
            # ValueError is what an empty one gets.
            detail = getattr(exc, "reason", None) or exc
            raise ConfigError(f"{settings.where}: the CA certificate is not PEM: {detail}") from exc


def _load_client_certificate(context: ssl.SSLContext, settings: TlsSettings) -> None:
    # Python's ssl reads them from files only; the key must not stay on disk.
    handle, name = tempfile.mkstemp(prefix="meshops-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write((settings.key or b"") + b"\n" + (settings.cert or b""))
        context.load_cert_chain(name, password=_refuse_password)
    except ssl.SSLError as exc:
        raise ConfigError(
            f"{settings.where}: client certificate and key cannot be used"
            f" (do they belong together, are they PEM?): {exc.reason or exc}"
        ) from exc
    except _EncryptedKeyError as exc:
        raise ConfigError(
            f"{settings.where}: the client key is encrypted; give one without a passphrase"
        ) from exc
    finally:
        Path(name).unlink()


class _EncryptedKeyError(Exception):
    """OpenSSL asked for a passphrase."""


def _refuse_password() -> str:
    raise _EncryptedKeyError
