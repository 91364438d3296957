"""Name and password on OpenShift, with the package `openshift` and without it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube import oauth_package
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    ConfigError,
    ConnectError,
)
from tests.integration.kube_support import connect
from tests.integration.openshift_login import TOKEN_PAGE, Login, openshift_login
from tests.integration.test_kube_login import tunnel
from tests.labs import Cluster

pytestmark = pytest.mark.lab

# The type of request by which each of the two ways can be told.
PACKAGE, OWN = "code", "token"
USERS = {"installer": "horse battery staple", "jürgen": "pässwörd€"}


@pytest.fixture(scope="module")
def servers(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    with openshift_login(cluster, tmp_path_factory.mktemp("login"), USERS) as login:
        yield login


@pytest.fixture
def login(servers: Login, monkeypatch: pytest.MonkeyPatch) -> Login:
    """The servers, without faults and with nothing to their account."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    servers.fault, servers.asked = "", 0
    for seen in (servers.tokens, servers.issued, servers.codes, servers.attempts):
        seen.clear()
    return servers


@pytest.fixture(params=[PACKAGE, OWN])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways; for our own the package is not installed."""
    if request.param == OWN:
        monkeypatch.setitem(sys.modules, "openshift.helper", None)
    return str(request.param)


def enter(login: Login, name: str = "installer", **options: Any) -> Client:
    given = {"password": USERS.get(name, "?"), "ca_cert": login.ca, **options}
    return connect(host=login.url, username=name, **given)


def namespaces(client: Client) -> set[str]:
    found = client.request("GET", "/api/v1/namespaces")["items"]
    return {item["metadata"]["name"] for item in found}


def test_one_token_for_all_requests_and_none_left(login: Login, way: str) -> None:
    with enter(login) as client:
        assert "kube-system" in namespaces(client)
        client.map(lambda _: namespaces(client), range(10))
        assert login.attempts == [way]
        assert len(login.tokens) == 1
    assert login.tokens == []
    assert len(login.issued) == 1


def test_client_that_asks_nothing_does_not_log_in(login: Login) -> None:
    with enter(login):
        pass
    assert login.asked == 0


def test_revoked_token_is_replaced(login: Login, way: str) -> None:
    with enter(login) as client:
        namespaces(client)
        login.tokens.clear()
        client.map(lambda _: namespaces(client), range(10))
        assert login.attempts == [way, way]
    assert login.tokens == []


def test_log_out_that_fails_is_no_failure(login: Login) -> None:
    with enter(login) as client:
        namespaces(client)
        login.fault = "no deleting"
    assert len(login.tokens) == 1


def test_log_out_happens_after_a_failure(login: Login) -> None:
    with pytest.raises(ApiError, match="404"), enter(login) as client:
        client.request("GET", "/api/v1/namespaces/default/configmaps/none-such")
    assert login.issued
    assert login.tokens == []


def test_wrong_password_is_sent_once(login: Login, way: str) -> None:
    """Directories lock accounts: neither parallel requests nor later ones may repeat it."""
    says = "refuses user 'installer': wrong user name or password"
    with enter(login, password="wr0ng-one") as client:
        with pytest.raises(ConfigError, match=says) as caught:
            client.map(lambda _: namespaces(client), range(10))
        with pytest.raises(ConfigError, match=says):
            namespaces(client)
    assert login.attempts == [way]
    assert "wr0ng-one" not in str(caught.value)


def test_name_and_password_beyond_ascii(login: Login) -> None:
    """The package would send them in Latin-1."""
    with enter(login, "jürgen") as client:
        assert "kube-system" in namespaces(client)
    assert login.attempts == [OWN]


def test_name_with_a_colon(login: Login) -> None:
    with pytest.raises(ConfigError, match="'kube:admin' has a colon"):
        enter(login, "kube:admin")


# --- Certificates


def test_certificate_of_the_ingress_is_checked_before_the_password_is_sent(
    login: Login, way: str
) -> None:
    with (
        enter(login, ca_cert=login.ca_of_api) as client,
        pytest.raises(ConnectError, match="certificate cannot be trusted") as caught,
    ):
        namespaces(client)
    assert "its OAuth server" in str(caught.value)
    assert "append the CA of that to the file in `ca_cert`" in str(caught.value)
    assert login.attempts == []


def test_authorities_of_the_system_are_no_way_around_the_api_servers_ca(login: Login) -> None:
    with (
        enter(login, ca_cert=login.ca_of_oauth) as client,
        pytest.raises(ConnectError, match="certificate cannot be trusted"),
    ):
        namespaces(client)
    assert login.asked == 0


def test_authority_of_the_ingress_may_be_one_of_the_system(
    login: Login, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", login.ca_of_oauth)
    with enter(login, ca_cert=login.ca_of_api) as client:
        namespaces(client)
    assert login.attempts == [way]


def test_certificates_are_not_checked_when_told_so(
    login: Login, way: str, recwarn: pytest.WarningsRecorder
) -> None:
    with enter(login, ca_cert=None, validate_certs=False) as client:
        namespaces(client)
    assert login.attempts == [way]
    assert not [warning for warning in recwarn if "HTTPS" in str(warning.message)]


# --- Refusals


def test_no_provider_takes_passwords(login: Login) -> None:
    login.fault = "no passwords"
    with enter(login) as client, pytest.raises(ConfigError, match="takes passwords") as caught:
        namespaces(client)
    assert TOKEN_PAGE in str(caught.value)
    assert "`api_key`" in str(caught.value)
    assert login.attempts == []


def test_an_api_server_that_names_no_server_gets_no_password(login: Login) -> None:
    login.fault = "lost"
    with enter(login) as client, pytest.raises(ConfigError, match="names no OAuth server"):
        namespaces(client)
    assert login.attempts == []


def test_provider_that_fails(login: Login, way: str) -> None:
    login.fault = "provider"
    with enter(login) as client, pytest.raises(ConfigError, match="status 500") as caught:
        namespaces(client)
    assert "its identity provider failed" in str(caught.value)
    assert login.attempts == [way]


@pytest.mark.parametrize(
    ("way", "says"),
    [(PACKAGE, r"\(status 400\)\."), (OWN, r"\(status 302\) \(access_denied: The resource owner")],
    indirect=["way"],
)
def test_denied(login: Login, way: str, says: str) -> None:
    login.fault = "denied"
    with enter(login) as client, pytest.raises(ConfigError, match=says):
        namespaces(client)
    assert login.attempts == [way]


def test_server_that_never_answers(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package waits for ever; we do not."""
    monkeypatch.setattr(oauth_package, "TIMEOUT", 0.3)
    login.fault = "silent"
    with enter(login) as client, pytest.raises(ConnectError, match="does not answer: gave up"):
        client.request(
            "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body={}, idempotent=False
        )
    login.answers.set()


# --- The way there


def test_proxy_of_the_options(login: Login) -> None:
    """It is asked for both servers, which the package could not be told."""
    with tunnel() as (address, seen):
        with enter(login, proxy=f"http://u:p@{address}") as client:
            namespaces(client)
        assert {login for _target, login in seen} == {"Basic dTpw"}
        assert len({target for target, _login in seen}) == 2
    assert login.attempts == [OWN]
    assert login.tokens == []


def test_proxy_of_the_environment_that_options_exempt(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with enter(login, no_proxy="*") as client:
        namespaces(client)
    assert login.attempts == [OWN]


# --- Secrecy


def test_nothing_secret_is_logged_or_written(
    login: Login,
    way: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even with everything logged that libraries have to say."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    with enter(login) as client:
        namespaces(client)
        said = caplog.text + repr(client.connection) + "".join(capfd.readouterr())
    assert login.attempts == [way]
    for secret in (USERS["installer"], *login.issued, "aW5zdGFsbGVyOmhvcnNl"):
        assert secret not in said
    assert list(tmp_path.iterdir()) == []
