"""Logins that other tools have stored."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.credentials import (
    Login,
    stored_login,
)

HOST = "registry.example.org"


def entry(name: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{name}:{password}".encode()).decode()}


def write(path: Path, config: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config))
    return path


def test_files_are_looked_into_in_order(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    assert stored_login(HOST, environ=environ) is None
    places = {
        "helm": tmp_path / ".config/helm/registry/config.json",
        "docker": tmp_path / ".docker/config.json",
        "podman": tmp_path / "run/containers/auth.json",
        "named": tmp_path / "auth.json",
    }
    for name, path in places.items():
        write(path, {"auths": {HOST: entry(name, "p:w")}})
        if name == "named":
            environ["REGISTRY_AUTH_FILE"] = str(path)
        assert stored_login(HOST, environ=environ) == Login(name, "p:w")
    for damaged in ("{", "[]", '{"auths": {"registry.example.org": {"auth": "%"}}}'):
        places["named"].write_text(damaged)
        assert stored_login(HOST, environ=environ) == Login("podman", "p:w")


def test_the_longest_path_counts(tmp_path: Path) -> None:
    auths = {HOST: entry("all", "1"), f"{HOST}/istio": entry("istio", "2")}
    write(tmp_path / "config.json", {"auths": auths})
    environ = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path)}
    for path, name in (("istio/charts/base", "istio"), ("istio2/base", "all"), ("", "all")):
        login = stored_login(HOST, path, environ)
        assert login is not None
        assert login.username == name


@pytest.mark.parametrize(
    ("auths", "login"),
    [
        ({HOST: {"identitytoken": "t"}}, Login(identity_token="t")),
        ({HOST: {"username": "a", "password": "b"}}, Login("a", "b")),
        ({f"https://{HOST}": entry("a", "b")}, Login("a", "b")),
        ({HOST: {}}, None),
        ({"other.example.org": entry("a", "b")}, None),
    ],
)
def test_forms_of_entries(auths: object, login: Login | None, tmp_path: Path) -> None:
    write(tmp_path / ".docker/config.json", {"auths": auths})
    assert stored_login(HOST, environ={"HOME": str(tmp_path)}) == login


@pytest.mark.parametrize("key", ["credsStore", "credHelpers"])
def test_helpers_are_asked(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-made"
    helper.write_text(
        "#!/bin/sh\nread -r name\n"
        f'[ "$name" = {HOST} ] && echo \'{{"Username": "<token>", "Secret": "s"}}\'\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    config = {key: "made" if key == "credsStore" else {HOST: "made"}}
    write(tmp_path / ".docker/config.json", config)
    assert stored_login(HOST, environ={"HOME": str(tmp_path)}) == Login(identity_token="s")
    write(tmp_path / ".docker/config.json", {key: "../x" if key == "credsStore" else {HOST: "no"}})
    assert stored_login(HOST, environ={"HOME": str(tmp_path)}) is None


def test_a_login_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Login("a", "s3cret", "s3cret"))
