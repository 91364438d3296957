# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a pod gets a proxy, and why (or why not) in a sentence.

First the API server asks the selectors of the injection webhooks, then istiod its own rules
(``injectRequired`` of Istio 1.31). ``istioctl kube-inject`` knows the rules only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    INJECT,
    annotations_of,
    labels_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.selection import Selection
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.selectors import (
    SelectorError,
    parse_selector,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    NAME_LABEL,
    Webhook,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
    is_before,
)

# pkg/kube/inject/initializer.go, IgnoredNamespaces
IGNORED_NAMESPACES: Final = frozenset(
    ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
)
# The first release in which the label counts, and the first that takes true and false only: 1.12 is
# known to have other words, which release gave them up is not.
_LABEL: Final[Minor] = (1, 9)
_STRICT: Final[Minor] = (1, 13)
_YES: Final = frozenset(("y", "yes", "true", "on"))


class InjectionPolicy(Protocol):
    """What injection rules need of the injector's configuration."""

    @property
    def policy(self) -> str:
        """``enabled`` or ``disabled``: what holds when nothing else decides."""

    @property
    def release(self) -> Minor:
        """The release whose rules hold."""

    @property
    def never_inject_selector(self) -> Sequence[Mapping[str, Any]]:
        """Label selectors of pods that are not injected."""

    @property
    def always_inject_selector(self) -> Sequence[Mapping[str, Any]]:
        """Label selectors of pods that are injected, unless they are never."""


@dataclass(frozen=True)
class KubeInject:
    """The policy that ``istioctl kube-inject`` follows, whatever the injector's configuration."""

    policy: str = "enabled"
    release: Minor = NEWEST
    never_inject_selector: Sequence[Mapping[str, Any]] = ()
    always_inject_selector: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Decision:
    """Whether a pod is injected; ``code`` is for programs, ``reason`` for people.

    Codes of injected pods: namespace-label, pod-label, by-default (what the webhook went by);
    opted-in, always-selector, policy-enabled (what the injector's rules did). Of others:
    no-injector, no-default-revision, unknown-revision, namespace-opted-out, not-requested,
    not-selected (no webhook asks); host-network, system-namespace, opted-out, never-selector,
    policy-disabled, bad-policy.
    ``webhook`` is the one that asks the injector, None when only the injector's rules were asked.
    """

    inject: bool
    code: str
    reason: str
    webhook: Webhook | None = None


def decide(
    pod: Mapping[str, Any],
    config: InjectionPolicy,
    namespace: Mapping[str, Any] | None = None,
    *,
    webhooks: Sequence[Webhook] | None = None,
) -> Decision:
    """Return whether a pod (JSON) is injected, and why.

    ``namespace`` is its Namespace object, as far as known; a pod that names a namespace itself
    keeps that name. ``webhooks`` are those of the release or the cluster
    (:func:`.webhooks.injection_webhooks`); without them only the injector's rules are asked, as
    ``istioctl kube-inject`` does. Selectors in the configuration that Kubernetes would refuse
    select nothing.
    """
    name, labels = _namespace(pod, namespace)
    hard = _never(pod, name)
    if hard is not None:
        return hard
    if webhooks is None:
        return _rules(pod, config)
    selection = Selection(webhooks, name or "default", labels, labels_of(pod))
    webhook = selection.webhook()
    if webhook is None:
        code, reason = selection.why_not()
        return Decision(False, code, reason + _lone_annotation(pod))
    ruled = _rules(pod, config)
    if not ruled.inject:
        return Decision(False, ruled.code, ruled.reason, webhook)
    code, reason = selection.why(webhook)
    if ruled.code != "policy-enabled":
        code = ruled.code
        if ruled.reason not in reason:
            reason = f"{reason}, and {ruled.reason}"
    return Decision(True, code, reason, webhook)


def _namespace(
    pod: Mapping[str, Any], namespace: Mapping[str, Any] | None
) -> tuple[str, dict[str, str]]:
    """Return the name of the pod's namespace (empty when unknown) and its labels."""
    metadata = (namespace or {}).get("metadata") or {}
    name = (pod.get("metadata") or {}).get("namespace") or metadata.get("name") or ""
    labels = dict(metadata.get("labels") or {})
    if name:
        labels[NAME_LABEL] = name  # the API server sets it on every namespace
    return name, labels


def _never(pod: Mapping[str, Any], namespace: str) -> Decision | None:
    if (pod.get("spec") or {}).get("hostNetwork"):
        return Decision(
            False,
            "host-network",
            "the pod has hostNetwork: true, where redirecting its traffic would redirect the "
            "whole node's",
        )
    if namespace in IGNORED_NAMESPACES:
        return Decision(
            False,
            "system-namespace",
            f"namespace {namespace} belongs to the cluster itself, Istio never injects there",
        )
    return None


def _rules(pod: Mapping[str, Any], config: InjectionPolicy) -> Decision:
    """Return what istiod's own rules say, those of :func:`_never` apart."""
    if config.policy not in ("enabled", "disabled"):
        return Decision(
            False,
            "bad-policy",
            f'the injector\'s policy is "{config.policy}", which is neither enabled nor disabled',
        )
    said, ignored = _asked(pod, config.release)
    if said is not None:
        return said
    labels = labels_of(pod)
    for inject, code, word, selectors in (
        (False, "never-selector", "neverInjectSelector", config.never_inject_selector),
        (True, "always-selector", "alwaysInjectSelector", config.always_inject_selector),
    ):
        index = _matching(selectors, labels)
        if index is not None:
            selector = parse_selector(selectors[index])
            reason = f"the pod's labels match {word}[{index}] of the injector ({selector})"
            return Decision(inject, code, reason + ignored)
    if config.policy == "enabled":
        return Decision(True, "policy-enabled", "the injector's policy is enabled" + ignored)
    return Decision(
        False,
        "policy-disabled",
        f"the injector's policy is disabled, and the pod has no label {INJECT}=true{ignored}",
    )


def _asked(pod: Mapping[str, Any], release: Minor) -> tuple[Decision | None, str]:
    """Return what the pod asks for, and what to say of a value that counts for nothing."""
    labels, annotations = labels_of(pod), annotations_of(pod)
    kind = "label" if INJECT in labels and not is_before(release, _LABEL) else "annotation"
    value = labels[INJECT] if kind == "label" else annotations.get(INJECT, "")
    meaning = _meaning(value, release)
    if meaning is None:
        hint = f'; its {kind} {INJECT}={value} counts for nothing, only "true" and "false" do'
        return None, hint if value else ""
    reason = f"the pod has {kind} {INJECT}={value}"
    other = annotations.get(INJECT)
    if kind == "label" and other is not None and other != value:
        reason += f", which beats its annotation {INJECT}={other}"
    return Decision(meaning, "opted-in" if meaning else "opted-out", reason), ""


def _meaning(value: str, release: Minor) -> bool | None:
    """Return whether a value asks for injection; None if it says nothing."""
    if value and is_before(release, _STRICT):
        return value.lower() in _YES
    return {"true": True, "false": False}.get(value)


def _matching(selectors: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> int | None:
    """Return the first selector that matches; one that is empty or not valid never does."""
    for index, item in enumerate(selectors):
        try:
            selector = parse_selector(item)
        except SelectorError:
            continue
        if selector.requirements and selector.matches(labels):
            return index
    return None


def _lone_annotation(pod: Mapping[str, Any]) -> str:
    """Return a hint for pods that ask with an annotation, which no webhook's selector sees."""
    if annotations_of(pod).get(INJECT) == "true" and INJECT not in labels_of(pod):
        return f"; its annotation {INJECT}=true is not enough, make it a label"
    return ""
