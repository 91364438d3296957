"""Unknown variables are found, with near misses and where they were set."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.known import known_variables
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.names import check_names
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

KNOWN = ["mesh_profile", "mesh_version", "mesh_members"]
SPECS = """
argument_specs:
  main:
    options:
      mesh_version: {type: str}
      mesh_members: {type: list}
  other:
    options:
      mesh_purge: {type: bool}
  empty: {}
"""


def test_known_and_foreign_variables_pass() -> None:
    variables = {"mesh_profile": 1, "meshes": 2, "my_mesh_x": 3, "ansible_host": "a"}
    assert check_names(variables, KNOWN) == []


def test_a_near_miss_is_suggested() -> None:
    (problem,) = check_names({"mesh_profil": "demo"}, KNOWN)
    assert str(problem) == "mesh_profil: no such variable; did you mean mesh_profile?"


def test_a_far_miss_is_named_too() -> None:
    (problem,) = check_names({"mesh_zzz": "demo"}, KNOWN)
    assert problem.where == "mesh_zzz"
    assert "did you mean" not in str(problem)


@pytest.mark.parametrize(
    "result",
    [
        {"changed": False, "failed": False},
        # As ansible-core 2.19 registers a loop, and a loop over nothing.
        {"changed": True, "msg": "All items completed", "results": [], "skipped": False},
        {"changed": False, "results": [], "skipped": True, "skipped_reason": "No items"},
    ],
)
def test_registered_results_pass(result: dict[str, object]) -> None:
    assert check_names({"mesh_out": result}, KNOWN) == []


def test_the_file_and_line_are_told(tmp_path: Path) -> None:
    dataloader = pytest.importorskip("ansible.parsing.dataloader")
    pytest.importorskip("ansible._internal._datatag", reason="ansible-core before 2.19")
    file = tmp_path / "all.yml"
    file.write_text("---\nmesh_version: '1.31.1'\nmesh_profil: demo\n")
    variables = dataloader.DataLoader().load_from_file(str(file))
    (problem,) = check_names(variables, KNOWN)
    assert f"(set at {file}:3:" in str(problem)


def test_variables_are_those_of_the_roles(tmp_path: Path) -> None:
    meta = tmp_path / "mesh" / "meta"
    meta.mkdir(parents=True)
    (meta / "argument_specs.yml").write_text(SPECS)
    known = known_variables(tmp_path)
    assert known["mesh_version"] == {"type": "str"}
    assert sorted(known) == ["mesh_members", "mesh_purge", "mesh_version"]


def test_a_broken_specification_is_an_error_with_its_path(tmp_path: Path) -> None:
    meta = tmp_path / "mesh" / "meta"
    meta.mkdir(parents=True)
    (meta / "argument_specs.yml").write_text("argument_specs: [")
    with pytest.raises(MeshError, match=r"argument_specs\.yml"):
        known_variables(tmp_path)
