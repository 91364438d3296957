# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From connection options to a Connection: options, kubeconfig, in-cluster, in that order."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import (
    Connection,
    Credentials,
    NoCredentials,
    Proxy,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.credentials import (
    FixedCredentials,
    TokenFile,
    basic_auth,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kubeconfig import (
    Context,
    Kubeconfig,
    pem_of,
    pick,
    read_files,
    read_mapping,
    read_pem,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.library import (
    ClientCertificate,
    LibraryCredentials,
    needs_library,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth import PasswordCredentials
from ansible_collections.meshops.istio.plugins.module_utils._kube.proxy import (
    choose_proxy,
    without_login,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.tls import (
    TlsSettings,
    make_context,
)

DEFAULT_KUBECONFIG = "~/.kube/config"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class ConnectionOptions:
    """Connection options as a user gives them; None where not given.

    Names are those of kubernetes.core's modules. `kubeconfig` is a path (several joined by the
    path separator) or the content as a mapping.
    """

    kubeconfig: str | Mapping[str, Any] | None = None
    context: str | None = None
    host: str | None = None
    api_key: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    validate_certs: bool | None = None
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = field(default=None, repr=False)
    no_proxy: str | None = None
    proxy_headers: Mapping[str, Any] | None = field(default=None, repr=False)
    persist_config: bool | None = None
    impersonate_user: str | None = None
    impersonate_groups: list[str] | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ConnectionOptions:
        """Take the connection options out of a module's parameters; others are left alone."""
        names = {entry.name for entry in fields(cls)}
        return cls(**{name: params[name] for name in names & params.keys()})

    @property
    def complete(self) -> bool:
        """True when server and login are given, so that no kubeconfig is looked for."""
        login = (
            self.api_key
            or (self.username and self.password)
            or (self.client_cert and self.client_key)
        )
        return bool(self.host and login)


@dataclass
class _Settings:
    """Server, trust and login, gathered from the sources in turn."""

    origin: str
    server: str = ""
    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = None
    verify: bool = True
    tls_name: str = ""
    proxy_url: str | None = None
    credentials: Credentials = field(default_factory=NoCredentials)
    headers: list[tuple[str, str]] = field(default_factory=list)


def load_connection(
    options: ConnectionOptions, environ: Mapping[str, str] | None = None
) -> Connection:
    """Find out which server to talk to and how.

    Looks at: the options alone when they name server and login; else `kubeconfig`, else the files
    in KUBECONFIG, else the service account when running in a pod, else ~/.kube/config; options
    given override what is found. `environ` is the process' environment unless given. Raises
    ConfigError with what is wrong and what to do.
    """
    environ = os.environ if environ is None else environ
    settings = _find(options, environ)
    _override(settings, options)
    if not settings.server:
        raise ConfigError(f"{settings.origin}: the cluster has no server; give one with `host`")
    return _connect(settings, options, environ)


def _find(options: ConnectionOptions, environ: Mapping[str, str]) -> _Settings:
    if options.complete:
        return _Settings("option host")
    given = options.kubeconfig
    if isinstance(given, Mapping):
        return _from_kubeconfig(read_mapping(given, "kubeconfig given as data"), options)
    if given:
        if "\n" in given or given.lstrip().startswith("{"):
            raise ConfigError(
                "kubeconfig is the content of a file as text: give its path, or the content as a"
                " dictionary (with the filter from_yaml)"
            )
        origin = f"kubeconfig {given}"
        return _from_kubeconfig(read_files(given.split(os.pathsep), origin, True), options)
    listed = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    if listed:
        origin = f"KUBECONFIG={os.pathsep.join(listed)}"
        return _from_kubeconfig(read_files(listed, origin, True), options)
    in_pod = environ.get("KUBERNETES_SERVICE_HOST") and (SERVICE_ACCOUNT / "token").exists()
    if in_pod and not options.context:
        return _in_cluster(environ)
    config = read_files([DEFAULT_KUBECONFIG], f"kubeconfig {DEFAULT_KUBECONFIG}", False)
    if config.files:
        return _from_kubeconfig(config, options)
    if options.host:
        return _Settings("option host")
    raise ConfigError(
        f"no cluster is configured: there is no `kubeconfig` option (K8S_AUTH_KUBECONFIG), no"
        f" KUBECONFIG, no {DEFAULT_KUBECONFIG}, no service account of a pod, and no `host` with"
        " `api_key`; give one of them"
    )


def _in_cluster(environ: Mapping[str, str]) -> _Settings:
    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    host = f"[{host}]" if ":" in host else host
    settings = _Settings("service account of this pod", server=f"https://{host}:{port}")
    settings.ca = read_pem(str(SERVICE_ACCOUNT / "ca.crt"), settings.origin)
    settings.credentials = TokenFile(str(SERVICE_ACCOUNT / "token"))
    return settings


def _from_kubeconfig(config: Kubeconfig, options: ConnectionOptions) -> _Settings:
    if options.host and not config.contexts and not options.context:
        return _Settings("option host")
    context = pick(config, options.context)
    cluster, user = context.cluster, context.user
    settings = _Settings(f"{config.origin}, context {context.name}")
    settings.server = str(cluster.get("server") or "")
    cluster_at = f"{config.origin}: cluster of context {context.name!r}"
    settings.verify = not cluster.get("insecure-skip-tls-verify")
    settings.ca = pem_of(cluster, "certificate-authority", cluster_at)
    settings.tls_name = str(cluster.get("tls-server-name") or "")
    settings.proxy_url = cluster.get("proxy-url") or None
    _add_user(settings, config, context, user, options)
    return settings


def _add_user(
    settings: _Settings,
    config: Kubeconfig,
    context: Context,
    user: Mapping[str, Any],
    options: ConnectionOptions,
) -> None:
    where = f"{config.origin}: user {context.user_name!r}"
    settings.headers = _impersonation(
        user.get("as"), user.get("as-groups"), user.get("as-uid"), user.get("as-user-extra"), where
    )
    if options.api_key or options.username or options.client_cert:
        # The API server looks at a certificate before a token: what is given must stand alone.
        return
    settings.cert = pem_of(user, "client-certificate", where)
    settings.key = pem_of(user, "client-key", where)
    if needs_library(user):
        loaded = LibraryCredentials(config, context, bool(options.persist_config))
        settings.credentials = loaded
        if loaded.certificate:
            settings.cert, settings.key = loaded.certificate
    elif user.get("tokenFile"):
        settings.credentials = TokenFile(str(user["tokenFile"]))
    elif user.get("token"):
        settings.credentials = FixedCredentials(f"Bearer {_clean(user['token'], where)}")
    elif user.get("username"):
        login = basic_auth(str(user["username"]), str(user.get("password") or ""))
        settings.credentials = FixedCredentials(login)


def _override(settings: _Settings, options: ConnectionOptions) -> None:
    if options.host:
        settings.server = options.host
        # It is the name of the server in the kubeconfig, as kubectl has it.
        settings.tls_name = ""
    if options.validate_certs is not None:
        settings.verify = options.validate_certs
    if options.ca_cert:
        settings.ca = read_pem(options.ca_cert, "ca_cert")
    if options.client_cert:
        settings.cert = read_pem(options.client_cert, "client_cert")
    if options.client_key:
        settings.key = read_pem(options.client_key, "client_key")
    if options.api_key:
        token = _clean(options.api_key, "api_key")
        settings.credentials = FixedCredentials(f"Bearer {token}")
    if options.impersonate_user or options.impersonate_groups:
        settings.headers = _impersonation(
            options.impersonate_user, options.impersonate_groups, None, None, "option"
        )


def _connect(
    settings: _Settings, options: ConnectionOptions, environ: Mapping[str, str]
) -> Connection:
    scheme, host, port, base_path = parse_server(settings.server, settings.origin)
    tls = TlsSettings(settings.ca, settings.cert, settings.key, settings.verify, settings.origin)
    connection = Connection(
        host=host,
        port=port,
        base_path=base_path,
        ssl_context=make_context(tls) if scheme == "https" else None,
        tls_name=settings.tls_name or host,
        proxy=_proxy_for(settings, options, environ, scheme, host, port),
        credentials=settings.credentials,
        headers=tuple(settings.headers),
        origin=settings.origin,
    )
    if options.username and not options.api_key:
        connection.credentials = PasswordCredentials(
            connection,
            options.username,
            options.password or "",
            tls,
            functools.partial(_proxy_for, settings, options, environ, "https"),
        )
    elif isinstance(settings.credentials, LibraryCredentials) and scheme == "https":

        def use(certificate: ClientCertificate) -> None:
            renewed = TlsSettings(tls.ca, certificate.cert, certificate.key, tls.verify, tls.where)
            connection.ssl_context = make_context(renewed)

        settings.credentials.on_certificate = use
    return connection


def _proxy_for(
    settings: _Settings,
    options: ConnectionOptions,
    environ: Mapping[str, str],
    scheme: str,
    host: str,
    port: int,
) -> Proxy | None:
    return choose_proxy(
        scheme,
        host,
        port,
        option=options.proxy,
        kubeconfig=settings.proxy_url,
        no_proxy=options.no_proxy,
        headers=_proxy_headers(options.proxy_headers or {}),
        environ=environ,
    )


def parse_server(url: str, origin: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and base path of a server address; https when it has no scheme."""
    text = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        shown = without_login(url)
        raise ConfigError(f"{origin}: the server address {shown!r} is not a URL: {exc}") from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        shown = without_login(url)
        raise ConfigError(
            f"{origin}: the server address {shown!r} must look like https://host:6443"
        )
    default = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname, port or default, parts.path.rstrip("/")


def _impersonation(
    user: Any, groups: Any, uid: Any, extra: Any, where: str
) -> list[tuple[str, str]]:
    if not user:
        if groups or uid or extra:
            raise ConfigError(f"{where}: impersonating groups needs a user to impersonate as well")
        return []
    headers = [("Impersonate-User", _clean(user, where))]
    headers += [("Impersonate-Group", _clean(group, where)) for group in groups or ()]
    if uid:
        headers.append(("Impersonate-Uid", _clean(uid, where)))
    for name, values in (extra or {}).items():
        header = f"Impersonate-Extra-{quote(str(name), safe='')}"
        headers += [(header, _clean(value, where)) for value in values or ()]
    return headers


def _proxy_headers(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    headers = []
    for option, header in (
        ("proxy_basic_auth", "Proxy-Authorization"),
        ("basic_auth", "Authorization"),
    ):
        if options.get(option):
            name, _colon, password = str(options[option]).partition(":")
            headers.append((header, basic_auth(name, password)))
    if options.get("user_agent"):
        headers.append(("User-Agent", _clean(options["user_agent"], "proxy_headers")))
    return tuple(headers)


def _clean(value: Any, where: str) -> str:
    """A header value; tokens often carry the newline of the file they were read from."""
    text = str(value).strip()
    if not text.isprintable() or not text.isascii():
        raise ConfigError(f"{where}: the token or name holds characters a header cannot carry")
    return text
