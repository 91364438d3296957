"""Who is injected, and which annotations are refused: our rules and Istio's and Kubernetes' own."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.annotations import (
    annotation_problems,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.policy import (
    KubeInject,
    decide,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.selectors import (
    SelectorError,
    parse_selector,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    KIND,
    injection_webhooks,
)
from tests import figures
from tests.differential.inject_rule_cases import annotation_pairs, labels, policy_pod, selector
from tests.differential.mesh_reference import helm_objects, stamped_charts
from tests.differential.upstream import Upstream

pytestmark = pytest.mark.reference
Object = dict[str, Any]
TEMPLATES = {"sidecar": "metadata: {annotations: {injected: 'yes'}}"}


def test_annotations() -> None:
    pairs = list(annotation_pairs(seed=41, mutants=20000))
    with Upstream() as upstream:
        theirs = upstream.ask("annotations", pairs=pairs)
    wrong = []
    for (name, value), answer in zip(pairs, theirs, strict=True):
        problems = annotation_problems({name: value})
        if bool(problems) != ("error" in answer):
            wrong.append((name, value, answer, problems))
        for problem in problems:
            assert name in str(problem)
            assert problem.remedy
    figures.record(
        "annotations of injection, accepted or refused", len(pairs) - len(wrong), len(pairs)
    )
    assert not wrong, wrong[:10]
    assert 1000 < sum("error" in answer for answer in theirs) < len(pairs) - 1000


def test_selectors() -> None:
    source = random.Random(42)
    cases = [{"selector": selector(source), "labels": labels(source)} for _number in range(3000)]
    with Upstream() as upstream:
        theirs = upstream.ask("selectors", cases=cases)
    ours: list[bool | None] = []
    for case in cases:
        try:
            ours.append(parse_selector(case["selector"]).matches(case["labels"]))
        except SelectorError:
            ours.append(None)
    expected = [None if "error" in answer else answer["matches"] for answer in theirs]
    wrong = [found for found in zip(cases, ours, expected, strict=True) if found[1] != found[2]]
    figures.record("label selectors", len(cases) - len(wrong), len(cases))
    assert not wrong, wrong[:5]
    assert {None, True, False} == set(expected)


def _policy(source: random.Random) -> KubeInject:
    return KubeInject(
        policy=source.choice(["enabled", "disabled", "enabled", "disabled", "off"]),
        never_inject_selector=[selector(source) for _number in range(source.randrange(3))],
        always_inject_selector=[selector(source) for _number in range(source.randrange(3))],
    )


def _config(policy: KubeInject) -> str:
    return json.dumps(
        {
            "policy": policy.policy,
            "neverInjectSelector": list(policy.never_inject_selector),
            "alwaysInjectSelector": list(policy.always_inject_selector),
            "templates": TEMPLATES,
        }
    )


def _injected(
    upstream: Upstream, policy: KubeInject, namespace: str, pods: list[Object]
) -> list[bool]:
    """What istiod's webhook does to the pods when it is asked."""
    answers = upstream.ask(
        "admissions", config=_config(policy), mesh="", values="{}", pods=pods, namespace=namespace
    )
    assert not [answer for answer in answers if "error" in answer]
    return ["pod" in answer for answer in answers]


def test_rules_of_the_injector() -> None:
    source = random.Random(43)
    equal = total = injected = 0
    wrong = []
    with Upstream() as upstream:
        for _number in range(40):
            policy = _policy(source)
            namespace = source.choice(["shop", "kube-public"])
            pods = [policy_pod(source) for _pod in range(25)]
            expected = _injected(upstream, policy, namespace, pods)
            for pod, theirs in zip(pods, expected, strict=True):
                ours = decide(pod, policy, {"metadata": {"name": namespace}})
                assert ours.reason
                assert ours.code
                total += 1
                equal += ours.inject == theirs
                injected += theirs
                if ours.inject != theirs:
                    wrong.append((policy, pod, ours))
    figures.record("policy of injection (injectRequired)", equal, total)
    assert not wrong, wrong[:3]
    assert 200 < injected < total - 200


MESHES: dict[str, Object] = {
    "no revision": {},
    "every namespace": {"sidecarInjectorWebhook": {"enableNamespacesByDefault": True}},
    "revision": {"revision": "1-31-1"},
    "revision with tags": {"revision": "1-31-1", "revisionTags": ["prod", "canary"]},
    "default tag": {
        "revision": "1-31-1",
        "revisionTags": ["default"],
        "sidecarInjectorWebhook": {"enableNamespacesByDefault": True},
    },
}


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stamped_charts(tmp_path_factory.mktemp("charts") / "release")


def _namespaces() -> list[dict[str, str]]:
    injection = [None, "enabled", "disabled", "maybe"]
    revisions = [None, "default", "1-31-1", "prod", "unknown"]
    return [
        {
            key: value
            for key, value in (("istio-injection", one), ("istio.io/rev", other))
            if value is not None
        }
        for one in injection
        for other in revisions
    ]


@pytest.mark.parametrize("mesh", sorted(MESHES))
def test_webhooks_of_the_release(charts: Path, mesh: str) -> None:
    """The rendered selectors, evaluated by Kubernetes' own code, then the injector's rules."""
    objects = helm_objects(charts, "istiod", "istiod", "istio-system", MESHES[mesh], "1.32.0")
    objects.sort(key=lambda item: item["metadata"]["name"])  # as the API server calls them
    webhooks = [webhook for item in objects if item["kind"] == KIND for webhook in item["webhooks"]]
    source = random.Random(mesh)
    cases = [
        ({**labels_, "kubernetes.io/metadata.name": name}, policy_pod(source))
        for labels_ in _namespaces()
        for name in ("shop", "shop", "shop", "shop", "kube-system")
    ]
    for _namespace, pod in cases:
        pod["metadata"].pop("namespace", None)
    ours = injection_webhooks(objects)
    assert len(ours) == len(webhooks) > 0
    right = 0
    policy = KubeInject()
    with Upstream() as upstream:
        required = {
            name: _injected(upstream, policy, name, [pod for _labels, pod in cases])
            for name in ("shop", "kube-system")
        }
        asked = [
            {"selector": webhook[field], "labels": values}
            for found, pod in cases
            for webhook in webhooks
            for field, values in (
                ("namespaceSelector", found),
                ("objectSelector", pod["metadata"]["labels"]),
            )
        ]
        answers = [answer["matches"] for answer in upstream.ask("selectors", cases=asked)]
    pairs = iter([one and two for one, two in zip(answers[::2], answers[1::2], strict=True)])
    for index, (namespace, pod) in enumerate(cases):
        selected = [next(pairs) for _webhook in webhooks]
        name = namespace["kubernetes.io/metadata.name"]
        theirs = any(selected) and required[name][index]
        given = {"metadata": {"name": name, "labels": namespace}}
        decision = decide(pod, policy, given, webhooks=ours)
        right += decision.inject == theirs
        assert decision.inject == theirs, (namespace, pod, decision)
        if theirs:
            assert decision.webhook == ours[selected.index(True)]
    figures.record("pods selected by webhooks and injected", right, len(cases))
