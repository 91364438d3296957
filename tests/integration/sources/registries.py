"""Real registries on loopback: plain, with TLS, with passwords, with a server of tokens."""

from __future__ import annotations

import base64
import datetime
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.reference import helm_path, registry_path

USER, PASSWORD = "puller", "s3cret"
# bcrypt of the password, the only kind the registry takes.
_HTPASSWD = f"{USER}:$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n"
_SECONDS = 20


@dataclass(frozen=True)
class Authority:
    """A certificate authority and a certificate of 127.0.0.1 that it signed, as PEM files."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Registry:
    """A registry that runs."""

    host: str
    folder: Path

    @property
    def charts(self) -> str:
        """The address charts are pushed to and fetched from."""
        return f"oci://{self.host}/istio/charts"

    def push(self, package: Path, *options: str) -> None:
        """What a publisher does."""
        helm("push", str(package), self.charts, *options)


def helm(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run the real helm."""
    done = subprocess.run(
        [str(helm_path()), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def registry(
    folder: Path, *, tls: Authority | None = None, auth: Mapping[str, object] | None = None
) -> Iterator[Registry]:
    """Run the registry with its data in the folder; what was pushed there before is there."""
    host = f"127.0.0.1:{free_port()}"
    http: dict[str, object] = {"addr": host}
    if tls:
        http["tls"] = {"certificate": str(tls.certificate), "key": str(tls.key)}
    config = {
        "version": "0.1",
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": http,
        **({"auth": auth} if auth else {}),
    }
    folder.mkdir(exist_ok=True)
    (folder / "config.yml").write_text(json.dumps(config))
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(registry_path()), "serve", str(folder / "config.yml")],
            stdout=log,
            stderr=log,
            env=environment,
        )
    try:
        _wait(host, process, folder / "log")
        yield Registry(host, folder)
    finally:
        process.terminate()
        process.wait(timeout=_SECONDS)


def passwords(folder: Path) -> dict[str, object]:
    """Settings of a registry that asks for name and password."""
    path = folder / "htpasswd"
    path.write_text(_HTPASSWD)
    return {"htpasswd": {"realm": "test", "path": str(path)}}


@contextmanager
def token_server(authority: Authority, log: list[str]) -> Iterator[dict[str, object]]:
    """Settings of a registry that sends for tokens to a server that runs meanwhile.

    ``log`` gets the scopes that were asked for, with the user's name. Anonymous users get none.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            scope = query.get("scope", [""])[0]
            expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            good = self.headers.get("Authorization") == f"Basic {expected}"
            log.append(f"{USER if good else '-'} {scope}")
            body = json.dumps({"token": _token(authority, scope)} if good else {}).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    with serving(Handler) as url:
        yield {
            "token": {
                "realm": f"{url}/token",
                "service": "test",
                "issuer": "test",
                "rootcertbundle": str(authority.ca),
            }
        }


@contextmanager
def serving(
    handler: Callable[..., BaseHTTPRequestHandler], tls: Authority | None = None
) -> Iterator[str]:
    """Run a web server on loopback; yields its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    scheme = "http"
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def make_authority(folder: Path) -> Authority:
    """Make a certificate authority and a certificate of 127.0.0.1."""
    ca_key = rsa.generate_private_key(65537, 2048)
    key = rsa.generate_private_key(65537, 2048)
    ca = _certificate("ca", ca_key, "ca", ca_key, True)
    certificate = _certificate("registry", key, "ca", ca_key, False)
    paths = Authority(folder / "ca.crt", folder / "tls.crt", folder / "tls.key")
    paths.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    paths.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, signer: rsa.RSAPrivateKey, authority: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        address = x509.IPAddress(ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _token(authority: Authority, scope: str) -> str:
    """A token as Distribution's specification of its JWT has it."""
    kind, name, actions = scope.split(":") if scope else ("", "", "")
    access = [{"type": kind, "name": name, "actions": actions.split(",")}] if scope else []
    now = int(time.time())
    certificate = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    chain = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()]
    head = {"typ": "JWT", "alg": "RS256", "x5c": chain}
    claims = {
        "iss": "test",
        "sub": USER,
        "aud": "test",
        "exp": now + 60,
        "nbf": now - 60,
        "iat": now,
        "jti": str(time.monotonic_ns()),
        "access": access,
    }
    signed = f"{_encoded(head)}.{_encoded(claims)}"
    key = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _encoded(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def _wait(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    name, port = host.split(":")
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((name, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise AssertionError(f"no registry: {log.read_text()}")


def put_image(repository: str, config: bytes, manifest: Mapping[str, Any]) -> None:
    """Push an image with the tag `wrong`, which helm would not push."""
    start = urllib.request.Request(f"{repository}/blobs/uploads/", method="POST")
    with urllib.request.urlopen(start, timeout=_SECONDS) as answer:
        place = answer.headers["Location"]
    digest = manifest["config"]["digest"]
    _put(f"{place}&digest={digest}", config, "application/octet-stream")
    _put(f"{repository}/manifests/wrong", json.dumps(manifest).encode(), manifest["mediaType"])


def _put(url: str, data: bytes, content_type: str) -> None:
    request = urllib.request.Request(
        url, data=data, method="PUT", headers={"Content-Type": content_type}
    )
    urllib.request.urlopen(request, timeout=_SECONDS).close()
