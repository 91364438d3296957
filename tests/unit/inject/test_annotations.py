"""Annotations with which Istio refuses to inject, and what we say about them."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.annotations import (
    AnnotationError,
    annotation_problems,
    is_prefix,
    validate_annotations,
)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "sidecar.istio.io/interceptionMode",
            "tproxy",
            'annotation sidecar.istio.io/interceptionMode: "tproxy" is no interception mode; use '
            "REDIRECT, TPROXY or NONE",
        ),
        ("status.sidecar.istio.io/port", "70000", '"70000" is no port; write a port'),
        (
            "traffic.sidecar.istio.io/excludeInboundPorts",
            "80,x",
            '"80,x" is no list of ports, "x" being none; write ports with commas between them',
        ),
        (
            "traffic.sidecar.istio.io/includeOutboundIPRanges",
            "10.0.0.0",
            '"10.0.0.0" is no list of IP ranges',
        ),
        ("traffic.sidecar.istio.io/excludeInterfaces", "eth0,", "has an empty name in it"),
        ("sidecar.istio.io/proxyCPU", "1\t", '"1?" has control characters in it'),
        ("sidecar.istio.io/proxyMemory", "1Gb", "is no quantity of Kubernetes; write a quantity"),
        ("prometheus.istio.io/merge-metrics", "on", "is neither true nor false"),
        ("proxy.istio.io/config", "statusPort: 0", "it.statusPort: is 0, which is no port"),
        ("proxy.istio.io/config", "concurrency: two", "it.concurrency"),
        ("proxy.istio.io/config", "{", "is not YAML"),
    ],
)
def test_a_problem_names_annotation_value_and_remedy(name: str, value: str, text: str) -> None:
    [problem] = annotation_problems({name: value, "other": "value"})
    assert text in str(problem)


def test_all_problems_are_told_with_the_workload() -> None:
    bad = {"sidecar.istio.io/proxyCPU": "x", "prometheus.istio.io/merge-metrics": "y"}
    with pytest.raises(AnnotationError) as caught:
        validate_annotations(bad, "Deployment shop/web")
    assert len(caught.value.problems) == 2
    assert "Deployment shop/web: annotation sidecar.istio.io/proxyCPU" in str(caught.value)


def test_good_annotations_pass() -> None:
    validate_annotations(
        {
            "sidecar.istio.io/proxyCPU": "100m",
            "traffic.sidecar.istio.io/includeInboundPorts": "*",
            "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.0.0.0/8,fd00::/8",
            "proxy.istio.io/config": "concurrency: 2",
        }
    )


@pytest.mark.parametrize(
    ("text", "accepted"),
    [("::ffff:1.2.3.4/96", True), ("fe80::1%eth0/64", False), ("10.0.0.0/08", False)],
)
def test_prefixes_are_those_of_go(text: str, accepted: bool) -> None:
    assert is_prefix(text) is accepted


def test_older_releases_take_any_interfaces() -> None:
    bad = {"traffic.sidecar.istio.io/excludeInterfaces": "no such; thing"}
    assert not annotation_problems(bad, release=(1, 29))
    assert annotation_problems(bad, release=(1, 31))
