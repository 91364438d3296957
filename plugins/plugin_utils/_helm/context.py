# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that templates see: ``.Chart``, ``.Files``, ``.Capabilities``, ``.Release``."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import to_bytes
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.metadata import FIELDS, Metadata
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    DEFAULT_API_VERSIONS,
    Capabilities,
    Release,
)

Method = Callable[..., Any]


class ChartInfo:
    """``.Chart``: what Chart.yaml says, and whether the chart is the one asked for."""

    go_type = "struct { chart.Metadata; IsRoot bool }"

    def __init__(self, metadata: Metadata, is_root: bool) -> None:
        self._metadata = metadata
        self._is_root = is_root

    def go_field(self, name: str) -> Any:
        """Return a field by its Go name."""
        if name == "IsRoot":
            return self._is_root
        return self._metadata.go_value(name)

    def go_method(self, name: str) -> Method | None:
        """The struct has no methods that templates can call."""
        return None

    def go_string(self) -> str:
        """Print as Go prints the struct."""
        fields = (self._metadata.go_value(go_name) for go_name, _type in FIELDS.values())
        return f"{{{{{' '.join(map(format_value, fields))}}} {format_value(self._is_root)}}}"

    def go_json(self) -> Ordered:
        """Return the JSON form."""
        return Ordered({**self._metadata.as_json(), "IsRoot": self._is_root})


class Files(TypedMap):
    """``.Files``: the chart's other files by path; a map of bytes with methods."""

    go_type = "engine.files"

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__({}, elem="[]uint8", zero=b"")
        self._texts = texts
        self._filled = False

    def _fill(self) -> Files:
        # The bytes of a chart's CRDs are big, and templates rarely look at them as a map.
        if not self._filled:
            self._filled = True
            super().update({name: to_bytes(text) for name, text in self._texts.items()})
        return self

    def __getitem__(self, key: str) -> Any:
        if key not in self._texts:
            raise KeyError(key)
        return dict.__getitem__(self._fill(), key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the bytes of a file."""
        return dict.get(self._fill(), key, default)

    def items(self) -> Any:
        """Return paths and bytes."""
        return dict.items(self._fill())

    def keys(self) -> Any:
        """Return the paths."""
        return dict.keys(self._fill())

    def __iter__(self) -> Any:
        return dict.__iter__(self._fill())

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __bool__(self) -> bool:
        return bool(self._texts)

    def go_field(self, name: str) -> Any:
        """A map has no fields."""
        raise KeyError(name)

    def go_method(self, name: str) -> Method | None:
        """Return a method by its Go name."""
        methods: dict[str, Method] = {
            "Get": self._get,
            "GetBytes": self._get_bytes,
            "Glob": self._glob,
            "Lines": self._lines,
            "AsConfig": self._as_config,
            "AsSecrets": self._as_secrets,
        }
        return methods.get(name)

    @gofunc("Get", (str,))
    def _get(self, path: str) -> str:
        return self._texts.get(path, "")

    @gofunc("GetBytes", (str,))
    def _get_bytes(self, path: str) -> bytes:
        return to_bytes(self._texts.get(path, ""))

    @gofunc("Glob", (str,))
    def _glob(self, pattern: str) -> Files:
        try:
            matcher = glob_regex(pattern)
        except (ValueError, re.error):
            matcher = re.compile("")
        return Files({name: text for name, text in self._texts.items() if matcher.match(name)})

    @gofunc("Lines", (str,))
    def _lines(self, path: str) -> TypedList:
        text = self._texts.get(path)
        if text is None:
            return TypedList([], "string")
        return TypedList(text.removesuffix("\n").split("\n"), "string")

    @gofunc("AsConfig")
    def _as_config(self) -> str:
        return self._as_yaml({_base(name): text for name, text in self._texts.items()})

    @gofunc("AsSecrets")
    def _as_secrets(self) -> str:
        return self._as_yaml(
            {
                _base(name): base64.b64encode(to_bytes(text)).decode()
                for name, text in self._texts.items()
            }
        )

    @staticmethod
    def _as_yaml(texts: dict[str, str]) -> str:
        try:
            return dump(texts).removesuffix("\n")
        except ValueError:
            return ""


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def glob_regex(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of gobwas/glob with ``/`` as separator, as ``.Files.Glob`` takes it.

    ``*`` stays in a folder, ``**`` does not, ``{a,b}`` are alternatives. Raises ValueError.
    """
    out: list[str] = []
    depth = at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            double = pattern.startswith("*", at)
            out.append(".*" if double else "[^/]*")
            at += double
        elif char == "?":
            out.append("[^/]")
        elif char == "{":
            depth += 1
            out.append("(?:")
        elif char == "}" and depth:
            depth -= 1
            out.append(")")
        elif char == "," and depth:
            out.append("|")
        elif char == "[":
            match = re.compile(r"!?[^\]]+\]").match(pattern, at)
            if match is None:
                raise ValueError("unexpected end of pattern")
            out.append(
                "[" + match[0].replace("!", "^", 1) if match[0][0] == "!" else "[" + match[0]
            )
            at = match.end()
        elif char == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(char))
    if depth:
        raise ValueError("unexpected end of pattern")
    return re.compile("".join(out) + r"\Z", re.DOTALL)


class _Struct:
    """A Go struct of plain fields."""

    go_type = ""

    def __init__(self, fields: dict[str, Any], json: dict[str, Any]) -> None:
        self._fields = fields
        self._json = json

    def go_field(self, name: str) -> Any:
        """Return a field by its Go name."""
        return self._fields[name]

    def go_method(self, name: str) -> Method | None:
        """No methods, unless a subclass has some."""
        return None

    def go_string(self) -> str:
        """Print as Go prints a struct."""
        return f"{{{' '.join(map(format_value, self._fields.values()))}}}"

    def go_json(self) -> Ordered:
        """Return the JSON form: empty texts are left out where Go's tags say so."""
        return Ordered(self._json)


class _KubeVersion(_Struct):
    go_type = "chartutil.KubeVersion"

    def go_method(self, name: str) -> Method | None:
        if name in ("String", "GitVersion"):
            return self.go_string
        return None

    def go_string(self) -> str:
        return str(self._fields["Version"])


class _HelmVersion(_Struct):
    go_type = "version.BuildInfo"


class _VersionSet(TypedList):
    __slots__ = ()

    @property
    def go_type(self) -> str:
        return "chartutil.VersionSet"

    def go_field(self, name: str) -> Any:
        raise KeyError(name)

    def go_method(self, name: str) -> Method | None:
        return self._has if name == "Has" else None

    @gofunc("Has", (str,))
    def _has(self, version: str) -> bool:
        return version in self


class _ServedVersions(_VersionSet):
    """The groups and versions that a cluster serves; its kinds are not listed."""

    __slots__ = ()

    def go_method(self, name: str) -> Method | None:
        return self._serves if name == "Has" else None

    @gofunc("Has", (str,))
    def _serves(self, version: str) -> bool:
        # Asked for a kind (apps/v1/Deployment), what is known of it is its group and version.
        return version in self or version.rpartition("/")[0] in self


class _CapabilitiesInfo(_Struct):
    go_type = "*chartutil.Capabilities"


def capabilities_info(capabilities: Capabilities) -> _CapabilitiesInfo:
    """Return ``.Capabilities``. Raises HelmError if the Kubernetes version is no version."""
    version, major, minor = capabilities.kube_parts()
    kube = {"Version": version, "Major": major, "Minor": minor}
    known = [] if capabilities.complete else DEFAULT_API_VERSIONS
    extra = sorted(capabilities.api_versions - set(known))
    kind = _ServedVersions if capabilities.complete else _VersionSet
    versions = kind([*known, *extra], "string")
    helm = {"Version": capabilities.helm_version, "GitCommit": "", "GitTreeState": "",
            "GoVersion": ""}  # fmt: skip
    fields = {
        "KubeVersion": _KubeVersion(kube, kube),
        "APIVersions": versions,
        "HelmVersion": _HelmVersion(helm, {"version": capabilities.helm_version}),
    }
    return _CapabilitiesInfo(fields, fields)


def release_info(release: Release) -> dict[str, Any]:
    """Return ``.Release``."""
    return {
        "Name": release.name,
        "Namespace": release.namespace,
        "IsUpgrade": not release.is_install,
        "IsInstall": release.is_install,
        "Revision": release.revision,
        "Service": "Helm",
    }


def contexts(
    chart: Chart, values: dict[str, Any], release: dict[str, Any], capabilities: Any
) -> dict[str, tuple[Chart, dict[str, Any]]]:
    """Return for each template path the chart it belongs to and its root context (``.``).

    The templates of one chart share a context: what one sets, the next one sees, as in Helm.
    """
    found: dict[str, tuple[Chart, dict[str, Any]]] = {}
    _collect(chart, values, release, capabilities, found)
    return found


def _collect(
    chart: Chart,
    values: dict[str, Any],
    release: dict[str, Any],
    capabilities: Any,
    found: dict[str, tuple[Chart, dict[str, Any]]],
) -> dict[str, Any]:
    subcharts: dict[str, Any] = {}
    context: dict[str, Any] = {
        "Chart": ChartInfo(chart.metadata, chart.parent is None),
        "Files": Files(chart.files),
        "Release": release,
        "Capabilities": capabilities,
        "Values": values,
        "Subcharts": subcharts,
    }
    for dependency in chart.dependencies:
        below = values.get(dependency.name)
        subcharts[dependency.name] = _collect(
            dependency, below if isinstance(below, dict) else {}, release, capabilities, found
        )
    for name in chart.templates:
        if chart.metadata.is_library and not _base(name).startswith("_"):
            continue
        found[f"{chart.full_path}/{name}"] = (chart, context)
    return context
