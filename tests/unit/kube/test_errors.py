"""What people read when the API server refuses something (texts as a 1.36 server sends them)."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    Conflict,
    error_from_answer,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.retry import (
    APPLY,
    RetryPolicy,
    is_idempotent,
    may_retry,
)


def status(code: int, reason: str, message: str, **details: Any) -> ApiError:
    parsed = {"kind": "Status", "message": message, "reason": reason, "details": details}
    return error_from_answer(code, b"", parsed, "PATCH", "/x", 1)


CONFLICT = status(
    409,
    "Conflict",
    'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1: ...',
    causes=[
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl" using apps/v1',
            "field": ".spec.replicas",
        },
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "hpa" with subresource "scale" using autoscaling/v1',
            "field": '.spec.ports[name="http"].port',
        },
    ],
)


def test_conflicts_name_manager_and_field() -> None:
    assert CONFLICT.conflicts == [
        Conflict("kubectl", "apps/v1", "", ".spec.replicas"),
        Conflict("hpa", "autoscaling/v1", "scale", '.spec.ports[name="http"].port'),
    ]
    assert '\n  - .spec.replicas: owned by "kubectl"\n' in str(CONFLICT)
    assert 'owned by "hpa" (subresource scale)' in str(CONFLICT)


def test_several_causes_have_a_line_each() -> None:
    error = status(
        422,
        "Invalid",
        'Service "a" is invalid: [spec.x: Required value, spec.y: Invalid value: 1: too big]',
        causes=[
            {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.x"},
            {
                "reason": "FieldValueInvalid",
                "message": "Invalid value: 1: too big",
                "field": "spec.y",
            },
        ],
    )
    assert error.summary == (
        'Service "a" is invalid:\n  - spec.x: Required value\n  - spec.y: Invalid value: 1: too big'
    )


def test_webhooks_are_named() -> None:
    denied = status(400, "BadRequest", 'admission webhook "v.istio.io" denied the request: no')
    assert (denied.denied_by, denied.failed_webhook) == ("v.istio.io", None)
    failed = status(
        500,
        "InternalError",
        'Internal error occurred: failed calling webhook "v.istio.io": failed to call webhook: x',
    )
    assert (failed.denied_by, failed.failed_webhook) == (None, "v.istio.io")


def test_answers_that_are_no_status() -> None:
    error = error_from_answer(502, b"<html>Bad Gateway</html>", None, "GET", "/y", 3)
    assert str(error) == "502 BadGateway after 3 attempts: <html>Bad Gateway</html> (GET /y)"
    assert "the answer has no text" in str(error_from_answer(500, b"", None, "GET", "/y", 1))


def test_kind_not_served_is_told_from_object_not_found() -> None:
    text = "the server could not find the requested resource"
    assert status(404, "NotFound", text).kind_not_served
    assert not status(404, "NotFound", 'pods "a" not found', name="a").kind_not_served


@pytest.mark.parametrize(
    ("method", "path", "content", "body", "expected"),
    [
        ("GET", "/x", "", None, True),
        ("PATCH", "/x", APPLY, {}, True),
        ("PATCH", "/x", "application/json-patch+json", [], False),
        ("PATCH", "/x", "application/merge-patch+json", {}, False),
        ("PUT", "/x", "application/json", {}, False),
        ("POST", "/x", "application/json", {}, False),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "", {}, True),
        ("DELETE", "/x", "", None, False),
        ("DELETE", "/x", "", {"preconditions": {"uid": "1"}}, True),
        ("DELETE", "/x", "", {"preconditions": {"resourceVersion": "1"}}, False),
    ],
)
def test_idempotent(method: str, path: str, content: str, body: Any, expected: bool) -> None:
    assert is_idempotent(method, path, content, body) is expected


def test_what_is_retried() -> None:
    for code in (500, 502, 503, 504):
        error = status(code, "x", "y")
        assert may_retry(error, True, {})
        assert not may_retry(error, False, {})
    typed = "failed to create typed patch object (a/b; v1, Kind=ConfigMap): .x: field not declared"
    assert not may_retry(status(500, "InternalError", typed), True, {})
    assert may_retry(status(429, "TooManyRequests", "y"), False, {})
    for code in (400, 401, 403, 404, 410, 422):
        assert not may_retry(status(code, "x", "y"), True, {})
    assert not may_retry(CONFLICT, True, {})
    modified = status(409, "Conflict", "the object has been modified")
    assert may_retry(modified, True, {"metadata": {"name": "a"}})
    assert not may_retry(modified, True, {"metadata": {"resourceVersion": "5"}})
    assert not may_retry(modified, False, {})


def test_pauses_grow_and_are_bounded() -> None:
    policy = RetryPolicy(base=0.1, cap=1.0)
    for attempt, ceiling in ((1, 0.1), (2, 0.2), (3, 0.4), (4, 0.8), (5, 1.0), (9, 1.0)):
        for _number in range(20):
            assert ceiling / 2 <= policy.pause(attempt, None) <= ceiling
    assert 3.0 <= policy.pause(1, 3.0) <= 3.3
    assert policy.pause(1, 9999.0) <= 66.0
