# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From rendered files to manifests: split, read, ordered as ``helm install`` orders them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.strings import (
    WHITE_SPACE,
)

# helm.sh/helm/v3 pkg/releaseutil, InstallOrder; kinds it does not name come last, by name.
INSTALL_ORDER: Final = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
]
_RANK: Final = {kind: rank for rank, kind in enumerate(INSTALL_ORDER)}
# helm's "(?:^|\s*\n)---\s*", without the part in front, which is slow on long texts.
_SEPARATOR = re.compile(r"\n---[\t\n\f\r ]*")
_GO_SPACE: Final = "\t\n\f\r "
_EVENTS: Final = frozenset(
    [
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
        "test-success",
    ]
)


class ManifestError(ValueError):
    """A rendered document that is no YAML, or no object."""


class Manifest:
    """One rendered document.

    ``source`` is the template's path (``chart/templates/x.yaml``), ``text`` the document without
    separator and source comment, exactly as helm prints it. A document of comments only has no
    kind and no object. ``hook_events`` is not empty for a hook.
    """

    def __init__(
        self,
        source: str,
        text: str,
        head: Head,
        hook_events: tuple[str, ...] = (),
        hook_weight: int = 0,
    ) -> None:
        self.source = source
        self.text = text
        self.api_version = head.api_version
        self.kind = head.kind
        self.name = head.name
        self.hook_events = hook_events
        self.hook_weight = hook_weight
        self._object: dict[str, Any] | None = None
        self._known = False

    def __repr__(self) -> str:
        return f"Manifest({self.source}: {self.kind} {self.name})"

    @property
    def object(self) -> dict[str, Any] | None:
        """The document as plain data with integers, ready for an API server; read when asked."""
        if not self._known:
            document = load(self.text, keep_integers=True)
            self._object = document if isinstance(document, dict) and document else None
            self._known = True
        return self._object


def split_manifests(text: str) -> list[str]:
    """Split a rendered file at its ``---`` lines; empty documents are dropped."""
    body = text.strip(WHITE_SPACE)
    if body.startswith("---"):
        body = body[3:].lstrip(_GO_SPACE)
    *parts, last = _SEPARATOR.split(body)
    parts = [*(part.rstrip(_GO_SPACE) for part in parts), last]
    return [part.strip(WHITE_SPACE) for part in parts if part]


def _field(table: Mapping[str, Any], name: str) -> Any:
    if name in table:
        return table[name]
    # encoding/json matches the names of fields in any case.
    return next((value for key, value in table.items() if key.lower() == name.lower()), None)


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        found = "object" if isinstance(value, dict) else "array"
        raise ManifestError(f"{where} must be a text, got {found}")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class Head(NamedTuple):
    """What Helm reads of a document: version, kind, name and annotations."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    annotations: tuple[tuple[str, str], ...] = ()


def head_of(document: Any) -> Head:
    """Return the head of a parsed document. Raises ManifestError if its fields have wrong types."""
    if document is None:
        return Head()
    if not isinstance(document, dict):
        raise ManifestError("a document must be a map with apiVersion and kind")
    metadata = _field(document, "metadata")
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        raise ManifestError("metadata must be a map")
    annotations = _field(metadata, "annotations")
    if annotations is not None and not isinstance(annotations, dict):
        raise ManifestError("metadata.annotations must be a map")
    return Head(
        _text(_field(document, "apiVersion"), "apiVersion"),
        _text(_field(document, "kind"), "kind"),
        _text(_field(metadata, "name"), "metadata.name"),
        tuple(
            (key, _text(value, f"metadata.annotations.{key}"))
            for key, value in (annotations or {}).items()
        ),
    )


class HeadReader:
    """Reads heads of documents; knows the heads of big texts that ``toYaml`` has just written."""

    def __init__(self) -> None:
        self._known: dict[str, Head] = {}

    def remember(self, text: str, value: Mapping[str, Any]) -> None:
        """Note that ``text`` is the YAML of ``value``, so that it need not be read again."""
        try:
            self._known[text] = head_of(value)
        except ManifestError:
            self._known.pop(text, None)

    def read(self, text: str) -> Head:
        """Return the head of a document. Raises ManifestError or YamlError."""
        known = self._known.get(_without_comments(text))
        if known is not None:
            return known
        return head_of(load(text))


def _without_comments(text: str) -> str:
    """Drop leading lines that are empty or a comment."""
    at = 0
    while at < len(text) and text[at] in "#\n":
        end = text.find("\n", at)
        if end == -1:
            return ""
        at = end + 1
    return text[at:]


def _manifest(source: str, text: str, head: Head) -> Manifest | None:
    annotations = dict(head.annotations)
    events: tuple[str, ...] = ()
    weight = 0
    if "helm.sh/hook" in annotations:
        named = [event.strip().lower() for event in annotations["helm.sh/hook"].split(",")]
        if not _EVENTS.issuperset(named):
            return None  # helm skips a hook of an unknown kind
        events = tuple("test" if event == "test-success" else event for event in named)
        try:
            weight = int(annotations.get("helm.sh/hook-weight", "0"))
        except ValueError:
            weight = 0
    return Manifest(source, text, head, events, weight)


def sort_manifests(files: Mapping[str, str], reader: HeadReader) -> list[Manifest]:
    """Return the manifests of rendered files (path to text), in the order of installation.

    Hooks come last. Raises ManifestError that names the file.
    """
    found: list[Manifest] = []
    for source in sorted(files):
        if source.rsplit("/", 1)[-1].startswith("_"):
            continue
        for text in split_manifests(files[source]):
            try:
                head = reader.read(text)
            except (ManifestError, YamlError) as error:
                raise ManifestError(f"YAML parse error on {source}: {error}") from None
            manifest = _manifest(source, text, head)
            if manifest is not None:
                found.append(manifest)
    found.sort(key=_rank)
    return found


def _rank(manifest: Manifest) -> tuple[bool, int, str]:
    rank = _RANK.get(manifest.kind)
    if rank is None:
        return bool(manifest.hook_events), len(_RANK), manifest.kind
    return bool(manifest.hook_events), rank, ""
