# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle: the CRDs of one version and channel of the Gateway API, checked to be just that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Object,
    digest_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.errors import BundleError
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.files import (
    CHANNELS,
    REMEDY,
    Files,
    Place,
    read_place,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.needs import is_version
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.manifests import split_manifests

VERSION: Final = "gateway.networking.k8s.io/bundle-version"
CHANNEL: Final = "gateway.networking.k8s.io/channel"
CRD: Final = "CustomResourceDefinition"
GROUPS: Final = ("gateway.networking.k8s.io", "gateway.networking.x-k8s.io")
# The policy against mixing channels and going back, which comes with the CRDs since 1.5.
_KINDS: Final = (CRD, "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
# Beside the CRDs in the sources: it lists them.
_PASSED_OVER: Final = "kustomization."

# Called with what decides the objects; gives them from a cache, or else calls what makes them.
Remember = Callable[[Any, Callable[[], list[Object]]], list[Object]]


@dataclass(frozen=True)
class Bundle:
    """The objects with CRDs first; ``version`` has no v. ``digest`` is over the objects alone."""

    version: str
    channel: str
    objects: list[Object]
    origin: str

    @property
    def digest(self) -> str:
        """``sha256:`` over the objects: the same whatever file, folder or archive they came in."""
        return digest_of(self.objects)


def read_bundle(
    place: Place,
    *,
    channel: str = "",
    version: str = "",
    digest: str = "",
    remember: Remember | None = None,
) -> Bundle:
    """The bundle at a place. Raises BundleError unless it is what is asked for.

    Empty texts ask for nothing in particular. ``digest`` is that of the file or archive, as
    ``sha256sum`` prints it.
    """
    files = read_place(place, channel, digest)
    if digest and digest != files.digest:
        raise BundleError(
            f"{place.where}: {files.origin} has the digest {files.digest}, not {digest}",
            "Fetch it again; if the change is meant, correct the digest.",
        )

    def parse() -> list[Object]:
        return _objects(files, place.where)

    objects = remember(["gateway-api", files.digest], parse) if remember else parse()
    found_version = _one(objects, VERSION, files, place.where).removeprefix("v")
    found_channel = _one(objects, CHANNEL, files, place.where)
    if not is_version(found_version) or found_channel not in CHANNELS:
        raise BundleError(
            f"{place.where}: {files.origin} is of version {found_version!r}, channel "
            f"{found_channel!r}",
            "Take the CRDs of a release.",
        )
    for name, wanted, found in (
        ("version", version.removeprefix("v"), found_version),
        ("channel", channel, found_channel),
    ):
        if wanted and wanted != found:
            raise BundleError(
                f"{place.where}: {files.origin} is of {name} {found}, not {wanted}",
                f"Correct the {name}, or the source.",
            )
    files.keep()
    return Bundle(found_version, found_channel, objects, files.origin)


def _objects(files: Files, where: str) -> list[Object]:
    """Every object of the files, CRDs first, else by name. Raises BundleError."""
    found: dict[tuple[str, str], Object] = {}
    for path, item in _documents(files, where):
        kind, name = item.get("kind"), item["metadata"].get("name")
        group = str((item.get("spec") or {}).get("group")) if kind == CRD else ""
        if kind not in _KINDS or not name or (group and group not in GROUPS):
            raise BundleError(
                f"{where}: {path} in {files.origin} has {kind or 'something'} {name or ''}".rstrip()
                + ", which is none of the Gateway API's CRDs",
                "Name a file or folder with nothing else in it.",
            )
        if (kind, name) in found:
            raise BundleError(
                f"{where}: {files.origin} has {kind} {name} twice", "Name one channel's folder."
            )
        found[kind, name] = _tidy(item)
    if not any(kind == CRD for kind, _name in found):
        raise BundleError(
            f"{where}: {files.origin} has no CRDs of the Gateway API",
            REMEDY,
        )
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != CRD, key))]


def _documents(files: Files, where: str) -> Iterator[tuple[str, Object]]:
    for path, text in sorted(files.texts.items()):
        if PurePosixPath(path).name.startswith(_PASSED_OVER):
            continue
        try:
            for number, part in enumerate(split_manifests(text.decode("utf-8")), start=1):
                item = load(f"{part}\n", keep_integers=True)
                if item is not None:
                    yield path, _shaped(item, f"{where}: {path} in {files.origin}", number)
        except (YamlError, UnicodeDecodeError) as error:
            raise BundleError(
                f"{where}: {path} in {files.origin}: {error}", "Fetch it again."
            ) from error


def _shaped(item: Any, where: str, number: int) -> Object:
    """The document, if everything that is read of it later has its type. Raises BundleError."""
    if not isinstance(item, dict):
        raise BundleError(f"{where}: document {number} is no object", REMEDY)
    metadata = item.get("metadata") or {}
    notes = metadata.get("annotations") if isinstance(metadata, dict) else None
    for place, value, kind in (
        ("kind", item.get("kind"), str),
        ("metadata", metadata, dict),
        ("metadata.name", metadata.get("name") if isinstance(metadata, dict) else None, str),
        ("metadata.annotations", notes, dict),
        ("spec", item.get("spec"), dict),
    ):
        if value is not None and not isinstance(value, kind):
            must = "text" if kind is str else "a mapping"
            raise BundleError(f"{where}: {place} of document {number} must be {must}", REMEDY)
    return {**item, "metadata": metadata}


def _tidy(item: Object) -> Object:
    """The object without what only the API server writes."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "creationTimestamp"}
    return {**{key: item[key] for key in item if key != "status"}, "metadata": metadata}


def _one(objects: list[Object], annotation: str, files: Files, where: str) -> str:
    """What all CRDs say by an annotation."""
    said = {
        str((item["metadata"].get("annotations") or {}).get(annotation) or "")
        for item in objects
        if item["kind"] == CRD
    }
    if len(said) > 1:
        names = ", ".join(sorted(text or "none" for text in said))
        raise BundleError(
            f"{where}: the CRDs in {files.origin} are not of one bundle: {annotation} is {names}",
            "Name the file of one release, or the folder of one channel.",
        )
    return said.pop()
