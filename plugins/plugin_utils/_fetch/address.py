# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says of a place on the network: its address, its mirrors, how to get in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.charts import (
    WANTED,
    canonical,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import DEFAULT_CHARTS

OFFICIAL_REPOSITORY: Final = "https://blob.istio.io/istio-release/charts"
Kind = Literal["oci", "repository", "archive"]

_ARCHIVES = (".tgz", ".tar.gz", ".tar")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_REPOSITORY = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")
_REFERENCE = re.compile(
    r"(?P<path>.*?)(:(?P<tag>[\w][\w.-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_TRUE = (True, "true", "yes", "on", "1", 1)


@dataclass(frozen=True)
class Access:
    """How to get in. ``plain_http`` None allows it on the loopback interface only."""

    username: str = ""
    password: str = field(default="", repr=False)
    ca_cert: str = ""
    validate_certs: bool = True
    plain_http: bool | None = None
    timeout: float = 30.0


@dataclass(frozen=True)
class Address:
    """A place on the network.

    ``text`` is what the user wrote. For an OCI registry ``path`` is the folder of repositories, or
    the only repository when ``chart`` is set; ``tag`` and ``digest`` then choose its version.
    """

    kind: Kind
    text: str
    host: str
    path: str
    access: Access
    chart: str = ""
    tag: str = ""
    digest: str = ""

    @property
    def url(self) -> str:
        """URL of the archive or of the repository's folder, without a slash at its end."""
        return self.text.rstrip("/").removesuffix("/index.yaml")


@dataclass(frozen=True)
class Addresses:
    """The places to ask, one after the other, and a keyring that must have signed."""

    places: tuple[Address, ...]
    keyring: str = ""


def is_remote(source: str) -> bool:
    """Whether the text is an address of a kind that can be fetched."""
    return source.lower().startswith(("oci://", "https://", "http://"))


def read_addresses(charts: Mapping[str, Any], where: str) -> Addresses:
    """The places that a mapping of ``source``, ``mirrors`` and so on names. Raises FetchError.

    The official registry without mirrors is followed by the official repository.
    """
    source = str(charts.get("source") or "")
    mirrors = charts.get("mirrors")
    if mirrors is None:
        mirrors = [OFFICIAL_REPOSITORY] if source.rstrip("/") == DEFAULT_CHARTS else []
    if isinstance(mirrors, str) or not isinstance(mirrors, Sequence):
        mirrors = [mirrors]
    places = [_address(source, charts, where)]
    for number, mirror in enumerate(mirrors):
        options = mirror if isinstance(mirror, Mapping) else {"source": mirror}
        text = str(options.get("source") or "")
        path = f"{where}.mirrors[{number}]"
        if not is_remote(text):
            raise FetchError(
                f"{path}: {text!r} is no address on the network",
                "A mirror is an address that begins with oci://, https:// or http://.",
            )
        places.append(_address(text, options, path))
    keyring = charts.get("keyring")
    return Addresses(tuple(places), _file(str(keyring), f"{where}.keyring") if keyring else "")


def _address(text: str, options: Mapping[str, Any], where: str) -> Address:
    access = _access(options, where)
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.username is not None or "@" in parts.netloc:
        raise FetchError(
            f"{where}: the address has a user name or password in it",
            f"Give them as {where}.username and {where}.password, and the address as "
            f"{where}.source.",
        )
    if not _HOST.fullmatch(parts.netloc):
        raise FetchError(f"{where}: {text!r} names no host", "Write it as oci://host/path.")
    if parts.scheme.lower() == "oci":
        return _registry(text, parts.netloc, text.split("://", 1)[1], access, where)
    kind: Kind = "archive" if parts.path.lower().endswith(_ARCHIVES) else "repository"
    return Address(kind, text, parts.netloc, parts.path, access)


def _registry(text: str, host: str, rest: str, access: Access, where: str) -> Address:
    match = _REFERENCE.fullmatch(rest[len(host) :].strip("/"))
    path = match["path"] if match else ""
    if match is None or not _REPOSITORY.fullmatch(path):
        raise FetchError(
            f"{where}: {text!r} names no repository",
            f"Write it as oci://host/path in small letters, such as {DEFAULT_CHARTS}.",
        )
    last = path.rpartition("/")[2]
    chart = last if canonical(last) in WANTED else ""
    tag, digest = match["tag"] or "", match["digest"] or ""
    if (tag or digest) and not chart:
        raise FetchError(
            f"{where}: {text!r} has a tag or digest, but names no chart of Istio",
            f"Leave it out: the tag is {where.removesuffix('charts')}version.",
        )
    return Address("oci", text, host, path, access, chart, tag, digest)


def _access(options: Mapping[str, Any], where: str) -> Access:
    ca_cert = str(options.get("ca_cert") or "")
    plain = options.get("plain_http")
    validate = options.get("validate_certs")
    return Access(
        username=str(options.get("username") or ""),
        password=str(options.get("password") or ""),
        ca_cert=_file(ca_cert, f"{where}.ca_cert") if ca_cert else "",
        validate_certs=True if validate is None else _truth(validate),
        plain_http=None if plain is None else _truth(plain),
        timeout=float(options.get("timeout") or 30),
    )


def _file(text: str, where: str) -> str:
    path = Path(text).expanduser()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise FetchError(f"{where}: there is no readable file {path}", "Correct the path.")
    return str(path)


def _truth(value: Any) -> bool:
    return (value.lower() if isinstance(value, str) else value) in _TRUE
