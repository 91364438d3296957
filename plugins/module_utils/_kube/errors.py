# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between us and a cluster, as exceptions whose text tells what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple


class KubeError(Exception):
    """Base of every error this package raises."""


class ConfigError(KubeError):
    """The connection cannot be set up: kubeconfig, context, certificate or option is at fault."""


class ConnectError(KubeError):
    """No usable answer came from the API server: unreachable, TLS, or the connection broke.

    `sent` is true when the server may have received the request, `permanent` when trying again
    cannot help (a certificate that is not trusted, a host name that does not exist).
    """

    def __init__(self, message: str, sent: bool = False, permanent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.permanent = permanent


class UnknownKindError(KubeError):
    """The cluster serves no such kind."""


class RequestCancelledError(KubeError):
    """The request was given up because its client is being closed or a parallel run was stopped."""


class Cause(NamedTuple):
    """One entry of `details.causes` of a Kubernetes Status."""

    reason: str
    field: str
    message: str


class Conflict(NamedTuple):
    """A field of a server-side apply that another manager owns.

    `field` is the path as the API server prints it, such as `.spec.replicas`.
    """

    manager: str
    api_version: str
    subresource: str
    field: str


# Texts of k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go.
_CONFLICT = re.compile(
    r'conflict with "(?P<manager>[^"]*)"'
    r'(?: with subresource "(?P<subresource>[^"]*)")?'
    r"(?: using (?P<version>\S+))?"
)
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request')
_FAILED = re.compile(r'failed calling webhook "(?P<name>[^"]+)"')


class ApiError(KubeError):
    """The API server answered with an error.

    `status` is the HTTP status, `reason` the Status' reason (such as `NotFound`), `message` the
    server's text, `details` the Status' details, `attempts` how often the request was sent.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        path: str = "",
        method: str = "",
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.path = path
        self.method = method
        self.attempts = attempts

    @property
    def causes(self) -> list[Cause]:
        """The causes the server listed, in its order."""
        return [
            Cause(str(c.get("reason", "")), str(c.get("field", "")), str(c.get("message", "")))
            for c in self.details.get("causes") or ()
            if isinstance(c, dict)
        ]

    @property
    def conflicts(self) -> list[Conflict]:
        """Fields other managers own; empty unless a server-side apply was refused for them."""
        found = []
        for cause in self.causes:
            if cause.reason != "FieldManagerConflict":
                continue
            match = _CONFLICT.search(cause.message)
            if match:
                version, sub = match["version"] or "", match["subresource"] or ""
                found.append(Conflict(match["manager"], version, sub, cause.field))
            else:
                found.append(Conflict(cause.message, "", "", cause.field))
        return found

    @property
    def not_found(self) -> bool:
        """True when the object, its namespace or its kind is not there (404)."""
        return self.status == 404

    @property
    def kind_not_served(self) -> bool:
        """True for a 404 about the resource type itself (CRD not there), not about an object."""
        return self.status == 404 and not self.details.get("name")

    @property
    def denied_by(self) -> str | None:
        """Name of the admission webhook that refused the request."""
        match = _DENIED.search(self.message)
        return match["name"] if match else None

    @property
    def failed_webhook(self) -> str | None:
        """Name of the admission webhook the API server could not call."""
        match = _FAILED.search(self.message)
        return match["name"] if match else None

    @property
    def namespace_terminating(self) -> bool:
        """True when the namespace refuses new objects because it is being deleted."""
        return any(cause.reason == "NamespaceTerminating" for cause in self.causes)

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asked to wait before another attempt (Status details)."""
        seconds = self.details.get("retryAfterSeconds")
        return float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else None

    @property
    def summary(self) -> str:
        """The server's message, each cause that it does not contain on a line of its own."""
        if self.conflicts:
            lines = ["fields are owned by another manager:"]
            for conflict in self.conflicts:
                via = f" (subresource {conflict.subresource})" if conflict.subresource else ""
                lines.append(f'  - {conflict.field}: owned by "{conflict.manager}"{via}')
            return "\n".join(lines)
        causes = self.causes
        if len(causes) < 2:
            return self.message
        lines = [self.message.split(": [", 1)[0] + ":"]
        lines += [f"  - {c.field}: {c.message}" if c.field else f"  - {c.message}" for c in causes]
        return "\n".join(lines)

    def __str__(self) -> str:
        head = f"{self.status} {self.reason}".strip()
        where = f" ({self.method} {self.path})" if self.path else ""
        tries = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        return f"{head}{tries}: {self.summary}{where}"


def error_from_answer(
    status: int, body: bytes, parsed: Any, method: str, path: str, attempts: int
) -> ApiError:
    """Make an ApiError of an answer; `parsed` is its JSON, or None when it is not JSON."""
    if isinstance(parsed, dict) and parsed.get("kind") == "Status":
        message = str(parsed.get("message") or "")
        reason = str(parsed.get("reason") or _reason(status))
        details = parsed.get("details")
        details = details if isinstance(details, dict) else {}
        return ApiError(
            status, reason, message or reason, details, path=path, method=method, attempts=attempts
        )
    text = body[:500].decode("utf-8", "replace").strip() or "the answer has no text"
    if 300 <= status < 400:
        text = "the server sends us elsewhere: is it the address of an API server?"
    return ApiError(status, _reason(status), text, path=path, method=method, attempts=attempts)


_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Gone",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def _reason(status: int) -> str:
    return _REASONS.get(status, "Error")
