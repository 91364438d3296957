# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials that need the `kubernetes` library: exec plugins and auth providers."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kubeconfig import (
    Context,
    Kubeconfig,
)


class ClientCertificate(NamedTuple):
    """PEM data an exec plugin gave us."""

    cert: bytes
    key: bytes


def needs_library(user: Mapping[str, Any]) -> bool:
    """True when a kubeconfig user has credentials that only the library can get.

    In the library's order: an auth provider, then tokens, then an exec plugin.
    """
    if user.get("auth-provider"):
        return True
    return bool(user.get("exec")) and not (user.get("token") or user.get("tokenFile"))


class LibraryCredentials:
    """Runs exec plugins and auth providers through the library, anew when they expire or fail.

    The library is imported here and nowhere else: it takes a third of a second and 45 MB, which
    kubeconfigs with certificates or tokens need not pay.
    """

    def __init__(self, config: Kubeconfig, context: Context, persist: bool) -> None:
        self._config = config
        self._context = context
        self._persist = persist
        self._lock = threading.Lock()
        self.on_certificate: Callable[[ClientCertificate], None] | None = None
        self.certificate: ClientCertificate | None = None
        self._loaded = self._load()

    def authorization(self) -> str | None:
        """The header; the library gets a new token when this one has expired."""
        with self._lock:
            setting = self._loaded.auth_settings().get("BearerToken")
        value = setting["value"] if setting else None
        return str(value) if value else None

    def refresh(self) -> bool:
        """Ask the plugin or provider again."""
        with self._lock:
            self._loaded = self._load()
        if self.certificate and self.on_certificate:
            self.on_certificate(self.certificate)
        return True

    def end(self) -> None:
        """Plugins and providers keep what they got for the next one who asks."""

    def _load(self) -> Any:
        where = f"{self._config.origin}: user {self._context.user_name!r}"
        method = _method(self._context.user, where)
        try:
            from kubernetes import client, config
        except ImportError as exc:
            raise ConfigError(
                f"{where} has {method}, which needs the Python library `kubernetes` on the host"
                " that runs the module: pip install kubernetes"
            ) from exc
        loaded = client.Configuration()
        # Its exec support logs what goes wrong and carries on without credentials.
        with _Messages() as messages:
            try:
                if self._config.files:
                    config.load_kube_config(
                        config_file=os.pathsep.join(self._config.files),
                        context=self._context.name,
                        client_configuration=loaded,
                        persist_config=self._persist,
                    )
                else:
                    config.load_kube_config_from_dict(
                        self._config.as_dict(self._context.name),
                        context=self._context.name,
                        client_configuration=loaded,
                        persist_config=False,
                    )
            except Exception as exc:
                raise ConfigError(f"{where}: {method} failed: {exc}") from exc
        own = self._context.user
        if loaded.cert_file and not (
            own.get("client-certificate") or own.get("client-certificate-data")
        ):
            cert, key = Path(loaded.cert_file), Path(loaded.key_file or loaded.cert_file)
            self.certificate = ClientCertificate(cert.read_bytes(), key.read_bytes())
        if not loaded.api_key and not self.certificate:
            detail = "; ".join(messages.texts) or "it gave neither a token nor a certificate"
            raise ConfigError(f"{where}: {method} gave no credentials: {detail}")
        return loaded


def _method(user: Mapping[str, Any], where: str) -> str:
    provider = user.get("auth-provider")
    if provider:
        name = provider.get("name") if isinstance(provider, Mapping) else None
        if name not in ("oidc", "gcp"):
            raise ConfigError(
                f"{where} has auth-provider {name!r}, which is supported neither by us nor by"
                " current kubectl: use an exec plugin or a token"
            )
        return f"auth-provider {name}"
    command = user["exec"].get("command") if isinstance(user["exec"], Mapping) else None
    return f"exec plugin {command}"


class _Messages(logging.Handler):
    """Collects what is logged as an error while it is entered, in place of other handlers."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def __enter__(self) -> _Messages:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *exc: object) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text."""
        self.texts.append(record.getMessage())
