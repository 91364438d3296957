"""Kubeconfigs: merging, picking a context, and what is said when something is wrong."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
    parse_server,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, **parts: Any) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **parts}))
        return str(path)

    return _write


def cluster(name: str, server: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "cluster": {"server": server, **more}}


def user(name: str, **content: Any) -> dict[str, Any]:
    return {"name": name, "user": content}


def context(name: str, to: str, who: str = "") -> dict[str, Any]:
    return {"name": name, "context": {"cluster": to, **({"user": who} if who else {})}}


def load(environ: dict[str, str] | None = None, **options: Any) -> Any:
    return load_connection(ConnectionOptions(**options), environ or {})


def test_files_merge_first_wins_and_missing_are_skipped(write: Write, tmp_path: Path) -> None:
    one = write(
        "one",
        clusters=[cluster("c", "https://one:1111")],
        users=[user("u", token="first")],
        contexts=[context("a", "c", "u")],
    )
    two = write(
        "two",
        **{"current-context": "b"},
        clusters=[cluster("c", "https://two:2222"), cluster("d", "https://three:3333/base/")],
        users=[user("u", token="second"), user("v", token="third")],
        contexts=[context("a", "d", "v"), context("b", "d", "v")],
    )
    files = os.pathsep.join([one, str(tmp_path / "none"), two])
    current = load(environ={"KUBECONFIG": files})
    assert current.url == "https://three:3333/base"
    assert current.credentials.authorization() == "Bearer third"
    first = load(environ={"KUBECONFIG": files}, context="a")
    assert (first.url, first.credentials.authorization()) == ("https://one:1111", "Bearer first")


def test_paths_are_relative_to_the_file_that_holds_them(write: Write, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/token.txt").write_text("from-a-file\n")
    users = write("elsewhere/users", users=[user("u", tokenFile="token.txt")])
    main = write(
        "main",
        **{"current-context": "x"},
        clusters=[cluster("c", "https://h")],
        contexts=[context("x", "c", "u")],
    )
    found = load(kubeconfig=os.pathsep.join([main, users]))
    assert found.credentials.authorization() == "Bearer from-a-file"
    (tmp_path / "elsewhere/token.txt").write_text("rotated")
    assert found.credentials.authorization() == "Bearer from-a-file"
    assert found.credentials.refresh() is True
    assert found.credentials.authorization() == "Bearer rotated"
    assert found.credentials.refresh() is False


def test_unknown_context_names_those_there_are(write: Write) -> None:
    path = write(
        "k", clusters=[cluster("c", "https://h")], contexts=[context("b", "c"), context("a", "c")]
    )
    with pytest.raises(ConfigError, match=r"no context 'prod' \(contexts: a, b\)"):
        load(kubeconfig=path, context="prod")
    with pytest.raises(ConfigError, match=r"no current-context \(contexts: a, b\)"):
        load(kubeconfig=path)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"contexts": [context("x", "gone")]}, "names cluster 'gone', which is not defined"),
        (
            {"contexts": [context("x", "c", "u")], "clusters": [cluster("c", "https://h")]},
            "names user 'u', which is not defined",
        ),
        (
            {"contexts": [context("x", "c")], "clusters": [cluster("c", "ftp://h")]},
            "must look like https://host:6443",
        ),
        ({"contexts": [{"context": {}}]}, r"contexts\[0\] has no name"),
        ({"clusters": {"c": {}}}, "clusters must be a list"),
        (
            {
                "contexts": [context("x", "c")],
                "clusters": [cluster("c", "https://h", **{"certificate-authority": "/no/ca.pem"})],
            },
            "certificate-authority: /no/ca.pem cannot be read: No such file",
        ),
        (
            {
                "contexts": [context("x", "c")],
                "clusters": [cluster("c", "https://h", **{"certificate-authority-data": "bm8="})],
            },
            "the CA certificate is not PEM",
        ),
        (
            {
                "contexts": [context("x", "c", "u")],
                "clusters": [cluster("c", "https://h")],
                "users": [user("u", **{"client-key-data": base64.b64encode(b"x").decode()})],
            },
            "a client key but no client certificate",
        ),
        (
            {
                "contexts": [context("x", "c", "u")],
                "clusters": [cluster("c", "https://h")],
                "users": [user("u", **{"auth-provider": {"name": "azure"}})],
            },
            "auth-provider 'azure', which is supported neither",
        ),
        (
            {
                "contexts": [context("x", "c", "u")],
                "clusters": [cluster("c", "https://h", **{"proxy-url": "socks5://p:1"})],
                "users": [user("u", token="t")],
            },
            "a socks5:// proxy is not supported",
        ),
        (
            {
                "contexts": [context("x", "c", "u")],
                "clusters": [cluster("c", "https://h")],
                "users": [user("u", **{"token": "t", "as-groups": ["g"]})],
            },
            "impersonating groups needs a user",
        ),
    ],
)
def test_broken_files_are_explained(write: Write, parts: dict[str, Any], says: str) -> None:
    path = write("k", **{"current-context": "x"}, **parts)
    with pytest.raises(ConfigError, match=says) as caught:
        load(kubeconfig=path)
    if "proxy" not in says:
        assert path in str(caught.value)


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="/no/such/file does not exist"):
        load(kubeconfig="/no/such/file")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(kubeconfig=str(tmp_path))
    (tmp_path / "bad").write_text("a: [")
    with pytest.raises(ConfigError, match="bad is not YAML"):
        load(kubeconfig=str(tmp_path / "bad"))
    (tmp_path / "quoting").write_text("users:\n- user: {token: geheim]")
    with pytest.raises(ConfigError, match=r"not YAML: .* at line 2, column 23") as caught:
        load(kubeconfig=str(tmp_path / "quoting"))
    assert "geheim" not in str(caught.value)
    (tmp_path / "empty.pem").touch()
    with pytest.raises(ConfigError, match="CA certificate is not PEM: Empty"):
        load(host="https://h", api_key="x", ca_cert=str(tmp_path / "empty.pem"))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ConfigError, match="holds no mapping"):
        load(kubeconfig=str(tmp_path / "text"))


@pytest.mark.parametrize(
    "text", ["users:\n- user: {token: s3cret-token}", '{"token": "s3cret-token"}']
)
def test_content_given_as_text_is_not_quoted(text: str) -> None:
    with pytest.raises(ConfigError, match="from_yaml") as caught:
        load_connection(ConnectionOptions(kubeconfig=text), {})
    assert "s3cret" not in str(caught.value)


def test_nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="no cluster is configured"):
        load()


def test_home_kubeconfig_is_the_last_resort(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write: Write
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(
        ".kube/config",
        **{"current-context": "x"},
        clusters=[cluster("c", "https://home")],
        contexts=[context("x", "c")],
    )
    assert load().url == "https://home:443"
    assert load(host="https://given:1").url == "https://given:1"


def test_complete_options_need_no_file(tmp_path: Path) -> None:
    found = load(
        environ={"KUBECONFIG": str(tmp_path / "none")},
        host="https://h:6443",
        api_key="token\n",
        validate_certs=False,
    )
    assert found.url == "https://h:6443"
    assert found.credentials.authorization() == "Bearer token"
    assert found.ssl_context.check_hostname is False


def test_options_override_the_file(write: Write) -> None:
    path = write(
        "k",
        **{"current-context": "x"},
        clusters=[cluster("c", "https://h", **{"tls-server-name": "other"})],
        contexts=[context("x", "c", "u")],
        users=[user("u", **{"token": "t", "as": "someone", "as-groups": ["g"], "as-uid": "1"})],
    )
    plain = load(kubeconfig=path)
    assert (plain.tls_name, plain.credentials.authorization()) == ("other", "Bearer t")
    assert plain.headers == (
        ("Impersonate-User", "someone"),
        ("Impersonate-Group", "g"),
        ("Impersonate-Uid", "1"),
    )
    other = load(
        kubeconfig=path,
        host="https://new",
        api_key="mine",
        impersonate_user="me",
        impersonate_groups=["a", "b"],
    )
    assert (other.url, other.tls_name) == ("https://new:443", "new")
    assert other.credentials.authorization() == "Bearer mine"
    assert other.headers == (
        ("Impersonate-User", "me"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
    )


def test_kubeconfig_as_data() -> None:
    document = {
        "current-context": "x",
        "clusters": [cluster("c", "https://h:1")],
        "contexts": [context("x", "c", "u")],
        "users": [user("u", username="n", password="p")],
    }
    found = load(kubeconfig=document)
    assert found.credentials.authorization() == "Basic bjpw"


def test_header_injection_is_refused() -> None:
    with pytest.raises(ConfigError, match="characters a header cannot carry"):
        load(host="https://h", api_key="a\r\nImpersonate-User: admin")


def test_in_pod(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ansible_collections.meshops.istio.plugins.module_utils._kube import config

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(config, "SERVICE_ACCOUNT", tmp_path)
    (tmp_path / "token").write_text("pod-token")
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    with pytest.raises(ConfigError, match=r"ca\.crt cannot be read"):
        load(environ=environ)
    (tmp_path / "ca.crt").write_text("nonsense")
    with pytest.raises(ConfigError, match="service account of this pod: the CA certificate"):
        load(environ=environ)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h", ("https", "h", 443, "")),
        ("h:6443", ("https", "h", 6443, "")),
        ("http://127.0.0.1:8001/", ("http", "127.0.0.1", 8001, "")),
        ("https://[fd00::1]:6443/k8s/c-1/", ("https", "fd00::1", 6443, "/k8s/c-1")),
    ],
)
def test_server_addresses(url: str, expected: tuple[str, str, int, str]) -> None:
    assert parse_server(url, "test") == expected


def test_secrets_do_not_show_in_repr() -> None:
    text = repr(
        ConnectionOptions(api_key="secret1", password="secret2", proxy="http://u:secret3@p")
    )
    assert "secret" not in text


def test_json_kubeconfig_is_read(tmp_path: Path) -> None:
    path = tmp_path / "k.json"
    path.write_text(
        json.dumps(
            {
                "current-context": "x",
                "clusters": [cluster("c", "http://h:1")],
                "contexts": [context("x", "c")],
            }
        )
    )
    found = load(kubeconfig=str(path))
    assert (found.url, found.ssl_context) == ("http://h:1", None)
