"""The table of Kubernetes' Go types."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    is_struct,
    struct,
    struct_for,
    table,
)
from lab.paths import REPOSITORY


@pytest.mark.parametrize(
    ("version", "kind", "name"),
    [
        ("v1", "Pod", "core/v1.Pod"),
        ("v1", "List", "core/v1.List"),
        ("apps/v1", "Deployment", "apps/v1.Deployment"),
        ("batch/v1", "CronJob", "batch/v1.CronJob"),
        ("autoscaling/v2", "HorizontalPodAutoscaler", "autoscaling/v2.HorizontalPodAutoscaler"),
        ("policy/v1", "PodDisruptionBudget", "policy/v1.PodDisruptionBudget"),
        ("apps.openshift.io/v1", "DeploymentConfig", "openshift/apps/v1.DeploymentConfig"),
        ("v2", "Pod", None),
        ("networking.istio.io/v1", "Gateway", None),
    ],
)
def test_kinds_name_their_structs(version: str, kind: str, name: str | None) -> None:
    assert struct_for(version, kind) == name


def test_every_struct_is_complete_and_has_one_field_a_name() -> None:
    for name in table()["structs"]:
        fields = struct(name).fields
        assert len({field.json for field in fields}) == len(fields), name
        for field in fields:
            inner = field.type
            while inner.startswith(("*", "[]", "map[string]")):
                inner = inner.removeprefix("*").removeprefix("[]").removeprefix("map[string]")
            assert inner == "bytes" or not is_struct(inner) or _known(inner), (name, field.json)


def _known(name: str) -> bool:
    leaves = {"quantity", "intOrString", "time", "microTime", "raw"}
    return name in leaves or name in table()["structs"]


def test_fields_have_the_rules_of_patches() -> None:
    ports = struct("core/v1.Container").by_json["ports"]
    assert (ports.strategy, ports.merge_key, ports.omitted) == (("merge",), "containerPort", True)
    volumes = struct("core/v1.PodSpec").by_json["volumes"]
    assert volumes.strategy == ("merge", "retainKeys")


def test_inlined_structs_lend_their_fields() -> None:
    probe = struct("core/v1.Probe")
    assert probe.by_json["httpGet"].promoted
    assert not probe.by_json["periodSeconds"].promoted
    assert probe.inlined == {"ProbeHandler": "core/v1.ProbeHandler"}


def test_names_are_found_in_any_case_but_rather_in_their_own() -> None:
    spec = struct("core/v1.ServiceSpec")
    assert spec.find("clusterIP") is spec.by_json["clusterIP"]
    assert spec.find("CLUSTERips") is spec.by_json["clusterIPs"]
    assert spec.find("cluster") is None


def test_tables_and_oracle_are_made_from_the_same_versions() -> None:
    pins = [_pins(REPOSITORY / "lab/tools" / tool / "go.mod") for tool in ("types", "upstream")]
    assert "k8s.io/api v0." in " ".join(pins[0])
    assert pins[0] == pins[1]


def _pins(go_mod: Path) -> list[str]:
    lines = map(str.strip, go_mod.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if not line.startswith(("//", "module "))]
