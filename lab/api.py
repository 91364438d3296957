"""A few requests to a lab's own servers, by client certificate."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

from lab.errors import LabError


class Api:
    """A keep-alive connection to one server on 127.0.0.1; not for use by several threads."""

    def __init__(self, port: int, pki: Path, client: str, authority: str = "ca") -> None:
        context = ssl.create_default_context(cafile=str(pki / f"{authority}.crt"))
        context.load_cert_chain(pki / f"{client}.crt", pki / f"{client}.key")
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=10, context=context
        )

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request; return the status and the parsed answer (text when it is not JSON)."""
        headers = {"Accept": "application/json"}
        if body is not None:
            kind = "apply-patch+yaml" if method == "PATCH" else "json"
            headers["Content-Type"] = f"application/{kind}"
        payload = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, payload, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def get(self, path: str) -> Any | None:
        """Read an object; None when it is not there."""
        status, answer = self.request("GET", path)
        return None if status == 404 else _accepted("GET", path, status, answer)

    def apply(self, path: str, body: Any, manager: str = "meshops-lab") -> Any:
        """Server-side apply one object."""
        target = f"{path}?fieldManager={manager}&force=true"
        return _accepted("PATCH", path, *self.request("PATCH", target, body))

    def healthy(self, path: str) -> bool:
        """Whether a health path answers 200."""
        try:
            return self.request("GET", path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def plain_health(port: int, path: str) -> bool:
    """Whether a health path answers 200 on a server without TLS."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _accepted(method: str, path: str, status: int, answer: Any) -> Any:
    if status >= 300:
        reason = answer.get("message", answer) if isinstance(answer, dict) else answer
        raise LabError(f"{method} {path}: {status}: {reason}")
    return answer
