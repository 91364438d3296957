# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector's configuration: what the ConfigMaps ``istio-sidecar-injector`` and ``istio`` hold.

As ``UnmarshalConfig`` and ``NewValuesConfig`` of Istio. One object serves any number of pods: its
templates are parsed once, when they are first needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import VALUES
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import parse
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import loads
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import LEGACY, SIDECAR
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.template import Templates
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    mesh_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
)

_REMEDY: Final = "Take it from the ConfigMap istio-sidecar-injector, key config."


@dataclass(frozen=True)
class InjectorConfig:
    """An injector's configuration, read.

    ``policy`` is ``enabled`` or ``disabled``. ``default_templates`` are those of pods that do not
    choose any, ``aliases`` other names for lists of templates. The selectors are label selectors,
    as they were written. ``mesh_config`` and ``values`` are in canonical form, ``values_map`` are
    the values as templates see them (numbers are floats). ``legacy_template`` is the only template
    of releases before 1.9 (see :mod:`.legacy`), empty for later ones.
    """

    templates: Templates
    mesh_config: Mapping[str, Any]
    values: Mapping[str, Any]
    values_map: dict[str, Any]
    policy: str = ""
    default_templates: Sequence[str] = (SIDECAR,)
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    never_inject_selector: Sequence[Mapping[str, Any]] = ()
    always_inject_selector: Sequence[Mapping[str, Any]] = ()
    injected_annotations: Mapping[str, str] = field(default_factory=dict)
    legacy_template: str = ""
    release: Minor = NEWEST


def injector_config(
    config: str | Mapping[str, Any],
    mesh: str | Mapping[str, Any] | None,
    values: str | Mapping[str, Any],
    *,
    release: Minor = NEWEST,
    environment: Mapping[str, str] | None = None,
    where: str = "injector",
) -> InjectorConfig:
    """Return the configuration of the texts of three files (or of what they hold).

    ``config`` and ``values`` are those of the ConfigMap ``istio-sidecar-injector``, ``mesh`` that
    of ``istio``. ``release`` decides the defaults of the mesh configuration. ``environment`` is
    what the template function ``env`` sees of istiod's; by default it is empty. ``where`` is what
    messages call the source. Raises MeshError.
    """
    content = _mapping(config, f"{where}: config", _REMEDY)
    values_remedy = "Take them from the ConfigMap istio-sidecar-injector, key values."
    values_map = _mapping(values, f"{where}: values", values_remedy)
    reader = _Reader(content, f"{where}: config")
    texts = reader.texts("templates")
    # Releases from 1.9 on have a text there that no release can parse.
    legacy = "" if texts else reader.text("template")
    if legacy:
        texts = {LEGACY: legacy}
    result = InjectorConfig(
        templates=Templates(texts, release=release, environment=environment or {}),
        mesh_config=mesh_config(mesh, release=release, where=f"{where}: mesh"),
        values=parse(VALUES, values_map, where=f"{where}: values"),
        values_map=values_map,
        policy=reader.text("policy"),
        default_templates=reader.names(content.get("defaultTemplates"), "defaultTemplates")
        or (SIDECAR,),
        aliases=reader.aliases(),
        never_inject_selector=reader.mappings("neverInjectSelector"),
        always_inject_selector=reader.mappings("alwaysInjectSelector"),
        injected_annotations=reader.texts("injectedAnnotations"),
        legacy_template=legacy,
        release=release,
    )
    raise_for(reader.problems)
    return result


def _mapping(source: str | Mapping[str, Any], where: str, remedy: str) -> dict[str, Any]:
    """Return what a text holds; numbers are floats, as everything that Go reads from JSON."""
    value: Any
    if isinstance(source, str):
        try:
            value = _load(source)
        except GoDataError as error:
            raise MeshError(f"{where} is not YAML: {error}", remedy) from None
        except RecursionError:
            raise MeshError(f"{where} is nested too deep", remedy) from None
    else:
        value = _with_floats(source)
    if value is None or not isinstance(value, dict):
        shown = "is empty" if value is None else "is no mapping"
        raise MeshError(f"{where} {shown}", remedy)
    return value


def _load(text: str) -> Any:
    """Read YAML; JSON, which the charts write the values as, is read quicker."""
    if text.lstrip()[:1] == "{":
        try:
            return loads(text)
        except GoDataError:
            pass
    return load(text)


def _with_floats(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _with_floats(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_floats(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return str(value) if isinstance(value, str) else value


class _Reader:
    """Reads fields of the configuration; nulls count as not set. Collects problems."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self._content = content
        self._where = where
        self.problems: list[Problem] = []

    def text(self, name: str) -> str:
        """Return a text."""
        return self._text(self._content.get(name), name)

    def texts(self, name: str) -> dict[str, str]:
        """Return a mapping of texts."""
        return {key: self._text(value, f"{name}.{key}") for key, value in self._map(name).items()}

    def names(self, value: Any, path: str) -> tuple[str, ...]:
        """Return a list of texts."""
        items = self._list(value, path)
        return tuple(self._text(item, f"{path}[{at}]") for at, item in enumerate(items))

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Return a mapping of lists of texts."""
        found = self._map("aliases")
        return {key: self.names(value, f"aliases.{key}") for key, value in found.items()}

    def mappings(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Return a list of mappings."""
        items = self._list(self._content.get(name), name)
        for at, item in enumerate(items):
            if item is not None and not isinstance(item, dict):
                self._wrong(f"{name}[{at}]", "a mapping")
        return tuple(item if isinstance(item, dict) else {} for item in items)

    def _map(self, name: str) -> dict[str, Any]:
        value = self._content.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._wrong(name, "a mapping")
        return {}

    def _list(self, value: Any, path: str) -> list[Any]:
        if value is None or isinstance(value, list):
            return value or []
        self._wrong(path, "a list")
        return []

    def _text(self, value: Any, path: str) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        self._wrong(path, "a text")
        return ""

    def _wrong(self, path: str, expected: str) -> None:
        self.problems.append(Problem(f"{self._where}: {path}", f"must be {expected}", _REMEDY))
