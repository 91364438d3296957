"""Whom a merged document's mistakes are blamed on: a variable, a file and line, or nobody."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import InputError
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.merge import Defaults
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.wish import (
    Resolved,
    read_wish,
    resolve,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"
DEFAULT = HEAD + "metadata: {namespace: istio-system}\nspec: {values: {pilot: {ofOldTimes: 1}}}\n"


def release(version: str) -> Release:
    found = SimpleNamespace(
        version=version,
        minor=tuple(int(part) for part in version.split(".")[:2]),
        origin="the charts",
        profile_files={"default": DEFAULT, "demo": HEAD + "spec: {}\n"},
    )
    return cast("Release", found)


def resolved(folder: Path, spec: str = "{}", last: Any = None, version: str = "1.31.1") -> Resolved:
    (folder / "mesh.yaml").write_text(f"{HEAD}spec: {spec}\n")
    wish = read_wish("mesh.yaml", "mesh_operator", last or {}, folder)
    return resolve(wish, release(version), Defaults(version, "docker.io/istio", version))


def error(folder: Path, spec: str = "{}", last: Any = None, version: str = "1.31.1") -> InputError:
    # The release of the table knows no value of old times.
    base = "{values: {pilot: {ofOldTimes: null}}}"
    (folder / "profile.yaml").write_text(f"{HEAD}spec: {base}\n")
    with pytest.raises(InputError) as caught:
        resolved(folder, spec, last, version)
    return caught.value


def wheres(found: InputError) -> list[str]:
    return [item.where for item in found.problems if "ofOldTimes" not in item.message]


@pytest.mark.parametrize(
    ("last", "where"),
    [
        ({"values": {"pilot": {"env": 3}}}, "mesh_values.pilot.env"),
        ({"values": {"pilot": {"replicaCuont": 3}}}, "mesh_values.pilot"),
        ({"meshConfig": {"accessLogFile": 3}}, "mesh_config.accessLogFile"),
    ],
)
def test_a_variable_is_named(tmp_path: Path, last: Any, where: str) -> None:
    found = error(tmp_path, "{values: {pilot: {cpu: {}}}}", last)
    assert where in wheres(found)


def test_the_variable_that_chose_the_profile_is_named(tmp_path: Path) -> None:
    found = error(tmp_path, "{profile: demo}", {"profile": "nonsense"})
    assert wheres(found) == ["mesh_profile"]


def test_a_profile_of_ones_own_is_named_with_its_line(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"{HEAD}spec:\n  values:\n    pilot:\n      env: 3\n")
    found = error(tmp_path, "{profile: ./mine.yaml}")
    origins = [item.origin for item in found.problems if item.where == "spec.values.pilot.env"]
    assert origins == [f"{mine}:6:7"]


def test_a_revision_that_is_a_number_is_named_as_written(tmp_path: Path) -> None:
    found = error(tmp_path, '{revision: "131"}')
    (problem,) = [item for item in found.problems if "revision" in item.where]
    assert (problem.where, problem.origin) == (
        "spec.revision",
        f"{tmp_path / 'mesh.yaml'}:3:8",
    )


def test_a_value_in_the_way_is_named_with_its_line(tmp_path: Path) -> None:
    (problem,) = error(tmp_path, "{values: {pilot: 3}}").problems
    assert problem.where == "spec.values.pilot"
    assert problem.message == "must be a mapping, is 3"
    assert problem.origin == f"{tmp_path / 'mesh.yaml'}:3:17"


def test_a_specification_that_is_none(tmp_path: Path) -> None:
    (problem,) = error(tmp_path, "x").problems
    assert problem.message == "must be a mapping, is 'x'"
    assert "profile: default" in problem.remedy


def test_an_old_profile_is_not_complained_of(tmp_path: Path) -> None:
    assert resolved(tmp_path, version="1.17.8").notes == ()


def test_a_value_of_the_user_that_the_table_does_not_know(tmp_path: Path) -> None:
    found = resolved(tmp_path, "{values: {pilot: {elderly: 1}}}", version="1.17.8")
    (note,) = found.notes
    assert '"elderly" is not known to the table of 1.31, not checked' in note
    assert f"{tmp_path / 'mesh.yaml'}:3:" in note
    many = ", ".join(f"v{number}: 1" for number in range(9))
    found = resolved(tmp_path, f"{{values: {{pilot: {{{many}}}}}}}", version="1.17.8")
    assert len(found.notes) == 4
    assert "6 more values are not known" in found.notes[-1]


def test_wrong_types_are_errors_for_old_releases_too(tmp_path: Path) -> None:
    spec = "{values: {pilot: {replicaCount: x, env: [3]}}}"
    found = error(tmp_path, spec, version="1.9.9")
    assert wheres(found) == ["spec.values.pilot.replicaCount", "spec.values.pilot.env"]
    assert "2 problems in the documents:" in str(found)


def test_an_unknown_field_of_the_mesh_configuration(tmp_path: Path) -> None:
    spec = "{values: {pilot: null}, meshConfig: {accessLogfile: x}}"
    (note,) = resolved(tmp_path, spec).notes
    assert 'has the unknown field "accessLogfile", which has no effect' in note
    assert "did you mean accessLogFile?" in note
    assert f"{tmp_path / 'mesh.yaml'}:3:" in note


def test_two_gateways_of_one_name(tmp_path: Path) -> None:
    listed = "[{name: a}, {name: a}]"
    found = error(
        tmp_path, f"{{values: {{pilot: null}}, components: {{ingressGateways: {listed}}}}}"
    )
    assert "is also the name of" in str(found)
