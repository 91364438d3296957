"""Our reader and the `kubernetes` library come to the same settings for the same file."""

from __future__ import annotations

import base64
import itertools
import os
import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kubernetes import client, config

from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError
from ansible_collections.meshops.istio.plugins.module_utils._kube.tls import (
    TlsSettings,
    make_context,
)


def make_pair(name: str) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return cert.public_bytes(pem), key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


CA, _CA_KEY = make_pair("ca")
CERT, KEY = make_pair("client")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


CLUSTERS: dict[str, dict[str, Any]] = {
    "inline-ca": {"server": "https://a.example:6443", "certificate-authority-data": b64(CA)},
    "file-ca": {"server": "https://b.example/path/", "certificate-authority": "ca.pem"},
    "insecure": {"server": "https://c.example", "insecure-skip-tls-verify": True},
    "named": {
        "server": "https://10.0.0.1:6443",
        "tls-server-name": "api.internal",
        "certificate-authority-data": b64(CA),
        "proxy-url": "http://proxy.example:3128",
    },
    "plain": {"server": "http://d.example:8080"},
}
USERS: dict[str, dict[str, Any]] = {
    "token": {"token": "abc"},
    "token-file": {"tokenFile": "token"},
    "password": {"username": "me", "password": "pass:word"},
    "inline-cert": {"client-certificate-data": b64(CERT), "client-key-data": b64(KEY)},
    "file-cert": {"client-certificate": "cert.pem", "client-key": "key.pem"},
    "cert-and-token": {
        "client-certificate-data": b64(CERT),
        "client-key-data": b64(KEY),
        "token": "abc",
    },
    "nobody": {},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_bytes(CA)
    (tmp_path / "cert.pem").write_bytes(CERT)
    (tmp_path / "key.pem").write_bytes(KEY)
    (tmp_path / "token").write_text("file-token")
    return tmp_path


def write(folder: Path, cluster: dict[str, Any], user: dict[str, Any]) -> str:
    path = folder / "kubeconfig"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "x",
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": user}],
            },
            allow_unicode=True,
        )
    )
    return str(path)


@pytest.mark.parametrize(("cluster", "user"), list(itertools.product(CLUSTERS, USERS)))
def test_same_settings(
    folder: Path, cluster: str, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[TlsSettings] = []

    def keep(settings: TlsSettings) -> ssl.SSLContext:
        seen.append(settings)
        return make_context(settings)

    monkeypatch.setattr(f"{load_connection.__module__}.make_context", keep)
    path = write(folder, CLUSTERS[cluster], USERS[user])
    ours = load_connection(ConnectionOptions(kubeconfig=path), {})
    theirs = client.Configuration()
    config.load_kube_config(config_file=path, client_configuration=theirs)

    scheme, _slashes, rest = theirs.host.partition("://")
    port = {"https": ":443", "http": ":80"}[scheme]
    authority, slash, base = rest.partition("/")
    expected = authority if ":" in authority else authority + port
    assert ours.url == f"{scheme}://{expected}{slash}{base}"
    setting = theirs.auth_settings().get("BearerToken")
    assert ours.credentials.authorization() == (setting["value"] if setting else None)
    assert (ours.tls_name != ours.host) == bool(theirs.tls_server_name)
    if theirs.tls_server_name:
        assert ours.tls_name == theirs.tls_server_name
    proxy = f"{ours.proxy.scheme}://{ours.proxy.host}:{ours.proxy.port}" if ours.proxy else None
    assert proxy == theirs.proxy
    if scheme == "http":
        assert ours.ssl_context is None
        return
    (settings,) = seen
    assert settings.verify == theirs.verify_ssl
    for mine, file in (
        (settings.ca, theirs.ssl_ca_cert),
        (settings.cert, theirs.cert_file),
        (settings.key, theirs.key_file),
    ):
        assert mine == (Path(file).read_bytes() if file else None)
    assert ours.ssl_context is not None
    assert (ours.ssl_context.verify_mode == ssl.CERT_REQUIRED) == theirs.verify_ssl


def test_the_library_is_not_imported_for_plain_files(folder: Path) -> None:
    import subprocess

    path = write(folder, CLUSTERS["inline-ca"], USERS["inline-cert"])
    code = (
        "import sys\n"
        "from ansible_collections.meshops.istio.plugins.module_utils._kube import config, client\n"
        f"c = config.load_connection(config.ConnectionOptions(kubeconfig={path!r}), {{}})\n"
        "client.Client(c).close()\n"
        "print('kubernetes' in sys.modules, 'http.client' in sys.modules)\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False False"


def exec_user(folder: Path, script: str) -> dict[str, Any]:
    plugin = folder / "plugin"
    plugin.write_text(f"#!/bin/sh\n{script}\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(plugin),
            "interactiveMode": "Never",
        }
    }


CREDENTIAL = (
    '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": '
)


def test_exec_plugin_runs_again_on_refresh(folder: Path) -> None:
    counter = folder / "runs"
    script = (
        f"echo x >> {counter}\nn=$(wc -l < {counter})\n"
        f"echo '{CREDENTIAL}{{\"token\": \"run-'$n'\"}}}}'"
    )
    path = write(folder, CLUSTERS["inline-ca"], exec_user(folder, script))
    found = load_connection(ConnectionOptions(kubeconfig=path), {})
    assert found.credentials.authorization() == "Bearer run-1"
    assert found.credentials.authorization() == "Bearer run-1"
    assert found.credentials.refresh() is True
    assert found.credentials.authorization() == "Bearer run-2"


def test_exec_plugin_gives_a_certificate(folder: Path) -> None:
    import json

    answer = json.loads(
        CREDENTIAL
        + json.dumps({"clientCertificateData": CERT.decode(), "clientKeyData": KEY.decode()})
        + "}"
    )
    (folder / "answer").write_text(json.dumps(answer))
    user = exec_user(folder, f"cat {folder / 'answer'}")
    path = write(folder, CLUSTERS["inline-ca"], user)
    found = load_connection(ConnectionOptions(kubeconfig=path), {})
    assert found.credentials.authorization() is None
    before = found.ssl_context
    found.credentials.refresh()
    assert found.ssl_context is not before


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'log in first' >&2; exit 3", "log in first|exit code|3"),
        ("echo '{}'", "gave no credentials"),
    ],
)
def test_exec_plugin_fails(folder: Path, script: str, says: str) -> None:
    path = write(folder, CLUSTERS["inline-ca"], exec_user(folder, script))
    with pytest.raises(ConfigError, match=says) as caught:
        load_connection(ConnectionOptions(kubeconfig=path), {})
    assert "user 'u'" in str(caught.value)
    assert str(folder / "plugin") in str(caught.value)


def test_oidc_token_goes_through_the_library(folder: Path) -> None:
    claims = b64(b'{"exp": 99999999999}').rstrip("=")
    token = f"{b64(b'{}').rstrip('=')}.{claims}.sig"
    user = {"auth-provider": {"name": "oidc", "config": {"id-token": token}}}
    path = write(folder, CLUSTERS["inline-ca"], user)
    found = load_connection(ConnectionOptions(kubeconfig=path), {})
    assert found.credentials.authorization() == f"Bearer {token}"
