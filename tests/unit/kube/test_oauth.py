"""Small parts of logging in on OpenShift; the rest is asked of servers (tests/integration)."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube import oauth_package
from ansible_collections.meshops.istio.plugins.module_utils._kube.connection import Connection
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth import token_name
from ansible_collections.meshops.istio.plugins.module_utils._kube.oauth_server import OAuthServer


def test_name_of_a_tokens_object() -> None:
    """`abc` is the example of the hash's own standard, FIPS 180."""
    assert token_name("old-token") == "old-token"
    assert token_name("sha256~abc") == "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


def test_a_package_that_breaks_says_so_and_quotes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_of: object) -> str:
        raise OSError("no space for hunter2")

    monkeypatch.setattr(oauth_package, "_exchange", broken)
    url = "https://oauth.example.com/oauth"
    connection = Connection(host="oauth.example.com", port=443)
    server = OAuthServer(connection, f"{url}/authorize", f"{url}/token", None, True)
    with pytest.raises(ConfigError, match=r"openshift cannot log in \(OSError\)$"):
        oauth_package.log_in(server, "anna", "hunter2")
