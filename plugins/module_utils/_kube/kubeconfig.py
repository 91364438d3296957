# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading kubeconfig files: merged as kubectl merges them, one context picked."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError

_LISTS = (("clusters", "cluster"), ("contexts", "context"), ("users", "user"))
_PATHS = {
    "clusters": ("certificate-authority",),
    "users": ("client-certificate", "client-key", "tokenFile"),
}


@dataclass
class Kubeconfig:
    """Merged content of one or more files; paths in it are absolute.

    `clusters`, `contexts` and `users` map names to the entries' content.
    """

    origin: str
    files: list[str] = field(default_factory=list)
    current: str = ""
    clusters: dict[str, dict[str, Any]] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self, context: str) -> dict[str, Any]:
        """One kubeconfig document with everything in it, for the `kubernetes` library."""
        document: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
        for plural, singular in _LISTS:
            entries = getattr(self, plural)
            document[plural] = [{"name": name, singular: entries[name]} for name in entries]
        return {**document, "current-context": context}


@dataclass(frozen=True)
class Context:
    """A context resolved to its cluster and user (empty when it names none)."""

    name: str
    cluster: Mapping[str, Any]
    user: Mapping[str, Any]
    user_name: str


def read_files(paths: Sequence[str], origin: str, required: bool) -> Kubeconfig:
    """Read and merge files in order; the first to define an entry or the current context wins.

    With several paths those that do not exist are skipped, as kubectl does with KUBECONFIG. Raises
    ConfigError when a file cannot be read, or, if `required`, when none exists.
    """
    merged = Kubeconfig(origin)
    for path in paths:
        file = Path(path).expanduser()
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise ConfigError(f"kubeconfig {file} cannot be read: {exc.strerror}") from exc
        merged.files.append(str(file))
        _merge(merged, _parse(text, str(file)), str(file), file.absolute().parent)
    if required and not merged.files:
        names = ", ".join(paths) or "(empty)"
        raise ConfigError(
            f"kubeconfig {names} does not exist ({origin}): give an existing file with `kubeconfig`"
            " or K8S_AUTH_KUBECONFIG, or the server with `host` and `api_key`"
        )
    return merged


def read_mapping(document: Mapping[str, Any], origin: str) -> Kubeconfig:
    """Take a kubeconfig given as data; relative paths in it count from the working directory."""
    merged = Kubeconfig(origin)
    _merge(merged, document, origin, Path.cwd())
    return merged


def pick(config: Kubeconfig, wanted: str | None) -> Context:
    """Resolve the wanted or current context; ConfigError names the contexts there are."""
    name = wanted or config.current
    known = ", ".join(sorted(config.contexts)) or "none"
    where = config.origin
    if not name:
        raise ConfigError(
            f"{where}: no context is given and there is no current-context (contexts: {known}):"
            " choose one with `context`"
        )
    if name not in config.contexts:
        raise ConfigError(f"{where}: there is no context {name!r} (contexts: {known})")
    context = config.contexts[name]
    cluster = str(context.get("cluster") or "")
    if cluster not in config.clusters:
        clusters = ", ".join(sorted(config.clusters)) or "none"
        raise ConfigError(
            f"{where}: context {name!r} names cluster {cluster!r}, which is not defined"
            f" (clusters: {clusters})"
        )
    user = str(context.get("user") or "")
    if user and user not in config.users:
        users = ", ".join(sorted(config.users)) or "none"
        raise ConfigError(
            f"{where}: context {name!r} names user {user!r}, which is not defined (users: {users})"
        )
    return Context(name, config.clusters[cluster], config.users.get(user, {}), user)


def pem_of(entry: Mapping[str, Any], key: str, where: str) -> bytes | None:
    """PEM from `<key>-data` (base64) or the file `<key>`; None when there is neither."""
    data = entry.get(f"{key}-data")
    if data:
        try:
            return base64.b64decode(data, validate=False)
        except (binascii.Error, ValueError, TypeError) as exc:
            raise ConfigError(f"{where}: {key}-data is not base64: {exc}") from exc
    path = entry.get(key)
    return read_pem(str(path), f"{where}: {key}") if path else None


def read_pem(path: str, what: str) -> bytes:
    """Content of a certificate or key file; ConfigError says which and why not."""
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as exc:
        raise ConfigError(f"{what}: {path} cannot be read: {exc.strerror}") from exc


def _parse(text: bytes, name: str) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as exc:
        raise ConfigError(
            f"kubeconfig {name} cannot be read: the host that runs the module lacks the Python"
            " library PyYAML"
        ) from exc
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(text, Loader=loader)
    except yaml.YAMLError as exc:
        # The whole text of the error quotes the file, which holds tokens.
        problem = getattr(exc, "problem", None) or "it cannot be parsed"
        mark = getattr(exc, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"kubeconfig {name} is not YAML: {problem}{place}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(f"kubeconfig {name} is not a kubeconfig: it holds no mapping")
    return document


def _merge(into: Kubeconfig, document: Mapping[str, Any], name: str, base: Path) -> None:
    into.current = into.current or str(document.get("current-context") or "")
    for plural, singular in _LISTS:
        known: dict[str, dict[str, Any]] = getattr(into, plural)
        entries = document.get(plural) or []
        if not isinstance(entries, list):
            raise ConfigError(f"kubeconfig {name}: {plural} must be a list")
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                raise ConfigError(f"kubeconfig {name}: {plural}[{index}] has no name")
            content = entry.get(singular) or {}
            if not isinstance(content, dict):
                raise ConfigError(f"kubeconfig {name}: {plural}[{index}].{singular} is no mapping")
            if entry["name"] not in known:
                known[entry["name"]] = _absolute(content, _PATHS.get(plural, ()), base)


def _absolute(content: dict[str, Any], keys: Sequence[str], base: Path) -> dict[str, Any]:
    result = dict(content)
    for key in keys:
        if isinstance(result.get(key), str) and result[key]:
            result[key] = os.path.normpath(base / result[key])
    return result
