"""An OpenShift to log in to: an OAuth server, and the lab's API server behind its tokens.

The OAuth server answers as github.com/openshift/oauth-server does, for the client of `oc login`:
challenges (pkg/authenticator/challenger), codes and tokens by redirections (osin), its errors.
It has the certificate of an authority of its own, as an ingress has. The API server names it, takes
its tokens, and passes what comes with one on to the lab as the account given.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from ansible_collections.meshops.istio.plugins.module_utils._kube.pool import Pool
from tests.integration.kube_support import connect
from tests.integration.sources.registries import Authority, make_authority, serving
from tests.labs import Cluster

CLIENT = "openshift-challenging-client"
TOKEN_PAGE = "https://oauth-openshift.apps.example.com/oauth/token/request"
_TOKENS = "/apis/oauth.openshift.io/v1/oauthaccesstokens/"
_PASSED_ON = ("Content-Type", "Accept")


@dataclass
class Login:
    """What the two servers know and have seen."""

    users: dict[str, str]
    url: str = ""
    ca: str = ""
    ca_of_api: str = ""
    ca_of_oauth: str = ""
    # Faults: without providers that take passwords, with one that fails, denying, never answering.
    fault: str = ""
    tokens: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    # Types of the requests that carried a password: `code` or `token`.
    attempts: list[str] = field(default_factory=list)
    asked: int = 0
    answers: threading.Event = field(default_factory=threading.Event)

    def issue(self) -> str:
        token = "sha256~" + secrets.token_urlsafe(32)
        self.tokens.append(token)
        self.issued.append(token)
        return token


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    login: Login

    def handle_one(self) -> None:
        """Answer a request, whatever its method."""
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.respond()

    def respond(self) -> None:
        """Answer the request; its body is in `sent`."""
        raise NotImplementedError

    def reply(self, status: int, document: Any = None, **headers: str) -> None:
        """Send an answer; underscores in names of headers are dashes."""
        body = document if isinstance(document, bytes) else json.dumps(document or {}).encode()
        self.send_response(status)
        for name, value in {"Content_Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of tests quiet."""


for _verb in ("GET", "PATCH", "POST", "PUT", "DELETE"):
    setattr(_Handler, f"do_{_verb}", _Handler.handle_one)


class _OAuth(_Handler):
    def respond(self) -> None:
        self.login.asked += 1
        if self.login.fault == "silent" and "Authorization" in self.headers:
            self.login.answers.wait(30)
            self.close_connection = True
            return
        url = urlsplit(self.path)
        if url.path == "/oauth/token":
            self._token(parse_qs(self.sent.decode()))
        else:
            self._authorize({name: values[0] for name, values in parse_qs(url.query).items()})

    def _authorize(self, query: dict[str, str]) -> None:
        kind, fault = query["response_type"], self.login.fault
        if query["client_id"] != CLIENT or kind not in ("code", "token"):
            self.reply(400, {"error": "unauthorized_client"})
            return
        if fault == "no passwords":
            warning = f'199 Origin "You must obtain an API token by visiting {TOKEN_PAGE}"'
            self.reply(401, b"", Warning=warning, Link=f'<{TOKEN_PAGE}>; rel="related"')
            return
        scheme, _space, value = self.headers.get("Authorization", "").partition(" ")
        name, _colon, password = base64.b64decode(value).decode().partition(":")
        if scheme == "Basic" and name and password:
            self.login.attempts.append(kind)
        if fault == "provider" and scheme == "Basic":
            self.reply(500, b"Error: LDAP Result Code 200", Content_Type="text/plain")
        elif scheme != "Basic" or self.login.users.get(name, "") != password or not password:
            if self.headers.get("X-CSRF-Token"):
                self.reply(401, b"", WWW_Authenticate='Basic realm="openshift"')
            else:
                self.reply(401, b"", Warning='199 Origin "A non-empty X-CSRF-Token is required"')
        elif fault == "denied":
            text = "The resource owner or authorization server denied the request."
            self._redirect(kind, {"error": "access_denied", "error_description": text})
        elif kind == "token":
            answer = {"access_token": self.login.issue(), "expires_in": "86400"}
            self._redirect(kind, {**answer, "scope": "user:full", "token_type": "Bearer"})
        else:
            self.login.codes.append("sha256~" + secrets.token_urlsafe(32))
            state = {"state": query["state"]} if "state" in query else {}
            self._redirect(kind, {"code": self.login.codes[-1], **state})

    def _redirect(self, kind: str, answer: dict[str, str]) -> None:
        mark = "#" if kind == "token" else "?"
        page = f"https://{self.headers['Host']}/oauth/token/implicit"
        self.reply(302, b"", Location=f"{page}{mark}{urlencode(answer)}")

    def _token(self, form: dict[str, list[str]]) -> None:
        client = base64.b64encode(f"{CLIENT}:".encode()).decode()
        known = self.headers.get("Authorization") == f"Basic {client}"
        code = form.get("code", [""])[0]
        if form.get("grant_type") != ["authorization_code"] or not known:
            self.reply(400, {"error": "unauthorized_client"})
        elif code not in self.login.codes:
            self.reply(400, {"error": "invalid_grant"})
        else:
            self.login.codes.remove(code)
            answer = {"access_token": self.login.issue(), "expires_in": 86400}
            self.reply(200, {**answer, "scope": "user:full", "token_type": "Bearer"})


class _Api(_Handler):
    pool: Pool
    host: str
    oauth: str

    def respond(self) -> None:
        kind, _space, token = self.headers.get("Authorization", "").partition(" ")
        if self.path == "/.well-known/oauth-authorization-server":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            found = {key: f"{self.oauth}/oauth/{end}" for key, end in ends.items()}
            self.reply(200, {"issuer": self.oauth, **({} if self.login.fault == "lost" else found)})
        elif kind != "Bearer" or token not in self.login.tokens:
            status = {"kind": "Status", "status": "Failure", "code": 401}
            self.reply(401, {**status, "reason": "Unauthorized", "message": "Unauthorized"})
        elif self.path.startswith(_TOKENS):
            self._delete(unquote(self.path[len(_TOKENS) :]))
        else:
            self._pass_on()

    def _delete(self, name: str) -> None:
        found = [token for token in self.login.tokens if object_name(token) == name]
        if self.command != "DELETE" or not found or self.login.fault == "no deleting":
            self.reply(404, {"kind": "Status", "code": 404, "reason": "NotFound"})
            return
        self.login.tokens.remove(found[0])
        self.reply(200, {"kind": "Status", "status": "Success"})

    def _pass_on(self) -> None:
        lines = [f"{self.command} {self.path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {self.headers[name]}" for name in _PASSED_ON if name in self.headers]
        head = "".join(line + "\r\n" for line in lines).encode()
        conn = self.pool.take()
        answer = conn.exchange(head, self.sent or None, 30.0)
        self.pool.give_back(conn)
        kept = {n.title(): v for n, v in answer.headers.items() if n in ("content-type", "warning")}
        kept = {name.replace("-", "_"): value for name, value in kept.items()}
        self.reply(answer.status, answer.body, **kept)


def object_name(token: str) -> str:
    """Name of the OAuthAccessToken of a token (oauth-server, pkg/server/crypto/sha256.go)."""
    digest = hashlib.sha256(token.removeprefix("sha256~").encode()).digest()
    return "sha256~" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


@contextmanager
def openshift_login(
    cluster: Cluster, folder: Path, users: dict[str, str], account: str = "deployer"
) -> Iterator[Login]:
    """Run both servers; who has a token is `account` to the lab."""
    ingress = make_authority(folder)
    authority = cluster.lab.credentials()[0]
    both = folder / "both.pem"
    both.write_text(authority.read_text() + ingress.ca.read_text())
    login = Login(users, ca=str(both), ca_of_api=str(authority), ca_of_oauth=str(ingress.ca))
    pair = [authority.parent / f"kube-apiserver-server.{end}" for end in ("crt", "key")]
    with connect(kubeconfig=str(cluster.lab.kubeconfig(account))) as client:
        lab = {"pool": Pool(client.connection), "host": client.connection.authority}
        with serving(_bound(_OAuth, login=login), ingress) as oauth:
            api = _bound(_Api, login=login, oauth=oauth, **lab)
            with serving(api, Authority(authority, *pair)) as login.url:
                try:
                    yield login
                finally:
                    login.answers.set()


def _bound(kind: type[_Handler], **fields: Any) -> type[_Handler]:
    return type(f"Bound{kind.__name__}", (kind,), fields)
