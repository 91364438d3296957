"""Secrets are hidden, everything else is left readable."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import entry
from ansible_collections.meshops.istio.plugins.module_utils._apply.redact import (
    HIDDEN,
    redact,
    redact_text,
    secret_values,
    without_keys,
)

SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "cacerts"},
    "data": {"ca-key.pem": "c2VjcmV0", "other": "eA=="},
    "type": "Opaque",
}


def test_data_of_secrets_is_hidden_and_keys_are_shown() -> None:
    before = copy.deepcopy(SECRET)
    assert redact(SECRET)["data"] == {"ca-key.pem": HIDDEN, "other": HIDDEN}
    assert redact(SECRET)["type"] == "Opaque"
    assert before == SECRET


def test_diff_of_a_secret_shows_which_key_changes() -> None:
    changed = {**SECRET, "data": {"ca-key.pem": "bmV3", "other": "eA=="}}
    shown = entry("Secret a/b", SECRET, changed)
    assert "ca-key.pem: (hidden, before)" in shown["before"]
    assert "ca-key.pem: (hidden, after)" in shown["after"]
    assert "other: (hidden)\n" in shown["after"]
    assert "c2VjcmV0" not in str(shown)
    assert "bmV3" not in str(shown)


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}, True),
        ({"env": [{"name": "API_TOKEN", "value": "hunter2"}]}, True),
        ({"clientSecret": "hunter2"}, True),
        ({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2"}}, True),
        ({"config": "a: b\npassword: hunter2\n"}, True),
        ({"config": '{"token": "hunter2hunter2"}'}, True),
        ({"config": '{"env": {"API_PASSWORD": "hunter2"}}'}, True),
        ({"config": "UPSTREAM_API_KEY=hunter2"}, True),
        ({"config": "- secret:\n    secretName: hunter2"}, False),
        ({"key": "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----"}, True),
        ({"secretName": "hunter2"}, False),
        ({"secretKeyRef": {"name": "hunter2", "key": "hunter2"}}, False),
        ({"imagePullSecrets": [{"name": "hunter2"}]}, False),
        ({"credentialName": "hunter2"}, False),
        ({"serviceAccountToken": {"path": "hunter2"}}, False),
        ({"env": [{"name": "MODE", "value": "hunter2"}]}, False),
        ({"cert": "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----"}, False),
    ],
)
def test_secrets_by_name_and_look(value: dict[str, Any], hidden: bool) -> None:
    obj = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": value}
    assert ("hunter2" not in str(redact(obj))) is hidden


def test_keys_of_routes_are_hidden_by_their_place() -> None:
    tls = {"termination": "edge", "key": "not PEM at all", "caCertificate": "public"}
    route = {"apiVersion": "route.openshift.io/v1", "kind": "Route", "spec": {"tls": tls}}
    changed = {**route, "spec": {"tls": {**tls, "key": "another"}}}
    assert redact(route)["spec"]["tls"] == {**tls, "key": HIDDEN}
    shown = entry("Route a/b", route, changed)
    assert "key: (hidden, before)" in shown["before"]
    assert "key: (hidden, after)" in shown["after"]
    assert "not PEM" not in str(shown)
    assert "caCertificate: public" in shown["after"]
    assert redact_text("bad key: not PEM at all", secret_values(route)) == f"bad key: {HIDDEN}"
    assert redact({"kind": "Route", "spec": {"host": "a"}}) == {
        "kind": "Route",
        "spec": {"host": "a"},
    }


def test_messages_do_not_quote_secrets() -> None:
    text = 'Secret "x" is invalid: data[k]: Invalid value: "c2VjcmV0": bad'
    assert "c2VjcmV0" not in redact_text(text, secret_values(SECRET))
    assert "invalid" in redact_text(text, secret_values(SECRET))
    assert secret_values({"kind": "ConfigMap", "data": {"a": "longer value"}}) == frozenset()


def test_our_own_complaints_quote_no_keys_and_keep_their_words() -> None:
    key = "-----BEGIN EC PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END EC PRIVATE KEY-----\n"
    text = f"termination: {key!r} is not possible; password: missing token policy"
    assert without_keys(text) == (
        "termination: '(hidden)\\n' is not possible; password: missing token policy"
    )
    assert without_keys("GET /x/sha256~0123456789abcdef-_") == "GET /x/(hidden)"
    assert without_keys("sha256:0123456789abcdef") == "sha256:0123456789abcdef"
