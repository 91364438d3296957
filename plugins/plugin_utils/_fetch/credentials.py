# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that docker, podman and helm have stored for a registry."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_HELPER_SECONDS: Final = 20
# What docker calls its own registry.
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
_TOKEN_USER = "<token>"


@dataclass(frozen=True)
class Login:
    """A name and password, or a token to get tokens with."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """Value of an Authorization header."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


def stored_login(
    host: str, path: str = "", environ: Mapping[str, str] | None = None
) -> Login | None:
    """The login stored for a registry, or for the longest part of ``path`` that has one.

    Files are looked into in this order, and those that are missing or damaged passed over:
    REGISTRY_AUTH_FILE, podman's (containers/auth.json below XDG_RUNTIME_DIR), docker's
    (config.json below DOCKER_CONFIG or ~/.docker), helm's (HELM_REGISTRY_CONFIG). Credential
    helpers (credHelpers, credsStore) are asked as docker does.
    """
    environment = os.environ if environ is None else environ
    for file in _files(environment):
        try:
            config = json.loads(file.read_bytes())
            login = _from_config(config, host, path)
        except (OSError, ValueError, TypeError, AttributeError):
            continue
        if login:
            return login
    return None


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environ.get("HOME") or Path.home())
    if environ.get("REGISTRY_AUTH_FILE"):
        yield Path(environ["REGISTRY_AUTH_FILE"])
    if environ.get("XDG_RUNTIME_DIR"):
        yield Path(environ["XDG_RUNTIME_DIR"]) / "containers/auth.json"
    docker = environ.get("DOCKER_CONFIG")
    yield (Path(docker) if docker else home / ".docker") / "config.json"
    helm = environ.get("HELM_REGISTRY_CONFIG")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    yield Path(helm) if helm else config / "helm/registry/config.json"


def _from_config(config: Any, host: str, path: str) -> Login | None:
    for name in _names(host, path):
        helper = (config.get("credHelpers") or {}).get(name) or ""
        login = _ask_helper(helper, name) if helper else None
        if login is None:
            login = _entry((config.get("auths") or {}).get(name))
        if login is None and config.get("credsStore"):
            login = _ask_helper(str(config["credsStore"]), name)
        if login:
            return login
    return None


def _names(host: str, path: str) -> Iterator[str]:
    """Keys that a registry may be stored under: the longest path first, as podman has it."""
    parts = [part for part in path.split("/") if part]
    for count in range(len(parts), 0, -1):
        yield "/".join((host, *parts[:count]))
    yield host
    yield f"https://{host}"
    if host in _DOCKER_HUB:
        yield "https://index.docker.io/v1/"


def _entry(entry: Any) -> Login | None:
    if not entry:
        return None
    if entry.get("identitytoken"):
        return Login(identity_token=entry["identitytoken"])
    if entry.get("auth"):
        try:
            text = base64.b64decode(entry["auth"], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, found, password = text.partition(":")
        return Login(name, password.rstrip("\0")) if found else None
    if entry.get("username"):
        return Login(entry["username"], entry.get("password") or "")
    return None


def _ask_helper(helper: str, name: str) -> Login | None:
    if "/" in helper:
        return None
    try:
        done = subprocess.run(
            [f"docker-credential-{helper}", "get"],
            input=name,
            capture_output=True,
            text=True,
            timeout=_HELPER_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
        username, secret = answer["Username"], answer["Secret"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None
    if username == _TOKEN_USER:
        return Login(identity_token=secret)
    return Login(username, secret)
