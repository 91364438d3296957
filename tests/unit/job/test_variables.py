"""The variables are described in three places for three readers: they must say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    control_plane_argument_spec,
    mesh_argument_spec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import OPTIONS

ROOT = Path(__file__).parents[3]
_ROW = re.compile(r"^\| `(mesh_\w+)` \| (?:`(.*?)`)? \| (.+) \|$", re.M)


def _load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _specs() -> dict[str, Any]:
    found: dict[str, Any] = _load("roles/mesh/meta/argument_specs.yml")["argument_specs"]["main"]
    options: dict[str, Any] = found["options"]
    return options


def test_defaults_are_the_documented_ones() -> None:
    defaults = _load("roles/mesh/defaults/main.yml")
    specs = _specs()
    assert set(defaults) == set(specs) - {"mesh_hosts"}
    for name, value in defaults.items():
        assert specs[name].get("default") == value, name


def test_the_page_of_variables_has_each_once_with_its_default() -> None:
    rows = _ROW.findall((ROOT / "docs/variables.md").read_text(encoding="utf-8"))
    names = [name for name, _default, _text in rows]
    assert sorted(names) == sorted(_specs())
    for name, shown, _text in rows:
        default = _specs()[name].get("default")
        assert (yaml.safe_load(shown) if shown else None) == default, name


def test_every_option_of_the_mesh_is_a_variable_and_goes_to_the_module() -> None:
    mapping = _load("roles/mesh/vars/main.yml")["_mesh_options"]
    # What the action finds out by itself, and what all roles want, is no variable.
    assert set(mapping) == set(mesh_argument_spec()) - {"plan", "check_variables"}
    assert set(mapping) == set(OPTIONS) - {"default_revision"}
    for option, template in mapping.items():
        variable = option if option.startswith("mesh_") else f"mesh_{option}"
        assert template == f"{{{{ {variable} }}}}", option


def test_every_connection_option_of_the_roles_is_one_of_the_modules() -> None:
    mapping = _load("roles/mesh/vars/main.yml")["_mesh_connection"]
    spec = control_plane_argument_spec(lambda *_names: None)
    assert set(mapping) <= set(spec)
    assert set(mapping) == {name[5:] for name in _specs()} & set(mapping)


@pytest.mark.parametrize(
    "role", ["precheck", "control_plane", "verify", "uninstall", "fetch_release"]
)
def test_roles_use_only_variables_they_declare(role: str) -> None:
    used = {
        name
        for path in (ROOT / "roles" / role).rglob("tasks/*.yml")
        for name in re.findall(r"\b(mesh_\w+)\b", path.read_text(encoding="utf-8"))
    }
    modules = {"mesh_control_plane", "mesh_precheck", "mesh_objects", "mesh_fetch_release"}
    assert used - modules - {"mesh_all_options"} <= set(_specs())
