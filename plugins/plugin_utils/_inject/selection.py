# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the API server calls an injector for a pod, or does not, in words of the user's labels.

The webhooks' selectors decide, as the release renders them. The words come from asking what the
selectors would do if a label were other than it is, so they hold for every release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import INJECT, REVISION
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    NAME_LABEL,
    Webhook,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import choices

NAMESPACE_LABEL: Final = "istio-injection"
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Selection:
    """The labels that webhooks look at, and the webhooks there are.

    ``namespace`` has the labels of the namespace called ``name``, its own name's included.
    """

    webhooks: Sequence[Webhook]
    name: str
    namespace: Labels
    pod: Labels

    def webhook(self) -> Webhook | None:
        """Return the first webhook that the API server calls for the pod."""
        return self._first(self.namespace, self.pod)

    def _first(self, namespace: Labels, pod: Labels) -> Webhook | None:
        return next((item for item in self.webhooks if item.selects(namespace, pod)), None)

    def _would(self, namespace: Labels | None = None, pod: Labels | None = None) -> bool:
        labels = self.namespace if namespace is None else namespace
        return self._first(labels, self.pod if pod is None else pod) is not None

    def why(self, webhook: Webhook) -> tuple[str, str]:
        """Return code and reason for that webhook being called."""
        for owner, labels, in_namespace in (
            (f"namespace {self.name}", self.namespace, True),
            ("the pod", self.pod, False),
        ):
            for key in (NAMESPACE_LABEL, REVISION, INJECT):
                rest = _without(labels, key)
                selected = (
                    webhook.selects(rest, self.pod)
                    if in_namespace
                    else webhook.selects(self.namespace, rest)
                )
                if key in labels and not selected:
                    said = f"{owner} has label {key}={labels[key]}"
                    code = "namespace-label" if in_namespace else "pod-label"
                    return code, said + (_served_by(webhook) if key == REVISION else "")
        return "by-default", f"webhook {webhook.name} takes every namespace that does not refuse"

    def why_not(self) -> tuple[str, str]:
        """Return code and reason for no webhook being called."""
        if not self.webhooks:
            return "no-injector", "there is no injection webhook: no istiod is installed"
        if self.pod.get(INJECT) and self._would(pod=_without(self.pod, INJECT)):
            return "opted-out", f"the pod has label {INJECT}={self.pod[INJECT]}"
        if NAMESPACE_LABEL in self.namespace:
            return self._why_not_injection()
        if REVISION in self.namespace:
            return self._unknown_revision(f"namespace {self.name}", self.namespace[REVISION])
        return self._why_not_unlabelled()

    def _why_not_injection(self) -> tuple[str, str]:
        value = self.namespace[NAMESPACE_LABEL]
        said = f"namespace {self.name} has label {NAMESPACE_LABEL}={value}"
        if value == "enabled":
            return self._no_default(said)
        if self._would(namespace=_without(self.namespace, NAMESPACE_LABEL)):
            said += self._beaten()
        if value != "disabled":
            said += f", and only {NAMESPACE_LABEL}=enabled asks for injection"
        return "namespace-opted-out", said

    def _beaten(self) -> str:
        """Return what the namespace's refusal beats."""
        if REVISION in self.namespace:
            return f", which beats {REVISION}={self.namespace[REVISION]} on it"
        for key in (REVISION, INJECT):
            if key in self.pod:
                return f", which beats {key}={self.pod[key]} on the pod"
        return ""

    def _no_default(self, said: str) -> tuple[str, str]:
        names = self._revisions()
        return (
            "no-default-revision",
            f"{said}, which only the default revision serves, and there is none; the control "
            f"planes here serve {REVISION}={choices(names)}"
            if names
            else f"{said}, which no control plane here serves",
        )

    def _unknown_revision(self, owner: str, revision: str) -> tuple[str, str]:
        said = f"{owner} has label {REVISION}={revision}"
        names = self._revisions()
        if revision in names:
            return self._other_selectors(said)
        return (
            "unknown-revision",
            f"{said}, but no control plane and no tag here is called that"
            + (f"; there is {choices(names)}" if names else ""),
        )

    def _why_not_unlabelled(self) -> tuple[str, str]:
        revision = self.pod.get(REVISION)
        if revision is not None and revision not in self._revisions():
            return self._unknown_revision("the pod", revision)
        if self._would(namespace=_without(self.namespace, NAME_LABEL)):
            return "system-namespace", f"namespace {self.name} is left out of injection by default"
        neither = f"namespace {self.name} has neither label {NAMESPACE_LABEL} nor {REVISION}"
        said = self.pod.get(INJECT)
        if said == "true" and revision is None:
            return self._no_default(f"{neither}, and the pod has label {INJECT}=true")
        asks = f"and the pod has no label {INJECT}" if said is None else f"and {INJECT}={said}"
        if said is not None and said != "true":
            asks = f"and the pod has label {INJECT}={said}"
        return "not-requested", f"{neither}, {asks}"

    def _other_selectors(self, said: str) -> tuple[str, str]:
        wanted = "; ".join(
            f"{item.configuration}/{item.name} wants namespaces with {item.namespaces} and pods "
            f"with {item.objects}"
            for item in self.webhooks
        )
        return "not-selected", f"{said}, but no injection webhook selects the pod: {wanted}"

    def _revisions(self) -> list[str]:
        """Return the values of istio.io/rev that webhooks answer to."""
        return sorted(
            {
                value
                for webhook in self.webhooks
                for selector in (webhook.namespaces, webhook.objects)
                for requirement in selector.requirements
                if requirement.key == REVISION and requirement.operator == "In"
                for value in requirement.values
            }
        )


def _without(labels: Labels, key: str) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != key}


def _served_by(webhook: Webhook) -> str:
    return f", a tag of revision {webhook.revision}" if webhook.tag else ""
