"""Messages of the engine in the words of the roles."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.report import in_variables


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("or set force_conflicts: true to", "or set mesh_force_conflicts: true to"),
        ("set mesh_force_conflicts: true", "set mesh_force_conflicts: true"),
        ("and prune_limit is 50. Nothing", "and mesh_prune_limit is 50. Nothing"),
        ("raise prune_limit\n  - a", "raise mesh_prune_limit\n  - a"),
        ("ConfigMap a/b (objects[12]): x", "ConfigMap a/b: x"),
        ("delete_crds is off", "mesh_uninstall_crds is off"),
        ("to adopt a dog", "to adopt a dog"),
    ],
)
def test_options_are_named_as_variables(message: str, expected: str) -> None:
    assert in_variables(message) == expected
