# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector's configuration as people export it: texts, files of them, and ConfigMaps.

What ``istioctl kube-inject`` takes by ``--injectConfigFile``, ``--meshConfigFile`` and
``--valuesFile``, and what ``kubectl get configmap -o yaml`` writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import (
    Source,
    SourceError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

# Option -> (key in the ConfigMap, what istioctl calls the file).
OPTIONS: Final = {
    "injector_config": "config",
    "injector_values": "values",
    "injector_mesh_config": "mesh",
}
# Gives the text of the file that a path names. Raises MeshError.
Reader = Callable[[str], str]


def from_exports(options: Mapping[str, Any], read: Reader, **known: Any) -> Source:
    """Take the configuration from the options ``injector_config``, ``injector_values`` and so on.

    Each is a text of several lines, the path of a file with it, or its content as a mapping; or a
    ConfigMap (or a list of objects) that has it, in any of these forms. ``known`` are further
    fields of Source. Raises MeshError, naming the option that is missing or wrong.
    """
    parts: dict[str, str] = {}
    for option, key in OPTIONS.items():
        value = options.get(option)
        if value is None or value == "":
            continue
        found = _exported(value, key, option, read)
        # A text for its own option counts more than what another option's ConfigMap has besides.
        parts = {**found, **parts, **({key: found[key]} if key in found else {})}
    for option, key in OPTIONS.items():
        if key not in parts:
            raise SourceError(
                f"{option} is missing: the injector's configuration is not whole without it",
                f"It is key {key} of ConfigMap "
                f"{'istio' if key == 'mesh' else 'istio-sidecar-injector'}.",
            )
    return Source(
        config=parts["config"],
        values=parts["values"],
        mesh=parts["mesh"],
        origin="exported configuration",
        **known,
    )


def _exported(value: Any, key: str, option: str, read: Reader) -> dict[str, str]:
    if isinstance(value, str):
        text = value if _is_text(value) else read(value)
        config_maps = _config_maps(_parsed(text, option)) if "ConfigMap" in text else []
        return _data(config_maps, option) if config_maps else {key: text}
    config_maps = _config_maps(value)
    if config_maps:
        return _data(config_maps, option)
    if isinstance(value, Mapping):
        # JSON is YAML, and keeps every value as it is.
        return {key: json.dumps(value)}
    raise MeshError(
        f"{option} is a {type(value).__name__}",
        "Give a text, the path of a file, a mapping or a ConfigMap.",
    )


def _is_text(value: str) -> bool:
    return "\n" in value or value.lstrip().startswith("{")


def _parsed(text: str, option: str) -> Any:
    try:
        return load(text, keep_integers=True)
    except YamlError as error:
        raise MeshError(f"{option}: {error}", "Correct the YAML.") from error


def _config_maps(value: Any) -> list[Mapping[str, Any]]:
    """The ConfigMaps in an object, a List or a list of objects."""
    if isinstance(value, Mapping):
        if value.get("kind") == "List" or str(value.get("kind")) == "ConfigMapList":
            return _config_maps(value.get("items") or [])
        return [value] if value.get("kind") == "ConfigMap" else []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [found for item in value for found in _config_maps(item)]
    return []


def _data(config_maps: Sequence[Mapping[str, Any]], option: str) -> dict[str, str]:
    found = {
        key: str(text)
        for item in config_maps
        for key, text in (item.get("data") or {}).items()
        if key in OPTIONS.values()
    }
    if not found:
        names = ", ".join(str((item.get("metadata") or {}).get("name")) for item in config_maps)
        raise SourceError(
            f"{option}: ConfigMap {names} has no key {' nor '.join(OPTIONS.values())}",
            "Export istio-sidecar-injector and istio of the control plane's namespace.",
        )
    return found
