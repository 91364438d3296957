# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chart.yaml: reading and validation as Helm's ``chart.Metadata``."""

from __future__ import annotations

import re
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import format_general32
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.semver import (
    SemverError,
    Version,
)

_ALIAS = re.compile(r"[a-zA-Z0-9_-]+\Z")

# Field in Go and its kind, by the name in Chart.yaml, in Go's order of declaration.
FIELDS: Final[dict[str, tuple[str, str]]] = {
    "name": ("Name", "text"),
    "home": ("Home", "text"),
    "sources": ("Sources", "texts"),
    "version": ("Version", "text"),
    "description": ("Description", "text"),
    "keywords": ("Keywords", "texts"),
    "maintainers": ("Maintainers", "objects"),
    "icon": ("Icon", "text"),
    "apiVersion": ("APIVersion", "text"),
    "condition": ("Condition", "text"),
    "tags": ("Tags", "text"),
    "appVersion": ("AppVersion", "text"),
    "deprecated": ("Deprecated", "bool"),
    "annotations": ("Annotations", "text map"),
    "kubeVersion": ("KubeVersion", "text"),
    "dependencies": ("Dependencies", "objects"),
    "type": ("Type", "text"),
}
_ZERO: Final[dict[str, Any]] = {"text": "", "bool": False}


def _text(value: Any) -> str:
    """A YAML scalar that Go reads into a string field, such as ``appVersion: 1.10``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else format_general32(value)
    return str(value)


def sanitize(text: str) -> str:
    """Turn any white space into blanks and drop what cannot be printed."""
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())


class Dependency:
    """One entry of ``dependencies`` in Chart.yaml."""

    def __init__(
        self,
        name: str = "",
        version: str = "",
        repository: str = "",
        condition: str = "",
        tags: list[str] | None = None,
        alias: str = "",
        import_values: list[Any] | None = None,
        enabled: bool = False,
    ) -> None:
        self.name = name
        self.version = version
        self.repository = repository
        self.condition = condition
        self.tags = tags or []
        self.alias = alias
        self.import_values = import_values or []
        self.enabled = enabled

    def as_json(self) -> Ordered:
        """Return the JSON form of Go's struct: empty fields are left out."""
        pairs = {
            "name": self.name,
            "version": self.version,
            "repository": self.repository,
            "condition": self.condition,
            "tags": list(self.tags),
            "enabled": self.enabled,
            "import-values": list(self.import_values),
            "alias": self.alias,
        }
        kept = {k: v for k, v in pairs.items() if v or k in ("name", "repository")}
        return Ordered(kept)


class Metadata:
    """What Chart.yaml says. ``raw`` holds the fields by their YAML names, typed as Go's struct."""

    def __init__(self, raw: dict[str, Any], dependencies: list[Dependency]) -> None:
        self.raw = raw
        self.dependencies = dependencies

    def copy(self) -> Metadata:
        """Copy, so that processing dependencies leaves this one as it was."""
        return Metadata(dict(self.raw), [Dependency(**vars(one)) for one in self.dependencies])

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.raw.get("name", ""))

    @property
    def version(self) -> str:
        """The chart's version."""
        return str(self.raw.get("version", ""))

    @property
    def app_version(self) -> str:
        """The version of what the chart installs."""
        return str(self.raw.get("appVersion", ""))

    @property
    def kube_version(self) -> str:
        """Constraint on the version of Kubernetes, or an empty text."""
        return str(self.raw.get("kubeVersion", ""))

    @property
    def is_library(self) -> bool:
        """A library chart renders nothing of its own."""
        return str(self.raw.get("type", "")).lower() == "library"

    def go_value(self, go_name: str) -> Any:
        """Return a field by its Go name; raise KeyError if Helm's struct has none of that name."""
        for name, (field_name, kind) in FIELDS.items():
            if field_name == go_name:
                if name == "dependencies":
                    return [dependency.as_json() for dependency in self.dependencies]
                zero: Any = _ZERO.get(kind, {} if kind == "text map" else [])
                return self.raw.get(name, zero)
        raise KeyError(go_name)

    def as_json(self) -> Ordered:
        """Return the JSON form of Go's struct: declaration order, empty fields left out."""
        pairs = {name: self.go_value(go_name) for name, (go_name, _type) in FIELDS.items()}
        return Ordered({name: value for name, value in pairs.items() if value})


def _typed(kind: str, value: Any, where: str) -> Any:
    fits = {
        "text": not isinstance(value, (dict, list)),
        "bool": isinstance(value, bool),
        "texts": isinstance(value, list),
        "objects": isinstance(value, list),
        "text map": isinstance(value, dict),
    }[kind]
    if not fits:
        raise ChartError(f"{where} has the wrong type, expected {kind}")
    if kind == "text":
        return sanitize(_text(value))
    if kind == "texts":
        if any(isinstance(item, (dict, list)) for item in value):
            raise ChartError(f"{where} must be a list of texts")
        return [sanitize("" if item is None else _text(item)) for item in value]
    if kind == "text map":
        if any(isinstance(item, (dict, list)) for item in value.values()):
            raise ChartError(f"{where} must be a map of texts")
        return {key: "" if item is None else _text(item) for key, item in value.items()}
    if kind == "objects":
        for item in value:
            if not isinstance(item, dict):
                raise ChartError(f"{where} must not contain empty or null nodes")
    return value


def _dependency(raw: dict[str, Any], where: str) -> Dependency:
    def text(name: str) -> str:
        value = raw.get(name)
        return "" if value is None else str(_typed("text", value, f"{where}.{name}"))

    tags = raw.get("tags")
    imports = raw.get("import-values")
    dependency = Dependency(
        name=text("name"),
        version=text("version"),
        repository=text("repository"),
        condition=text("condition"),
        alias=text("alias"),
        tags=[] if tags is None else _typed("texts", tags, f"{where}.tags"),
        import_values=list(imports) if isinstance(imports, list) else [],
        enabled=bool(raw.get("enabled", False)),
    )
    if dependency.alias and not _ALIAS.match(dependency.alias):
        raise ChartError(f"{where}: dependency {dependency.name!r} has a bad alias")
    return dependency


def read_metadata(document: Any, where: str, base: Metadata | None = None) -> Metadata:
    """Read the parsed Chart.yaml (or requirements.yaml, which adds to ``base``).

    ``where`` names the file in errors. Raises ChartError for fields of the wrong type.
    """
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise ChartError(f"{where} must be a map")
    raw: dict[str, Any] = dict(base.raw) if base else {}
    dependencies = list(base.dependencies) if base else []
    lowered = {name.lower(): name for name in FIELDS}
    for key, value in document.items():
        name = key if key in FIELDS else lowered.get(key.lower())
        if name is None or value is None:
            continue
        typed = _typed(FIELDS[name][1], value, f"{where}: {key}")
        if name == "dependencies":
            dependencies = [_dependency(item, f"{where}: {key}") for item in typed]
        else:
            raw[name] = typed
    raw.setdefault("apiVersion", "v1")
    return Metadata(raw, dependencies)


def validate(metadata: Metadata, where: str) -> None:
    """Check what Helm checks. Raises ChartError."""
    name = metadata.name
    if not name:
        raise ChartError(f"{where}: name is required")
    if name in (".", "..") or "/" in name:
        raise ChartError(f"{where}: name {name!r} is not allowed")
    if not metadata.version:
        raise ChartError(f"{where}: version is required")
    try:
        Version.parse(metadata.version)
    except SemverError as error:
        raise ChartError(f"{where}: version {metadata.version!r}: {error}") from None
    if str(metadata.raw.get("type", "")) not in ("", "application", "library"):
        raise ChartError(f"{where}: type must be application or library")
    seen: set[str] = set()
    for dependency in metadata.dependencies:
        key = dependency.alias or dependency.name
        if key in seen:
            raise ChartError(f"{where}: more than one dependency with name or alias {key!r}")
        seen.add(key)
