# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors as the API server and istiod evaluate them (``metav1.LabelSelector``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_NAME: Final = 63
_MAX_PREFIX: Final = 253
_WORDS: Final = {
    "In": "{key} in ({values})",
    "NotIn": "{key} not in ({values})",
    "Exists": "{key}",
    "DoesNotExist": "no {key}",
}


class SelectorError(MeshError):
    """A label selector that Kubernetes refuses."""


@dataclass(frozen=True)
class Requirement:
    """One condition on a label; ``operator`` is In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels meet it; NotIn is met where the label is missing, too."""
        present = self.key in labels
        if self.operator == "In":
            return present and labels[self.key] in self.values
        if self.operator == "NotIn":
            return not present or labels[self.key] not in self.values
        return present if self.operator == "Exists" else not present

    def __str__(self) -> str:
        return _WORDS[self.operator].format(key=self.key, values=", ".join(self.values))


@dataclass(frozen=True)
class Selector:
    """All its requirements have to be met; without any it selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether an object with these labels is selected."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        return " and ".join(map(str, self.requirements)) or "anything"


def parse_selector(selector: Mapping[str, Any] | None, where: str = "selector") -> Selector:
    """Return a ``LabelSelector`` (JSON) for matching, None being one that selects everything.

    Raises SelectorError for what ``metav1.LabelSelectorAsSelector`` refuses.
    """
    selector = selector or {}
    requirements = [
        _checked(Requirement(str(key), "In", (str(value),)), f"{where}.matchLabels")
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    expressions: Sequence[Mapping[str, Any]] = selector.get("matchExpressions") or ()
    for index, item in enumerate(expressions):
        values = tuple(str(value) for value in item.get("values") or ())
        requirement = Requirement(item.get("key") or "", item.get("operator") or "", values)
        requirements.append(_checked(requirement, f"{where}.matchExpressions[{index}]"))
    return Selector(tuple(requirements))


def _checked(requirement: Requirement, where: str) -> Requirement:
    if requirement.operator not in _WORDS:
        raise SelectorError(
            f'{where}: "{requirement.operator}" is no operator of a label selector',
            "Use In, NotIn, Exists or DoesNotExist.",
        )
    if not is_label_key(requirement.key):
        raise SelectorError(f'{where}: "{requirement.key}" is no name of a label')
    if requirement.operator in ("In", "NotIn"):
        if not requirement.values:
            raise SelectorError(f"{where}: {requirement.operator} needs values")
    elif requirement.values:
        raise SelectorError(f"{where}: {requirement.operator} takes no values")
    for value in requirement.values:
        if not is_label_value(value):
            raise SelectorError(f'{where}: "{value}" cannot be the value of a label')
    return requirement


def is_label_key(key: str) -> bool:
    """Return whether Kubernetes accepts the text as the key of a label."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _MAX_PREFIX or not _PREFIX.fullmatch(prefix)):
        return False
    return len(name) <= _MAX_NAME and _NAME.fullmatch(name) is not None


def is_label_value(value: str) -> bool:
    """Return whether Kubernetes accepts the text as the value of a label."""
    return not value or (len(value) <= _MAX_NAME and _NAME.fullmatch(value) is not None)
