# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of objects: the objects afterwards, and for each workload what was done, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import Document
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.waypoints import is_gateway
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.workloads import (
    LIST,
    Object,
    Workload,
    read_list,
    read_workload,
)

NO_PODS: Final = "no-pods"


@dataclass(frozen=True)
class Report:
    """What was done with one workload or gateway, and why; ``code`` is the reason for programs.

    ``where`` is file and line, ``webhook`` the one that asks the injector, where that is known.
    """

    title: str
    kind: str
    name: str
    where: str
    injected: bool
    code: str
    reason: str
    namespace: str = ""
    revision: str = ""
    templates: tuple[str, ...] = ()
    webhook: str = ""
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As users see it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "namespace": self.namespace,
            "source": self.where,
            "injected": self.injected,
            "code": self.code,
            "reason": self.reason,
            "revision": self.revision,
            "templates": list(self.templates),
            "webhook": self.webhook,
            "warnings": list(self.warnings),
        }

    def notices(self) -> list[str]:
        """What people should know of it."""
        left_out = [] if self.injected else [f"{self.title} gets no proxy: {self.reason}"]
        return [*left_out, *(f"{self.title}: {warning}" for warning in self.warnings)]


@dataclass(frozen=True)
class Outcome:
    """What one object became: itself with proxies, itself as it was, or several objects."""

    objects: tuple[Object, ...]
    reports: tuple[Report, ...] = field(default=())


# What is done with a workload, and with a Gateway of the Gateway API that stands somewhere.
Treat = Callable[[Workload], Outcome]
TreatGateway = Callable[[Object, str], Outcome]
Each = Callable[[Callable[[Document], Outcome], Sequence[Document]], Iterable[Outcome]]


def treat_documents(
    documents: Sequence[Document], treat: Treat, gateway: TreatGateway, each: Each = map
) -> list[Outcome]:
    """Have workloads and Gateways among the documents treated; all else is as it was.

    Items of a List are treated each on its own. ``each`` may work on several documents at a time.
    Raises MeshError.
    """

    def one(document: Document) -> Outcome:
        return _treat(document.value, document.where, treat, gateway)

    return list(each(one, documents))


def _treat(value: Object, where: str, treat: Treat, gateway: TreatGateway) -> Outcome:
    if value.get("kind") == LIST and isinstance(value.get("items"), list):
        outcomes = [
            _treat(item, f"{where}: items[{index}]", treat, gateway)
            if isinstance(item, dict)
            else Outcome((item,))
            for index, item in enumerate(value["items"])
        ]
        items = [item for outcome in outcomes for item in outcome.objects]
        reports = tuple(report for outcome in outcomes for report in outcome.reports)
        return Outcome((read_list({**value, "items": items}, where),), reports)
    if is_gateway(value):
        return gateway(value, where)
    workload = read_workload(value, where)
    return Outcome((value,)) if workload is None else treat(workload)
