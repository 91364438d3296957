"""Refusals of pods by OpenShift, said in one sentence with what to set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._wait.diagnosis import (
    Surroundings,
    problems_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._wait.scc_refusal import shorten
from tests.unit.wait import scc_texts as texts

Object = dict[str, Any]
RANGE = "(only 1000100000-1000109999)"


def workload(*containers: Object, labels: Object | None = None, **pod: Any) -> Object:
    metadata = {"namespace": "shop", "name": "web", "uid": "w", "labels": labels or {}}
    template = {"metadata": pod.pop("metadata", {}), "spec": {"containers": containers, **pod}}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"template": template}}


def container(name: str, **context: Any) -> Object:
    return {"name": name, "securityContext": context}


ISTIOD = workload(
    container("discovery", runAsUser=1337), labels={"app": "istiod"}, serviceAccountName="istiod"
)
PLAIN = workload(container("web"))
INJECTED = workload(
    container("web"),
    container("istio-proxy", runAsUser=1337),
    initContainers=[
        container("istio-init", runAsUser=0, capabilities={"add": ["NET_ADMIN", "NET_RAW"]})
    ],
)
AGENT = workload(
    container("install-cni", runAsUser=0, capabilities={"add": ["NET_ADMIN"]}),
    labels={"k8s-app": "istio-cni-node"},
    serviceAccountName="istio-cni",
    hostNetwork=True,
)


@pytest.mark.parametrize(
    ("text", "of", "expected"),
    [
        (
            texts.IDS,
            ISTIOD,
            "OpenShift refuses pods of service account shop/istiod: restricted-v2 does not allow "
            f"fsGroup 1337; container discovery: runAsUser 1337 {RANGE}.\nTo let them: "
            "mesh_openshift.control_plane_sccs: [nonroot-v2], or meshops.istio.mesh_scc with "
            "scc: nonroot-v2, namespace: shop, service_accounts: [istiod]",
        ),
        (
            texts.INJECTED,
            INJECTED,
            "OpenShift refuses pods of service account shop/default: restricted-v2 does not allow "
            f"init container istio-init: runAsUser 0 {RANGE}, capabilities NET_ADMIN NET_RAW; "
            f"container istio-proxy: runAsUser 1337 {RANGE}.\nTo let them: "
            "mesh_components.cni.enabled: true, with which pods need no capabilities, or "
            "mesh_openshift.application_sccs: [istio-sidecar], or meshops.istio.mesh_scc with "
            "scc: privileged, namespace: shop, service_accounts: [default]",
        ),
        (
            texts.SECCOMP,
            PLAIN,
            "OpenShift refuses pods of service account shop/default: the SCCs it may use do not "
            "allow this seccomp profile.\nTo let them: meshops.istio.mesh_scc with "
            "scc: privileged, namespace: shop, service_accounts: [default]",
        ),
    ],
    ids=["istiod", "injected", "any workload"],
)
def test_one_sentence_and_the_remedy(text: str, of: Object, expected: str) -> None:
    assert shorten(text, of) == expected


def test_the_cni_agent_gets_its_own_option() -> None:
    short = shorten(texts.CNI, AGENT)
    assert "the host's network, volumes of type hostPath; container install-cni:" in short
    assert "SELinux options" in short
    assert "host port 15014" in short
    assert "mesh_openshift.cni_sccs: [privileged]" in short
    # The text it replaces names every SCC of the cluster.
    assert len(short) < len(texts.CNI) / 4


def test_containers_that_the_template_lacks_were_injected() -> None:
    short = shorten(texts.INJECTED, PLAIN)
    assert f"initContainers[0]: runAsUser 0 {RANGE}, capabilities NET_ADMIN NET_RAW" in short
    assert f"containers[1]: runAsUser 1337 {RANGE}" in short
    assert "mesh_openshift.application_sccs: [istio-sidecar]" in short


def test_the_scc_of_the_meshs_own_is_named_where_it_is_there() -> None:
    denied = '"privileged": Forbidden: not usable by user or serviceaccount'
    ours = denied.replace("privileged", "istio-sidecar")
    short = shorten(texts.INJECTED.replace(denied, f"{denied}, provider {ours}"), PLAIN)
    assert "mesh_scc with scc: istio-sidecar, namespace: shop" in short


def test_pods_that_ask_for_more_than_their_proxies_do_are_not_for_that_one() -> None:
    volume = 'provider restricted-v2: .spec.volumes[0]: Invalid value: "hostPath": not allowed, '
    first = "provider restricted-v2: .initContainers"
    assert first in texts.INJECTED
    text = texts.INJECTED.replace(first, volume + first, 1)
    short = shorten(text, INJECTED)
    assert "mesh_openshift.application_sccs: [privileged]" in short


def test_where_every_scc_was_tried_there_is_none_to_grant() -> None:
    short = shorten(texts.CUSTOM_RANGE, PLAIN)
    assert "restricted-uid-fsgroup-8939015 does not allow" in short
    assert "runAsUser 1000989999 (only 8939015-8939016)" in short
    assert short.endswith("make one that does.")


def test_the_scc_that_objects_least_is_the_one_to_tell_of() -> None:
    # As after a grant of anyuid: the plugin tries it first, and goes on.
    granted = texts.INJECTED.replace(
        'provider "anyuid": Forbidden: not usable by user or serviceaccount',
        'provider anyuid: .initContainers[0].capabilities.add: Invalid value: "NET_ADMIN": '
        "capability may not be added, provider anyuid: .initContainers[0].capabilities.add: "
        'Invalid value: "NET_RAW": capability may not be added',
    )
    short = shorten(granted, INJECTED)
    assert (
        "anyuid does not allow init container istio-init: capabilities NET_ADMIN NET_RAW.\n"
        in short
    )
    assert "runAsUser" not in short


@pytest.mark.parametrize(
    "text",
    [
        "",
        "exceeded quota: pods",
        "unable to find annotation openshift.io/sa.scc.uid-range",
        "unable to validate against any security context constraint: []",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert shorten(text, PLAIN) == text


def test_a_text_cut_off_in_the_middle_is_still_understood() -> None:
    for length in range(400, len(texts.CNI), 37):
        short = shorten(texts.CNI[:length], AGENT)
        assert short.startswith("OpenShift refuses pods of service account shop/istio-cni")


def test_waiting_tells_the_short_text_once_and_gives_up_soon() -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    event = {
        "type": "Warning",
        "reason": "FailedCreate",
        "involvedObject": {"uid": "w", "kind": "DaemonSet", "name": "web"},
        "lastTimestamp": "2026-11-21T11:59:59Z",
        "message": texts.CNI,
    }
    agent = {**AGENT, "kind": "DaemonSet"}
    found = problems_of(agent, Surroundings([], [], [event, dict(event)], now, now))
    assert [problem.text for problem in found] == [shorten(texts.CNI, agent)]
    assert found[0].patience is not None
    assert found[0].patience < 10
