"""Who is injected, and the sentence that says why."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.policy import (
    Decision,
    KubeInject,
    decide,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    Webhook,
    injection_webhooks,
)

Object = dict[str, Any]
REV = "istio.io/rev"
INJECTION = "istio-injection"
INJECT = "sidecar.istio.io/inject"


def _expression(key: str, operator: str, *values: str) -> Object:
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


def _hook(name: str, namespaces: list[Object], objects: list[Object]) -> Object:
    return {
        "name": f"{name}.sidecar-injector.istio.io",
        "clientConfig": {"service": {"name": "istiod", "path": "/inject"}},
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "resources": ["pods"]}],
        "namespaceSelector": {"matchExpressions": namespaces},
        "objectSelector": {"matchExpressions": objects},
    }


def _configuration(answers_to: str, revision: str = "", *, auto: bool = False) -> Object:
    """The webhooks that the istiod chart renders for a revision, or a tag of one."""
    not_false = _expression(INJECT, "NotIn", "false")
    unlabelled = [_expression(REV, "DoesNotExist"), _expression(INJECTION, "DoesNotExist")]
    wanted = _expression(REV, "In", answers_to)
    hooks = [
        _hook("rev.namespace", [wanted, _expression(INJECTION, "DoesNotExist")], [not_false]),
        _hook("rev.object", unlabelled, [not_false, wanted]),
    ]
    if answers_to == "default":
        by_label = [_expression(INJECT, "In", "true"), _expression(REV, "DoesNotExist")]
        hooks.append(_hook("namespace", [_expression(INJECTION, "In", "enabled")], [not_false]))
        hooks.append(_hook("object", unlabelled, by_label))
    if auto:
        everywhere = _expression("kubernetes.io/metadata.name", "NotIn", "kube-system", "vault")
        nothing = [_expression(INJECT, "DoesNotExist"), _expression(REV, "DoesNotExist")]
        hooks.append(_hook("auto", [*unlabelled, everywhere], nothing))
    labels = {REV: revision or answers_to, **({"istio.io/tag": answers_to} if revision else {})}
    return {
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": f"injector-{answers_to}", "labels": labels},
        "webhooks": hooks,
    }


KUBE_INJECT = KubeInject()
DEFAULT = injection_webhooks([_configuration("default")])
EVERYWHERE = injection_webhooks([_configuration("default", auto=True)])
REVISIONED = injection_webhooks([_configuration("1-31-1"), _configuration("prod", "1-31-1")])


def _ask(
    namespace: dict[str, str],
    webhooks: list[Webhook] | None = DEFAULT,
    *,
    name: str = "shop",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    policy: KubeInject = KUBE_INJECT,
    **spec: Any,
) -> Decision:
    pod = {"metadata": {"labels": labels or {}, "annotations": annotations or {}}, "spec": spec}
    return decide(pod, policy, {"metadata": {"name": name, "labels": namespace}}, webhooks=webhooks)


NOT_INJECTED: list[tuple[Object, str, str]] = [
    ({"namespace": {}, "webhooks": []}, "no-injector", "there is no injection webhook"),
    (
        {"namespace": {INJECTION: "enabled"}, "hostNetwork": True},
        "host-network",
        "the pod has hostNetwork: true",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "name": "kube-system"},
        "system-namespace",
        "namespace kube-system belongs to the cluster itself",
    ),
    (
        {"namespace": {INJECTION: "disabled", REV: "1-31-1"}, "webhooks": REVISIONED},
        "namespace-opted-out",
        "namespace shop has label istio-injection=disabled, which beats istio.io/rev=1-31-1 on it",
    ),
    (
        {"namespace": {INJECTION: "disabled"}, "labels": {INJECT: "true"}},
        "namespace-opted-out",
        "namespace shop has label istio-injection=disabled, which beats "
        "sidecar.istio.io/inject=true on the pod",
    ),
    (
        {"namespace": {INJECTION: "disabled"}},
        "namespace-opted-out",
        "namespace shop has label istio-injection=disabled",
    ),
    (
        {"namespace": {INJECTION: "yes"}},
        "namespace-opted-out",
        "istio-injection=yes, and only istio-injection=enabled asks for injection",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "webhooks": REVISIONED},
        "no-default-revision",
        "istio-injection=enabled, which only the default revision serves, and there is none; "
        "the control planes here serve istio.io/rev=1-31-1 or prod",
    ),
    (
        {"namespace": {}, "labels": {INJECT: "true"}, "webhooks": REVISIONED},
        "no-default-revision",
        "the pod has label sidecar.istio.io/inject=true, which only the default revision serves",
    ),
    (
        {"namespace": {REV: "1-30-0"}, "webhooks": REVISIONED},
        "unknown-revision",
        "namespace shop has label istio.io/rev=1-30-0, but no control plane and no tag here is "
        "called that; there is 1-31-1 or prod",
    ),
    (
        {"namespace": {}, "labels": {REV: "1-30-0"}, "webhooks": REVISIONED},
        "unknown-revision",
        "the pod has label istio.io/rev=1-30-0",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "labels": {INJECT: "false"}},
        "opted-out",
        "the pod has label sidecar.istio.io/inject=false",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "annotations": {INJECT: "false"}},
        "opted-out",
        "the pod has annotation sidecar.istio.io/inject=false",
    ),
    (
        {"namespace": {}},
        "not-requested",
        "namespace shop has neither label istio-injection nor istio.io/rev, and the pod has no "
        "label sidecar.istio.io/inject",
    ),
    (
        {"namespace": {}, "labels": {INJECT: "yes"}},
        "not-requested",
        "and the pod has label sidecar.istio.io/inject=yes",
    ),
    (
        {"namespace": {}, "annotations": {INJECT: "true"}},
        "not-requested",
        "its annotation sidecar.istio.io/inject=true is not enough, make it a label",
    ),
    (
        {"namespace": {}, "webhooks": EVERYWHERE, "name": "vault"},
        "system-namespace",
        "namespace vault is left out of injection by default",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "policy": KubeInject("disabled")},
        "policy-disabled",
        "the injector's policy is disabled, and the pod has no label sidecar.istio.io/inject=true",
    ),
    (
        {"namespace": {INJECTION: "enabled"}, "policy": KubeInject("off")},
        "bad-policy",
        'the injector\'s policy is "off"',
    ),
    (
        {
            "namespace": {INJECTION: "enabled"},
            "labels": {"app": "job"},
            "policy": KubeInject(
                "enabled", never_inject_selector=[{"matchLabels": {"app": "job"}}]
            ),
        },
        "never-selector",
        "the pod's labels match neverInjectSelector[0] of the injector (app in (job))",
    ),
]


@pytest.mark.parametrize(("question", "code", "text"), NOT_INJECTED)
def test_why_a_pod_is_not_injected(question: Object, code: str, text: str) -> None:
    decision = _ask(**question)
    assert (decision.inject, decision.code) == (False, code)
    assert text in decision.reason


INJECTED: list[tuple[Object, str, str]] = [
    (
        {"namespace": {INJECTION: "enabled"}},
        "namespace-label",
        "namespace shop has label istio-injection=enabled",
    ),
    (
        {"namespace": {INJECTION: "enabled", REV: "unknown"}},
        "namespace-label",
        "namespace shop has label istio-injection=enabled",
    ),
    (
        {"namespace": {REV: "1-31-1"}, "webhooks": REVISIONED},
        "namespace-label",
        "namespace shop has label istio.io/rev=1-31-1",
    ),
    (
        {"namespace": {REV: "prod"}, "webhooks": REVISIONED},
        "namespace-label",
        "namespace shop has label istio.io/rev=prod, a tag of revision 1-31-1",
    ),
    (
        {"namespace": {}, "labels": {REV: "prod"}, "webhooks": REVISIONED},
        "pod-label",
        "the pod has label istio.io/rev=prod, a tag of revision 1-31-1",
    ),
    (
        {"namespace": {}, "labels": {INJECT: "true"}},
        "opted-in",
        "the pod has label sidecar.istio.io/inject=true",
    ),
    (
        {
            "namespace": {INJECTION: "enabled"},
            "labels": {INJECT: "true"},
            "annotations": {INJECT: "false"},
        },
        "opted-in",
        "which beats its annotation sidecar.istio.io/inject=false",
    ),
    ({"namespace": {}, "webhooks": EVERYWHERE}, "by-default", "takes every namespace"),
    (
        {
            "namespace": {INJECTION: "enabled"},
            "labels": {"app": "web"},
            "policy": KubeInject(
                "disabled", always_inject_selector=[{}, {"matchLabels": {"app": "web"}}]
            ),
        },
        "always-selector",
        "the pod's labels match alwaysInjectSelector[1] of the injector (app in (web))",
    ),
    (
        {"namespace": {}, "webhooks": None, "labels": {INJECT: "on"}},
        "policy-enabled",
        'its label sidecar.istio.io/inject=on counts for nothing, only "true" and "false" do',
    ),
]


@pytest.mark.parametrize(("question", "code", "text"), INJECTED)
def test_why_a_pod_is_injected(question: Object, code: str, text: str) -> None:
    decision = _ask(**question)
    assert (decision.inject, decision.code) == (True, code)
    assert text in decision.reason
    assert (decision.webhook is None) == (question.get("webhooks", DEFAULT) is None)


def test_selectors_of_the_users_own_are_shown() -> None:
    configuration = _configuration("1-31-1")
    for hook in configuration["webhooks"]:
        hook["namespaceSelector"]["matchExpressions"].append(_expression("team", "In", "blue"))
    decision = _ask({REV: "1-31-1"}, injection_webhooks([configuration]))
    assert decision.code == "not-selected"
    assert "wants namespaces with istio.io/rev in (1-31-1)" in decision.reason
    assert "team in (blue)" in decision.reason


def test_the_pods_own_namespace_counts() -> None:
    pod = {"metadata": {"namespace": "kube-public"}, "spec": {}}
    decision = decide(pod, KubeInject(), {"metadata": {"name": "shop"}})
    assert decision.code == "system-namespace"


@pytest.mark.parametrize(
    ("release", "labels", "annotations", "inject", "code"),
    [
        ((1, 8), {INJECT: "false"}, {}, True, "policy-enabled"),
        ((1, 8), {INJECT: "false"}, {INJECT: "Yes"}, True, "opted-in"),
        ((1, 8), {}, {INJECT: "nope"}, False, "opted-out"),
        ((1, 9), {INJECT: "false"}, {INJECT: "true"}, False, "opted-out"),
        ((1, 12), {INJECT: "on"}, {}, True, "opted-in"),
        ((1, 31), {INJECT: "on"}, {INJECT: "false"}, True, "policy-enabled"),
    ],
)
def test_older_releases_read_the_wish_otherwise(
    release: tuple[int, int],
    labels: dict[str, str],
    annotations: dict[str, str],
    inject: bool,
    code: str,
) -> None:
    pod = {"metadata": {"labels": labels, "annotations": annotations}, "spec": {}}
    decision = decide(pod, KubeInject(release=release))
    assert (decision.inject, decision.code) == (inject, code)
