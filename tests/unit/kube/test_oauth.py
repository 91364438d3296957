"""Small parts of logging in on OpenShift; the rest is asked of servers (tests/integration)."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth import token_name


def test_name_of_a_tokens_object() -> None:
    """`abc` is the example of the hash's own standard, FIPS 180."""
    assert token_name("old-token") == "old-token"
    assert token_name("sha256~abc") == "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
