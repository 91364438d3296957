"""Documents with mistakes: what is said, where it points, and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.document import inspect
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    path_text,
    read_documents,
)


def found(spec: Any, version: str = "1.31.1") -> tuple[list[str], list[str]]:
    problems, notes = inspect(read_documents({"spec": spec}, "operator"), version)
    return [str(item) for item in problems], [str(item) for item in notes]


def problems_of(spec: Any, version: str = "1.31.1") -> list[str]:
    return found(spec, version)[0]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"profil": "demo"}, "operator.spec.profil: no such field; did you mean profile?"),
        ({"hub": 5}, "operator.spec.hub: must be text, is 5; quote it"),
        ({"tag": True}, "operator.spec.tag: must be text, is True"),
        ({"values": []}, "operator.spec.values: must be a mapping, is []"),
        ({"components": {"pilto": {}}}, "components.pilto: no such field; did you mean pilot?"),
        ({"components": {"citadel": {}}}, "components.citadel: is a part of istiod since"),
        ({"components": {"telemetry": {}}}, "was a part of Mixer, which Istio 1.8 dropped"),
        ({"addonComponents": {}}, "was dropped: Istio installs no addons (grafana, kiali"),
        ({"resourceSuffix": "x"}, "resourceSuffix: never had an effect"),
        ({"components": {"base": {"namespace": "x"}}}, "base.namespace: no such field"),
        (
            {"components": {"egressGateways": [{"enabled": True}]}},
            "[0].name: is missing: istioctl writes objects without a name",
        ),
        ({"components": {"pilot": {"enabled": "yes"}}}, "pilot.enabled: must be true or false"),
        (
            {"components": {"pilot": {"k8s": {"replicaCount": -1}}}},
            "write one from 0 to 4294967295",
        ),
        ({"components": {"pilot": {"k8s": {"replicaCount": 1.5}}}}, "must be a whole number"),
        ({"components": {"pilot": {"k8s": {"recources": {}}}}}, "did you mean resources?"),
        ({"components": {"cni": {"k8s": {"nodeSelector": {"a": 1}}}}}, "nodeSelector.a: must be"),
        ({"components": {"cni": {"k8s": {"tolerations": {}}}}}, "tolerations: must be a list"),
        ({"components": {"ingressGateways": {"name": "x"}}}, "must be a list of gateways"),
        ({"components": {"ingressGateways": None}}, "must be a list of gateways"),
        (
            {"components": {"pilot": {"k8s": {"overlays": [{"patches": [{"pth": "a"}]}]}}}},
            "overlays[0].patches[0].pth: no such field; did you mean path?",
        ),
        (
            {"components": {"pilot": {"k8s": {"tolerations": [{"thats": "no"}]}}}},
            "operator.spec.components.pilot.k8s.tolerations[0].thats: is no field",
        ),
        (
            {"components": {"pilot": {"k8s": {"resources": {"limits": {"cpu": "much"}}}}}},
            "operator.spec.components.pilot.k8s.resources.limits.cpu: the text 'much'",
        ),
        ({"components": {"pilot": {"k8s": {"affinity": []}}}}, "affinity: must be a mapping"),
    ],
)
def test_a_mistake_is_named_with_its_place(spec: Any, message: str) -> None:
    (problem,) = problems_of(spec)
    assert message in problem


def test_every_mistake_is_found_at_once() -> None:
    spec = {"hub": 1, "profil": "x", "components": {"pilot": {"enabled": 1}}}
    assert len(problems_of(spec)) == 3


def test_a_document_that_is_right() -> None:
    spec = {
        "profile": "demo",
        "tag": 2,
        "revision": None,
        "values": {"anything": {"at": "all"}},
        "components": {
            "base": {"enabled": True},
            "pilot": {"k8s": {"hpaSpec": {"maxReplicas": 3}, "affinity": None}},
            "ingressGateways": [{"name": "a", "label": {"x": "y"}}, {"enabled": False}],
        },
    }
    assert found(spec) == ([], [])


def test_what_has_no_effect_is_told() -> None:
    assert "takes away all values" in found({"values": None})[1][0]
    assert "zeros at its end are lost" in found({"tag": 1.1})[1][0]
    remote = {"components": {"istiodRemote": {"enabled": True}}}
    assert "use profile: remote" in found(remote)[1][0]


def test_an_older_release_knows_more() -> None:
    spec = {
        "addonComponents": {"kiali": {"enabled": True}},
        "components": {"istiodRemote": {"enabled": True}, "base": {"namespace": "x"}},
    }
    assert found(spec, "1.7.8") == ([], [])
    assert "kiali: is no addon of Istio 1.8" in problems_of(spec, "1.8.1")[0]
    assert len(problems_of(spec, "1.31.1")) == 2
    assert "is not rendered" in found({"resourceSuffix": "x"}, "1.7.8")[1][0]
    hpa = {"metrics": [{"resource": {"targetAverageUtilization": 80}}]}
    pilot = {"components": {"pilot": {"k8s": {"hpaSpec": hpa}}}}
    assert problems_of(pilot, "1.17.8") == []
    assert len(problems_of(pilot, "1.31.1")) == 1


def test_files_point_to_the_line(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text("# a mesh\n---\nkind: IstioOperator\nspec:\n  components:\n    pilott: {}\n")
    problems, _notes = inspect(read_documents("mesh.yaml", "operator", tmp_path), "1.31.1")
    (problem,) = problems
    assert problem.where == "spec.components.pilott"
    assert problem.origin == f"{file}:6:5"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "Deployment"}, "kind: is 'Deployment'; write kind: IstioOperator"),
        ({"apiVersion": "v1"}, "apiVersion: is 'v1'; write apiVersion: install.istio.io/v1alpha1"),
        ({"status": {}}, "status: is what the operator in a cluster wrote"),
        ({"metadata": {"nam": "x"}}, "operator.metadata"),
        ({"spec": {"a": 1}, "specs": {}}, "specs: no such field"),
    ],
)
def test_the_frame_of_a_document(data: dict[str, Any], message: str) -> None:
    problems, _notes = inspect(read_documents(data, "operator"), "1.31.1")
    assert any(message in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "must be a path or a document, is 5"),
        ("absent.yaml", "absent.yaml: No such file"),
        ("a: b: c\n", "is no YAML"),
        ("kind: IstioOperator\n---\nkind: IstioOperator\n", "has 2 documents; one file has one"),
        ("- a\n- b\n", "must be a mapping"),
    ],
)
def test_what_is_no_document_at_all(value: Any, message: str) -> None:
    with pytest.raises((InputError, MeshError), match=r".*") as caught:
        read_documents(value, "operator")
    assert message in str(caught.value)


def test_an_empty_text_says_nothing() -> None:
    problems, notes = inspect(read_documents("# nothing\n", "operator"), "1.31.1")
    assert problems == []
    assert "is empty and says nothing; write an IstioOperator" in str(notes[0])


def test_a_text_without_a_kind() -> None:
    problems, _notes = inspect(read_documents("spec: {}\n", "operator"), "1.31.1")
    assert [item.message for item in problems] == ["is missing"]


def test_a_key_that_is_there_twice(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text("kind: IstioOperator\nspec:\n  hub: a\n  hub: b\n")
    problems, (note,) = inspect(read_documents(str(file), "operator"), "1.31.1")
    assert problems == []
    assert "spec.hub: is there twice, and the last one counts" in str(note)
    assert note.origin == f"{file}:4:3"


def test_paths_as_text() -> None:
    assert path_text(("spec", "a", 0, "b", 1)) == "spec.a[0].b[1]"
    assert path_text(()) == ""
