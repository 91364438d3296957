"""Reading and writing messages; the comparison with Istio's own code has the breadth."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
    VALUES,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageError,
    apply,
    check,
    parse,
    parse_yaml,
    to_json,
    values_problems,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


def test_canonical_form_names_enums_normalizes_durations_and_drops_zeros() -> None:
    text = """
    interceptionMode: 1
    drain_duration: 1m0.5s
    statusPort: "15021"
    binaryPath: ""
    concurrency: 0
    extraStatTags: []
    """
    assert parse_yaml(PROXY_CONFIG, text) == {
        "drainDuration": "60.500s",
        "statusPort": 15021,
        "concurrency": 0,
        "interceptionMode": "TPROXY",
    }


def test_unknown_fields_are_kept_aside_by_copies_and_later_applications_too() -> None:
    first = parse(PROXY_CONFIG, {"parentShutdownDuration": "60s", "statusPort": 1})
    for kept in (copy.deepcopy(first), pickle.loads(pickle.dumps(first)), first.copy()):
        assert kept == {"statusPort": 1}
        assert kept.unknown == {"parentShutdownDuration": "60s"}
    second = apply(PROXY_CONFIG, first, {"other": 2})
    assert second.unknown == {"parentShutdownDuration": "60s", "other": 2}
    assert first.unknown == {"parentShutdownDuration": "60s"}


def test_strict_names_every_problem_with_its_path_and_the_likely_field() -> None:
    with pytest.raises(MessageError) as caught:
        parse(
            MESH_CONFIG,
            {"defaultConfig": {"drainDuraton": "1s", "statusPort": "x"}, "caCertificates": {}},
            strict=True,
            where="meshConfig",
        )
    assert str(caught.value).startswith("3 problems in the configuration:")
    shown = [str(problem) for problem in caught.value.problems]
    assert shown == [
        'meshConfig.defaultConfig: has the unknown field "drainDuraton"; '
        "did you mean drainDuration?",
        'meshConfig.defaultConfig.statusPort: must be a whole number, not text "x"',
        "meshConfig.caCertificates: must be a list, not a mapping",
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("statusPort", 2**31, "no int32"),
        ("statusPort", 1.5, "whole number"),
        ("statusPort", True, "whole number"),
        ("configPath", 5, "must be text, not the number 5"),
        ("concurrency", [], "not a list"),
        ("drainDuration", "45", "such as"),
        ("drainDuration", "9999999999s", "such as"),
        ("interceptionMode", "tproxy", "did you mean TPROXY"),
        ("interceptionMode", False, "name or number"),
        ("proxyMetadata", {"A": 1}, "must be text"),
        ("holdApplicationUntilProxyStarts", "true", "true or false"),
        ("tracing", "zipkin", "must be a mapping"),
    ],
)
def test_wrong_types_are_refused(field: str, value: Any, message: str) -> None:
    with pytest.raises(MessageError) as caught:
        parse(PROXY_CONFIG, {field: value}, where="proxy")
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"proxy.{field}")


def test_a_member_of_a_oneof_replaces_the_other() -> None:
    base = parse(PROXY_CONFIG, {"serviceCluster": "a"})
    merged = apply(PROXY_CONFIG, base, {"tracingServiceName": "APP_LABEL_AND_NAMESPACE"})
    assert merged == {"tracingServiceName": "APP_LABEL_AND_NAMESPACE"}
    assert base == {"serviceCluster": "a"}


def test_zero_resets_what_is_below_and_null_does_not() -> None:
    base = {"statusPort": 15020, "configPath": "/x"}
    assert apply(PROXY_CONFIG, base, {"statusPort": 0, "configPath": None}) == {"configPath": "/x"}


def test_json_text_has_declaration_order_sorted_maps_and_gos_escapes() -> None:
    value = parse(
        PROXY_CONFIG, {"proxyMetadata": {"B": "<&>", "A": "\u2028"}, "drainDuration": "1s"}
    )
    assert to_json(PROXY_CONFIG, value) == (
        '{"drainDuration":"1s","proxyMetadata":{"A":"\\u2028","B":"\\u003c\\u0026\\u003e"}}'
    )


def test_text_that_is_no_yaml_is_an_error_of_ours() -> None:
    with pytest.raises(MeshError, match="is not YAML"):
        parse_yaml(PROXY_CONFIG, "a: [", where="annotation")
    with pytest.raises(MeshError, match="nested too deep"):
        parse_yaml(PROXY_CONFIG, "[" * 5000 + "]" * 5000)
    deep: list[Any] = []
    for _level in range(5000):
        deep = [deep]
    with pytest.raises(MeshError, match="values: is nested too deep"):
        parse(VALUES, {"meshConfig": deep}, where="values")
    with pytest.raises(MeshError, match="is not YAML"):
        parse_yaml(PROXY_CONFIG, "statusPort: " + "9" * 5000)


def test_helm_values_are_checked_as_istioctl_does() -> None:
    assert values_problems({"pilot": {"rollingMaxSurge": "25%", "env": {"A": "b"}}}) == []
    assert values_problems({"pilot": {"rollingMaxSurge": 1}, "meshConfig": {"any": [1]}}) == []
    problems = values_problems({"gateways": {"istio-ingresgateway": {}}, "pilot": {"cpu": []}})
    assert [problem.where for problem in problems] == [
        "spec.values.gateways",
        "spec.values.pilot.cpu",
    ]
    assert problems[0].remedy == "did you mean istio-ingressgateway?"
    assert check(VALUES, [], "values")[0].message == "must be a mapping, not a list"
